package match

import (
	"regexp/syntax"
	"slices"
)

// builder finds states. What it is used for ends before it is used again, so that one
// serves all of a goroutine's states of an automaton.
type builder struct {
	*automaton
	seen    []uint32 // mark of each place in the closure that is being made
	mark    uint32
	stack   []uint32
	reading []uint32 // places that are about to read
	places  []uint32
	accepts []int32
	key     []byte
}

func newBuilder(a *automaton) *builder {
	return &builder{automaton: a, seen: make([]uint32, len(a.insts))}
}

// begin starts a state.
func (b *builder) begin() {
	if b.mark++; b.mark == 0 {
		clear(b.seen)
		b.mark = 1
	}
	b.places, b.accepts = b.places[:0], b.accepts[:0]
}

// add appends to a list the places that read or look to which a place leads without a
// character, each once in a state, and to the state's accepts.
func (b *builder) add(pc uint32, list *[]uint32) {
	b.stack = append(b.stack[:0], pc)
	for len(b.stack) > 0 {
		pc := b.stack[len(b.stack)-1]
		b.stack = b.stack[:len(b.stack)-1]
		if b.seen[pc] == b.mark {
			continue
		}
		b.seen[pc] = b.mark
		switch inst := &b.insts[pc]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			b.stack = append(b.stack, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			b.stack = append(b.stack, inst.Out)
		case syntax.InstMatch:
			b.accepts = append(b.accepts, b.owner[pc])
		case syntax.InstFail:
		default:
			*list = append(*list, pc)
		}
	}
}

// past gives the places of a state and those behind its places that look, where what
// they look for is there; next is the character to come, -1 where the text ends.
func (b *builder) past(s *state, next rune) []uint32 {
	flags := syntax.EmptyOpContext(s.before, next)
	b.begin()
	b.reading = append(b.reading[:0], s.places...)
	for i := 0; i < len(b.reading); i++ {
		inst := &b.insts[b.reading[i]]
		if inst.Op == syntax.InstEmptyWidth && syntax.EmptyOp(inst.Arg)&^flags == 0 {
			b.add(inst.Out, &b.reading)
		}
	}
	return b.reading
}

// atEnd adds to the accepts of the state that is being made what matches because the
// text ends.
func (b *builder) atEnd(before rune) {
	s := state{places: slices.Clone(b.places), before: before}
	accepts := slices.Clone(b.accepts)
	b.past(&s, -1)
	b.places = append(b.places[:0], s.places...)
	b.accepts = append(b.accepts, accepts...)
}
