package state_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/store"
	"auto/vm"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"

	"pgregory.net/rapid"
)

// journal takes events in as the daemon does: what has an ID is known once.
type journal struct {
	seen  map[string]bool
	list  []events.Event
	world *facts.World
	// fails is how many events are taken in before all further calls fail, -1 for none.
	fails int
}

var errTake = errors.New("the journal is full")

func newJournal() *journal { return &journal{seen: map[string]bool{}, world: facts.New(), fails: -1} }

func (j *journal) take(_ context.Context, list []events.Event) error {
	if j.fails == 0 {
		return errTake
	}
	if j.fails > 0 {
		j.fails--
	}
	for i := range list {
		e := &list[i]
		if e.ID != "" && j.seen[e.ID] {
			continue
		}
		j.seen[e.ID] = true
		if err := e.Apply(j.world); err != nil {
			return err
		}
		j.list = append(j.list, *e)
	}
	return nil
}

// brief writes events for people, from one on.
func (j *journal) brief(from int) []string {
	var out []string
	for _, e := range j.list[from:] {
		parts := []string{string(e.Type)}
		for _, part := range []string{e.Asset, e.Check, e.Partition, string(e.Status), strings.Join(e.Assets, ","), strings.Join(e.Checks, ","), e.Name} {
			if part != "" {
				parts = append(parts, part)
			}
		}
		if e.Passed != nil {
			parts = append(parts, map[bool]string{true: "passed", false: "failed " + e.Severity}[*e.Passed])
		}
		if len(e.Add)+len(e.Delete) > 0 {
			parts = append(parts, "+"+strings.Join(e.Add, ",")+" -"+strings.Join(e.Delete, ","))
		}
		for _, asset := range slices.Sorted(maps.Keys(e.Targets)) {
			parts = append(parts, asset+"="+strings.Join(e.Targets[asset], ","))
		}
		out = append(out, strings.Join(parts, " "))
	}
	return out
}

// marks are store.Marks in memory.
type marks struct {
	bodies map[string][]byte
	// fails: nothing is put.
	fails bool
}

var errMarks = errors.New("the marks are full")

func (m *marks) PutMarks(_ context.Context, bodies map[string][]byte) error {
	if m.fails {
		return errMarks
	}
	for name, body := range bodies {
		if body == nil {
			delete(m.bodies, name)
		} else {
			m.bodies[name] = body
		}
	}
	return nil
}

func (m *marks) Marks(_ context.Context, prefix string, yield func(store.Mark) error) error {
	for _, name := range slices.Sorted(maps.Keys(m.bodies)) {
		if strings.HasPrefix(name, prefix) {
			if err := yield(store.Mark{Name: name, Body: m.bodies[name]}); err != nil {
				return err
			}
		}
	}
	return nil
}

// facts that are compared, by name.
var kinds = map[string]code.FactKind{
	"missing": code.Missing, "in progress": code.RunInProgress, "failed": code.ExecutionFailed,
	"passed": code.CheckPassed, "not passed": code.CheckFailed, "backfill": code.BackfillInProgress,
}

// holds gives what conditions see of an asset or check: the partitions, "" for none, of
// which each fact holds.
func holds(t rapid.TB, g *graph.Graph, w *facts.World, key string, now time.Time) map[string][]string {
	t.Helper()
	all := known(t, g, w, now)
	out := map[string][]string{}
	for name, list := range all {
		for _, pair := range list {
			if k, partition, _ := strings.Cut(pair, " "); k == key {
				out[name] = append(out[name], partition)
			}
		}
	}
	return out
}

// known gives all facts that hold, as "key partition", by name.
func known(t rapid.TB, g *graph.Graph, w *facts.World, now time.Time) map[string][]string {
	t.Helper()
	s, err := space.New(space.Input{Graph: g, At: now, Dynamic: w.Dynamic, Undefined: w.Undefined()})
	if err != nil {
		t.Fatal(err)
	}
	f := w.Facts(s, now)
	out := map[string][]string{}
	for name, kind := range kinds {
		set := f.Set(code.Fact{Kind: kind}, vm.Since{})
		for i := range s.Entities {
			e := &s.Entities[i]
			for n := range e.Keys.Total() {
				if set.Has(e.Bit + n) {
					out[name] = append(out[name], e.Key+" "+e.Keys.Key(n))
				}
			}
		}
	}
	return out
}
