package code

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyText has what is hard to write and read: quotes, line ends, bytes that are no UTF-8.
var anyText = rapid.Custom(func(t *rapid.T) string {
	return rapid.SampledFrom([]string{"a", "b/c", "é", "\"", "\n#", "\xff\x00", ""}).Draw(t, "text") + rapid.String().Draw(t, "rest")
})

var someName = rapid.Map(anyText, func(s string) string { return "n" + s })

// condition draws a valid program of a condition.
var condition = rapid.Custom(func(t *rapid.T) *Program {
	g := &generator{T: t, p: &Program{}}
	g.tables()
	g.p.Blocks = []Block{{Registers: 1}}
	root := g.node(0, 0, 4, []Step{{Index: -1, Name: "root"}})
	g.end(0, root)
	return g.p
})

// generator lowers a condition as it draws it.
type generator struct {
	*rapid.T
	p *Program
	// depths has, by block, how many calls lead to it.
	depths []int
}

func (g *generator) tables() {
	p := g.p
	p.Facts = rapid.SliceOfN(rapid.Custom(drawFact), 1, 5).Draw(g.T, "facts")
	p.Facts = append(p.Facts, Fact{Kind: NewlyUpdated})
	p.Crons = []Cron{{someName.Draw(g.T, "schedule"), "UTC"}}
	p.Filters = rapid.SliceOfN(rapid.Custom(drawFilter), 1, 3).Draw(g.T, "filters")
	p.Filters = append(p.Filters, Filter{})
	p.Keys = []string{anyText.Draw(g.T, "key")}
	g.depths = []int{0}
}

func drawFact(t *rapid.T) Fact {
	f := Fact{Kind: FactKind(rapid.IntRange(1, len(factNames)-1).Draw(t, "kind"))}
	if f.Kind == InLatestTimeWindow {
		f.Lookback = time.Duration(rapid.Int64Range(0, 1<<60).Draw(t, "lookback"))
	}
	if f.Kind.hasTags() && rapid.Bool().Draw(t, "keys") {
		f.TagKeys = rapid.SliceOfN(anyText, 0, 2).Draw(t, "keys")
	}
	if f.Kind.hasTags() && rapid.Bool().Draw(t, "values") {
		f.TagValues = rapid.MapOfN(anyText, anyText, 0, 3).Draw(t, "values")
	}
	return f
}

func drawFilter(t *rapid.T) Filter {
	f := Filter{Text: anyText.Draw(t, "text")}
	if rapid.Bool().Draw(t, "allow") {
		f.Allow = sortedKeys(t)
	}
	if keys := sortedKeys(t); len(keys) > 0 {
		f.Ignore = keys
	}
	return f
}

func sortedKeys(t *rapid.T) []string {
	keys := rapid.SliceOfNDistinct(anyText, 0, 4, rapid.ID[string]).Draw(t, "keys")
	slices.Sort(keys)
	return keys
}

// emit adds an instruction that writes a register.
func (g *generator) emit(b int, op Op, args ...int) uint16 {
	block := &g.p.Blocks[b]
	in := Instr{Op: op, Args: [4]uint16{uint16(block.Registers)}}
	for i, a := range args {
		in.Args[i+1] = uint16(a)
	}
	block.Code = append(block.Code, in)
	block.Registers++
	return in.Args[0]
}

// end returns the result of a node, after some jumps to where the block ends.
func (g *generator) end(b, node int) {
	block := &g.p.Blocks[b]
	block.Node = node
	result := g.p.Nodes[node].Result
	for range rapid.IntRange(0, 1).Draw(g.T, "jumps") {
		block.Code = append(block.Code, Instr{Op: Skip, Args: [4]uint16{result, uint16(len(block.Code) + 1)}})
	}
	block.Code = append(block.Code, Instr{Op: Return, Args: [4]uint16{result}})
}

// node draws a node that is asked about candidates and gives its number.
func (g *generator) node(b, candidates, depth int, path []Step) int {
	at := len(g.p.Nodes)
	g.p.Nodes = append(g.p.Nodes, Node{Name: someName.Draw(g.T, "name"), Label: anyText.Draw(g.T, "label"), Block: uint16(b), Candidates: uint16(candidates)})
	kinds := []func(at, b, candidates, depth int, path []Step) uint16{g.leaf, g.version, g.both, g.not, g.since, g.newly, g.call}
	if depth == 0 {
		kinds = kinds[:2]
	}
	result := rapid.SampledFrom(kinds).Draw(g.T, "kind")(at, b, candidates, depth-1, slices.Clip(path))
	g.p.Nodes[at].Result = result
	return at
}

func (g *generator) child(at, b, candidates, depth, index int, path []Step) uint16 {
	child := g.node(b, candidates, depth, append(path, Step{Index: int16(index), Name: "step"}))
	g.p.Nodes[at].Children = append(g.p.Nodes[at].Children, uint16(child))
	return g.p.Nodes[child].Result
}

