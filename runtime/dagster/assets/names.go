package assets

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"auto/vm/graph"
)

// names gives definitions that are used more than once a name each.
type names struct {
	count map[string]int // by identity
	list  []*graph.Partitions
	name  map[string]string
}

// nameDefinitions names the definitions of assets and of their dimensions that come more
// than once, by what they are: a name stays as long as no other definition wants it.
func nameDefinitions(list []Asset) *names {
	n := &names{count: map[string]int{}, name: map[string]string{}}
	for _, a := range list {
		n.use(a.Partitions)
	}
	n.list = slices.DeleteFunc(n.list, func(p *graph.Partitions) bool { return n.count[p.Identity()] < 2 })
	// In the order of what they are: which assets have them does not matter.
	slices.SortFunc(n.list, func(p, q *graph.Partitions) int { return strings.Compare(p.Identity(), q.Identity()) })
	taken := map[string]bool{}
	for _, p := range n.list {
		name := n.pick(p, taken)
		taken[name], n.name[p.Identity()] = true, name
	}
	slices.SortFunc(n.list, func(p, q *graph.Partitions) int { return strings.Compare(n.of(p), n.of(q)) })
	return n
}

func (n *names) use(p *graph.Partitions) {
	if p == nil {
		return
	}
	if n.count[p.Identity()]++; n.count[p.Identity()] > 1 {
		return
	}
	n.list = append(n.list, p)
	for _, name := range p.DimensionNames() {
		n.use(p.Dimensions[name])
	}
}

// of gives the name of a definition, "" for none.
func (n *names) of(p *graph.Partitions) string { return n.name[p.Identity()] }

// pick gives the shortest name that tells a definition from all others that come more
// than once.
func (n *names) pick(p *graph.Partitions, taken map[string]bool) string {
	forms := nameForms(p)
	for f, name := range forms {
		others := 0
		for _, q := range n.list {
			if other := nameForms(q); f < len(other) && other[f] == name {
				others++
			}
		}
		if others == 1 && !taken[name] {
			return name
		}
	}
	last := forms[len(forms)-1]
	for at := 1; ; at++ {
		if name := fmt.Sprintf("%s_%d", last, at); !taken[name] {
			return name
		}
	}
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

func nameOf(parts ...string) string {
	return strings.Trim(notInNames.ReplaceAllString(strings.ToLower(strings.Join(parts, "_")), "_"), "_")
}

// nameForms gives names for a definition, each longer than the one before.
func nameForms(p *graph.Partitions) []string {
	switch {
	case p.IsTime():
		kind := string(p.Type)
		return []string{nameOf(kind), nameOf(kind, p.Timezone), nameOf(kind, p.Timezone, p.Start)}
	case p.Type == graph.Dynamic:
		return []string{orWord(nameOf(p.Name), "dynamic")}
	case p.Type == graph.Multi:
		return []string{orWord(nameOf(p.DimensionNames()...), "multi")}
	}
	few := p.Keys[:min(len(p.Keys), 4)]
	return []string{orWord(shorten(nameOf(few...)), "static")}
}

// shorten keeps a name readable.
func shorten(name string) string { return strings.TrimRight(name[:min(len(name), 40)], "_") }

func orWord(name, word string) string {
	if name == "" {
		return word
	}
	return name
}
