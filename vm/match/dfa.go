package match

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// dfa is the deterministic states that some expressions of an automaton have been seen
// in, found as texts walk through them. It belongs to one goroutine.
type dfa struct {
	*builder
	exprs  []int32 // the automaton's expressions that are walked here
	states []state
	next   []int32 // state × classes + class → state + 1, 0 for unknown, or dead
	known  map[string]int32
	// size is about how many bytes the states take, limit how many they may take; work
	// is what it cost to find them, in places looked at, and read how many bytes walked,
	// both since the states were last forgotten.
	size, limit, work, read int
	// heavy: finding states that did not fit cost too much.
	heavy bool
}

// dead is instead of a state where nothing can match any more.
const dead = -1

// state is a set of places in the programs.
type state struct {
	// places that read a character, or look at it without reading, ascending.
	places []uint32
	// looks: some place looks at characters without reading; before stands for the
	// character before, and is 0 where none looks.
	looks  bool
	before rune
	// accepts are the expressions that match where the text ends here, ascending.
	accepts []int32
}

const (
	// stateOverhead is about how many bytes a state takes beside its lists and its key.
	stateOverhead = 200
	// stateWork is what finding a state costs beside looking at its places, in places.
	stateWork = 64
	// maxWork is the number of places to look at for each byte of text from which finding
	// states costs more than walking through several dfas.
	maxWork = 6
)

// What the character before a state can be, as far as looking at it goes.
const (
	textBegin rune = -1
	afterLine rune = '\n'
	afterWord rune = 'a'
	afterElse rune = ' '
)

func kindOf(r rune) rune {
	switch {
	case r == '\n':
		return afterLine
	case syntax.IsWordChar(r):
		return afterWord
	}
	return afterElse
}

func newDFA(b *builder, exprs []int32, limit int) *dfa {
	d := &dfa{builder: b, exprs: exprs, limit: limit}
	d.reset()
	return d
}

// reset forgets all states but the one before the first character, which is state 0.
func (d *dfa) reset() {
	d.states, d.next, d.known = d.states[:0], d.next[:0], map[string]int32{}
	d.size, d.work, d.read = 0, 0, 0
	d.begin()
	for _, e := range d.exprs {
		d.add(d.start[e], &d.places)
	}
	d.intern(textBegin)
}

// flush forgets the states and keeps one, whose new number it gives.
func (d *dfa) flush(at int32) int32 {
	d.heavy = d.heavy || d.work > maxWork*d.read
	kept := d.states[at]
	d.reset()
	d.begin()
	d.places = append(d.places, kept.places...)
	d.accepts = append(d.accepts, kept.accepts...)
	return d.put(kept.before, kept.looks)
}

// match gives the expressions that the whole text matches, ascending; they are valid
// until the next call.
func (d *dfa) match(text string) []int32 {
	d.read += len(text)
	at, classes := int32(0), len(d.bounds)
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		class := 0
		if r < utf8.RuneSelf {
			class = int(d.ascii[r])
		} else {
			r, size = utf8.DecodeRuneInString(text[i:])
			class = d.search(r)
		}
		i += size
		to := d.next[int(at)*classes+class]
		switch {
		case to > 0:
			at = to - 1
		case to == 0:
			at = d.step(at, class, r)
		}
		if to < 0 || at < 0 {
			return nil
		}
	}
	return d.states[at].accepts
}

// step gives the state after a character of a class, which is not known yet, or dead.
func (d *dfa) step(at int32, class int, r rune) int32 {
	if d.size > d.limit {
		at = d.flush(at)
	}
	places := d.states[at].places
	if d.states[at].looks {
		places = d.past(&d.states[at], r)
	}
	d.work += stateWork + len(places)
	d.begin()
	for _, pc := range places {
		if d.insts[pc].Op != syntax.InstEmptyWidth && d.insts[pc].MatchRune(r) {
			d.add(d.insts[pc].Out, &d.places)
		}
	}
	cell := int(at)*len(d.bounds) + class
	if len(d.places) == 0 && len(d.accepts) == 0 {
		d.next[cell] = dead
		return dead
	}
	to := d.intern(kindOf(r))
	d.next[cell] = to + 1
	return to
}

// intern gives the number of the state that has been made, after a kind of character.
func (d *dfa) intern(before rune) int32 {
	slices.Sort(d.places)
	looks := slices.ContainsFunc(d.places, func(pc uint32) bool { return d.insts[pc].Op == syntax.InstEmptyWidth })
	if looks {
		d.atEnd(before)
	} else {
		before = 0
	}
	slices.Sort(d.accepts)
	d.accepts = slices.Compact(d.accepts)
	return d.put(before, looks)
}

// put gives the number of the state that has been made, a new one where it is unknown.
func (d *dfa) put(before rune, looks bool) int32 {
	d.key = binary.AppendVarint(d.key[:0], int64(before))
	d.key = binary.AppendUvarint(d.key, uint64(len(d.places)))
	last := uint32(0)
	for _, pc := range d.places {
		d.key = binary.AppendUvarint(d.key, uint64(pc-last))
		last = pc
	}
	for _, e := range d.accepts {
		d.key = binary.AppendUvarint(d.key, uint64(e))
	}
	if at, ok := d.known[string(d.key)]; ok {
		return at
	}
	at := int32(len(d.states))
	d.known[string(d.key)] = at
	d.states = append(d.states, state{slices.Clone(d.places), looks, before, slices.Clone(d.accepts)})
	for range d.bounds {
		d.next = append(d.next, 0)
	}
	d.size += stateOverhead + len(d.key) + 4*(len(d.places)+len(d.accepts)+len(d.bounds))
	return at
}
