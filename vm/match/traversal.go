package match

import (
	"math"
	"regexp/syntax"
	"slices"
	"unicode"
)

// maxTraversal bounds the work of looking through the states of patterns.
const maxTraversal = 1 << 20

// traversal goes through all states of a dfa, those that short texts lead to first.
type traversal struct {
	dfa    *dfa
	folder bool
	// from has for each state but the first the state before it on the shortest way, and
	// by the character that leads on.
	from []int32
	by   []rune
	// at and last are the way to what is being visited, last -1 for the empty text.
	at   int32
	last rune
}

func newTraversal(programs []*syntax.Prog, folder bool) *traversal {
	exprs := make([]int32, len(programs))
	for i := range exprs {
		exprs[i] = int32(i)
	}
	d := newDFA(newBuilder(newAutomaton(programs)), exprs, math.MaxInt)
	return &traversal{dfa: d, folder: folder, from: []int32{0}, by: []rune{0}}
}

// visit calls f with what each text that a file can have makes the expressions accept,
// once for every difference that there is, until it gives false. It reports whether it
// was through before that took too long.
func (t *traversal) visit(f func(accepts []int32) bool) bool {
	t.last = -1
	if t.folder && !f(t.dfa.states[0].accepts) {
		return true
	}
	for t.at = 0; int(t.at) < len(t.dfa.states); t.at++ {
		for class, r := range t.dfa.bounds {
			if !t.possible(r) {
				continue
			}
			if t.dfa.work > maxTraversal {
				return false
			}
			t.last = r
			if to := t.follow(class, r); to != dead && !f(t.dfa.states[to].accepts) {
				return true
			}
		}
	}
	return true
}

// possible reports whether a text can have a character; the last class may begin behind
// the last one there is.
func (t *traversal) possible(r rune) bool {
	return r <= unicode.MaxRune && (t.folder || r != '/')
}

// follow gives the state after a character, or dead, and remembers the way to a new one.
func (t *traversal) follow(class int, r rune) int32 {
	to := t.dfa.step(t.at, class, r)
	if int(to) == len(t.from) {
		t.from, t.by = append(t.from, t.at), append(t.by, r)
	}
	return to
}

// path gives the text that leads to what was visited last.
func (t *traversal) path() []rune {
	if t.last < 0 {
		return nil
	}
	path := []rune{t.last}
	for at := t.at; at > 0; at = t.from[at] {
		path = append(path, t.by[at])
	}
	slices.Reverse(path)
	return path
}
