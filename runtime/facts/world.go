package facts

import (
	"fmt"
	"slices"
	"time"

	"auto/vm"
	"auto/vm/bits"
	"auto/vm/graph"
	"auto/vm/space"
)

// World is what is known, folded from events in the order in which they are applied. It
// answers as Dagster's instance and its AssetGraphView would. It is not safe for
// concurrent use.
type World struct {
	names *table
	// last is the id of the last event of any kind.
	last int64

	assets  []*asset
	assetOf map[string]*asset
	newest  recency
	// runs are the known and mentioned ones by their numbers, of which there were
	// runsSoFar.
	runs      map[int32]*run
	runOf     map[string]int32
	runsSoFar int32
	// compacted is the event up to which entries were looked at to forget them, keptRuns
	// how many runs were left.
	compacted int64
	keptRuns  int
	checkOf   map[string]*check
	// evaluated is the greatest time of an evaluation of a check.
	evaluated int64
	dynamic   map[string]*dynamic
	backfills map[string]*backfill
	active    []*backfill // in progress

	// slots are those of assets that share them, by definition.
	slots map[*graph.Partitions]*slots
	ways  map[wayKey]*way
	view  *view
	// noted: on the last tick a partition was seen to have failed that had not.
	noted bool
	// undefined is for Undefined, good while current.
	undefined map[string][]string
	current   bool
	// applied counts events.
	applied int
}

// New gives a world in which nothing happened.
func New() *World {
	return &World{
		names:     newTable(),
		assetOf:   map[string]*asset{},
		runs:      map[int32]*run{},
		runOf:     map[string]int32{},
		checkOf:   map[string]*check{},
		dynamic:   map[string]*dynamic{},
		slots:     map[*graph.Partitions]*slots{},
		ways:      map[wayKey]*way{},
		backfills: map[string]*backfill{},
	}
}

// Apply adds an event. Events that Dagster keeps in its event log have ids; backfills,
// dynamic partitions and the start of a run are kept elsewhere and have none. An event
// that cannot have happened is an error and changes nothing: a status of a run that did
// not start, a run that starts twice, a word that is no status or state.
func (w *World) Apply(e Event) error {
	w.applied++
	switch e := e.(type) {
	case Materialized:
		w.updated(materialized, e.Asset, e.Partition, e.Run, e.DataVersion, e.At)
	case Observed:
		w.updated(observed, e.Asset, e.Partition, "", e.DataVersion, e.At)
	case Planned:
		w.plan(e)
	case CheckPlanned:
		w.planCheck(e)
	case RunStarted:
		return w.startRun(e)
	case RunStatus:
		return w.changeRun(e)
	case Checked:
		return w.checked(e)
	case Backfill:
		return w.applyBackfill(e)
	case Wiped:
		w.last++
		w.wipe(w.asset(e.Asset), micros(e.At))
	case Freshness:
		return w.fresh(e)
	case DynamicPartitions:
		w.applyDynamic(e)
	default:
		return fmt.Errorf("%T is no event", e)
	}
	return nil
}

func (w *World) updated(k kind, key, partition, run, version string, at time.Time) {
	a := w.asset(key)
	w.happened(a, entry{kind: k, key: w.names.number(partition), run: w.run(run), version: versionOf(version), at: micros(at)})
}

// freshness is a state of an asset with a freshness policy.
type freshness uint8

// The states that conditions ask for; all others are unasked.
const (
	unasked freshness = iota
	passing
	warning
	failing
)

var freshnessOf = map[string]freshness{
	"pass": passing, "warn": warning, "fail": failing, "unknown": unasked, "not_applicable": unasked,
}

func (w *World) fresh(e Freshness) error {
	state, ok := freshnessOf[e.State]
	if !ok {
		return fmt.Errorf("`%s` is no freshness state", e.State)
	}
	w.last++
	a := w.asset(e.Asset)
	a.state = state
	w.touch(a)
	return nil
}

// dynamic are the keys of a dynamic definition, in order of addition.
type dynamic struct {
	keys []string
	has  map[string]bool
}

func (w *World) applyDynamic(e DynamicPartitions) {
	d := w.dynamic[e.Name]
	if d == nil {
		d = &dynamic{has: map[string]bool{}}
		w.dynamic[e.Name] = d
	}
	for _, key := range e.Add {
		if !d.has[key] {
			d.has[key] = true
			d.keys = append(d.keys, key)
		}
	}
	before := len(d.has)
	for _, key := range e.Delete {
		delete(d.has, key)
	}
	if len(d.has) < before { // others may hold the list
		d.keys = slices.DeleteFunc(slices.Clone(d.keys), func(key string) bool { return !d.has[key] })
	}
}

// Dynamic gives the keys of a dynamic definition in order of addition; a key that is
// deleted and added again is last. The caller does not write to it.
func (w *World) Dynamic(name string) []string {
	if d := w.dynamic[name]; d != nil {
		return d.keys
	}
	return nil
}

// Seed restores a snapshot: partitions of an entity of a space, by their numbers, were
// materialized at a time, from outside and without data versions. It is one event, and
// comes before all other events about the asset.
func (w *World) Seed(s *space.Space, entity int, set bits.Set, at time.Time) error {
	e := &s.Entities[entity]
	a := w.asset(e.Key)
	if e.Check != nil || a.log.last() != 0 {
		return fmt.Errorf("`%s` is no asset that nothing is known about", e.Key)
	}
	position := w.store(a, entry{kind: seeded, at: micros(at)})
	sown := seed{position: position}
	if e.Keys != nil {
		w.share(a, e.Keys)
		sown.slots = w.way(e.Keys, a.slots).slotsOf(w.names, set)
	}
	a.seeds = append(a.seeds, sown)
	a.sow(position)
	w.touch(a)
	return nil
}

// Facts gives what is known about the entities of a space at an instant. It is good until
// the next event. Dagster notes at each tick which partitions have failed; this call is
// that tick.
//
// The space is the one of an earlier call as long as neither the graph, nor the keys of a
// definition, nor Undefined changed; then nothing is looked at but what events touched.
// The instant itself decides nothing beyond the windows of the space.
func (w *World) Facts(s *space.Space, _ time.Time) vm.Facts {
	w.noted = false
	if w.view == nil || w.view.space != s {
		w.view = w.newView(s)
	} else {
		w.view.refresh()
	}
	return known{w.view}
}

// LastEvent gives the id of the last event, 0 where there was none.
func (w *World) LastEvent() int64 { return w.last }

// Noted reports whether the last call of Facts saw a failure that is remembered because a
// tick has seen it.
func (w *World) Noted() bool { return w.noted }

// Changed gives the entities, by their numbers in the space given to Facts last, in
// ascending order, that events since the call of Facts before it were about; all where
// that call was for another space or the first. The facts of all other entities are what
// they were, but for those that are about what is new: these end without an event, when
// the evaluation that they are asked since moves on.
func (w *World) Changed() []int {
	if w.view == nil {
		return nil
	}
	return w.view.changed
}
