package vm_test

import (
	"pgregory.net/rapid"

	"auto/vm/code"
)

// program draws a valid program: unlike what conditions are compiled to, its instructions
// read any registers that are written before.
var program = rapid.Custom(func(t *rapid.T) *code.Program {
	g := &generator{T: t, p: &code.Program{
		Crons:   []code.Cron{{Schedule: "*/20 * * * *", Zone: "UTC"}, {Schedule: "0 14 * * *", Zone: "Europe/Paris"}},
		Filters: []code.Filter{{}, {Text: "x", Allow: []string{"parts", "root:p", "set1", "solo:k"}}, {Text: "y", Ignore: []string{"parts", "up"}}, {Text: "z", Blocking: true}},
		Keys:    []string{"a", "b", "c"},
	}}
	for kind := code.Missing; kind <= code.AlreadyRequested; kind++ {
		g.p.Facts = append(g.p.Facts, code.Fact{Kind: kind})
	}
	g.block(0, 4)
	return g.p
})

type generator struct {
	*rapid.T
	p *code.Program
}

func (g *generator) upTo(n int, what string) uint16 {
	return uint16(rapid.IntRange(0, n).Draw(g.T, what))
}

// block draws a block and its node, and gives its number.
func (g *generator) block(depth, height int) uint16 {
	b := len(g.p.Blocks)
	g.p.Blocks = append(g.p.Blocks, code.Block{Registers: 1})
	n := g.node(uint16(b), depth, height)
	block := &g.p.Blocks[b]
	block.Node = int(n)
	block.Code = append(block.Code, code.Instr{Op: code.Return, Args: [4]uint16{g.p.Nodes[n].Result}})
	return uint16(b)
}

// any draws a register of a block that holds something.
func (g *generator) any(b uint16) uint16 { return g.upTo(g.p.Blocks[b].Registers-1, "register") }

func (g *generator) emit(b uint16, op code.Op, args ...uint16) uint16 {
	block := &g.p.Blocks[b]
	in := code.Instr{Op: op, Args: [4]uint16{uint16(block.Registers)}}
	copy(in.Args[1:], args)
	block.Code = append(block.Code, in)
	block.Registers++
	return in.Args[0]
}

// node draws a node with what is below it, and gives its number.
func (g *generator) node(b uint16, depth, height int) uint16 {
	at := len(g.p.Nodes)
	name := rapid.SampledFrom([]string{"AND", "OR", "NOT", "SINCE", "missing"}).Draw(g.T, "name")
	g.p.Nodes = append(g.p.Nodes, code.Node{Name: name, Block: b, Candidates: g.any(b)})
	kind := g.upTo(5, "kind")
	switch {
	case kind == 0 && height > 0:
		g.since(at, b, depth, height-1)
	case kind == 1 && height > 0:
		g.newly(at, b, depth, height-1)
	case kind == 2 && height > 0 && depth < 3:
		g.call(at, b, depth, height-1)
	case kind < 5 && height > 0:
		for range 1 + g.upTo(2, "children") {
			g.child(at, b, depth, height-1)
			g.emit(b, rapid.SampledFrom([]code.Op{code.And, code.Or, code.Sub}).Draw(g.T, "op"), g.any(b), g.any(b))
		}
		g.p.Nodes[at].Result = g.any(b)
	default:
		g.p.Nodes[at].Result = g.operand(at, b)
	}
	return uint16(at)
}

func (g *generator) child(at int, b uint16, depth, height int) code.Part {
	child := g.node(b, depth, height)
	g.p.Nodes[at].Children = append(g.p.Nodes[at].Children, child)
	n := g.p.Nodes[child]
	if n.State > 0 && g.p.States[n.State-1].Kind != code.VersionState {
		return code.Part{State: n.State}
	}
	return code.Part{Name: n.Name}
}

func (g *generator) state(at int, s code.State) uint16 {
	g.p.States = append(g.p.States, s)
	g.p.Nodes[at].State = uint16(len(g.p.States))
	return uint16(len(g.p.States) - 1)
}

func (g *generator) operand(at int, b uint16) uint16 {
	switch op := rapid.SampledFrom([]code.Op{code.None, code.All, code.Whole, code.Within, code.Asked, code.Asking, code.First, code.CronPassed, code.Root, code.Version, code.Lacking, code.Coming}).Draw(g.T, "operand"); op {
	case code.None, code.All:
		return g.emit(b, op)
	case code.Whole, code.Within:
		return g.emit(b, op, g.upTo(len(g.p.Facts)-1, "fact"), g.any(b))
	case code.CronPassed:
		return g.emit(b, op, g.upTo(1, "cron"), g.any(b))
	case code.Lacking, code.Coming:
		return g.emit(b, op, g.any(b), g.upTo(2, "filter"))
	case code.Version:
		return g.emit(b, op, g.any(b), g.state(at, code.State{Kind: code.VersionState, Path: []code.Step{{Index: -1, Name: "n"}}}))
	default:
		return g.emit(b, op, g.any(b))
	}
}

func (g *generator) since(at int, b uint16, depth, height int) {
	s := g.state(at, code.State{Kind: code.SinceState})
	parts := []code.Part{g.child(at, b, depth, height), g.child(at, b, depth, height)}
	g.p.States[s].Parts = parts
	g.p.Nodes[at].Result = g.emit(b, code.Since, g.any(b), g.any(b), s)
}

func (g *generator) newly(at int, b uint16, depth, height int) {
	s := g.state(at, code.State{Kind: code.NewlyTrueState})
	g.p.States[s].Parts = []code.Part{g.child(at, b, depth, height)}
	g.p.Nodes[at].Result = g.emit(b, code.Newly, g.any(b), g.any(b), s)
}

func (g *generator) call(at int, b uint16, depth, height int) {
	op := rapid.SampledFrom([]code.Op{code.AnyDeps, code.AllDeps, code.AnyChecks, code.AllChecks, code.Match}).Draw(g.T, "call")
	last := g.upTo(2, "filter or key")
	candidates := g.any(b)
	inner := g.block(depth+1, height)
	g.p.Nodes[at].Matches = op == code.Match
	g.p.Nodes[at].Result = g.emit(b, op, candidates, inner, last)
	g.p.Nodes[at].Call = uint16(len(g.p.Blocks[b].Code))
}
