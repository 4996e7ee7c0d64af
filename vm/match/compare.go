package match

import (
	"regexp/syntax"
	"slices"
)

// CanMatch reports whether some file's name, or where folder is set some folder path, can
// match the pattern: names are not empty and hold no `/`. It is only false where that is
// certain.
func (p *Pattern) CanMatch(folder bool) bool {
	_, found, complete := p.witness(folder)
	return found || !complete
}

// Shadowed gives for each rule the first of the earlier ones that certainly matches every
// file that it matches, -1 where none does. What several earlier rules match only
// together is not found, nor what would take long to find.
func Shadowed(rules []Rule) []int {
	s := shadows{rules: rules, set: NewSet(rules), witnesses: map[*Pattern]witness{}}
	by := make([]int, len(rules))
	for i := range rules {
		by[i] = s.first(int32(i))
	}
	return by
}

// maxCandidates bounds the earlier rules that are compared with one.
const maxCandidates = 32

type shadows struct {
	rules     []Rule
	set       *Set
	witnesses map[*Pattern]witness
	hits      []int32
}

// witness is a text that a pattern matches, if one is known.
type witness struct {
	text  string
	known bool
}

// first gives the first earlier rule that covers a rule. Only those can that match a file
// that the rule matches, and the set finds them without looking at the others.
func (s *shadows) first(rule int32) int {
	r := s.rules[rule]
	name, folder := s.witness(r.Name, false), witness{known: true}
	if r.Folder != nil {
		folder = s.witness(r.Folder, true)
	}
	if !name.known || !folder.known {
		return -1
	}
	s.hits = s.set.Match(name.text, folder.text, s.hits[:0])
	for n, earlier := range s.hits {
		if earlier >= rule || n == maxCandidates {
			break
		}
		e := s.rules[earlier]
		if covers(e.Name, r.Name, false) && (e.Folder == nil || r.Folder != nil && covers(e.Folder, r.Folder, true)) {
			return int(earlier)
		}
	}
	return -1
}

func (s *shadows) witness(p *Pattern, folder bool) witness {
	w, ok := s.witnesses[p]
	if !ok {
		text, found, _ := p.witness(folder)
		w = witness{text, found && p.Matches(text)}
		s.witnesses[p] = w
	}
	return w
}

// covers reports whether it is certain that a matches every name, or folder path, that b
// matches.
func covers(a, b *Pattern, folder bool) bool {
	if a.key() == b.key() {
		return true
	}
	progA, progB := program(a.tree()), program(b.tree())
	if progA == nil || progB == nil || a.timed {
		return false // a's characters do not decide which dates it matches
	}
	t := newTraversal([]*syntax.Prog{progA, progB}, folder)
	covered := true
	complete := t.visit(func(accepts []int32) bool {
		covered = !slices.Contains(accepts, 1) || slices.Contains(accepts, 0)
		return covered
	})
	return covered && complete
}

// witness gives a short text that the pattern's characters match; complete tells that
// all were looked through. A date in it need not exist.
func (p *Pattern) witness(folder bool) (text string, found, complete bool) {
	prog := program(p.tree())
	if prog == nil {
		return "", false, false
	}
	t := newTraversal([]*syntax.Prog{prog}, folder)
	complete = t.visit(func(accepts []int32) bool {
		found = len(accepts) > 0
		return !found
	})
	if found {
		text = string(t.path())
	}
	return text, found, complete
}
