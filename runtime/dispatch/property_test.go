package dispatch_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"auto/compiler"
	"auto/internal/recorded"
	"auto/runtime/backlog"
	"auto/runtime/dispatch"
	"auto/vm/graph"
)

var definitions = []graph.Spec{
	{Type: graph.Static, Keys: []string{"a", "b", "c"}},
	{Type: graph.Static, Keys: []string{"c", "b"}},
	{Type: graph.Daily, Start: "2026-01-07"},
}

// drawGraph makes a graph of a dozen assets with checks, execution sets and repositories.
func drawGraph(t *rapid.T, tb testing.TB) *graph.Graph {
	defs := []*graph.Partitions{nil}
	for _, s := range definitions {
		defs = append(defs, partitions(tb, s))
	}
	var assets []graph.Asset
	for i := range rapid.IntRange(1, 12).Draw(t, "assets") {
		a := graph.Asset{
			Key: fmt.Sprintf("a%02d", i), Group: rapid.SampledFrom([]string{"x", "y"}).Draw(t, "group"),
			Repository: rapid.SampledFrom([]string{"r", "r", "s"}).Draw(t, "repository"),
		}
		if rapid.Bool().Draw(t, "owned") {
			a.Owners = []string{rapid.SampledFrom([]string{"team:a", "team:b"}).Draw(t, "owner")}
		}
		d := rapid.IntRange(0, len(defs)-1).Draw(t, "partitions")
		a.Partitions = defs[d]
		if rapid.IntRange(0, 2).Draw(t, "in a set") == 0 {
			a.ExecutionSet = fmt.Sprint("set", d) // assets of a set have equal partitions
		}
		for j := range i {
			if rapid.Bool().Draw(t, "depends") {
				a.Deps = append(a.Deps, graph.Dep{Key: assets[j].Key})
			}
		}
		for c := range rapid.IntRange(0, 2).Draw(t, "checks") {
			a.Checks = append(a.Checks, graph.Check{Name: fmt.Sprint("c", c), Condition: "missing()", Partitioned: rapid.Bool().Draw(t, "partitioned")})
		}
		assets = append(assets, a)
	}
	return graphOf(tb, assets...)
}

// drawInput makes launches of some pairs under two policies with clauses.
func drawInput(t *rapid.T, tb testing.TB) dispatch.Input {
	g := drawGraph(t, tb)
	in := dispatch.Input{Sensor: "default", At: at, Space: spaceOf(tb, g, at), Policies: map[string]*compiler.Policy{}}
	in.Conditioned = recorded.Conditioned(in.Space)
	for _, name := range []string{"p", "q"} {
		in.Policies[name] = &compiler.Policy{Name: name, Clauses: compiler.Clauses{
			Priority:  rapid.IntRange(0, 1).Draw(t, "priority"),
			MaxPerRun: rapid.IntRange(0, 3).Draw(t, "max"),
			Group:     rapid.SampledFrom([]compiler.Group{"", "", "partition", "group", "owner", "none"}).Draw(t, "group by"),
		}}
	}
	of := map[string]string{}
	for range rapid.IntRange(0, 40).Draw(t, "launches") {
		e := rapid.SampledFrom(in.Space.Entities).Draw(t, "entity")
		l := backlog.Launch{Pair: backlog.Pair{Key: e.Key, Partition: e.Keys.Key(0)}, DecidedAt: at}
		if e.Keys.Len() > 1 {
			l.Partition = e.Keys.Key(rapid.IntRange(0, e.Keys.Len()-1).Draw(t, "partition"))
		}
		if of[e.Key] == "" {
			of[e.Key] = rapid.SampledFrom([]string{"p", "q"}).Draw(t, "policy")
		}
		l.Policy = of[e.Key]
		in.Launches = append(in.Launches, l)
	}
	return in
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		in := drawInput(r, t)
		sent, err := dispatch.Requests(in)
		if err != nil {
			r.Fatal(err)
		}
		again, _ := dispatch.Requests(in)
		if diff := cmp.Diff(sent, again, whole); diff != "" {
			r.Fatalf("equal input gives others:\n%s", diff)
		}
		m := model{in, sent}
		for _, check := range []func() error{m.once, m.ids, m.priorities, m.agree, m.together, m.small, m.order} {
			if err := check(); err != nil {
				r.Fatalf("%v\nlaunches: %v\nrequests: %v", err, in.Launches, show(sent))
			}
		}
	})
}

