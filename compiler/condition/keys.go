package condition

import (
	"slices"
	"strings"

	"auto/internal/spell"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/vm/graph"
)

// checkKeys finds keys of assets and checks in a selection that the graph does not have,
// and reports whether there are any.
func (c *Checker) checkKeys(name string, args arguments) bool {
	found := len(c.Findings)
	for _, v := range args.rest {
		key, ok := v.Constant.(string)
		switch {
		case !ok:
		case name == "assets" || name == "checks_for_assets":
			c.checkSelected(key, v.At)
		case name == "checks":
			c.checkCheck(key, v.At)
		}
	}
	return len(c.Findings) > found
}

// checkSelected finds an asset in a selection that the graph does not have.
func (c *Checker) checkSelected(key string, at source.Span) {
	if c.Graph == nil || !c.Lenient {
		c.CheckAsset(key, at)
		return
	}
	if _, exists := c.Graph.Asset(key); !exists {
		c.find(diag.UnknownSelected, at, nearest(c.Graph, key), "No asset is called `%s`, so it selects nothing.", key)
	}
}

// CheckAsset finds a key that the graph, where there is one, does not have.
func (c *Checker) CheckAsset(key string, at source.Span) {
	if c.Graph == nil {
		return
	}
	if _, exists := c.Graph.Asset(key); !exists {
		c.find(diag.UnknownAsset, at, nearest(c.Graph, key), "No asset is called `%s`.", key)
	}
}

func nearest(g *graph.Graph, key string) string {
	if near, ok := g.Nearest(key); ok {
		return "Did you mean `" + near + "`?"
	}
	return "Define it in an asset file."
}

// checkMatched finds a key of `asset_matches` that is neither an asset nor a dependency of
// one.
func (c *Checker) checkMatched(v Value) {
	key, ok := v.Constant.(string)
	if ok && c.Graph != nil && !isDependency(c.Graph, key) {
		c.CheckAsset(key, v.At)
	}
}

// isDependency reports whether some asset depends on a key, which may be defined nowhere.
func isDependency(g *graph.Graph, key string) bool {
	if _, defined := g.Asset(key); defined {
		return true
	}
	return slices.ContainsFunc(g.Keys(), func(k string) bool {
		a, _ := g.Asset(k)
		return slices.ContainsFunc(a.Deps, func(d graph.Dep) bool { return d.Key == key })
	})
}

func (c *Checker) checkCheck(text string, at source.Span) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		c.find(diag.BadConstant, at, "Write `\"asset:check\"`.", "`%s` names no check.", text)
		return
	}
	if c.Graph == nil {
		return
	}
	asset, check := text[:i], text[i+1:]
	if _, exists := c.Graph.Asset(asset); !exists {
		c.checkSelected(asset, at)
		return
	}
	if _, exists := c.Graph.Check(asset, check); !exists {
		code := diag.UnknownAsset
		if c.Lenient {
			code = diag.UnknownSelected
		}
		c.find(code, at, nearestCheck(c.Graph, asset, check), "The asset `%s` has no check `%s`.", asset, check)
	}
}

func nearestCheck(g *graph.Graph, asset, check string) string {
	a, _ := g.Asset(asset)
	var names []string
	for _, other := range a.Checks {
		names = append(names, other.Name)
	}
	if near, ok := spell.Nearest(check, names); ok {
		return "Did you mean `" + asset + ":" + near + "`?"
	}
	return "Define it with the asset."
}
