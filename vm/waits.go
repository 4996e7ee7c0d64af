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

// record is a record that is loaded.
type record struct {
	kind   recordKind
	entity int32
}

// wait waits for the records that an operand is read from.
func (t *turn) wait(co *task, f *frame, n *code.Node) {
	if pc := t.m.writers[f.block][n.Result]; pc >= 0 {
		w := waiting{m: t.m, b: t.b, frame: f, co: co, storage: t.storage}
		w.instruction(&f.block.Code[pc])
	}
}

// note finds what Dagster would have loaded for an evaluation, for levels after it: what is
// loaded once in a tick is not waited for again.
func (b *batch) note(m *Machine) {
	for _, f := range b.frames {
		if f.runs != b.runs {
			continue
		}
		for i := range f.segments {
			w := waiting{m: m, b: b, frame: f, segment: i}
			for pc := range f.block.Code {
				w.instruction(&f.block.Code[pc])
			}
		}
	}
}

// waiting is one entity of a frame for which operands load records. Without a task it only
// says which.
//
// Facts tell what there is to load nearly always; a run that was planned and neither goes on
// nor failed nor materialized is not seen in them, nor is an execution of a check that a
// later materialization has made void.
type waiting struct {
	m       *Machine
	b       *batch
	frame   *frame
	segment int
	co      *task
	storage storage
}

func (w *waiting) entity() int32 { return w.frame.segments[w.segment].entity }

func (w *waiting) load(kind recordKind) { w.loadOf(kind, w.entity()) }

func (w *waiting) loadOf(kind recordKind, entity int32) {
	w.b.loads = append(w.b.loads, record{kind, entity})
	if w.co != nil {
		w.storage.load(w.co, record{kind, entity})
	}
}

// instruction loads what an instruction reads. Without a candidate it reads nothing. The
// records of assets without partitions are loaded before all evaluations, but not their runs.
func (w *waiting) instruction(in *code.Instr) {
	switch in.Op {
	case code.Root:
		if candidates := w.candidates(in.Args[1]); candidates != nil {
			w.latestRun(candidates)
		}
	case code.Whole, code.Within:
		if candidates := w.candidates(in.Args[2]); candidates != nil {
			w.fact(w.m.programs[w.b.program].Facts[in.Args[1]].Kind, candidates)
		}
	}
}

// candidates gives those of the entity, from bit 0 on, nil where there are none.
func (w *waiting) candidates(r uint16) bits.Set {
	held := w.frame.registers[r]
	if held.kind == empty {
		return nil
	}
	set := w.frame.read(held.words, w.segment)
	if w.frame.packed && set.IsEmpty() {
		return nil
	}
	return set
}

// fact loads what a fact is read from.
func (w *waiting) fact(kind code.FactKind, candidates bits.Set) {
	e := &w.m.space.Entities[w.entity()]
	isCheck, partitioned := e.Check != nil, e.Keys != nil
	switch kind {
	case code.InLatestTimeWindow, code.BackfillInProgress, code.DataVersionChanged,
		code.Outdated, code.OutdatedInLatestTimeWindow, code.AlreadyRequested:
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
		w.latestRun(candidates)
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
			w.loadOf(assetRecord, int32(e))
		}
	}
}

// newRuns waits for the runs of new materializations, where there are any.
func (w *waiting) newRuns() {
	switch {
	case w.b.since.Event == 0 || !w.holds(code.NewlyUpdated, w.b.since):
	case w.co == nil:
		w.load(runRecord)
	default:
		w.co.gather(1, func(co *task, _ int) {
			inner := *w
			inner.co = co
			inner.load(runRecord)
		})
	}
}

// latestRun waits for the latest materialization, and where it is of a candidate for its run.
func (w *waiting) latestRun(candidates bits.Set) {
	if candidates.IsEmpty() {
		return // all of none
	}
	kind := assetRecord
	if w.m.space.Entities[w.entity()].Check != nil {
		kind = checkRecord
	}
	byAnyRun := w.of(code.ExecutedWithTags, Since{})
	ofCandidate := byAnyRun.And(byAnyRun, candidates)
	w.load(kind)
	if ofCandidate {
		w.load(runRecord)
	}
}
