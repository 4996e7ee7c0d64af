package explain

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"auto/compiler/condition"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/space"
)

// View chooses what of a tree is written.
type View struct {
	// Partition is the number of the only partition to look at, Whole for all of them.
	Partition int
	// Unfolded writes what is below labels, too, and partitions without an end.
	Unfolded bool
}

// Whole is the Partition of a View of all partitions.
const Whole = -1

// Representative gives the partition that a sentence about all partitions is about: the
// first that was requested, else the last that is defined; Whole where there is none.
func (t *Tree) Representative() int {
	if first := t.Requested.Next(0); first >= 0 {
		return first
	}
	return t.entity().Keys.Len() - 1
}

// Render writes the tree of the last tick, a node a line: what it is called, what it is
// true for, what it was asked about where that is other than for the node above it, and
// what it remembers. Nodes with a label stand for what is below them, unless the reason
// lies there. Partitions are written as in scenario files.
func (s Story) Render(w io.Writer, v View) error {
	t := s.Last()
	number := v.Partition
	if number == Whole {
		number = t.Representative()
	}
	p := printer{View: v}
	root := t.whole()
	if number != Whole {
		teller, asked := s.teller(number), t.at(number)
		teller.why(asked, asked.isTrue())
		if p.told = teller.told; v.Partition != Whole {
			root = asked
		}
	}
	p.node(root, 0, root.asked())
	return p.write(w)
}

// Subset writes what the condition was true for on the last tick.
func (s Story) Subset() string {
	root := s.Last().whole()
	return (&printer{}).subset(root, root.holds())
}

// Value gives what was requested of the partitions that are looked at, as Record writes
// subsets; of one, whether it was.
func (t *Tree) Value(v View) any {
	if v.Partition != Whole {
		return t.Requested.Has(v.Partition)
	}
	return value(t.whole(), t.Requested)
}

// printer collects the lines of a tree.
type printer struct {
	View
	told  map[*vm.Evaluation]bool
	lines [][]string
}

// node adds a node and what is below it; expected is what it is asked about where nothing
// was ruled out.
func (p *printer) node(n node, depth int, expected bits.Set) {
	p.lines = append(p.lines, []string{strings.Repeat("  ", depth) + p.title(n), p.subset(n, n.holds()), p.asked(n, expected), p.state(n)})
	if p.folded(n, depth) {
		return
	}
	for _, c := range n.children() {
		p.node(c, depth+1, n.expected(c))
	}
}

// expected gives what a child is asked about where no operand before it ruled anything
// out. SINCE and NEWLY_TRUE ask about everything.
func (n node) expected(child node) bits.Set {
	switch {
	case n.cond.Op == condition.Since || n.cond.Op == condition.NewlyTrue:
		return child.asked()
	case child.eval.Entity != n.eval.Entity:
		return n.tree.related(n.eval.Entity, child.eval.Entity, n.asked())
	}
	return n.asked()
}

func (p *printer) folded(n node, depth int) bool {
	return n.eval.Label != "" && !n.relative && depth > 0 && !p.Unfolded && !p.told[n.eval]
}

func (p *printer) title(n node) string {
	if n.eval.Label == "" || n.relative {
		return n.bare()
	}
	if n.eval.Label == n.bare() {
		return n.eval.Label
	}
	return n.eval.Label + " = " + n.bare()
}

// asked writes the candidates of a node that was asked about something else than one
// would think.
func (p *printer) asked(n node, expected bits.Set) string {
	asked := n.asked()
	if n.relative || same(asked, expected) {
		return ""
	}
	switch {
	case asked.IsEmpty():
		return "not asked"
	case n.entity().Keys == nil:
		return "asked"
	}
	return "asked about " + p.subset(n, asked)
}

func (p *printer) state(n node) string {
	if n.eval.State == nil {
		return ""
	}
	return "remembers " + p.subset(n, n.within(n.eval.State))
}

// same reports whether two sets have the same numbers.
func same(a, b bits.Set) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	return a.Equal(b[:len(a)]) && b[len(a):].IsEmpty()
}

// subset writes partitions of the node's entity: as true or false where one is looked at.
func (p *printer) subset(n node, set bits.Set) string {
	keys := n.entity().Keys
	switch {
	case keys == nil || n.focus != nil && only(n.focus) >= 0:
		return fmt.Sprint(!set.IsEmpty())
	case set.IsEmpty():
		return "none"
	}
	return brief(keys, set, p.Unfolded)
}

// brief writes partitions as scenario files do, but where there are many only the first
// and how many there are.
func brief(keys *space.Keys, set bits.Set, whole bool) string {
	const few = 4
	list := keys.Collapse(set)
	if count := set.Count(); len(list) > few && !whole {
		return strings.Join(list[:few-1], ", ") + fmt.Sprintf(", … (%d)", count)
	}
	return strings.Join(list, ", ")
}

// write writes the lines with their columns below each other.
func (p *printer) write(w io.Writer) error {
	var widths []int
	for _, line := range p.lines {
		for i, cell := range line {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, line := range p.lines {
		var b strings.Builder
		for i, cell := range line {
			if widths[i] > 0 {
				fmt.Fprintf(&b, "%-*s  ", widths[i], cell)
			}
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}

// Record is a node as JSON has it.
type Record struct {
	Node  string `json:"node"`
	Label string `json:"label,omitempty"`
	// On is the asset or check that the node is evaluated on, where it is another than
	// that of the node above.
	On string `json:"on,omitempty"`
	// Subset, Candidates and State are true or false without partitions, else lists of
	// keys and ranges.
	Subset     any       `json:"subset"`
	Candidates any       `json:"candidates"`
	State      any       `json:"state,omitempty"`
	Children   []*Record `json:"children,omitempty"`
}

// Record gives the tree of the last tick, whole or for one partition.
func (s Story) Record(v View) *Record {
	t := s.Last()
	if v.Partition == Whole {
		return record(t.whole(), t.Root.Entity)
	}
	return record(t.at(v.Partition), t.Root.Entity)
}

func record(n node, above int) *Record {
	r := &Record{Node: n.eval.Name, Label: n.eval.Label, Subset: value(n, n.holds()), Candidates: value(n, n.asked())}
	if n.eval.Entity != above {
		r.On = n.entity().Key
	}
	if n.eval.State != nil {
		r.State = value(n, n.within(n.eval.State))
	}
	for _, c := range n.children() {
		r.Children = append(r.Children, record(c, n.eval.Entity))
	}
	return r
}

// value gives a subset as scenario files write it, with false and [] for none.
func value(n node, set bits.Set) any {
	keys := n.entity().Keys
	if keys == nil {
		return !set.IsEmpty()
	}
	if list := keys.Collapse(set); list != nil {
		return list
	}
	return []string{}
}
