package vm

import (
	"math/bits"

	sets "auto/vm/bits"
	"auto/vm/code"
)

// asked gives what is related to the candidates of the caller.
func (f *frame) asked(caller *frame, candidates register) register {
	to := f.buffer(0)
	switch {
	case candidates.kind == empty:
		return register{}
	case f.parents != nil && candidates.kind != mixed:
		return f.everything()
	case f.parents != nil:
		collect(to, candidates.words, f.parents)
		return f.judge(to)
	}
	clear(to)
	if !f.packed {
		return f.askedOne(caller, candidates, to)
	}
	for i := range f.segments { // of one partitioned entity
		f.out[0] = 0
		f.links[i].ask(f.out[:], candidates.words, candidates.kind == every)
		f.put(to, i, f.out[:])
	}
	return f.judge(to)
}

// askedOne asks about a partitioned entity.
func (f *frame) askedOne(caller *frame, candidates register, to sets.Set) register {
	l, all := &f.links[0], candidates.kind == every && !caller.packed
	from := caller.read(candidates.words, int(f.segments[0].parent))
	if !all && from.IsEmpty() {
		return register{}
	}
	if l.relation.ForAll(!l.down, all) {
		return f.everything()
	}
	if f.alike {
		return f.eachOf(candidates)
	}
	l.ask(to, from, all)
	return f.judge(to)
}

// onto gives the subset of an entity's caller whose partitions are the same.
func (r register) onto(f *frame) register {
	if r.kind == every && !f.links[0].relation.ForAll(f.links[0].down, true) {
		return f.eachOf(r)
	}
	return r
}

// ask adds to the entity's partitions those related to the parent's candidates.
func (l *link) ask(to, from sets.Set, all bool) {
	switch {
	case l.down && all:
		l.relation.DownAll(to)
	case l.down:
		l.relation.Down(to, from)
	case all:
		l.relation.UpAll(to)
	default:
		l.relation.Up(to, from)
	}
}

// answer adds to the parent's partitions those related to what the entity answered, and
// reports whether that stands for all of them.
func (l *link) answer(to, from sets.Set, all bool) (forAll bool) {
	switch {
	case l.down && all:
		l.relation.UpAll(to)
	case l.down:
		l.relation.Up(to, from)
	case all:
		l.relation.DownAll(to)
	default:
		l.relation.Down(to, from)
	}
	return l.relation.ForAll(l.down, all)
}

// answered adds to a set of the caller what is related to what the block returned, and
// reports whether that stands for all of the caller's one entity.
func (f *frame) answered(caller *frame, to sets.Set, r register) (forAll bool) {
	switch {
	case r.kind == empty:
		return false
	case f.parents != nil && r.kind != mixed:
		to.Or(to, f.reach)
		return false
	case f.parents != nil:
		for w, word := range r.words {
			for ; word != 0; word &= word - 1 {
				to.Add(int(f.parents[w<<6+bits.TrailingZeros64(word)]))
			}
		}
		return false
	case !f.packed:
		return f.answeredBy(caller, 0, to, r.words, r.kind == every)
	}
	for i := r.words.Next(0); i >= 0; i = r.words.Next(i + 1) {
		forAll = f.answeredBy(caller, i, to, f.read(r.words, i), false) || forAll
	}
	return forAll
}

// answeredBy adds what is related to what one entity answered.
func (f *frame) answeredBy(caller *frame, i int, to, from sets.Set, all bool) (forAll bool) {
	if !caller.packed {
		return f.links[i].answer(to, from, all)
	}
	caller.out[0] = 0
	f.links[i].answer(caller.out[:], from, all)
	if caller.out[0]&1 != 0 {
		to.Add(int(f.segments[i].parent))
	}
	return false
}

// answer gives an operator what its block returned for each of the entities that it looks at.
func (b *batch) answer(f *frame, in *code.Instr, called []*frame) {
	d, candidates := in.Args[0], f.registers[in.Args[1]]
	switch in.Op {
	case code.AllDeps, code.AllChecks:
		f.registers[d] = f.inEach(called, d, candidates)
	case code.Match:
		f.registers[d] = f.inAny(called, d)
	default:
		any := f.inAny(called, d)
		if f.windowed {
			any = f.eachOf(any) // as or has it
		}
		f.registers[d] = f.and(d, candidates, any)
	}
	if f.keyed {
		b.classify(f, in)
	}
}

// inAny gives what is related to what a call returned for any of its entities.
func (f *frame) inAny(called []*frame, d uint16) register {
	if len(called) == 1 && called[0].alike {
		return called[0].returned.onto(called[0])
	}
	to, all := f.buffer(d), false
	clear(to)
	for _, c := range called {
		all = c.answered(f, to, c.returned) || all
	}
	if all {
		return f.everything()
	}
	return f.judge(to)
}

// inEach keeps the candidates that are related to something that a call returned for each of
// its entities.
func (f *frame) inEach(called []*frame, d uint16, candidates register) register {
	left := candidates
	for _, c := range called {
		r := c.returned
		switch {
		case left.kind == empty:
		case c.parents != nil:
			left = c.without(f, d, left, r)
		default:
			for i := 0; i < len(c.segments) && left.kind != empty; i++ {
				left = c.narrowed(f, d, left, i, r)
			}
		}
	}
	return left
}

// without takes out of a packed caller's subset the entities that answered no.
func (f *frame) without(caller *frame, d uint16, left, r register) register {
	if r.kind == every || r.kind == full {
		return left
	}
	to := caller.own(d, left)
	for w, no := range f.defined {
		if r.kind != empty {
			no &^= r.words[w]
		}
		for ; no != 0; no &= no - 1 {
			to.Remove(int(f.parents[w<<6+bits.TrailingZeros64(no)]))
		}
	}
	return caller.judge(to)
}

// own copies a subset into the room of a register, so that it can be changed.
func (f *frame) own(d uint16, r register) sets.Set {
	to := f.buffer(d)
	clear(to[copy(to, r.words):])
	return to
}

// narrowed keeps of a caller's subset what is related to what one entity answered.
func (f *frame) narrowed(caller *frame, d uint16, left register, i int, r register) register {
	all := r.kind == every && !f.packed
	if f.alike {
		return caller.and(d, left, r.onto(f))
	}
	var from sets.Set
	if r.kind != empty {
		from = f.read(r.words, i)
	}
	no := !all && from.IsEmpty()
	if caller.packed {
		return f.narrowedBit(caller, d, left, i, from, all, no)
	}
	if no {
		return register{}
	}
	clear(caller.room)
	if f.links[i].answer(caller.room, from, all) {
		return left
	}
	if left.kind == every {
		return caller.judge(caller.own(d, register{words: caller.room}))
	}
	to := caller.own(d, left)
	to.And(to, caller.room)
	return caller.judge(to)
}

func (f *frame) narrowedBit(caller *frame, d uint16, left register, i int, from sets.Set, all, no bool) register {
	caller.out[0] = 0
	if !no {
		f.links[i].answer(caller.out[:], from, all)
	}
	if caller.out[0]&1 != 0 {
		return left
	}
	to := caller.own(d, left)
	to.Remove(int(f.segments[i].parent))
	return caller.judge(to)
}
