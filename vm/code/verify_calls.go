package code

// calls finds out whether the calls form a tree that is not too deep, and whether their
// filters fit.
func (v *verifier) calls() {
	v.callers = make([]place, len(v.Blocks))
	v.depths = make([]int, len(v.Blocks))
	called := make([]bool, len(v.Blocks))
	for b := range v.Blocks {
		if b > 0 && !called[b] {
			v.find(name("block", b), "no block before it calls it")
		}
		for i, in := range v.Blocks[b].Code {
			at := place{b, i}
			if to, ok := in.arg(BlockArg); ok {
				v.call(at, int(to), called)
			}
			if f, ok := in.arg(FilterArg); ok && v.Filters[f].Blocking && in.Op != AnyChecks && in.Op != AllChecks {
				v.findAt(at, "filter%d leaves only blocking checks, the call is about dependencies", f)
			}
		}
	}
}

func (v *verifier) call(at place, to int, called []bool) {
	switch {
	case to <= at.block:
		v.findAt(at, "block%d does not come after the block that calls it", to)
		return
	case called[to]:
		v.findAt(at, "block%d is called twice", to)
		return
	}
	called[to], v.callers[to], v.depths[to] = true, at, v.depths[at.block]+1
	if v.depths[to] > MaxDepth {
		v.findAt(at, "calls are nested deeper than %d", MaxDepth)
	}
}

// skips finds jumps over state.
func (v *verifier) skips() {
	v.keeping = make([]bool, len(v.Blocks))
	for b := len(v.Blocks) - 1; b >= 0; b-- {
		for _, in := range v.Blocks[b].Code {
			v.keeping[b] = v.keeping[b] || v.keeps(in)
		}
	}
	for b := range v.Blocks {
		v.skipsOf(b)
	}
}

// keeps reports whether an instruction moves state on, itself or in a block it calls.
func (v *verifier) keeps(in Instr) bool {
	to, calls := in.arg(BlockArg)
	return in.Op.keeps() || calls && v.keeping[to]
}

// skipsOf looks at the jumps of a block, from the last: next is the position of the first
// instruction with state that follows.
func (v *verifier) skipsOf(b int) {
	code := v.Blocks[b].Code
	next := len(code)
	for i := len(code) - 1; i >= 0; i-- {
		if to, ok := code[i].arg(TargetArg); ok && next < int(to) {
			v.findAt(place{b, i}, "the jump to %d is over the state at %d", to, next)
		}
		if v.keeps(code[i]) {
			next = i
		}
	}
}