func (g *generator) leaf(_, b, c, _ int, _ []Step) uint16 {
	fact := rapid.IntRange(0, len(g.p.Facts)-1).Draw(g.T, "fact")
	switch op := rapid.SampledFrom([]Op{None, All, Whole, Within, Asked, Asking, First, CronPassed, Root, Lacking, Coming}).Draw(g.T, "op"); op {
	case None, All:
		return g.emit(b, op)
	case Whole, Within:
		return g.emit(b, op, fact, c)
	case CronPassed:
		return g.emit(b, op, 0, c)
	case Lacking, Coming:
		return g.emit(b, op, c, 0)
	default:
		return g.emit(b, op, c)
	}
}

func (g *generator) state(at int, s State) int {
	g.p.States = append(g.p.States, s)
	g.p.Nodes[at].State = uint16(len(g.p.States))
	return len(g.p.States) - 1
}

func (g *generator) version(at, b, c, _ int, path []Step) uint16 {
	return g.emit(b, Version, c, g.state(at, State{Kind: VersionState, Path: path}))
}

func (g *generator) both(at, b, c, depth int, path []Step) uint16 {
	op := rapid.SampledFrom([]Op{And, Or}).Draw(g.T, "op")
	left := g.child(at, b, c, depth, 0, path)
	for i := range rapid.IntRange(0, 2).Draw(g.T, "children") {
		asked := c
		if op == And {
			asked = int(left)
		}
		left = g.emit(b, op, int(left), int(g.skippable(at, b, asked, depth, i+1, path)))
	}
	return left
}

// skippable draws a child, and a jump over it where it has no state.
func (g *generator) skippable(at, b, c, depth, i int, path []Step) uint16 {
	if rapid.Bool().Draw(g.T, "plain") {
		return g.child(at, b, c, depth, i, path)
	}
	jump, states := len(g.p.Blocks[b].Code), len(g.p.States)
	g.p.Blocks[b].Code = append(g.p.Blocks[b].Code, Instr{Op: Skip, Args: [4]uint16{uint16(c), uint16(jump + 1)}})
	result := g.child(at, b, c, depth, i, path)
	if len(g.p.States) == states {
		g.p.Blocks[b].Code[jump].Args[1] = uint16(len(g.p.Blocks[b].Code))
	}
	return result
}

func (g *generator) not(at, b, c, depth int, path []Step) uint16 {
	return g.emit(b, Sub, c, int(g.child(at, b, c, depth, 0, path)))
}

func (g *generator) since(at, b, _, depth int, _ []Step) uint16 {
	s := g.state(at, State{Kind: SinceState})
	all := int(g.emit(b, All))
	trigger := g.child(at, b, all, depth, 0, g.from(s, b))
	reset := g.child(at, b, all, depth, 1, g.from(s, b))
	g.p.States[s].Parts = g.parts(at)
	g.p.States[s].Trigger, g.p.States[s].Reset = g.times(g.p.Nodes[at].Children[0]), g.times(g.p.Nodes[at].Children[1])
	return g.emit(b, Since, int(trigger), int(reset), s)
}

func (g *generator) newly(at, b, c, depth int, _ []Step) uint16 {
	s := g.state(at, State{Kind: NewlyTrueState})
	now := g.child(at, b, int(g.emit(b, All)), depth, 0, g.from(s, b))
	g.p.States[s].Parts = g.parts(at)
	return g.emit(b, Newly, int(now), c, s)
}

func (g *generator) from(s, b int) []Step {
	return []Step{{Index: -1, State: uint16(s + 1), At: uint16(g.depths[b])}}
}

func (g *generator) parts(at int) (parts []Part) {
	for _, child := range g.p.Nodes[at].Children {
		n := g.p.Nodes[child]
		if n.State > 0 && g.p.States[n.State-1].Kind != VersionState {
			parts = append(parts, Part{State: n.State})
		} else {
			parts = append(parts, Part{Name: n.Name})
		}
	}
	return parts
}

func (g *generator) call(at, b, c, depth int, path []Step) uint16 {
	op := rapid.SampledFrom([]Op{AnyDeps, AllDeps, AnyChecks, AllChecks, Match}).Draw(g.T, "op")
	inner, last := len(g.p.Blocks), rapid.IntRange(0, len(g.p.Filters)-1).Draw(g.T, "filter")
	g.p.Blocks, g.depths = append(g.p.Blocks, Block{Registers: 1}), append(g.depths, g.depths[b]+1)
	if op == Match {
		g.p.Nodes[at].Matches, last = true, 0
	} else {
		path = append(path, Step{Index: -1, Depth: uint16(g.depths[inner] + 1)})
	}
	g.end(inner, g.node(inner, 0, depth, append(path, Step{Index: 0, Name: "step"})))
	result := g.emit(b, op, c, inner, last)
	g.p.Nodes[at].Call = uint16(len(g.p.Blocks[b].Code))
	return result
}

