package match

import "regexp/syntax"

// group matches a text against distinct patterns. Each pattern goes the way that costs
// least: a literal that few others share finds the texts that are worth trying it; the
// others walk together through one automaton; those too large for it are tried each
// time.
type group struct {
	patterns []*Pattern
	timed    []bool // of each pattern
	literals *literals
	// tries are what a literal's presence makes worth trying: from firstTry of the
	// literal to firstTry of the next.
	tries     []try
	firstTry  []int32
	automaton *automaton
	// walkers are the automaton's patterns, by its own numbers.
	walkers []int32
	// always are tried on every text.
	always []int32
}

// try is a pattern that is tried alone. Its wildcard, where it has one, is a copy: with
// thousands of patterns fetching what to compare costs more than comparing it, and the
// copies lie together.
type try struct {
	pattern int32
	wild    bool
	// sure: a text that holds the literal matches the wildcard.
	sure     bool
	wildcard wildcard
}

func newGroup(patterns []*Pattern) *group {
	g := &group{patterns: patterns}
	trees := make([]*syntax.Regexp, len(patterns))
	for i, p := range patterns {
		trees[i] = p.tree()
		g.timed = append(g.timed, p.timed)
	}
	byLiteral := map[string][]int32{}
	var words []string
	var programs []*syntax.Prog
	for i, word := range choose(trees) {
		if word != "" {
			if byLiteral[word] == nil {
				words = append(words, word)
			}
			byLiteral[word] = append(byLiteral[word], int32(i))
		} else if prog := program(trees[i]); prog != nil {
			programs = append(programs, prog)
			g.walkers = append(g.walkers, int32(i))
		} else {
			g.always = append(g.always, int32(i))
		}
	}
	g.literals, g.automaton = newLiterals(words), newAutomaton(programs)
	g.pack(words, byLiteral)
	return g
}

// pack lays out the tries in the order of their literals.
func (g *group) pack(words []string, byLiteral map[string][]int32) {
	var room packing
	for _, word := range words {
		for _, p := range byLiteral[word] {
			room.measure(g.patterns[p].wildcard)
		}
	}
	room.open()
	for _, word := range words {
		g.firstTry = append(g.firstTry, int32(len(g.tries)))
		for _, p := range byLiteral[word] {
			t := try{pattern: p}
			if w := g.patterns[p].wildcard; w != nil {
				t.wild, t.sure, t.wildcard = true, w.isHolding(word), room.copy(w)
			}
			g.tries = append(g.tries, t)
		}
	}
	g.firstTry = append(g.firstTry, int32(len(g.tries)))
}

// matcher is what one goroutine needs to match a group.
type matcher struct {
	*group
	walk  *walk
	words []int32
}

func (g *group) matcher() *matcher { return &matcher{group: g, walk: g.automaton.walk(maxSize)} }

// match appends the patterns that a text matches, in no order, each once.
func (m *matcher) match(text string, hits []int32) []int32 {
	m.words = m.literals.find(text, m.words[:0])
	for _, word := range m.words {
		for i := m.firstTry[word]; i < m.firstTry[word+1]; i++ {
			if t := &m.tries[i]; t.sure || !t.wild || t.wildcard.match(text) {
				hits = m.confirm(t.pattern, t.wild, text, hits)
			}
		}
	}
	for _, w := range m.walk.match(text) {
		hits = m.confirm(m.walkers[w], true, text, hits)
	}
	for _, w := range m.walk.alone {
		hits = m.confirm(m.walkers[w], false, text, hits)
	}
	for _, p := range m.always {
		hits = m.confirm(p, false, text, hits)
	}
	return hits
}

// confirm appends a pattern if a text matches it; fits tells that its characters do, so
// that only a date can still fail.
func (m *matcher) confirm(p int32, fits bool, text string, hits []int32) []int32 {
	if fits && !m.timed[p] || m.patterns[p].Matches(text) {
		return append(hits, p)
	}
	return hits
}
