package compiler

import (
	"slices"
	"strings"

	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/types"
	"auto/vm/graph"
)

// reviewClauses finds clauses of a policy's own block that do nothing.
func (c *checker) reviewClauses(p *Policy, target types.Type) {
	if k := clauseOf[*ast.Max](p.Decl.Body, "max"); k != nil && p.Clauses.Group == GroupNone {
		c.find(diag.NoEffect, k.Span, "Remove one of the two.", "With `group by none` every pair has a run of its own, so `max` has nothing to part.")
	}
	if c.Graph == nil || len(p.Keys) == 0 {
		return
	}
	if k := clauseOf[*ast.Choice](p.Decl.Body, "order"); k != nil && !slices.ContainsFunc(p.Keys, c.partitioned) {
		c.find(diag.NoEffect, k.Span, "Remove it.", "Nothing that `%s` selects has partitions, so there is nothing to order.", p.Name)
	}
	if k := clauseOf[*ast.Wait](p.Decl.Body, "quiet"); k != nil && target == types.Selection && !slices.ContainsFunc(p.Keys, c.dependent) {
		c.find(diag.NoEffect, k.Span, "Remove it.", "Nothing that `%s` selects has a dependency, so there is nothing to wait for.", p.Name)
	}
}

// assetOf gives the asset of a key, which may be that of a check.
func (c *checker) assetOf(key string) (a *graph.Asset, ok bool) {
	if i := strings.LastIndexByte(key, ':'); i >= 0 {
		key = key[:i]
	}
	return c.Graph.Asset(key)
}

func (c *checker) partitioned(key string) bool {
	a, ok := c.assetOf(key)
	return ok && a.Partitions != nil
}

func (c *checker) dependent(key string) bool {
	a, ok := c.Graph.Asset(key)
	return ok && len(a.Deps) > 0
}

// reserved finds tags with names that runs get from elsewhere.
func (c *checker) reserved(b *ast.Block) {
	for _, clause := range b.Clauses {
		k, ok := clause.(*ast.Entries)
		if !ok || k.Word() != "tags" {
			continue
		}
		for _, e := range k.Map.Entries {
			if strings.HasPrefix(e.Key.Text, "auto/") {
				c.find(diag.ReservedTag, e.Key.Span, "Give the tag another name.", "The tag `%s` is not for policies to write.", e.Key.Text)
			}
		}
	}
}

// configs finds config of assets that a policy does not request.
func (c *checker) configs(p *Policy) {
	for _, clause := range p.Decl.Body.Clauses {
		k, ok := clause.(*ast.Config)
		if !ok || c.Graph == nil || slices.Contains(p.Keys, k.Asset.Text) {
			continue
		}
		if _, exists := c.Graph.Asset(k.Asset.Text); exists {
			c.find(diag.ConfigOfNoTarget, k.Asset.Span, "Add it to what the policy is for, or write this in the policy of the asset.", "The policy never requests the asset `%s`.", k.Asset.Text)
		}
	}
}
