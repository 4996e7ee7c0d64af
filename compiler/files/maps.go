package files

import (
	"maps"
	"slices"

	"auto/internal/spell"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/stdlib"
)

// timeFields are the fields of a file that take a format.
var timeFields = []string{"last_modified", "tick"}

// ruleValues reads the values of a rule's own block and its targets: all of its
// captures are known.
func (c *compiler) ruleValues(r Rule, clause string) *valueCompiler {
	v := c.values(clause)
	v.unsure = c.unsure
	for _, capture := range r.bound() {
		v.fields = append(v.fields, capture.Name)
		if capture.Layout != nil {
			v.times = append(v.times, capture.Name)
		}
	}
	return v
}

// blockValues reads the block's values: the captures that every rule binds are known.
func (c *compiler) blockValues(clause string) *valueCompiler {
	v := c.values(clause)
	v.unsure = c.unsure
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
		} else {
			v.partly = append(v.partly, name)
		}
		if times[name] == len(c.program.Rules) {
			v.times = append(v.times, name)
		}
	}
	slices.Sort(v.fields[len(stdlib.FileFields):])
	return v
}

// values reads values of which the file's fields are known.
func (c *compiler) values(clause string) *valueCompiler {
	return &valueCompiler{fields: slices.Clone(stdlib.FileFields), times: slices.Clone(timeFields), clause: clause, env: c.env}
}

// templates reads tags, params and config of the block and of the rules.
func (c *compiler) templates(defaults *ast.Block) {
	p := c.program
	p.Tags, p.Params, p.Config = c.maps(c.decl.Body, c.blockValues)
	if defaults != nil {
		tags, params, _ := c.maps(defaults, c.blockValues)
		p.Tags, p.Params = Nearer(tags, p.Tags), Nearer(params, p.Params)
	}
	for i, m := range c.matches {
		if m.Body != nil {
			r := &p.Rules[i]
			r.Tags, r.Params, r.Config = c.maps(m.Body, func(clause string) *valueCompiler { return c.ruleValues(*r, clause) })
		}
	}
	c.checkConfigs()
}

// Nearer puts the nearer entries over the farther ones: of each key the nearer one, in the
// order in which the keys are met first.
func Nearer(far, near []Entry) []Entry {
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

// Maps are what the clauses tags, params and config of one block say.
type Maps struct {
	Tags, Params []Entry
	Config       []Config
}

// CompileMaps reads the maps of a block in which bare names are the given fields or lets,
// and texts are templates. A value about which there is a finding has the empty text.
func CompileMaps(b *ast.Block, fields []string, env Env) (Maps, diag.List) {
	return readMaps(b, func(clause string) *valueCompiler { return &valueCompiler{fields: fields, clause: clause, env: env} })
}

// maps reads the maps of one block, each by a compiler of its own.
func (c *compiler) maps(b *ast.Block, values func(clause string) *valueCompiler) (tags, params []Entry, config []Config) {
	m, findings := readMaps(b, values)
	c.findings = append(c.findings, findings...)
	return m.Tags, m.Params, m.Config
}

func readMaps(b *ast.Block, values func(clause string) *valueCompiler) (out Maps, findings diag.List) {
	entries := func(m *ast.Map, word string) []Entry {
		v := values(word)
		list := v.entries(m)
		findings = append(findings, v.findings...)
		return list
	}
	for _, clause := range b.Clauses {
		switch k := clause.(type) {
		case *ast.Entries:
			if list := entries(k.Map, k.Word()); k.Word() == "tags" {
				out.Tags = Nearer(out.Tags, list)
			} else {
				out.Params = Nearer(out.Params, list)
			}
		case *ast.Config:
			out.addConfig(k, entries(k.Map, "config"), &findings)
		}
	}
	return out, findings
}

func (m *Maps) addConfig(k *ast.Config, entries []Entry, findings *diag.List) {
	if slices.ContainsFunc(m.Config, func(other Config) bool { return other.Asset == k.Asset.Text }) {
		findings.Addf(diag.ClauseTwice, k.Asset.Span, "Write its fields into one.", "`%s` has a `config` already: there is one for each asset.", k.Asset.Text)
		return
	}
	m.Config = append(m.Config, Config{k.Asset.Text, entries})
}

// checkConfigs finds config of assets that are never requested.
func (c *compiler) checkConfigs() {
	known := map[string]bool{}
	for _, r := range c.fixed {
		known[r.key] = true
	}
	c.checkConfig(c.decl.Body, known)
	for _, m := range c.matches {
		if m.Body != nil {
			c.checkConfig(m.Body, known)
		}
	}
}

func (c *compiler) checkConfig(b *ast.Block, known map[string]bool) {
	for _, clause := range b.Clauses {
		k, ok := clause.(*ast.Config)
		switch {
		case !ok || known[k.Asset.Text]:
		case slices.ContainsFunc(c.templated, func(t templated) bool { return canName(t.key, k.Asset.Text) }):
			c.asset(requested{k.Asset.Text, k.Asset.Span})
		case !c.unsure:
			c.unrequested(k.Asset, slices.Sorted(maps.Keys(known)))
		}
	}
}

func (c *compiler) unrequested(asset ast.Key, known []string) {
	help := "Add it to `always` or to the targets of a rule."
	if near, ok := spell.Nearest(asset.Text, known); ok {
		help = "Did you mean `" + near + "`?"
	}
	c.find(diag.ConfigOfNoTarget, asset.Span, help, "The block never requests the asset `%s`.", asset.Text)
}