// times dates a node as far as it can be dated.
func (g *generator) times(node uint16) uint16 {
	n := g.p.Nodes[node]
	code := g.p.Blocks[n.Block].Code
	at := slices.IndexFunc(code, func(in Instr) bool { d, ok := in.arg(Dst); return ok && d == n.Result })
	t := Time{Block: n.Block, Register: n.Result}
	switch in := code[at]; in.Op {
	case CronPassed:
		t.Kind = CronTime
	case Asked:
		t.Kind = RequestTime
	case Whole:
		if g.p.Facts[in.Args[1]].Kind != NewlyUpdated {
			return 0
		}
		t.Kind = UpdateTime
	case AnyDeps, Match:
		t.Kind, t.Call, t.Inner = CallTime, uint16(at), g.times(uint16(g.p.Blocks[in.Args[2]].Node))
	case Since:
		t.Kind, t.Inner = TriggerTime, g.p.States[in.Args[3]].Trigger
	default:
		return 0
	}
	if t.Inner == 0 && (t.Kind == CallTime || t.Kind == TriggerTime) {
		return 0
	}
	g.p.Times = append(g.p.Times, t)
	return uint16(len(g.p.Times))
}

// TestRandom holds valid programs to be verified and to be the same in each form.
func TestRandom(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := condition.Draw(r, "program")
		if err := Verify(p); err != nil {
			r.Fatalf("%v\n%s", err, p.Text())
		}
		again, err := Parse(p.Text())
		if err != nil || !again.Equal(p) {
			r.Fatalf("as text: %v\n%s", err, p.Text())
		}
		if again, err = Decode(Encode(p)); err != nil || !again.Equal(p) || again.Sum() != p.Sum() {
			r.Fatalf("as bytes: %v\n%s", err, p.Text())
		}
	})
}

// TestRandomEdits changes one number of a program: what is still valid is the same in each
// form, and never equal to what it was.
func TestRandomEdits(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := condition.Draw(r, "program")
		was := Encode(p)
		body := was[headerSize : len(was)-trailerSize]
		body[rapid.IntRange(0, len(body)-1).Draw(r, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(r, "bit")
		edited, err := Decode(seal(body))
		if err != nil {
			return
		}
		if edited.Equal(p) {
			r.Fatalf("it is still equal:\n%s", p.Text())
		}
		if again, err := Parse(edited.Text()); err != nil || !again.Equal(edited) {
			r.Fatalf("as text: %v\n%s", err, edited.Text())
		}
	})
}

// FuzzRun decodes bytes and runs what is verified, to find programs that do not end or
// read where there is nothing.
func FuzzRun(f *testing.F) {
	for _, text := range files(f) {
		f.Add(bodyOf(parse(f, text)))
	}
	f.Add(bodyOf(deep(MaxDepth)))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := Decode(seal(body))
		if err != nil {
			var flaws Flaws
			if !errors.As(err, &flaws) && !strings.HasPrefix(err.Error(), "the program cannot be read: ") {
				t.Fatal(err)
			}
			return
		}
		for _, skips := range []bool{false, true} {
			if !p.IsFiles() {
				moved := make([]bool, len(p.States))
				if walkBlock(p, 0, skips, moved); slices.Contains(moved, false) {
					t.Fatalf("a state does not move on:\n%s", p.Text())
				}
				walkNodes(p, 0, []string{"a"})
			}
		}
		roundTrip(t, p)
	})
}

// walkBlock runs a block with jumps that are all taken or none, and notes which states move.
func walkBlock(p *Program, b uint16, skips bool, moved []bool) {
	block := &p.Blocks[b]
	registers := make([]bool, block.Registers)
	for pc := 0; pc < len(block.Code); pc++ {
		in := block.Code[pc]
		if to, ok := in.arg(BlockArg); ok {
			walkBlock(p, to, skips, moved)
		}
		if s, ok := in.arg(StateArg); ok {
			moved[s] = true
		}
		if d, ok := in.arg(Dst); ok {
			registers[d] = true
		}
		if to, ok := in.arg(TargetArg); ok && skips {
			pc = int(to) - 1
		}
	}
}

// walkNodes visits the tree and identifies its states.
func walkNodes(p *Program, n uint16, keys []string) {
	node := &p.Nodes[n]
	if node.State > 0 {
		p.StateID(int(node.State-1), keys)
	}
	for _, child := range node.Children {
		walkNodes(p, child, keys)
	}
	if node.Call > 0 {
		to := p.Blocks[node.Block].Code[node.Call-1].Args[2]
		walkNodes(p, uint16(p.Blocks[to].Node), append(keys, "b"))
	}
}
