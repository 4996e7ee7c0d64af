package compiler

import (
	"slices"
	"strings"

	"auto/compiler/condition"
	"auto/compiler/files"
	"auto/internal/spell"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/types"
)

// policy checks a policy.
func (c *checker) policy(s *scope, d *ast.Policy) *Policy {
	p := &Policy{Name: d.Name.Name, Decl: d, Defaults: s.defaultsBlock()}
	target := c.values.Expr(s, d.For)
	if c.values.Fit(target, []types.Type{types.Selection, types.Checks}, "`for`") && target.Type != types.Any {
		p.Keys = c.selected(target, d.For)
	}
	c.block(s, "policy", d.Body)
	if p.When = c.when(s, d, target); p.When != nil {
		c.values.Findings = append(c.values.Findings, condition.Review(p.When, condition.Target{Graph: c.Graph, Keys: p.Keys})...)
	}
	c.launching(s, p)
	c.reserved(d.Body)
	c.configs(p)
	c.reviewClauses(p, target.Type)
	switch target.Type {
	case types.Selection:
		p.onAssets = true
		p.Job = c.policyJob(d, p.Keys)
	case types.Checks:
		p.Job = c.checksJob(d, p.Keys)
	}
	return p
}

// selected resolves a selection, where there is a graph.
func (c *checker) selected(v condition.Value, at ast.Expr) []string {
	if c.Graph == nil || v.Selection == nil {
		return nil
	}
	keys := v.Selection.Resolve(c.Graph)
	if len(keys) == 0 {
		c.find(diag.SelectsNothing, at.Place(), c.nearGroup(at), "The selection selects nothing.")
	}
	c.external(keys, at)
	return keys
}

// nearGroup says what to write for a selection that selects nothing: the group whose name is
// nearest, where the selection is one of groups.
func (c *checker) nearGroup(at ast.Expr) string {
	call, ok := at.(*ast.Call)
	if ok && call.Func.Name == "groups" {
		var groups []string
		for _, key := range c.Graph.Keys() {
			a, _ := c.Graph.Asset(key)
			groups = append(groups, a.Group)
		}
		for _, arg := range call.Args {
			if text, ok := arg.Value.(*ast.String); ok && !slices.Contains(groups, text.Value) {
				if near, ok := spell.Nearest(text.Value, groups); ok {
					return "Did you mean `groups(\"" + near + "\")`?"
				}
			}
		}
	}
	return "Write a selection that some asset is in; external assets are in most of them only with `include_external=true`."
}

// external warns of selected assets that no run can make.
func (c *checker) external(keys []string, at ast.Expr) {
	var found []string
	for _, key := range keys {
		if a, ok := c.Graph.Asset(key); ok && a.External && !a.Observable {
			found = append(found, "`"+key+"`")
		}
	}
	switch len(found) {
	case 0:
	case 1:
		c.find(diag.ExternalRuns, at.Place(), "Take it out of the selection, or remove `external: true`.", "%s is external: a run of it has nothing to execute.", found[0])
	default:
		c.find(diag.ExternalRuns, at.Place(), "Take them out of the selection, or remove `external: true`.", "%s and %d more are external: a run of them has nothing to execute.", found[0], len(found)-1)
	}
}

// when gives the condition of a policy, nil for none that can be evaluated.
func (c *checker) when(s *scope, d *ast.Policy, target condition.Value) *condition.Node {
	clause := clauseOf[*ast.When](d.Body, "when")
	if clause == nil {
		if !d.Body.Partial {
			c.find(diag.ClauseMissing, d.Name.Span, "Write such as `when eager()`.", "The policy `%s` has no `when`.", d.Name.Name)
		}
		return nil
	}
	on := types.OnBoth
	switch target.Type {
	case types.Selection:
		on = types.OnAsset
	case types.Checks:
		on = types.OnCheck
	}
	return c.values.Condition(c.values.Expr(s, clause.Condition), on, "`when`", "The policy")
}

// maps reads tags, params and config of a block, in which some fields are known.
func (c *checker) maps(s *scope, b *ast.Block, fields []string) files.Maps {
	maps, findings := files.CompileMaps(b, fields, c.fileEnv(s))
	c.values.Findings = append(c.values.Findings, findings...)
	for _, clause := range b.Clauses {
		if k, ok := clause.(*ast.Config); ok {
			c.values.CheckAsset(k.Asset.Text, k.Asset.Span)
		}
	}
	return maps
}

// policyJob gives the job of a policy: the one that it names, or the only one that
// selects its assets.
func (c *checker) policyJob(d *ast.Policy, keys []string) string {
	clause := clauseOf[*ast.Job](d.Body, "job")
	if clause != nil {
		files.CheckJob(c.Graph, clause.Key, keys, &c.values.Findings)
		return clause.Key.Text
	}
	if c.Graph == nil || len(keys) == 0 {
		return ""
	}
	switch jobs := c.Graph.JobsOf(keys...); len(jobs) {
	case 0:
		return ""
	case 1:
		return jobs[0]
	default:
		c.find(diag.WrongJob, d.Name.Span, "Write such as `job "+files.KeyText(jobs[0])+"`.", "Several jobs select the assets of `%s`: `%s`.", d.Name.Name, strings.Join(jobs, "`, `"))
		return ""
	}
}

// checksJob gives the job of a policy for checks: the one that it names, or the only one
// that selects their assets, so that they can run with these.
func (c *checker) checksJob(d *ast.Policy, keys []string) string {
	var assets []string
	for _, key := range keys {
		if a, ok := c.assetOf(key); ok && !slices.Contains(assets, a.Key) {
			assets = append(assets, a.Key)
		}
	}
	if clauseOf[*ast.Job](d.Body, "job") == nil && c.Graph != nil && len(c.Graph.JobsOf(assets...)) > 1 {
		return ""
	}
	return c.policyJob(d, assets)
}

// checkClaims finds assets that two policies or two sensors claim.
func (c *checker) checkClaims(out *Policies) {
	policies := map[string]ast.Ident{}
	for _, p := range out.Policies {
		c.claim(policies, "policies", p.Decl.Name, p.Keys)
	}
	sensors := map[string]ast.Ident{}
	for _, s := range out.Sensors {
		c.claim(sensors, "sensors", s.Decl.Name, s.Keys)
	}
}

func (c *checker) claim(claimed map[string]ast.Ident, what string, by ast.Ident, keys []string) {
	var shared []string
	var first ast.Ident
	for _, key := range keys {
		if other, ok := claimed[key]; ok {
			if len(shared) == 0 {
				first = other
			}
			if other == first {
				shared = append(shared, key)
			}
			continue
		}
		claimed[key] = by
	}
	if len(shared) == 0 {
		return
	}
	names := strings.Join(shared[:min(3, len(shared))], "`, `")
	more := ""
	if len(shared) > 3 {
		more = " and others"
	}
	slices.Sort(shared)
	c.values.Findings.Add(diag.Diagnostic{Code: diag.ClaimedTwice, Span: by.Span,
		Message: "Two " + what + ", `" + first.Name + "` and `" + by.Name + "`, claim `" + names + "`" + more + ".",
		Help:    "Take them out of one of the two, such as with `- assets(…)`.",
		Related: []diag.Related{{Span: first.Span, Message: "The other one is here."}}})
}
