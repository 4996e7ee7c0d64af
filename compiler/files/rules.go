package files

import (
	"errors"
	"regexp"
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
	"auto/vm/match"
)

// patternCodes are the findings of the kinds of mistakes in a pattern.
var patternCodes = map[match.ErrorKind]diag.Code{
	match.Syntax: diag.BadPattern, match.Braces: diag.BadBraces, match.Lookaround: diag.NoLookaround, match.Stars: diag.MisplacedStars,
	match.Class: diag.BadClass, match.Adjacent: diag.AdjacentCaptures, match.Format: diag.BadTimeFormat, match.Twice: diag.CaptureTwice,
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
	c.neverHits(p, folder)
	return read
}

// neverHits warns about a glob that no name or folder can match.
func (c *compiler) neverHits(p *ast.Pattern, folder bool) {
	switch {
	case p.Regex:
	case !folder && p.Text == "":
		c.find(diag.PatternNeverHits, p.Span, "Write such as `\"*.csv\"`.", "No file has an empty name.")
	case !folder && strings.Contains(p.Text, "/"):
		c.find(diag.PatternNeverHits, p.Span, "Write the folder after `in`.", "A file's name has no `/`.")
	case folder && p.Text != "" && strings.HasSuffix(p.Text, "/"):
		c.find(diag.PatternNeverHits, p.Span, "Write it without the last `/`.", "A folder path ends without `/`.")
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
			at := captureAt(side.written, capture.Name)
			switch {
			case slices.Contains(stdlib.FileFields, capture.Name):
				c.find(diag.CaptureName, at, "Give it a name of its own, such as `the_"+capture.Name+"`.", "`%s` is a field of the file.", capture.Name)
			case c.env.Declared(capture.Name):
				c.find(diag.CaptureName, at, "Give it a name of its own.", "`%s` is a declaration.", capture.Name)
			case seen[capture.Name]:
				c.find(diag.CaptureTwice, at, "Give one of them a name of its own.", "`%s` is captured twice.", capture.Name)
			}
			seen[capture.Name] = true
		}
	}
}

