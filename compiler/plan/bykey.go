package plan

import (
	"maps"
	"slices"
	"strings"

	"auto/compiler/condition"
	"auto/vm/code"
)

// calls lowers an operator whose operand reads differently on each key, which is so where
// `any_downstream_conditions()` stands in it: a call for each run of keys on which it
// reads the same. Their nodes have no name; what they look at counts as the operator's.
func (w *walk) calls(n *condition.Node) *Value {
	var values []*Value
	for _, keys := range w.runs(n) {
		values = append(values, w.part(n, keys))
	}
	op := code.Or
	if n.Op == condition.AllDeps || n.Op == condition.AllChecks {
		op = code.And
	}
	switch {
	case len(values) > 0:
	case op == code.And:
		return w.candidates
	default:
		return w.block.add(code.None)
	}
	all := values[0]
	for _, v := range values[1:] {
		all = w.block.add(op, all, v)
	}
	return all
}

// part lowers the operator for some keys.
func (w *walk) part(n *condition.Node, keys []string) *Value {
	at := len(w.nodes)
	w.nodes = append(w.nodes, node{block: w.block, candidates: w.candidates})
	w.nodes[w.at].Children = append(w.nodes[w.at].Children, uint16(at))
	p := &walk{lowering: w.lowering, at: at, block: w.block, candidates: w.candidates, path: w.path}
	v := p.callOf(n, n.ByKey[keys[0]])
	sorted := slices.Sorted(slices.Values(keys))
	v.Filter = w.addFilter(code.Filter{Text: w.filter(n).Text, Allow: sorted})
	w.nodes[at].result = v
	return v
}

// runs gives the keys that the operator looks at, in Dagster's order, cut where the
// operand begins to read differently.
func (w *walk) runs(n *condition.Node) [][]string {
	f := w.filter(n)
	keys := slices.DeleteFunc(slices.Collect(maps.Keys(n.ByKey)), func(key string) bool {
		_, allowed := slices.BinarySearch(f.Allow, key)
		_, ignored := slices.BinarySearch(f.Ignore, key)
		return f.Allow != nil && !allowed || ignored || f.Blocking && !w.blocking(key)
	})
	slices.SortFunc(keys, func(a, b string) int { return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/")) })
	var out [][]string
	for i, key := range keys {
		if i > 0 && n.ByKey[keys[i-1]].Identical(n.ByKey[key]) {
			out[len(out)-1] = append(out[len(out)-1], key)
		} else {
			out = append(out, []string{key})
		}
	}
	return out
}

func (w *walk) blocking(key string) bool {
	asset, name, _ := strings.Cut(key, ":")
	c, ok := w.graph.Check(asset, name)
	return ok && c.Blocking
}
