package code

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Text gives the program as assembler text, which Parse reads: the tables, the blocks,
// and the nodes as a tree. Behind an instruction stand, as a comment, the nodes whose
// subset it computes. It shows programs that Verify refuses, too.
func (p *Program) Text() string {
	t := &printer{Program: p, nodesOf: map[[2]uint16][]int{}}
	for i, n := range p.Nodes {
		at := [2]uint16{n.Block, n.Result}
		t.nodesOf[at] = append(t.nodesOf[at], i)
	}
	entries(t, "fact", p.Facts, t.fact)
	entries(t, "cron", p.Crons, func(c *Cron) { t.write(" %q %q", c.Schedule, c.Zone) })
	entries(t, "filter", p.Filters, t.filter)
	entries(t, "key", p.Keys, func(key *string) { t.write(" %q", *key) })
	entries(t, "state", p.States, t.state)
	entries(t, "time", p.Times, t.time)
	entries(t, "rule", p.Rules, t.rule)
	entries(t, "target", p.Targets, func(x *FileTarget) { t.write(" %q", x.Text) })
	for i := range p.Blocks {
		t.block(i)
	}
	t.nodes()
	return strings.TrimPrefix(t.String(), "\n")
}

type printer struct {
	strings.Builder
	*Program
	// nodesOf has the nodes of each block and register.
	nodesOf map[[2]uint16][]int
}

func (t *printer) write(format string, args ...any) { fmt.Fprintf(t, format, args...) }

// entries writes a table.
func entries[T any](t *printer, table string, items []T, each func(*T)) {
	if len(items) > 0 {
		t.write("\n")
	}
	for i := range items {
		t.write("%s =", name(table, i))
		each(&items[i])
		t.write("\n")
	}
}

func (t *printer) fact(f *Fact) {
	t.write(" %s", f.Kind)
	if f.Lookback != 0 {
		t.write(" lookback %q", f.Lookback.String())
	}
	if f.TagKeys != nil {
		t.write(" keys %s", texts(f.TagKeys))
	}
	if f.TagValues == nil {
		return
	}
	var tags []string
	for _, key := range slices.Sorted(maps.Keys(f.TagValues)) {
		tags = append(tags, strconv.Quote(key)+": "+strconv.Quote(f.TagValues[key]))
	}
	t.write(" values [%s]", strings.Join(tags, ", "))
}

func (t *printer) filter(f *Filter) {
	t.write(" %q", f.Text)
	if f.Allow != nil {
		t.write(" allow %s", texts(f.Allow))
	}
	if len(f.Ignore) > 0 {
		t.write(" ignore %s", texts(f.Ignore))
	}
	if f.Blocking {
		t.write(" blocking")
	}
}

