package vm

import (
	"slices"
	"time"

	"auto/vm/bits"
	"auto/vm/code"
)

// maxTimed is above how many updated partitions of one asset all get the time of the
// evaluation (Dagster's DAGSTER_MAX_PARTITIONS_FOR_DA_TIMESTAMP_FETCH).
const maxTimed = 100

// timed are partitions of one entity, from bit 0 on, with the time they came by.
type timed struct {
	at     time.Time
	subset bits.Set
}

// later gives the partitions that a SINCE keeps although they were reset on the same tick:
// those triggered later than every reset. nil stands for none.
func (b *batch) later(m *Machine, f *frame, in *code.Instr, trigger, reset register) bits.Set {
	state := &m.programs[b.program].States[in.Args[3]]
	if state.Trigger == 0 || state.Reset == 0 {
		return nil
	}
	var wins bits.Set
	for i := range f.segments {
		both := slices.Clone(f.read(trigger.words, i))
		if !both.And(both, f.read(reset.words, i)) {
			continue
		}
		triggered, resets := b.times(m, f, i, state.Trigger), b.times(m, f, i, state.Reset)
		if triggered == nil || resets == nil {
			continue
		}
		if won := laterThan(triggered, resets); won != nil && both.And(both, won) {
			if wins == nil {
				wins = make(bits.Set, f.words)
			}
			f.put(wins, i, both)
		}
	}
	return wins
}

// laterThan is Dagster's subset_with_later_timestamps_than.
func laterThan(triggered, resets []timed) bits.Set {
	var won bits.Set
	for _, t := range triggered {
		add := append(bits.Set(nil), t.subset...)
		for _, r := range resets {
			if !r.at.Before(t.at) {
				add.AndNot(add, r.subset)
			}
		}
		if won == nil {
			won = add
		} else {
			won.Or(won, add)
		}
	}
	return won
}

// times gives the times of a segment's subset, nil where it has none.
func (b *batch) times(m *Machine, f *frame, segment int, entry uint16) []timed {
	t := &m.programs[b.program].Times[entry-1]
	seg := f.segments[segment]
	switch t.Kind {
	case code.TriggerTime:
		return b.times(m, f, segment, t.Inner)
	case code.CallTime:
		return b.callTimes(m, f.calls[t.Call], segment, t.Inner)
	}
	r := f.registers[t.Register]
	if r.kind == empty {
		return nil
	}
	subset := slices.Clone(f.read(r.words, segment))
	if subset.IsEmpty() {
		return nil
	}
	switch t.Kind {
	case code.CronTime:
		return []timed{{m.crons[b.crons[t.Cron]].last, subset}}
	case code.RequestTime:
		if b.since.At.IsZero() {
			return nil
		}
		return []timed{{b.since.At, subset}}
	}
	return m.updateTimes(int(seg.entity), subset)
}

// updateTimes gives the times of the materializations of updated partitions that were
// stored last.
func (m *Machine) updateTimes(entity int, updated bits.Set) []timed {
	if m.space.Entities[entity].Check != nil {
		return nil
	}
	if updated.Count() > maxTimed {
		return []timed{{m.at, updated}}
	}
	var out []timed
	for i := updated.Next(0); i >= 0; i = updated.Next(i + 1) {
		at, ok := m.facts.UpdatedAt(entity, i)
		if !ok {
			continue
		}
		one := make(bits.Set, len(updated))
		one.Add(i)
		out = append(out, timed{at, one})
	}
	return out
}

// callTimes gives the times of what a block returned, mapped back to the caller. Both the
// frames of a call and the entities of its packed one are in the order of the caller's.
func (b *batch) callTimes(m *Machine, called []*frame, parent int, inner uint16) (out []timed) {
	n := len(called)
	if n > 0 && called[n-1].packed {
		n--
		out = b.frameTimes(m, out, called[n], parent, inner)
	}
	first, _ := slices.BinarySearchFunc(called[:n], parent, func(f *frame, parent int) int { return int(f.segments[0].parent) - parent })
	for _, f := range called[first:n] {
		if int(f.segments[0].parent) != parent {
			break
		}
		out = b.frameTimes(m, out, f, parent, inner)
	}
	return out
}

// frameTimes adds the times of those in a called frame that belong to one of the caller's.
func (b *batch) frameTimes(m *Machine, out []timed, f *frame, parent int, inner uint16) []timed {
	if f.runs != b.runs {
		return out
	}
	i, _ := slices.BinarySearchFunc(f.segments, parent, func(s segment, parent int) int { return int(s.parent) - parent })
	for ; i < len(f.segments) && int(f.segments[i].parent) == parent; i++ {
		for _, t := range b.times(m, f, i, inner) {
			out = append(out, timed{t.at, f.mapped(i, t.subset, false)})
		}
	}
	return out
}

// mapped gives what is related to what one entity answered, from bit 0 on; all says that
// the answer stands for all partitions.
func (f *frame) mapped(i int, answer bits.Set, all bool) bits.Set {
	if f.parents != nil {
		return slices.Clone(answer)
	}
	to := bits.New(int(f.parent.segments[f.segments[i].parent].size))
	if forAll := f.links[i].answer(to, answer, all); forAll && !f.parent.packed && (all || !answer.IsEmpty()) {
		copy(to, f.parent.defined)
	}
	return to
}
