package dispatch_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"auto/compiler"
	"auto/internal/recorded"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/backlog"
	"auto/vm/graph"
	"auto/vm/space"
)

// at is the instant of the ticks.
var at = time.Date(2026, 1, 10, 0, 5, 0, 0, time.UTC)

// whole compares launches with what is theirs alone.
var whole = cmp.AllowUnexported(backlog.Launch{})

func partitions(t testing.TB, s graph.Spec) *graph.Partitions {
	t.Helper()
	p, err := graph.NewPartitions(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func graphOf(t testing.TB, assets ...graph.Asset) *graph.Graph {
	t.Helper()
	g, problems := graph.New(assets, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return g
}

func spaceOf(t testing.TB, g *graph.Graph, at time.Time) *space.Space {
	t.Helper()
	s, err := space.New(space.Input{Graph: g, At: at, Dynamic: recorded.Dynamic})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// compile gives the policies of a text, by name.
func compile(t testing.TB, g *graph.Graph, text string) *compiler.Policies {
	t.Helper()
	trees, found := parse.Files([]*source.File{source.New("p.auto", text)})
	p, more := compiler.Compile(compiler.Input{Files: trees, Graph: g, Env: map[string]string{"CLUSTER": "eu-1"}})
	if found = append(found, more...); found.HasErrors() {
		t.Fatal(found)
	}
	return p
}

func byName(p *compiler.Policies) map[string]*compiler.Policy {
	of := map[string]*compiler.Policy{}
	for _, policy := range p.Policies {
		of[policy.Name] = policy
	}
	return of
}

// launches gives launches of pairs, decided now.
func launches(policy string, pairs ...backlog.Pair) (all []backlog.Launch) {
	for _, p := range pairs {
		all = append(all, backlog.Launch{Pair: p, Policy: policy, DecidedAt: at})
	}
	return all
}

// pair reads "asset" or "asset[partition]".
func pair(text string) backlog.Pair {
	for i := range text {
		if text[i] == '[' {
			return backlog.Pair{Key: text[:i], Partition: text[i+1 : len(text)-1]}
		}
	}
	return backlog.Pair{Key: text}
}

func pairs(texts ...string) (all []backlog.Pair) {
	for _, text := range texts {
		all = append(all, pair(text))
	}
	return all
}