// captureAt gives where a pattern captures a name.
func captureAt(p *ast.Pattern, name string) source.Span {
	for _, opening := range []string{"{" + name + "}", "{" + name + ":", "<" + name + ">"} {
		if i := strings.Index(p.Text, opening); i >= 0 {
			return p.At(i+1, len(name))
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

// shadows warns about rules that an earlier one leaves nothing for, where that is sure.
func (c *compiler) shadows() {
	if !c.program.TakeFirst {
		return
	}
	for i, later := range c.program.Rules {
		for _, earlier := range c.program.Rules[:i] {
			if covers(earlier.Pattern, later.Pattern, false) && covers(earlier.Folder, later.Folder, true) {
				c.findings.Add(diag.Diagnostic{Code: diag.RuleShadowed, Span: c.matches[i].Pattern.Span,
					Message: "With `take first` no file reaches the rule `" + later.Name + "`: `" + earlier.Name + "` takes each one before.",
					Help:    "Put it before `" + earlier.Name + "`.", Related: []diag.Related{{Span: earlier.At, Message: "The earlier rule is here."}}})
				break
			}
		}
	}
}

// covers reports whether it is sure that one pattern matches all that another does.
func covers(a, b *match.Pattern, folder bool) bool {
	switch {
	case a == nil || a.Text() == "**" && folder && !a.IsRegex() || a.Text() == "*" && !folder && !a.IsRegex():
		return true
	case b == nil:
		return false
	case a.Text() == b.Text() && a.IsRegex() == b.IsRegex():
		return true
	}
	return !b.IsRegex() && !strings.ContainsAny(b.Text(), "*?[]{}") && a.Matches(b.Text())
}

// ruleValues reads the values of a rule's own block and its targets: all of its
// captures are known.
func (c *compiler) ruleValues(r Rule, clause string) *valueCompiler {
	v := &valueCompiler{fields: slices.Clone(stdlib.FileFields), times: slices.Clone(timeFields), clause: clause, env: c.env}
	for _, capture := range r.bound() {
		v.fields = append(v.fields, capture.Name)
		if capture.Layout != nil {
			v.times = append(v.times, capture.Name)
		}
	}
	return v
}

// blockValues reads the block's values: the captures that every rule binds are known.
func (c *compiler) blockValues(clause string) *blockCompiler {
	v := &valueCompiler{fields: slices.Clone(stdlib.FileFields), times: slices.Clone(timeFields), clause: clause, env: c.env}
	counts, times := map[string]int{}, map[string]int{}
	for _, r := range c.program.Rules {
		for _, capture := range r.bound() {
			counts[capture.Name]++
			if capture.Layout != nil {
				times[capture.Name]++
			}
		}
	}
	for name, n := range counts {
		if n == len(c.program.Rules) {
			v.fields = append(v.fields, name)
		}
		if times[name] == len(c.program.Rules) {
			v.times = append(v.times, name)
		}
	}
	slices.Sort(v.fields[len(stdlib.FileFields):])
	return &blockCompiler{v, c}
}

// blockCompiler hands its findings to the block's.
type blockCompiler struct {
	*valueCompiler
	c *compiler
}

func (b *blockCompiler) template(text string, at func(start, length int) source.Span) *template.Template {
	t := b.valueCompiler.template(text, at)
	b.c.findings = append(b.c.findings, b.findings...)
	b.findings = nil
	return t
}

// templates reads tags, params and config of the block and of the rules.
func (c *compiler) templates(defaults *ast.Block) {
	p := c.program
	p.Tags, p.Params, p.Config = c.maps(c.decl.Body, func(clause string) *valueCompiler { return c.blockValues(clause).valueCompiler })
	if defaults != nil {
		tags, params, _ := c.maps(defaults, func(clause string) *valueCompiler { return c.blockValues(clause).valueCompiler })
		p.Tags, p.Params = mergeEntries(tags, p.Tags), mergeEntries(params, p.Params)
	}
	for i, m := range c.matches {
		if m.Body == nil {
			continue
		}
		r := &p.Rules[i]
		r.Tags, r.Params, r.Config = c.maps(m.Body, func(clause string) *valueCompiler { return c.ruleValues(*r, clause) })
	}
	c.checkConfigs()
}

// mergeEntries puts the nearer entries over the farther ones.
func mergeEntries(far, near []Entry) []Entry {
	merged := slices.Clone(far)
	for _, e := range near {
		i := slices.IndexFunc(merged, func(other Entry) bool { return other.Key == e.Key })
		if i < 0 {
			merged = append(merged, e)
		} else {
			merged[i] = e
		}
	}
	return merged
}

func (c *compiler) maps(b *ast.Block, values func(clause string) *valueCompiler) (tags, params []Entry, config []Config) {
	for _, clause := range b.Clauses {
		v := values(clause.Word())
		switch k := clause.(type) {
		case *ast.Entries:
			if k.Word() == "tags" {
				tags = mergeEntries(tags, v.entries(k.Map))
			} else {
				params = mergeEntries(params, v.entries(k.Map))
			}
		case *ast.Config:
			config = c.addConfig(config, k, v.entries(k.Map))
		}
		c.findings = append(c.findings, v.findings...)
	}
	return tags, params, config
}

func (c *compiler) addConfig(config []Config, k *ast.Config, entries []Entry) []Config {
	if slices.ContainsFunc(config, func(other Config) bool { return other.Asset == k.Asset.Text }) {
		c.find(diag.ClauseTwice, k.Asset.Span, "Write its fields into one.", "`%s` has a `config` already: there is one for each asset.", k.Asset.Text)
		return config
	}
	return append(config, Config{k.Asset.Text, entries})
}

// checkConfigs finds config of assets that are never requested.
func (c *compiler) checkConfigs() {
	templated := false
	var known []string
	for _, target := range c.staticTargets() {
		known = append(known, target.Text)
	}
	for _, m := range c.matches {
		for _, t := range m.Targets {
			templated = templated || strings.ContainsAny(t.Key.Text, "{}")
		}
	}
	check := func(b *ast.Block) {
		for _, clause := range b.Clauses {
			k, ok := clause.(*ast.Config)
			if !ok || slices.Contains(known, k.Asset.Text) {
				continue
			}
			c.unrequested(k.Asset, known, templated)
		}
	}
	check(c.decl.Body)
	for _, m := range c.matches {
		if m.Body != nil {
			check(m.Body)
		}
	}
}

func (c *compiler) unrequested(asset ast.Key, known []string, templated bool) {
	if templated {
		c.asset(asset)
		return
	}
	help := "Add it to `always` or to the targets of a rule."
	if near, ok := spell.Nearest(asset.Text, known); ok {
		help = "Did you mean `" + near + "`?"
	}
	c.find(diag.ConfigOfNoTarget, asset.Span, help, "The block never requests the asset `%s`.", asset.Text)
}

// asset finds a key that the graph does not have.
func (c *compiler) asset(key ast.Key) *graph.Asset {
	if c.env.Graph == nil {
		return nil
	}
	a, ok := c.env.Graph.Asset(key.Text)
	if ok {
		return a
	}
	help := "Define it in an asset file."
	if near, found := c.env.Graph.Nearest(key.Text); found {
		help = "Did you mean `" + near + "`?"
	}
	c.find(diag.UnknownAsset, key.Span, help, "No asset is called `%s`.", key.Text)
	return nil
}

// targets reads the base assets and the targets of all rules.
func (c *compiler) targets() {
	for _, key := range c.always {
		if slices.Contains(c.program.Always, key.Text) {
			c.find(diag.NameTaken, key.Span, "Remove one of them.", "The base asset `%s` is given twice.", key.Text)
			continue
		}
		c.asset(key)
		c.program.Always = append(c.program.Always, key.Text)
	}
	for i, m := range c.matches {
		r := &c.program.Rules[i]
		var first *targetInfo
		for _, t := range m.Targets {
			info := c.target(r, t)
			if len(t.Parts) == 0 {
				continue
			}
			if first == nil {
				first = &info
				continue
			}
			c.agree(*first, info)
		}
	}
}

// targetInfo is what is known of a target that names a partition.
type targetInfo struct {
	written ast.Target
	parts   []Part
	asset   *graph.Asset
}

func (c *compiler) target(r *Rule, t ast.Target) targetInfo {
	v := c.ruleValues(*r, "target")
	info := targetInfo{written: t}
	var key *template.Template
	if t.Key.Quoted {
		key = v.template(t.Key.Text, t.Key.At)
	} else {
		key, _ = template.Parse(t.Key.Text)
	}
	if key.IsLiteral() {
		info.asset = c.asset(t.Key)
	} else {
		c.fitsSome(key, t.Key)
	}
	for _, part := range t.Parts {
		info.parts = append(info.parts, c.part(v, part))
	}
	c.findings = append(c.findings, v.findings...)
	c.checkParts(info)
	r.Targets = append(r.Targets, Target{key, info.parts})
	return info
}

// fitsSome finds a target by template that can name no asset of the graph.
func (c *compiler) fitsSome(key *template.Template, at ast.Key) {
	if c.env.Graph == nil {
		return
	}
	expr := `\A`
	for _, p := range key.Parts() {
		if p.Field == "" {
			expr += regexp.QuoteMeta(p.Literal)
		} else {
			expr += `(?s:.*)`
		}
	}
	form := regexp.MustCompile(expr + `\z`)
	if !slices.ContainsFunc(c.env.Graph.Keys(), form.MatchString) {
		c.find(diag.TargetFitsNothing, at.Span, "Define an asset that it can name.", "No asset of the project fits the target `%s`.", at.Text)
	}
}

// part reads a partition of a target: a capture, read as a time where `as` says so.
func (c *compiler) part(v *valueCompiler, part ast.Part) Part {
	out := Part{Dimension: part.Dimension.Name, Capture: part.Capture.Name}
	captures := v.fields[len(stdlib.FileFields):]
	if !slices.Contains(captures, out.Capture) {
		help := "Name a capture of the rule."
		if near, ok := spell.Nearest(out.Capture, captures); ok {
			help = "Did you mean `" + near + "`?"
		}
		c.find(diag.WrongPartition, part.Capture.Span, help, "The rule captures no `%s`.", out.Capture)
	}
	if part.As == nil {
		return out
	}
	layout, err := strftime.Parse(part.As.Value)
	var wrong *strftime.Error
	switch {
	case errors.As(err, &wrong):
		c.find(diag.BadTimeFormat, part.As.At(wrong.Offset, wrong.Length), "There are "+strftime.Directives+".", "`%s` is not a directive of a time format.", wrong.Text)
	case !layout.HasDate():
		c.find(diag.BadTimeFormat, part.As.Span, "Write `%Y` or `%y` into it.", "The format has no year, so it names no time.")
	case slices.Contains(v.times, out.Capture):
		c.find(diag.BadTimeFormat, part.As.Span, "Remove `as`.", "`%s` is captured as a time already.", out.Capture)
	}
	out.As = layout
	return out
}

// checkParts holds the partition that a target names against the asset's definition.
func (c *compiler) checkParts(info targetInfo) {
	if info.asset == nil || len(info.parts) == 0 {
		return
	}
	t, definition := info.written, info.asset.Partitions
	switch {
	case definition == nil:
		c.find(diag.WrongPartition, t.Span, "Write `"+t.Key.Span.Text()+"` alone.", "The asset `%s` has no partitions.", t.Key.Text)
	case definition.Type == graph.Multi:
		c.checkDimensions(t, definition)
	case len(info.parts) > 1 || info.parts[0].Dimension != "":
		c.find(diag.WrongPartition, t.Span, "Write `"+t.Key.Span.Text()+"["+t.Parts[0].Capture.Name+"]`.", "The partitions of `%s` have one dimension.", t.Key.Text)
	}
}

func (c *compiler) checkDimensions(t ast.Target, definition *graph.Partitions) {
	names := definition.DimensionNames()
	help := "Write `" + t.Key.Span.Text() + "[" + names[0] + ": …, " + names[1] + ": …]`."
	seen := map[string]bool{}
	for _, part := range t.Parts {
		if !slices.Contains(names, part.Dimension.Name) || seen[part.Dimension.Name] {
			c.find(diag.WrongPartition, part.Span, help, "The partitions of `%s` have the dimensions `%s` and `%s`, each named once.", t.Key.Text, names[0], names[1])
			return
		}
		seen[part.Dimension.Name] = true
	}
	if len(seen) < 2 {
		c.find(diag.WrongPartition, t.Span, help, "The partitions of `%s` have two dimensions.", t.Key.Text)
	}
}

// agree finds two targets of a rule whose partitions cannot be the same.
func (c *compiler) agree(first, other targetInfo) {
	same := slices.EqualFunc(first.parts, other.parts, func(a, b Part) bool {
		return a.Dimension == b.Dimension && a.Capture == b.Capture && (a.As == nil) == (b.As == nil) && (a.As == nil || a.As.String() == b.As.String())
	})
	if same && first.asset != nil && other.asset != nil {
		same = first.asset.Partitions.Same(other.asset.Partitions)
	}
	if !same {
		c.find(diag.PartitionsDiffer, other.written.Span, "Write a rule of its own for it.", "`%s` and `%s` name different partitions, and one file is one run.", first.written.Span.Text(), other.written.Span.Text())
	}
}
