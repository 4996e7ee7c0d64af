package files

import (
	"slices"
	"strings"

	"auto/lang/diag"
	"auto/vm/match"
)

// shadows warns with `take first` about rules that an earlier one leaves nothing for. It
// speaks only where that is sure: the earlier rule's patterns match everything, are the
// same, or match the very text that the later ones are for.
func (c *compiler) shadows() {
	if !c.program.TakeFirst {
		return
	}
	earlier := newEarlier(c.program.Rules)
	for i, r := range c.program.Rules {
		for _, j := range earlier.byName(i) {
			if covers(c.program.Rules[j].Folder, r.Folder) {
				c.shadowed(i, j)
				break
			}
		}
		earlier.add(i)
	}
}

func (c *compiler) shadowed(i, by int) {
	later, first := c.program.Rules[i], c.program.Rules[by]
	c.findings.Add(diag.Diagnostic{Code: diag.RuleShadowed, Span: c.matches[i].Pattern.Span,
		Message: "With `take first` no file reaches the rule `" + later.Name + "`: `" + first.Name + "` takes each one before.",
		Help:    "Put it before `" + first.Name + "`.", Related: []diag.Related{{Span: first.At, Message: "The earlier rule is here."}}})
}

// earlierRules finds the rules before one whose name pattern covers its own, at a cost
// that does not grow with all of them.
type earlierRules struct {
	rules []Rule
	names *match.Set // of the name patterns alone
	same  map[identity][]int
	hits  []int32
	found []int
}

// identity is the same for patterns that match the same because they are written so.
type identity struct {
	text  string
	regex bool
}

func identityOf(p *match.Pattern) identity { return identity{p.Text(), p.IsRegex()} }

// everything stands for all patterns that match every name; no expression is empty.
var everything = identity{regex: true}

func newEarlier(rules []Rule) *earlierRules {
	patterns := make([]match.Rule, len(rules))
	for i, r := range rules {
		patterns[i] = match.Rule{Name: r.Pattern}
	}
	return &earlierRules{rules: rules, names: match.NewSet(patterns), same: map[identity][]int{}}
}

// add makes a rule an earlier one.
func (e *earlierRules) add(i int) {
	key := identityOf(e.rules[i].Pattern)
	if universal(e.rules[i].Pattern, false) {
		key = everything
	}
	e.same[key] = append(e.same[key], i)
}

// byName gives the earlier rules whose name pattern covers that of a rule. What it gives
// is good until the next call.
func (e *earlierRules) byName(i int) []int {
	p := e.rules[i].Pattern
	e.found = append(e.found[:0], e.same[everything]...)
	if !literal(p) {
		e.found = append(e.found, e.same[identityOf(p)]...)
		return e.found
	}
	e.hits = e.names.Match(p.Text(), "", e.hits[:0])
	for _, hit := range e.hits {
		if int(hit) < i {
			e.found = append(e.found, int(hit))
		}
	}
	return e.found
}

// covers reports whether it is sure that one folder pattern matches all that another
// does; nil is any folder.
func covers(a, b *match.Pattern) bool {
	switch {
	case a == nil || universal(a, true):
		return true
	case b == nil:
		return false
	}
	return identityOf(a) == identityOf(b) || literal(b) && !literal(a) && a.Matches(b.Text())
}

// universal reports whether it is sure that a pattern matches every name, or every
// folder path. A name is not empty and has no `/`.
func universal(p *match.Pattern, folder bool) bool {
	switch {
	case p.IsRegex():
		return p.Text() == ".*" || !folder && slices.Contains([]string{".+", "[^/]*", "[^/]+"}, p.Text())
	case folder:
		return p.Text() == "**"
	}
	captures := p.Captures()
	return p.Text() == "*" || len(captures) == 1 && captures[0].Layout == nil && p.Text() == "{"+captures[0].Name+"}"
}

// literal reports whether a pattern is the one text that it matches.
func literal(p *match.Pattern) bool {
	return !p.IsRegex() && !strings.ContainsAny(p.Text(), "*?[]{}")
}