func texts(items []string) string {
	quoted := make([]string, len(items))
	for i, item := range items {
		quoted[i] = strconv.Quote(item)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// kinds are the names of kinds of states and times in text.
var (
	stateKinds = map[StateKind]string{SinceState: "since", NewlyTrueState: "newly", VersionState: "version"}
	timeKinds  = map[TimeKind]string{CronTime: "cron", UpdateTime: "update", RequestTime: "request", CallTime: "call", TriggerTime: "trigger"}
)

func (t *printer) state(s *State) {
	t.write(" %s", stateKinds[s.Kind])
	var items []string
	for _, part := range s.Parts {
		if part.State > 0 {
			items = append(items, name("state", int(part.State-1)))
		} else {
			items = append(items, strconv.Quote(part.Name))
		}
	}
	for _, step := range s.Path {
		items = append(items, step.text())
	}
	t.write(" [%s]", strings.Join(items, ", "))
	t.reference(" trigger time", s.Trigger)
	t.reference(" reset time", s.Reset)
}

// reference writes a number that is kept plus one, where there is one.
func (t *printer) reference(before string, n uint16) {
	if n > 0 {
		t.write("%s%d", before, n-1)
	}
}

func (s Step) text() string {
	if s.State > 0 {
		return fmt.Sprintf("state%d at entity%d", s.State-1, s.At)
	}
	index := "-"
	if s.Index >= 0 {
		index = strconv.Itoa(int(s.Index))
	}
	if s.Depth > 0 {
		return fmt.Sprintf("%s entity%d", index, s.Depth-1)
	}
	return index + " " + strconv.Quote(s.Name)
}

func (t *printer) time(x *Time) {
	t.write(" %s block%d r%d", timeKinds[x.Kind], x.Block, x.Register)
	switch x.Kind {
	case CronTime:
		t.write(" cron%d", x.Cron)
	case CallTime:
		t.write(" at %d", x.Call)
	}
	t.reference(" from time", x.Inner)
}

func (t *printer) rule(r *FileRule) {
	t.write(" %q pattern %q", r.Name, r.Pattern)
	if r.Folder != "" {
		t.write(" folder %q", r.Folder)
	}
	items := make([]string, len(r.Targets))
	for i, target := range r.Targets {
		items[i] = name("target", int(target))
	}
	t.write(" targets [%s]", strings.Join(items, ", "))
}

func (t *printer) block(i int) {
	b := &t.Blocks[i]
	t.write("\nblock%d registers %d", i, b.Registers)
	if !t.IsFiles() {
		t.write(" node%d", b.Node)
	}
	t.write(":\n")
	for at, in := range b.Code {
		line := fmt.Sprintf("%5d  %s", at, in.text())
		if comment := t.comment(uint16(i), in); comment != "" {
			line = fmt.Sprintf("%-50s # %s", line, comment)
		}
		t.write("%s\n", line)
	}
}

// text gives an instruction as assembler text.
func (in Instr) text() string {
	spec, ok := in.Op.Spec()
	if !ok {
		return fmt.Sprintf("operation %d", in.Op)
	}
	args := make([]string, len(spec.Args))
	for i, arg := range spec.Args {
		args[i] = argText(arg, in.Args[i])
	}
	return strings.TrimRight(fmt.Sprintf("%-10s%s", spec.Name, strings.Join(args, ", ")), " ")
}

func argText(arg Arg, a uint16) string {
	switch {
	case arg == TargetArg || arg == CountArg:
		return strconv.Itoa(int(a))
	case arg == OutcomeArg && int(a) < len(Outcomes):
		return Outcomes[a]
	}
	return name(arg.String(), int(a))
}

// comment says what an instruction is for: the nodes that it computes, or the entry of a
// table that it looks at.
func (t *printer) comment(block uint16, in Instr) string {
	var notes []string
	if d, ok := in.arg(Dst); ok {
		for _, n := range t.nodesOf[[2]uint16{block, d}] {
			notes = append(notes, title(&t.Nodes[n]))
		}
	}
	return oneLine(strings.Join(notes, "; "))
}

// title is the label and the name of a node.
func title(n *Node) string {
	if n.Label != "" {
		return n.Label + ": " + n.Name
	}
	return n.Name
}

// maxComment is how long a comment is, in bytes.
const maxComment = 120

// oneLine makes text fit behind an instruction.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	if len(s) > maxComment {
		s = strings.ToValidUTF8(s[:maxComment], "") + "…"
	}
	return strings.TrimSpace(s)
}

// nodes writes the tree, children further to the right than their parent.
func (t *printer) nodes() {
	if len(t.Nodes) > 0 {
		t.write("\n")
	}
	depths := make([]int, len(t.Nodes))
	for i := range t.Nodes {
		n := &t.Nodes[i]
		t.write("%s%s = %q", strings.Repeat("  ", min(depths[i], MaxDepth)), name("node", i), n.Name)
		if n.Label != "" {
			t.write(" label %q", n.Label)
		}
		t.write(" in block%d r%d of r%d", n.Block, n.Result, n.Candidates)
		if len(n.Children) > 0 {
			t.write(" children [%s]", t.children(i, depths))
		}
		if n.Call > 0 {
			t.write(" call %d", n.Call-1)
			t.calls(i, depths)
		}
		if n.Matches {
			t.write(" matches")
		}
		t.reference(" state", n.State)
		t.write("\n")
	}
}

func (t *printer) children(i int, depths []int) string {
	items := make([]string, len(t.Nodes[i].Children))
	for j, child := range t.Nodes[i].Children {
		items[j] = name("node", int(child))
		if int(child) > i && int(child) < len(depths) {
			depths[child] = depths[i] + 1
		}
	}
	return strings.Join(items, ", ")
}

// calls puts the node of the block that a node calls below it.
func (t *printer) calls(i int, depths []int) {
	n := &t.Nodes[i]
	if int(n.Block) >= len(t.Blocks) || int(n.Call) > len(t.Blocks[n.Block].Code) {
		return
	}
	to, ok := t.Blocks[n.Block].Code[n.Call-1].arg(BlockArg)
	if !ok || int(to) >= len(t.Blocks) {
		return
	}
	if inner := t.Blocks[to].Node; inner > i && inner < len(depths) {
		depths[inner] = depths[i] + 1
	}
}