// model holds requests against what is said about them, pair by pair.
type model struct {
	in   dispatch.Input
	sent []dispatch.Sent
}

// once: every launch is in exactly one request, which runs it, and no pair is twice in one.
func (m model) once() error {
	counts := map[backlog.Pair]int{}
	for _, l := range m.in.Launches {
		counts[l.Pair]++
	}
	for _, s := range m.sent {
		in := map[backlog.Pair]bool{}
		for _, l := range s.Launches {
			if in[l.Pair] {
				return fmt.Errorf("%v is twice in one request", l.Pair)
			}
			in[l.Pair] = true
			counts[l.Pair]--
			if !slices.Contains(s.Request.Selection, l.Key) && !slices.Contains(s.Request.Checks, l.Key) {
				return fmt.Errorf("%v is not run by its request", l.Pair)
			}
			if m.check(l.Key) == nil && l.Partition != s.Request.Partition {
				return fmt.Errorf("%v is run as partition %s", l.Pair, s.Request.Partition)
			}
		}
	}
	for pair, n := range counts {
		if n != 0 {
			return fmt.Errorf("%v is in too few or too many requests, by %d", pair, n)
		}
	}
	return nil
}

func (m model) check(key string) *graph.Check {
	i, _ := m.in.Space.Find(key)
	return m.in.Space.Entities[i].Check
}

func (m model) ids() error {
	known := map[string]bool{}
	for _, s := range m.sent {
		if known[s.Request.ID] {
			return fmt.Errorf("two requests have the ID %s", s.Request.ID)
		}
		known[s.Request.ID] = true
	}
	return nil
}

func (m model) priorities() error {
	if !slices.IsSortedFunc(m.sent, func(a, b dispatch.Sent) int { return b.Request.Priority - a.Request.Priority }) {
		return fmt.Errorf("requests are not sorted by priority")
	}
	return nil
}

// clauses gives those of a launch; the policies of this test agree where these do.
func (m model) clauses(l backlog.Launch) compiler.Clauses { return m.in.Policies[l.Policy].Clauses }

func same(a, b compiler.Clauses) bool {
	return a.Priority == b.Priority && a.MaxPerRun == b.MaxPerRun && a.Group == b.Group
}

// agree: what shares a run may.
func (m model) agree() error {
	for _, s := range m.sent {
		for _, l := range s.Launches {
			if first := s.Launches[0]; !m.mayShare(first, l) {
				return fmt.Errorf("%v and %v share a run", first, l)
			}
		}
	}
	return nil
}

// mayShare: two assets, or two checks without their assets, may share a run.
func (m model) mayShare(a, b backlog.Launch) bool {
	i, _ := m.in.Space.Find(a.Key)
	j, _ := m.in.Space.Find(b.Key)
	x, y := m.in.Space.Entities[i], m.in.Space.Entities[j]
	if !same(m.clauses(a), m.clauses(b)) || x.Asset.Repository != y.Asset.Repository {
		return false
	}
	if x.Check != nil || y.Check != nil {
		return m.clauses(a).Group != compiler.GroupNone || i == j // its partition is that of its asset
	}
	if a.Partition != b.Partition {
		return false
	}
	unit := slices.Contains(m.in.Space.ExecutionSet(i), j)
	switch m.clauses(a).Group {
	case compiler.GroupDefault:
		return x.Asset.Partitions.Same(y.Asset.Partitions)
	case compiler.GroupNone:
		return i == j || unit
	}
	return true // of which unit an asset is decides on its group and owner
}

