package vm

import (
	"auto/vm/bits"
	"auto/vm/code"
)

// recordKind is a kind of record that Dagster loads.
type recordKind uint8

// The kinds: an asset's record with its latest materialization, the status of an asset's or
// check's partitions, the latest execution of a check, a run, a freshness state.
const (
	assetRecord recordKind = iota
	assetStatus
	checkRecord
	checkStatus
	runRecord
	freshnessRecord
)

// wait waits for the records that an operand is read from. Without a candidate it is not
// computed. The records of assets without partitions are loaded before all evaluations, but
// not their runs.
//
// Facts tell what there is to load nearly always; a run that was planned and neither goes on
// nor failed nor materialized is not seen in them, nor is an execution of a check that a
// later materialization has made void.
func (t *turn) wait(co *task, f *frame, n *code.Node) {
	pc := t.m.writers[f.block][n.Result]
	if pc < 0 || f.registers[n.Candidates].kind == empty {
		return
	}
	w := waiting{t, co, f, n.Candidates}
	switch in := &f.block.Code[pc]; in.Op {
	case code.Root:
		w.latestRun()
	case code.Whole, code.Within:
		w.fact(t.program.Facts[in.Args[1]].Kind)
	}
}

// waiting is an operand on one entity that waits.
type waiting struct {
	*turn
	co         *task
	frame      *frame
	candidates uint16
}

func (w *waiting) entity() int32 { return w.frame.segments[0].entity }

func (w *waiting) load(kind recordKind) { w.storage.load(w.co, kind, w.entity()) }

func (w *waiting) fact(kind code.FactKind) {
	e := &w.m.space.Entities[w.entity()]
	isCheck, partitioned := e.Check != nil, e.Keys != nil
	switch kind {
	case code.InLatestTimeWindow, code.BackfillInProgress, code.DataVersionChanged:
		return
	case code.FreshnessPassed, code.FreshnessWarned, code.FreshnessFailed:
		if e.Asset.Freshness {
			w.load(freshnessRecord)
		}
		return
	case code.AnyNewUpdateHasRunTags, code.AllNewUpdatesHaveTags:
		w.newRuns()
		return
	case code.ExecutedWithTags:
		w.latestRun()
		return
	case code.NewlyUpdated:
		if isCheck && !w.b.since.At.IsZero() {
			w.load(checkRecord)
		}
		return
	}
	switch {
	case isCheck && partitioned:
		w.load(checkStatus)
	case isCheck:
		w.execution(e.Asset.Key)
	case kind == code.Missing && (e.Asset.External || e.Asset.Observable):
	case partitioned:
		w.load(assetStatus)
	case kind == code.ExecutionFailed:
		w.planned()
	}
}

// holds reports whether a fact holds for any partition of the entity.
func (w *waiting) holds(kind code.FactKind, since Since) bool {
	return !w.of(kind, since).IsEmpty()
}

// of gives the partitions of the entity that a fact holds for, from bit 0 on.
func (w *waiting) of(kind code.FactKind, since Since) bits.Set {
	e := &w.m.space.Entities[w.entity()]
	all := w.m.facts.Set(code.Fact{Kind: kind}, since)
	set := bits.New(sizeOf(e.Keys))
	for i := all.Next(e.Bit); i >= 0 && i < e.Bit+sizeOf(e.Keys); i = all.Next(i + 1) {
		set.Add(i - e.Bit)
	}
	return set
}

// planned waits for the run that was planned last, and where it failed for what the asset
// has materialized.
func (w *waiting) planned() {
	failed := w.holds(code.ExecutionFailed, Since{})
	if failed || w.holds(code.RunInProgress, Since{}) || w.holds(code.ExecutedWithTags, Since{}) {
		w.load(runRecord)
	}
	if failed {
		w.load(assetRecord)
	}
}

// execution waits for the latest execution of a check, for its run where it has no result,
// and for the asset's materialization that it has to be about.
func (w *waiting) execution(asset string) {
	w.load(checkRecord)
	going, failed := w.holds(code.RunInProgress, Since{}), w.holds(code.ExecutionFailed, Since{})
	if going || failed {
		w.load(runRecord)
	}
	if failed || !going && (w.holds(code.CheckPassed, Since{}) || w.holds(code.CheckFailed, Since{})) {
		if e, ok := w.m.space.Find(asset); ok {
			w.storage.load(w.co, assetRecord, int32(e))
		}
	}
}

// newRuns waits for the runs of new materializations, where there are any.
func (w *waiting) newRuns() {
	if w.b.since.Event != 0 && w.holds(code.NewlyUpdated, w.b.since) {
		w.co.gather(1, func(co *task, _ int) { w.storage.load(co, runRecord, w.entity()) })
	}
}

// latestRun waits for the latest materialization, and where it is of a candidate for its run.
func (w *waiting) latestRun() {
	candidates := w.frame.registers[w.candidates]
	if candidates.words.IsEmpty() {
		return // all of none
	}
	kind := assetRecord
	if w.m.space.Entities[w.entity()].Check != nil {
		kind = checkRecord
	}
	w.load(kind)
	if byAnyRun := w.of(code.ExecutedWithTags, Since{}); byAnyRun.And(byAnyRun, candidates.words) {
		w.load(runRecord)
	}
}
