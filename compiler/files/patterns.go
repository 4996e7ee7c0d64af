package files

import (
	"errors"
	"slices"
	"strings"

	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/stdlib"
	"auto/vm/match"
)

// patternCodes are the findings of the kinds of mistakes in a pattern.
var patternCodes = map[match.ErrorKind]diag.Code{
	match.Syntax: diag.BadPattern, match.Braces: diag.BadBraces, match.Lookaround: diag.NoLookaround, match.Stars: diag.MisplacedStars,
	match.Class: diag.BadClass, match.Adjacent: diag.AdjacentCaptures, match.Format: diag.BadTimeFormat, match.Twice: diag.CaptureTwice,
}

// rules reads the patterns of all rules and makes the set that matches them.
func (c *compiler) rules() {
	names := map[string]source.Span{}
	var patterns []match.Rule
	for i, m := range c.matches {
		r := Rule{Name: c.ruleName(names, i), At: m.Span}
		r.Pattern, r.Folder = c.pattern(m.Pattern, false), c.pattern(m.Folder, true)
		c.unsure = c.unsure || unread(r, m)
		c.captures(r, m)
		c.program.Rules = append(c.program.Rules, r)
		patterns = append(patterns, match.Rule{Name: r.Pattern, Folder: r.Folder})
	}
	if len(c.matches) == 0 && len(c.always) == 0 && !c.decl.Body.Partial {
		c.find(diag.NothingRequested, c.decl.Name.Span, "Write `match …` or `always …`.", "The block `%s` requests nothing.", c.decl.Name.Name)
	}
	if !c.findings.HasErrors() {
		c.patterns = patterns
		c.shadows(patterns)
	}
}

// ruleName gives the name of a rule, which is unique in the block.
func (c *compiler) ruleName(names map[string]source.Span, i int) string {
	m := c.matches[i]
	name, at := m.Name.Name, m.Name.Span
	if name == "" {
		name, at = "rule"+itoa(int64(i+1)), m.Pattern.Span
	}
	if first, taken := names[name]; taken {
		c.findings.Add(diag.Diagnostic{Code: diag.RuleTwice, Span: at, Message: "A rule of this block is called `" + name + "` already.",
			Help: "Give it a name of its own.", Related: []diag.Related{{Span: first, Message: "The first one is here."}}})
	}
	names[name] = at
	return name
}

// unread reports whether a pattern of a rule could not be read.
func unread(r Rule, m *ast.Match) bool {
	return r.Pattern == nil || r.Folder == nil && m.Folder != nil
}

// pattern reads a pattern; it gives nil for none, and for one that cannot be read.
func (c *compiler) pattern(p *ast.Pattern, folder bool) *match.Pattern {
	if p == nil {
		return nil
	}
	var read *match.Pattern
	var err error
	if p.Regex {
		read, err = match.Regex(p.Text)
	} else {
		read, err = match.Glob(p.Text, folder)
	}
	var wrong *match.Error
	if errors.As(err, &wrong) {
		c.find(patternCodes[wrong.Kind], p.At(wrong.Offset, wrong.Length), wrong.Help, "%s", wrong.Message)
		return nil
	}
	c.neverHits(p, read, folder)
	return read
}

// neverHits warns about a pattern that can match no name, or no folder path.
func (c *compiler) neverHits(p *ast.Pattern, read *match.Pattern, folder bool) {
	slash := strings.Contains(p.Text, "/")
	switch {
	case folder && strings.HasSuffix(p.Text, "/"):
		c.find(diag.PatternNeverHits, p.Span, "Write it without the last `/`.", "A folder path ends in `/` only where a key has `//`.")
	case read.CanMatch(folder):
	case folder:
		c.find(diag.PatternNeverHits, p.Span, "Write one that some text matches.", "No folder path matches this.")
	case p.Text == "":
		c.find(diag.PatternNeverHits, p.Span, "Write such as `\"*.csv\"`.", "No file has an empty name.")
	case slash:
		c.find(diag.PatternNeverHits, p.Span, "Write the folder after `in`.", "A file's name has no `/`.")
	default:
		c.find(diag.PatternNeverHits, p.Span, "Write such as `\"*.csv\"`.", "No file's name matches this.")
	}
}

// captures checks the names that a rule binds.
func (c *compiler) captures(r Rule, m *ast.Match) {
	seen := map[string]bool{}
	for _, side := range []struct {
		pattern *match.Pattern
		written *ast.Pattern
	}{{r.Pattern, m.Pattern}, {r.Folder, m.Folder}} {
		if side.pattern == nil {
			continue
		}
		for _, capture := range side.pattern.Captures() {
			c.captureName(capture.Name, captureAt(side.written, capture.Name), seen[capture.Name])
			seen[capture.Name] = true
		}
	}
}

func (c *compiler) captureName(name string, at source.Span, twice bool) {
	switch {
	case slices.Contains(stdlib.FileFields, name):
		c.find(diag.CaptureName, at, "Give it a name of its own, such as `the_"+name+"`.", "`%s` is a field of the file.", name)
	case c.env.Declared(name):
		c.find(diag.CaptureName, at, "Give it a name of its own.", "`%s` is a declaration.", name)
	case twice:
		c.find(diag.CaptureTwice, at, "Give one of them a name of its own.", "`%s` is captured twice.", name)
	}
}

// captureAt gives where a pattern captures a name.
func captureAt(p *ast.Pattern, name string) source.Span {
	openings := []string{"{" + name + "}", "{" + name + ":"}
	if p.Regex {
		openings = []string{"<" + name + ">"}
	}
	for at := 0; at < len(p.Text); at++ {
		rest := p.Text[at:]
		if !p.Regex && strings.HasPrefix(rest, "{{") {
			at++
			continue
		}
		if slices.ContainsFunc(openings, func(opening string) bool { return strings.HasPrefix(rest, opening) }) {
			return p.At(at+1, len(name))
		}
	}
	return p.Span
}

// bound gives the captures of a rule.
func (r Rule) bound() []match.Capture {
	var captures []match.Capture
	for _, p := range []*match.Pattern{r.Pattern, r.Folder} {
		if p != nil {
			captures = append(captures, p.Captures()...)
		}
	}
	return captures
}
