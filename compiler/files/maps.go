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
		p.Tags, p.Params = mergeEntries(tags, p.Tags), mergeEntries(params, p.Params)
	}
	for i, m := range c.matches {
		if m.Body != nil {
			r := &p.Rules[i]
			r.Tags, r.Params, r.Config = c.maps(m.Body, func(clause string) *valueCompiler { return c.ruleValues(*r, clause) })
		}
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

// maps reads the maps of one block, each by a compiler of its own.
func (c *compiler) maps(b *ast.Block, values func(clause string) *valueCompiler) (tags, params []Entry, config []Config) {
	for _, clause := range b.Clauses {
		switch k := clause.(type) {
		case *ast.Entries:
			entries := c.entries(k.Map, values(k.Word()))
			if k.Word() == "tags" {
				tags = mergeEntries(tags, entries)
			} else {
				params = mergeEntries(params, entries)
			}
		case *ast.Config:
			config = c.addConfig(config, k, c.entries(k.Map, values(k.Word())))
		}
	}
	return tags, params, config
}

func (c *compiler) entries(m *ast.Map, v *valueCompiler) []Entry {
	entries := v.entries(m)
	c.findings = append(c.findings, v.findings...)
	return entries
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
