package vm

import (
	"auto/vm/bits"
	"auto/vm/code"
)

// evaluate runs the program of a batch.
func (b *batch) evaluate(m *Machine) {
	b.enter(m)
	b.leave(m, b.run(m, b.frame, b.frame.everything()))
	if b.noted {
		b.loads = b.loads[:0]
		b.note(m)
	}
}

// enter begins an evaluation, and leave ends it with what it gave.
func (b *batch) enter(m *Machine) {
	m.stats.Batches++
	b.again = b.again || b.initial
	b.runs++
}

func (b *batch) leave(m *Machine, r register) {
	b.settle()
	b.keep(m, b.frame, r)
}

// run runs a frame's block over candidates.
func (b *batch) run(m *Machine, f *frame, candidates register) register {
	clear(f.registers)
	f.registers[0], f.runs = candidates, b.runs
	f.returned = b.execute(m, f, 0, len(f.block.Code))
	return f.returned
}

// execute executes the instructions from one position to another; it gives what is returned
// among them.
func (b *batch) execute(m *Machine, f *frame, from, to int) register {
	for pc := from; pc < to; pc++ {
		in := &f.block.Code[pc]
		m.stats.Instructions++
		a := in.Args
		switch in.Op {
		case code.None:
		case code.All:
			f.registers[a[0]] = f.everything()
		case code.Whole:
			f.registers[a[0]] = f.whole(a[0], f.fact(m, b, a[0], a[1]), f.registers[a[2]])
		case code.Within:
			f.registers[a[0]] = f.and(a[0], f.eachOf(f.registers[a[2]]), f.fact(m, b, a[0], a[1]))
		case code.Asked:
			f.registers[a[0]] = f.whole(a[0], f.gather(f.buffer(a[0]), m.asked), f.registers[a[1]])
		case code.Asking:
			f.registers[a[0]] = f.asking(m, a[0], f.registers[a[1]])
		case code.First:
			if b.initial || b.ranged && f.foreign { // Dagster compares ranges with the definition of the node's asset
				f.registers[a[0]] = f.registers[a[1]]
			}
		case code.CronPassed:
			if b.passed(m, int(a[1])) {
				f.registers[a[0]] = f.registers[a[2]]
			}
		case code.Version:
			f.registers[a[0]] = b.version(m, f, a[0], f.registers[a[1]], f.slot(int(a[2])).versions)
		case code.Root:
			f.registers[a[0]] = b.root(m, f, a[0], f.registers[a[1]])
		case code.And:
			f.registers[a[0]] = f.and(a[0], f.registers[a[1]], f.registers[a[2]])
		case code.Or:
			f.registers[a[0]] = f.or(a[0], f.registers[a[1]], f.registers[a[2]])
		case code.Sub:
			f.registers[a[0]] = f.sub(a[0], f.registers[a[1]], f.registers[a[2]])
		case code.Since:
			f.registers[a[0]] = b.sinceOp(m, f, in)
		case code.Newly:
			f.registers[a[0]] = b.newly(f, in)
		case code.AnyDeps, code.AnyChecks, code.AllDeps, code.AllChecks, code.Match:
			for _, c := range f.calls[pc] {
				b.run(m, c, c.asked(f, f.registers[a[1]]))
			}
			b.answer(f, in, f.calls[pc])
			continue
		case code.Lacking, code.Coming:
			f.registers[a[0]] = f.and(a[0], f.eachOf(f.registers[a[1]]), f.lacks[pc])
		case code.Skip:
			if f.registers[a[0]].kind == empty && !f.keyed { // else how it is held is passed on
				pc = int(a[1]) - 1
			}
		case code.Return:
			return f.registers[a[0]]
		}
		if f.keyed {
			b.classify(f, in)
		}
	}
	return register{}
}

// gather gives a set of the space as a register, in room where it has to be put together.
func (f *frame) gather(room, set bits.Set) register { return f.judge(f.take(room, set)) }

// fact gathers a fact into the room of a register.
func (f *frame) fact(m *Machine, b *batch, d, fact uint16) register {
	number := b.facts[fact]
	if f.timeless && m.cache.facts[number].Kind == code.InLatestTimeWindow {
		return f.everything()
	}
	l := m.cache.get(m, number, b.since)
	if l.empty {
		return register{}
	}
	return f.gather(f.buffer(d), l.set)
}

// whole leaves out what is of entities without a candidate.
func (f *frame) whole(d uint16, all, candidates register) register {
	switch {
	case candidates.kind == empty:
		return register{}
	case !f.packed:
		return all
	}
	return f.and(d, all, candidates)
}

// asking gives what is requested so far and one run could execute with the root.
func (f *frame) asking(m *Machine, d uint16, candidates register) register {
	if candidates.kind == empty || !m.requests {
		return register{}
	}
	if !f.packed && m.whole.Has(int(f.segments[0].entity)) && !f.shared.IsEmpty() {
		return f.everything()
	}
	to := f.buffer(d)
	if !to.And(f.take(to, m.now), f.shared) {
		return register{}
	}
	return f.whole(d, register{kind: mixed, words: to}, candidates)
}

// passed reports whether a moment of a schedule passed since the evaluation before.
func (b *batch) passed(m *Machine, cron int) bool {
	if b.since.At.IsZero() {
		return false
	}
	last := m.crons[b.crons[cron]].last
	if last.IsZero() || last.Before(b.since.At) {
		return false
	}
	b.again = true
	return true
}

// version gives the candidates of entities whose code version is not the one seen before.
func (b *batch) version(m *Machine, f *frame, d uint16, candidates register, seen []string) register {
	to := f.buffer(d)
	clear(to)
	changed := false
	for i, seg := range f.segments {
		now := m.space.Entities[seg.entity].Asset.CodeVersion
		if seen[i] != "" && seen[i] != now {
			changed = true
			to.AddRange(int(seg.bit), int(seg.bit+seg.size))
		}
		b.again = b.again || seen[i] != now
		seen[i] = now
	}
	switch {
	case !changed || candidates.kind == empty:
		return register{}
	case !f.packed:
		return candidates
	}
	return f.and(d, candidates, register{kind: mixed, words: to})
}

// root gives the candidates that were updated last by a run that selected the root.
func (b *batch) root(m *Machine, f *frame, d uint16, candidates register) register {
	if candidates.kind == empty {
		return register{}
	}
	to, any := f.buffer(d), false
	clear(to)
	roots := b.frame.segments
	for _, seg := range f.segments {
		root := roots[seg.root].entity
		if root == seg.entity || f.packed && !candidates.words.Has(int(seg.bit)) {
			continue
		}
		if n, ok := m.facts.LatestRunSelects(int(seg.entity), int(root)); ok && candidates.words.Has(int(seg.bit)+n) {
			to.Add(int(seg.bit) + n)
			any = true
		}
	}
	if !any {
		return register{}
	}
	return register{kind: mixed, words: to}
}
