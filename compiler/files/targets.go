package files

import (
	"errors"
	"slices"
	"strings"

	"auto/internal/spell"
	"auto/internal/strftime"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/lang/template"
	"auto/stdlib"
	"auto/vm/graph"
)

// targetInfo is what is known of an asset that a rule requests.
type targetInfo struct {
	requested
	// whole is the place of the target with its partition.
	whole source.Span
	parts []Part
	// asset is nil without a graph, for an unknown key, and for a target by template.
	asset *graph.Asset
}

// templated is a target by template, and where it is written.
type templated struct {
	key *template.Template
	at  ast.Key
}

// targets reads the base assets and the targets of all rules.
func (c *compiler) targets() {
	base := c.baseAssets()
	for i, m := range c.matches {
		infos := slices.Clone(base)
		for _, t := range m.Targets {
			infos = append(infos, c.target(&c.program.Rules[i], t))
		}
		c.agree(infos)
	}
	if len(c.matches) == 0 {
		c.agree(base)
	}
}

// baseAssets reads `always`.
func (c *compiler) baseAssets() []targetInfo {
	var base []targetInfo
	for _, key := range c.always {
		if slices.Contains(c.program.Always, key.Text) {
			c.find(diag.NameTaken, key.Span, "Remove one of them.", "The base asset `%s` is given twice.", key.Text)
			continue
		}
		c.program.Always = append(c.program.Always, key.Text)
		base = append(base, c.known(targetInfo{requested: requested{key.Text, key.Span}, whole: key.Span}))
	}
	return base
}

// known notes an asset that is requested by its key.
func (c *compiler) known(info targetInfo) targetInfo {
	c.fixed = append(c.fixed, info.requested)
	info.asset = c.asset(info.requested)
	return info
}

// asset gives the asset of a key, nil with a finding where the graph has none.
func (c *compiler) asset(r requested) *graph.Asset {
	if c.env.Graph == nil {
		return nil
	}
	a, ok := c.env.Graph.Asset(r.key)
	if ok {
		return a
	}
	help := "Define it in an asset file."
	if near, found := c.env.Graph.Nearest(r.key); found {
		help = "Did you mean `" + near + "`?"
	}
	c.find(diag.UnknownAsset, r.at, help, "No asset is called `%s`.", r.key)
	return nil
}

// target reads a target of a rule.
func (c *compiler) target(r *Rule, t ast.Target) targetInfo {
	v := c.ruleValues(*r, "target")
	key, _ := template.Parse(t.Key.Text)
	if t.Key.Quoted {
		key = v.template(t.Key.Text, t.Key.At)
	}
	broken := len(v.findings) > 0
	info := targetInfo{requested: requested{key.Head(), t.Key.Span}, whole: t.Span}
	for _, part := range t.Parts {
		info.parts = append(info.parts, c.part(v, part))
	}
	c.findings = append(c.findings, v.findings...)
	switch {
	case !key.IsLiteral():
		c.templated = append(c.templated, templated{key, t.Key})
	case !broken:
		info = c.known(info)
		c.checkParts(t, info)
	}
	r.Targets = append(r.Targets, Target{key, info.parts})
	return info
}

// part reads a partition of a target: a capture, read as a time where `as` says so.
func (c *compiler) part(v *valueCompiler, part ast.Part) Part {
	out := Part{Dimension: part.Dimension.Name, Capture: part.Capture.Name}
	captures := v.fields[len(stdlib.FileFields):]
	if !slices.Contains(captures, out.Capture) && !v.unsure {
		help := "Name a capture of the rule."
		if near, ok := spell.Nearest(out.Capture, captures); ok {
			help = "Did you mean `" + near + "`?"
		}
		v.findings.Addf(diag.WrongPartition, part.Capture.Span, help, "The rule captures no `%s`.", out.Capture)
	}
	if part.As != nil {
		out.As = c.as(v, part)
	}
	return out
}

// as reads the format by which a captured text is a time, nil where it cannot be read.
func (c *compiler) as(v *valueCompiler, part ast.Part) *strftime.Layout {
	layout, err := strftime.Parse(part.As.Value)
	var wrong *strftime.Error
	switch {
	case errors.As(err, &wrong):
		v.findings.Addf(diag.BadTimeFormat, part.As.At(wrong.Offset, wrong.Length), "There are "+strftime.Directives+".", "`%s` is not a directive of a time format.", wrong.Text)
	case !layout.HasDate():
		v.findings.Addf(diag.BadTimeFormat, part.As.Span, "Write `%Y` or `%y` into it.", "The format has no year, so it names no time.")
	case slices.Contains(v.times, part.Capture.Name):
		v.findings.Addf(diag.BadTimeFormat, part.As.Span, "Remove `as`.", "`%s` is captured as a time already.", part.Capture.Name)
	}
	return layout
}

// fits finds targets by template that can name no asset, or none of the block's job.
func (c *compiler) fits() {
	if c.env.Graph == nil {
		return
	}
	keys, selected := c.env.Graph.Keys(), c.inJob()
	for _, t := range c.templated {
		canName := func(key string) bool { return canName(t.key, key) }
		switch {
		case !slices.ContainsFunc(keys, canName):
			c.find(diag.TargetFitsNothing, t.at.Span, "Define an asset that it can name.", "No asset of the project fits the target `%s`.", t.at.Text)
		case !slices.ContainsFunc(selected, canName):
			c.find(diag.OutsideJob, t.at.Span, "Add what it can name to the selection of the job, or name another job.", "The job `%s` selects no asset that fits the target `%s`.", c.program.Job, t.at.Text)
		}
	}
}

// inJob gives the assets that the block's job selects, all where there is no such job.
func (c *compiler) inJob() []string {
	keys := c.env.Graph.Keys()
	if _, ok := c.env.Graph.Job(c.program.Job); !ok {
		return keys
	}
	return slices.DeleteFunc(keys, func(key string) bool { return !c.env.Graph.InJob(c.program.Job, key) })
}

// canName reports whether some values of a template's fields make it a key.
func canName(t *template.Template, key string) bool {
	rest, open := key, false
	for i, p := range t.Parts() {
		at := strings.Index(rest, p.Literal)
		switch {
		case p.Field != "":
			open = true
			continue
		case i == len(t.Parts())-1:
			return open && strings.HasSuffix(rest, p.Literal) || rest == p.Literal
		case at < 0 || at > 0 && !open:
			return false
		}
		rest, open = rest[at+len(p.Literal):], false
	}
	return open || rest == ""
}
