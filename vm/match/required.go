package match

import (
	"regexp/syntax"
	"slices"
	"unicode/utf8"
)

const (
	// crowd is the number of patterns from which a literal that they share tells too
	// little about a text, so that they are matched together instead of one by one.
	crowd = 8
	// maxLiteral is as much of a literal as is looked for, in bytes: its end.
	maxLiteral = 64
)

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
	var r literalReader
	r.read(tree)
	r.end()
	slices.Sort(r.words)
	return slices.Compact(r.words)
}

// literalReader collects literals; run is the one that is being read.
type literalReader struct {
	words []string
	run   string
}

func (r *literalReader) end() {
	if r.run != "" {
		r.words = append(r.words, r.run[max(0, len(r.run)-maxLiteral):])
	}
	r.run = ""
}

func (r *literalReader) read(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		r.literal(re)
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			r.read(sub)
		}
	case syntax.OpPlus:
		r.end()
		r.read(re.Sub[0])
		r.end()
	case syntax.OpEmptyMatch:
	default:
		r.end()
	}
}

// literal takes the characters of a literal, but for U+FFFD, which also matches a byte
// that is no UTF-8.
func (r *literalReader) literal(re *syntax.Regexp) {
	if re.Flags&syntax.FoldCase != 0 {
		r.end()
		return
	}
	for _, c := range re.Rune {
		if c == utf8.RuneError {
			r.end()
		} else {
			r.run += string(c)
		}
	}
}