// together: without `max per run`, assets of one unit and partition share a run.
func (m model) together() error {
	for _, s := range m.sent {
		for _, l := range s.Launches {
			i, _ := m.in.Space.Find(l.Key)
			for _, o := range m.sent {
				for _, k := range o.Launches {
					j, _ := m.in.Space.Find(k.Key)
					if m.check(l.Key) == nil && slices.Contains(m.in.Space.ExecutionSet(i), j) && l.Partition == k.Partition && same(m.clauses(l), m.clauses(k)) &&
						m.single(l) && m.single(k) && s.Request.ID != o.Request.ID {
						return fmt.Errorf("%v and %v are one unit in two runs", l, k)
					}
				}
			}
		}
	}
	return nil
}

// single: the pair is launched once.
func (m model) single(l backlog.Launch) bool {
	n := 0
	for _, o := range m.in.Launches {
		if o.Pair == l.Pair {
			n++
		}
	}
	return n == 1
}

// small: a request is within `max per run`, but where it has units that cannot be parted.
func (m model) small() error {
	for _, s := range m.sent {
		limit, entities, unit := m.clauses(s.Launches[0]).MaxPerRun, map[string]bool{}, false
		for _, l := range s.Launches {
			entities[l.Key] = true
			i, _ := m.in.Space.Find(l.Key)
			unit = unit || len(m.in.Space.ExecutionSet(i)) > 0
		}
		if limit > 0 && len(entities) > limit && !unit {
			return fmt.Errorf("a run of %d, of %d at most", len(entities), limit)
		}
	}
	return nil
}

// order: of the parts of one run none has an asset that an earlier part depends on.
func (m model) order() error {
	type at struct{ key, partition string }
	seen := map[at]compiler.Clauses{}
	for _, s := range m.sent {
		for _, l := range s.Launches {
			i, _ := m.in.Space.Find(l.Key)
			if m.check(l.Key) == nil && m.single(l) {
				for key := range seen {
					j, _ := m.in.Space.Find(key.key)
					if key.partition == l.Partition && same(seen[key], m.clauses(l)) && m.clauses(l).Group == compiler.GroupDefault &&
						m.mayShare(l, backlog.Launch{Pair: backlog.Pair{Key: key.key, Partition: key.partition}, Policy: l.Policy}) && m.in.Space.IsChild(i, j) {
						return fmt.Errorf("%s runs before %v, on which it depends", key.key, l)
					}
				}
			}
		}
		for _, l := range s.Launches {
			if m.check(l.Key) == nil && m.single(l) {
				seen[at{l.Key, l.Partition}] = m.clauses(l)
			}
		}
	}
	return nil
}

// BenchmarkTwoMillion is 200 assets of 10,000 partitions, all launched on one tick.
func BenchmarkTwoMillion(b *testing.B) {
	keys := make([]string, 10_000)
	for i := range keys {
		keys[i] = fmt.Sprintf("k%05d", i)
	}
	p := partitions(b, graph.Spec{Type: graph.Static, Keys: keys})
	var assets []graph.Asset
	var all []backlog.Launch
	for i := range 200 {
		a := graph.Asset{Key: fmt.Sprintf("a%03d", i), Partitions: p}
		if i > 0 {
			a.Deps = []graph.Dep{{Key: assets[i-1].Key}}
		}
		assets = append(assets, a)
		for _, key := range keys {
			all = append(all, launches("p", backlog.Pair{Key: a.Key, Partition: key})...)
		}
	}
	g := graphOf(b, assets...)
	for _, limit := range []int{0, 50} {
		b.Run(fmt.Sprintf("max %d", limit), func(b *testing.B) {
			in := dispatch.Input{Sensor: "default", At: at, Space: spaceOf(b, g, at), Launches: all,
				Policies: map[string]*compiler.Policy{"p": {Clauses: compiler.Clauses{MaxPerRun: limit}}}}
			for b.Loop() {
				if _, err := dispatch.Requests(in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
