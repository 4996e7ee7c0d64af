package graph_test

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"
	"time"

	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// The files testdata/*.jsonl.gz hold what Dagster 1.13.27 answered; testdata/record.py
// writes them.

// eachCase reads the cases of a file, as many as there must be.
func eachCase[C any](t *testing.T, name string, count int, check func(t *testing.T, c C)) {
	t.Helper()
	file, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for lines := json.NewDecoder(unzipped); lines.More(); read++ {
		var c C
		if err := lines.Decode(&c); err != nil {
			t.Fatal(err)
		}
		check(t, c)
	}
	if read != count {
		t.Errorf("%d cases, want %d", read, count)
	}
}

type recordedSpec struct {
	Type, Timezone, Start, End, Format, Cron string
	EndOffset                                int `json:"end_offset"`
	Minute                                   int `json:"minute_offset"`
	Hour                                     int `json:"hour_offset"`
	Day                                      int `json:"day_offset"`
}

type recordedPartitions struct {
	Spec recordedSpec
	Now  int64
	// Keys has for each key the window's start and end in Unix seconds, and whether it is
	// a partition.
	Keys map[string][3]any
	// Readings has the keys of wall clock readings.
	Readings map[string]string
}

// TestPartitionsAsDagster: windows of keys, membership and keys of times.
func TestPartitionsAsDagster(t *testing.T) {
	eachCase(t, "partitions.jsonl.gz", 1500, func(t *testing.T, c recordedPartitions) {
		s := c.Spec
		p, err := graph.NewPartitions(graph.Spec{Type: graph.Type(s.Type), Timezone: s.Timezone, Start: s.Start, End: s.End, Format: s.Format, Cron: s.Cron,
			EndOffset: s.EndOffset, Minute: s.Minute, Hour: s.Hour, Day: s.Day})
		if err != nil {
			t.Errorf("%+v: %v", s, err)
			return
		}
		for key, want := range c.Keys {
			start, end, _ := p.Window(key)
			m, why := p.Has(key, time.Unix(c.Now, 0), nil)
			got := [3]any{float64(start.Unix()), float64(end.Unix()), m == graph.Present}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%+v at %d: %s: %s\n%s", s, c.Now, key, diff, why)
			}
		}
		for at, want := range c.Readings {
			reading, err := time.Parse("2006-01-02T15:04:05", at)
			if err != nil {
				t.Fatal(err)
			}
			if got := p.KeyOf(reading); got != want {
				t.Errorf("%+v: %s is in %s, want %s", s, at, got, want)
			}
		}
	})
}

type recordedSelections struct {
	Assets []struct {
		Key, Group           string
		Tags                 map[string]string
		Kinds, Owners, Deps  []string
		External, Observable bool
	}
	// Selections has pairs of a selection and its keys.
	Selections [][2]any
}

// TestSelectionsAsDagster: selections over random graphs.
func TestSelectionsAsDagster(t *testing.T) {
	eachCase(t, "selections.jsonl.gz", 400, func(t *testing.T, c recordedSelections) {
		var assets []graph.Asset
		for _, a := range c.Assets {
			asset := graph.Asset{Key: a.Key, Group: a.Group, Tags: a.Tags, Kinds: a.Kinds, Owners: a.Owners, External: a.External, Observable: a.Observable}
			for _, d := range a.Deps {
				asset.Deps = append(asset.Deps, graph.Dep{Key: d})
			}
			assets = append(assets, asset)
		}
		g, problems := graph.New(assets, nil)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		for _, pair := range c.Selections {
			got := selectionOf(t, pair[0]).Resolve(g)
			if diff := cmp.Diff(texts(pair[1]), got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%v over %+v: %s", pair[0], c.Assets, diff)
			}
		}
	})
}

func texts(list any) (out []string) {
	for _, item := range list.([]any) {
		out = append(out, item.(string))
	}
	return out
}

// selectionOf builds a selection from its recorded form, a list of its name and
// arguments.
func selectionOf(t *testing.T, recorded any) graph.Selection {
	t.Helper()
	list := recorded.([]any)
	name, args := list[0].(string), list[1:]
	of := func(i int) graph.Selection { return selectionOf(t, args[i]) }
	external := func() bool { return args[0].(bool) }
	switch name {
	case "all":
		return graph.All(external())
	case "assets":
		return graph.Assets(texts(args)...)
	case "groups":
		return graph.Groups(external(), texts(args[1:])...)
	case "tag":
		return graph.Tag(external(), args[1].(string), args[2].(string))
	case "kind":
		return graph.Kind(external(), args[1].(string))
	case "owner":
		return graph.Owner(args[0].(string))
	case "key_prefixes":
		return graph.KeyPrefixes(external(), texts(args[1:])...)
	case "or":
		return of(0).Or(of(1))
	case "and":
		return of(0).And(of(1))
	case "minus":
		return of(0).Minus(of(1))
	case "upstream":
		return of(0).Upstream(int(args[1].(float64)))
	case "downstream":
		return of(0).Downstream(int(args[1].(float64)))
	case "roots":
		return of(0).Roots()
	case "sinks":
		return of(0).Sinks()
	case "materializable":
		return of(0).Materializable()
	}
	t.Fatalf("no selection is called %s", name)
	return graph.Selection{}
}
