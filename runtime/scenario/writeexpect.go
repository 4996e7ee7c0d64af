package scenario

import (
	"maps"
	"slices"
	"strings"
)

// text writes a subset: true, or the list of keys.
func (s Subset) text(f *flow) {
	if s.True {
		f.WriteString("true")
		return
	}
	f.scalars(s.Keys)
}

func (r RunRequest) text(f *flow) {
	f.mapping(present(
		entry{"assets", func(f *flow) { f.scalars(r.Assets) }},
		when(r.Checks != nil, "checks", func(f *flow) { f.scalars(r.Checks) }),
		when(r.Partitions != nil, "partitions", func(f *flow) { f.scalars(r.Partitions) }),
	))
}

func (e *Evaluation) text(f *flow) {
	f.mapping(present(
		entry{"node", func(f *flow) { f.scalar(e.Node) }},
		when(e.Label != "", "label", func(f *flow) { f.scalar(e.Label) }),
		when(!e.Subset.IsEmpty(), "subset", e.Subset.text),
		when(len(e.Children) > 0, "children", func(f *flow) { list(f, e.Children, func(f *flow, c *Evaluation) { c.text(f) }) }),
	))
}

// when gives an entry that is only written where it is there.
func when(there bool, name string, value func(*flow)) entry {
	if !there {
		return entry{}
	}
	return entry{name, value}
}

// present keeps the entries that are there.
func present(entries ...entry) []entry {
	return slices.DeleteFunc(entries, func(e entry) bool { return e.value == nil })
}

// requested writes what is requested, keys sorted.
func requested(f *flow, subsets map[string]Subset) { f.mapping(subsetEntries(subsets)) }

func subsetEntries(subsets map[string]Subset) []entry {
	var entries []entry
	for _, key := range slices.Sorted(maps.Keys(subsets)) {
		entries = append(entries, entry{key, subsets[key].text})
	}
	return entries
}

// flow writes the block on one line.
func (e *Expect) flow(f *flow) {
	entries := present(
		when(e.Error != "", "error", func(f *flow) { f.scalar(e.Error) }),
		when(e.Requested != nil, "requested", func(f *flow) { requested(f, e.Requested) }),
		when(len(e.Runs) > 0, "runs", func(f *flow) { list(f, e.Runs, func(f *flow, r RunRequest) { r.text(f) }) }),
		when(e.Evaluations != nil, "evaluations", func(f *flow) { f.mapping(e.trees()) }),
		textsEntry("halted", e.Halted),
	)
	for _, p := range e.lists() {
		if p.there {
			entries = append(entries, entry{p.name, func(f *flow) { list(f, p.items, func(f *flow, item func(*flow)) { item(f) }) }})
		}
	}
	f.mapping(entries)
}

func (e *Expect) trees() []entry {
	var entries []entry
	for _, key := range slices.Sorted(maps.Keys(e.Evaluations)) {
		entries = append(entries, entry{key, e.Evaluations[key].text})
	}
	return entries
}

// lines writes the fields of the block, one a line, and one a line of runs and trees; each
// after an indentation.
func (e *Expect) lines(indent string) string {
	var b strings.Builder
	line := func(deeper, name string, value func(*flow)) {
		b.WriteString(indent + deeper + name + flowText(value) + "\n")
	}
	if e.Error != "" {
		b.WriteString(indent + "error: " + quote(e.Error, false) + "\n")
	}
	if e.Requested != nil {
		line("", "requested: ", func(f *flow) { requested(f, e.Requested) })
	}
	if len(e.Runs) > 0 {
		b.WriteString(indent + "runs:\n")
	}
	for _, r := range e.Runs {
		line("", "- ", r.text)
	}
	switch {
	case e.Evaluations == nil:
	case len(e.Evaluations) == 0:
		b.WriteString(indent + "evaluations: {}\n")
	default:
		b.WriteString(indent + "evaluations:\n")
	}
	for _, tree := range e.trees() {
		line("  ", quote(tree.name, false)+": ", tree.value)
	}
	for _, p := range e.lists() {
		switch {
		case p.there && len(p.items) == 0:
			b.WriteString(indent + p.name + ": []\n")
		case p.there:
			b.WriteString(indent + p.name + ":\n")
		}
		for _, item := range p.items {
			line("", "- ", item)
		}
	}
	if e.Halted != nil {
		line("", "halted: ", func(f *flow) { f.scalars(e.Halted) })
	}
	return b.String()
}
