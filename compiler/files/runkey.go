package files

import (
	"slices"
	"strings"

	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/template"
)

// runKey reads the run key, and finds one that can repeat (docs/language.md, Clauses).
func (c *compiler) runKey() {
	clause := clauseOf[*ast.RunKey](c.decl.Body)
	if clause == nil {
		c.program.RunKey = c.defaultRunKey()
		return
	}
	v := c.blockValues("run_key")
	t := v.template(clause.Template.Value, clause.Template.At)
	c.program.RunKey = t
	c.findings = append(c.findings, v.findings...)
	if len(v.findings) == 0 {
		c.repeats(t, clause.Template)
	}
}

func (c *compiler) defaultRunKey() *template.Template {
	text := "{bucket}/{key}@{etag}@{last_modified}"
	if c.again() {
		text += "@{tick}"
	}
	t, _ := template.Parse(text)
	return t
}

// again reports whether the block takes a version of a file more than once.
func (c *compiler) again() bool {
	mode := c.program.Redeliver.Mode
	return mode == "always" || mode == "after"
}

// repeats finds a run key that two requests can share: it lacks the file, its version,
// or the tick where one version is taken on several.
func (c *compiler) repeats(t *template.Template, at *ast.String) {
	ticked := exact(t, "tick")
	version := ticked || t.Uses("etag") || t.Uses("version_id") || exact(t, "last_modified")
	switch mode := c.program.Redeliver.Mode; {
	case !t.Uses("key") && !(t.Uses("folder_path") && t.Uses("name")):
		c.find(diag.RunKeyRepeats, at.Span, "Write `{key}` into it.", "Two files can have the same run key.")
	case c.again() && !ticked:
		c.find(diag.RunKeyRepeats, at.Span, exactHelp(t, "tick"), "With `redeliver %s` one file can have the same run key twice.", mode)
	case mode != "never" && !version:
		c.find(diag.RunKeyRepeats, at.Span, exactHelp(t, "etag", "last_modified"), "Two versions of a file can have the same run key.")
	}
}

// exact reports whether a template shows a time to the second at least.
func exact(t *template.Template, field string) bool {
	return slices.ContainsFunc(t.Parts(), func(p template.Part) bool {
		if p.Field != field || p.Layout == nil {
			return p.Field == field
		}
		day := p.Layout.Has("j") || p.Layout.Has("m") && p.Layout.Has("d")
		return p.Layout.HasDate() && day && p.Layout.Has("H") && p.Layout.Has("M") && p.Layout.Has("S")
	})
}

// exactHelp says which fields to write, or which to write without the format that takes
// their second away.
func exactHelp(t *template.Template, fields ...string) string {
	for _, f := range fields {
		if t.Uses(f) {
			return "Write `{" + f + "}`: its format leaves a part of the time out."
		}
	}
	return "Write `{" + strings.Join(fields, "}` or `{") + "}` into it."
}
