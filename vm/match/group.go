package match

import (
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

// crowd is the number of patterns from which a literal that they share tells too
// little about a text, so that they are matched together instead of one by one.
const crowd = 8

// group matches a text against distinct patterns. Each pattern goes the way that costs
// least: a literal that few others share finds the texts that are worth trying it; the
// others walk together through one automaton; what that cannot express is tried each
// time.
type group struct {
	patterns []*Pattern
	literals *literals
	// byLiteral has the patterns that a literal's presence makes worth trying.
	byLiteral [][]int32
	automaton *automaton
	// walkers are the automaton's patterns, by its own numbers.
	walkers []int32
	// always are tried on every text.
	always []int32
}

func newGroup(patterns []*Pattern) *group {
	g := &group{patterns: patterns}
	trees := make([]*syntax.Regexp, len(patterns))
	for i, p := range patterns {
		trees[i] = p.tree()
	}
	chosen := choose(trees)
	words := map[string]int32{}
	var list []string
	var programs []*syntax.Prog
	for i, word := range chosen {
		switch prog := program(trees[i]); {
		case word != "":
			at, ok := words[word]
			if !ok {
				at = int32(len(list))
				words[word], list = at, append(list, word)
				g.byLiteral = append(g.byLiteral, nil)
			}
			g.byLiteral[at] = append(g.byLiteral[at], int32(i))
		case prog != nil:
			programs = append(programs, prog)
			g.walkers = append(g.walkers, int32(i))
		default:
			g.always = append(g.always, int32(i))
		}
	}
	g.literals, g.automaton = newLiterals(list), newAutomaton(programs)
	return g
}

// tree gives the pattern's parsed expression, without its anchors.
func (p *Pattern) tree() *syntax.Regexp {
	tree, err := syntax.Parse(p.body, syntax.Perl|syntax.DotNL)
	if err != nil {
		return &syntax.Regexp{Op: syntax.OpEmptyMatch} // the pattern was parsed before
	}
	return tree.Simplify()
}

// choose gives for each pattern the literal that it requires and that the fewest others
// require, the longest of those; "" where every one is shared by a crowd.
func choose(trees []*syntax.Regexp) []string {
	required := make([][]string, len(trees))
	users := map[string]int{}
	for i, tree := range trees {
		required[i] = requiredLiterals(tree)
		for _, word := range required[i] {
			users[word]++
		}
	}
	chosen := make([]string, len(trees))
	for i, words := range required {
		for _, word := range words {
			best := chosen[i]
			if users[word] <= crowd && (best == "" || users[word] < users[best] || users[word] == users[best] && len(word) > len(best)) {
				chosen[i] = word
			}
		}
	}
	return chosen
}

// requiredLiterals gives texts each of which every match of an expression holds,
// without repeats.
func requiredLiterals(tree *syntax.Regexp) []string {
	var words []string
	run := ""
	end := func() {
		if run != "" {
			words = append(words, run)
		}
		run = ""
	}
	var walk func(*syntax.Regexp)
	walk = func(re *syntax.Regexp) {
		switch re.Op {
		case syntax.OpLiteral:
			if re.Flags&syntax.FoldCase != 0 {
				end()
				return
			}
			for _, r := range re.Rune {
				if r == utf8.RuneError { // it stands for any byte that is no UTF-8, too
					end()
				} else {
					run += string(r)
				}
			}
		case syntax.OpConcat, syntax.OpCapture:
			for _, sub := range re.Sub {
				walk(sub)
			}
		case syntax.OpPlus:
			end()
			walk(re.Sub[0])
			end()
		case syntax.OpEmptyMatch:
		default:
			end()
		}
	}
	walk(tree)
	end()
	slices.Sort(words)
	return slices.Compact(words)
}

// program compiles an expression for the automaton, nil where it looks at more than
// the characters (`^`, `$`, `\b`) or is large.
func program(tree *syntax.Regexp) *syntax.Prog {
	prog, err := syntax.Compile(tree)
	if err != nil || len(prog.Inst) > 1000 {
		return nil
	}
	for _, inst := range prog.Inst {
		if inst.Op == syntax.InstEmptyWidth {
			return nil
		}
	}
	return prog
}

// matcher is what one goroutine needs to match a group.
type matcher struct {
	*group
	walk  *walk
	words []int32
}

func (g *group) matcher() *matcher { return &matcher{group: g, walk: g.automaton.walk()} }

// match appends the patterns that a text matches, in no order, each once.
func (m *matcher) match(text string, hits []int32) []int32 {
	m.words = m.literals.find(text, m.words[:0])
	for _, word := range m.words {
		for _, p := range m.byLiteral[word] {
			hits = m.try(p, text, hits)
		}
	}
	for _, w := range m.walk.match(text) {
		p := m.walkers[w]
		if m.patterns[p].timed() {
			hits = m.try(p, text, hits)
		} else {
			hits = append(hits, p)
		}
	}
	for _, p := range m.always {
		hits = m.try(p, text, hits)
	}
	return hits
}

func (m *matcher) try(p int32, text string, hits []int32) []int32 {
	if m.patterns[p].Matches(text) {
		return append(hits, p)
	}
	return hits
}
