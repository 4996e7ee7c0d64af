package match

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"sort"
	"unicode"
	"unicode/utf8"
)

// maxStates bounds the cache of a walk; a full one is emptied.
const maxStates = 4096

// automaton matches whole texts against many expressions at once. Each goroutine walks
// it with a cache of its own of the deterministic states that it met; a state is a set
// of places in the expressions' programs.
type automaton struct {
	insts []syntax.Inst
	owner []int32 // the expression of each instruction
	start []uint32
	// bounds are the first characters of the classes that the expressions tell apart;
	// ascii has the class of each ASCII character.
	bounds []rune
	ascii  [128]uint16
}

func newAutomaton(programs []*syntax.Prog) *automaton {
	a := &automaton{}
	cuts := map[rune]bool{0: true}
	for i, prog := range programs {
		base := uint32(len(a.insts))
		for _, inst := range prog.Inst {
			inst.Out += base
			if inst.Op == syntax.InstAlt || inst.Op == syntax.InstAltMatch {
				inst.Arg += base
			}
			cutClasses(&inst, cuts)
			a.insts, a.owner = append(a.insts, inst), append(a.owner, int32(i))
		}
		a.start = append(a.start, base+uint32(prog.Start))
	}
	for r := range cuts {
		a.bounds = append(a.bounds, r)
	}
	slices.Sort(a.bounds)
	for c := range a.ascii {
		a.ascii[c] = uint16(a.search(rune(c)))
	}
	return a
}

// cutClasses notes where an instruction begins and ceases to match.
func cutClasses(inst *syntax.Inst, cuts map[rune]bool) {
	switch inst.Op {
	case syntax.InstRuneAnyNotNL:
		cuts['\n'], cuts['\n'+1] = true, true
	case syntax.InstRune, syntax.InstRune1:
		if len(inst.Rune) == 1 {
			for _, r := range orbit(inst) {
				cuts[r], cuts[r+1] = true, true
			}
			return
		}
		for i := 0; i+1 < len(inst.Rune); i += 2 {
			cuts[inst.Rune[i]], cuts[inst.Rune[i+1]+1] = true, true
		}
	}
}

// orbit gives the characters that an instruction for one character matches.
func orbit(inst *syntax.Inst) []rune {
	first := inst.Rune[0]
	runes := []rune{first}
	if syntax.Flags(inst.Arg)&syntax.FoldCase != 0 {
		for r := unicode.SimpleFold(first); r != first; r = unicode.SimpleFold(r) {
			runes = append(runes, r)
		}
	}
	return runes
}

// search gives the class of a character.
func (a *automaton) search(r rune) int {
	return sort.Search(len(a.bounds), func(i int) bool { return a.bounds[i] > r }) - 1
}

// state is one deterministic state.
type state struct {
	threads []uint32 // places that read a character, ascending
	accepts []int32  // expressions that match where the text ends here
}

// walk is an automaton with one goroutine's cache.
type walk struct {
	*automaton
	states []state
	next   []int32 // state × classes + class → state + 1, 0 for unknown
	known  map[string]int32

	seen    []uint32 // mark of each instruction in the closure that is being made
	mark    uint32
	stack   []uint32
	threads []uint32
	accepts []int32
	key     []byte
}

func (a *automaton) walk() *walk {
	w := &walk{automaton: a, seen: make([]uint32, len(a.insts))}
	w.flush()
	return w
}

// flush empties the cache and makes the state before the first character.
func (w *walk) flush() {
	w.states, w.next, w.known = w.states[:0], w.next[:0], map[string]int32{}
	w.begin()
	for _, pc := range w.start {
		w.add(pc)
	}
	w.intern()
}

// match gives the expressions that the whole text matches, ascending; they are valid
// until the next call.
func (w *walk) match(text string) []int32 {
	if len(w.start) == 0 {
		return nil
	}
	at := int32(0)
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		i += size
		at = w.step(at, r)
		if s := &w.states[at]; len(s.threads) == 0 && (i < len(text) || len(s.accepts) == 0) {
			return nil
		}
	}
	return w.states[at].accepts
}

// step gives the state after a character.
func (w *walk) step(at int32, r rune) int32 {
	class := 0
	if r < utf8.RuneSelf {
		class = int(w.ascii[r])
	} else {
		class = w.search(r)
	}
	cell := int(at)*len(w.bounds) + class
	if to := w.next[cell]; to != 0 {
		return to - 1
	}
	w.begin()
	for _, pc := range w.states[at].threads {
		if w.insts[pc].MatchRune(r) {
			w.add(w.insts[pc].Out)
		}
	}
	if len(w.states) >= maxStates {
		// The threads found so far are kept in w while the cache starts anew.
		threads, accepts := slices.Clone(w.threads), slices.Clone(w.accepts)
		w.flush()
		w.threads, w.accepts = threads, accepts
		return w.intern()
	}
	to := w.intern()
	w.next[cell] = to + 1
	return to
}

func (w *walk) begin() {
	if w.mark++; w.mark == 0 {
		clear(w.seen)
		w.mark = 1
	}
	w.threads, w.accepts = w.threads[:0], w.accepts[:0]
}

// add takes a place and all that it leads to without a character into the state that is
// being made.
func (w *walk) add(pc uint32) {
	w.stack = append(w.stack[:0], pc)
	for len(w.stack) > 0 {
		pc := w.stack[len(w.stack)-1]
		w.stack = w.stack[:len(w.stack)-1]
		if w.seen[pc] == w.mark {
			continue
		}
		w.seen[pc] = w.mark
		switch inst := &w.insts[pc]; inst.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			w.stack = append(w.stack, inst.Out, inst.Arg)
		case syntax.InstCapture, syntax.InstNop:
			w.stack = append(w.stack, inst.Out)
		case syntax.InstMatch:
			w.accepts = append(w.accepts, w.owner[pc])
		case syntax.InstFail:
		default:
			w.threads = append(w.threads, pc)
		}
	}
}

// intern gives the number of the state that has been made.
func (w *walk) intern() int32 {
	slices.Sort(w.threads)
	slices.Sort(w.accepts)
	w.key = w.key[:0]
	for _, pc := range w.threads {
		w.key = binary.LittleEndian.AppendUint32(w.key, pc)
	}
	w.key = append(w.key, 0xFF)
	for _, e := range w.accepts {
		w.key = binary.LittleEndian.AppendUint32(w.key, uint32(e))
	}
	if at, ok := w.known[string(w.key)]; ok {
		return at
	}
	at := int32(len(w.states))
	w.known[string(w.key)] = at
	w.states = append(w.states, state{slices.Clone(w.threads), slices.Clone(w.accepts)})
	w.next = append(w.next, make([]int32, len(w.bounds))...)
	return at
}
