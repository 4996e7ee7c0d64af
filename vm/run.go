package vm

import (
	"auto/vm/bits"
	"auto/vm/code"
)

// evaluate runs the program of a batch.
func (b *batch) evaluate(m *Machine) {
	m.stats.Batches++
	b.again = b.initial
	b.runs++
	f := b.frame
	r := b.run(m, f, f.everything())
	b.settle()
	b.keep(m, f, r)
}

// run runs a frame's block over candidates.
func (b *batch) run(m *Machine, f *frame, candidates register) register {
	clear(f.registers)
	f.registers[0], f.runs = candidates, b.runs
	for pc := 0; ; pc++ {
		in := &f.block.Code[pc]
		m.stats.Instructions++
		a := in.Args
		switch in.Op {
		case code.None:
		case code.All:
			f.registers[a[0]] = f.everything()
		case code.Whole:
			f.registers[a[0]] = b.whole(f, f.fact(m, b, a[0], a[1]), f.registers[a[2]], a[0])
		case code.Within:
			f.registers[a[0]] = f.and(a[0], f.registers[a[2]], f.fact(m, b, a[0], a[1]))
		case code.Asked:
			f.registers[a[0]] = b.whole(f, f.gather(f.buffer(a[0]), m.asked), f.registers[a[1]], a[0])
		case code.Asking:
			f.registers[a[0]] = b.asking(m, f, a[0], f.registers[a[1]])
		case code.First:
			if b.initial {
				f.registers[a[0]] = f.registers[a[1]]
			}
		case code.CronPassed:
			if b.passed(m, int(a[1])) {
				f.registers[a[0]] = f.registers[a[2]]
			}
		case code.Version:
			f.registers[a[0]] = b.version(m, f, a[0], f.registers[a[1]], f.versions[a[2]])
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
		case code.AnyDeps, code.AnyChecks:
			f.registers[a[0]] = b.any(m, f, f.calls[pc], a[0], f.registers[a[1]])
		case code.AllDeps, code.AllChecks:
			f.registers[a[0]] = b.all(m, f, f.calls[pc], a[0], f.registers[a[1]])
		case code.Match:
			f.registers[a[0]] = b.match(m, f, f.calls[pc], a[0], f.registers[a[1]])
		case code.Skip:
			if f.registers[a[0]].kind == empty {
				pc = int(a[1]) - 1
			}
		case code.Return:
			return f.registers[a[0]]
		}
	}
}

// buffer gives the room of a register.
func (f *frame) buffer(register uint16) bits.Set {
	at := int(register) * f.words
	return bits.Set(f.buffers[at : at+f.words])
}

// everything is every partition that the definitions have.
func (f *frame) everything() register {
	switch {
	case f.words == 0:
		return register{}
	case f.ghosts: // a subset can have more than what is defined
		return register{mixed, f.defined}
	}
	return register{full, f.defined}
}

func (f *frame) and(d uint16, a, b register) register {
	switch {
	case a.kind == empty || b.kind == empty:
		return register{}
	case a.kind == full:
		return b
	case b.kind == full:
		return a
	}
	to := f.buffer(d)
	if !to.And(a.words, b.words) {
		return register{}
	}
	return register{mixed, to}
}

func (f *frame) or(d uint16, a, b register) register {
	switch {
	case a.kind == empty || b.kind == full:
		return b
	case b.kind == empty || a.kind == full:
		return a
	}
	to := f.buffer(d)
	to.Or(a.words, b.words)
	return register{mixed, to}
}

func (f *frame) sub(d uint16, a, b register) register {
	switch {
	case a.kind == empty || b.kind == full:
		return register{}
	case b.kind == empty:
		return a
	}
	to := f.buffer(d)
	if !to.AndNot(a.words, b.words) {
		return register{}
	}
	return register{mixed, to}
}

// judge makes a register of words.
func (f *frame) judge(words bits.Set) register {
	var any uint64
	same := true
	defined := f.defined[:len(words)]
	for i, w := range words {
		any |= w
		same = same && w == defined[i]
		if any != 0 && !same {
			return register{mixed, words}
		}
	}
	switch {
	case any == 0:
		return register{}
	case same && !f.ghosts:
		return register{full, f.defined}
	}
	return register{mixed, words}
}

// gather gives a set of the space as a register, in room where it has to be put together.
func (f *frame) gather(room, set bits.Set) register {
	switch {
	case f.words == 0:
		return register{}
	case f.direct >= 0:
		return f.judge(set[f.direct : f.direct+f.words])
	}
	f.collect(room, set)
	return f.judge(room)
}

// fact gathers a fact into the room of a register.
func (f *frame) fact(m *Machine, b *batch, d, fact uint16) register {
	l := m.cache.get(m, b.facts[fact], b.since)
	if l.empty {
		return register{}
	}
	return f.gather(f.buffer(d), l.set)
}

// collect puts the bits of a set at some places side by side.
func collect(to, from bits.Set, at []int32) {
	for w := 0; len(at) > 0; w++ {
		var word uint64
		n := min(len(at), 64)
		for i, bit := range at[:n] {
			word |= from[bit>>6] >> (bit & 63) & 1 << i
		}
		to[w], at = word, at[n:]
	}
}

// whole leaves out what is of entities without a candidate.
func (b *batch) whole(f *frame, all, candidates register, d uint16) register {
	switch {
	case candidates.kind == empty || all.kind == empty:
		return register{}
	case candidates.kind == full || len(f.segments) == 1:
		return all
	}
	to := f.buffer(d)
	copy(to, all.words)
	if words := bits.Words(f.ones); words > 0 {
		to[:words].And(to[:words], candidates.words[:words])
	}
	for _, seg := range f.segments[f.ones:] {
		at, n := int(seg.bit>>6), bits.Words(int(seg.size))
		if bits.Set(candidates.words[at : at+n]).IsEmpty() {
			clear(to[at : at+n])
		}
	}
	return f.judge(to)
}

func (b *batch) asking(m *Machine, f *frame, d uint16, candidates register) register {
	if candidates.kind == empty {
		return register{}
	}
	now := f.gather(f.buffer(d), m.now)
	if now.kind == empty {
		return register{}
	}
	to := f.buffer(d)
	if !to.And(now.words, f.shared) {
		return register{}
	}
	return b.whole(f, register{mixed, to}, candidates, d)
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
		if seen[i] != "" && seen[i] != now && candidates.kind != empty {
			changed = true
			to.AddRange(int(seg.bit), int(seg.bit+seg.size))
		}
		b.again = b.again || seen[i] != now
		seen[i] = now
	}
	if !changed || !to.And(to, candidates.words) {
		return register{}
	}
	return register{mixed, to}
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
		if root == seg.entity || !has(candidates.words, seg) {
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
	return register{mixed, to}
}

// has reports whether a set has something of a segment.
func has(set bits.Set, seg segment) bool {
	if seg.size == 1 {
		return set.Has(int(seg.bit))
	}
	at := int(seg.bit >> 6)
	return !set[at : at+bits.Words(int(seg.size))].IsEmpty()
}
