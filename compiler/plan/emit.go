package plan

import (
	"fmt"

	"auto/vm/code"
)

// Emit makes the program. The error says which limit of the machine it is beyond.
func (p *Plan) Emit() (*code.Program, error) {
	out := &code.Program{Facts: p.facts.items, Crons: p.crons.items, Filters: p.filters.items, Keys: p.keys.items}
	e := emission{Plan: p, out: out, blocks: map[*Block]uint16{}, times: map[*timing]uint16{}}
	for i, b := range p.Blocks {
		e.blocks[b] = uint16(i)
		b.number()
	}
	for _, b := range p.Blocks {
		out.Blocks = append(out.Blocks, e.block(b))
	}
	for i := range p.states {
		s := &p.states[i]
		s.Trigger, s.Reset = e.time(s.trigger), e.time(s.reset)
		out.States = append(out.States, s.State)
	}
	for i := range p.nodes {
		out.Nodes = append(out.Nodes, e.node(&p.nodes[i]))
	}
	if err := code.Verify(out); err != nil {
		return nil, fmt.Errorf("the condition cannot be compiled: %w", err)
	}
	return out, nil
}

// emission is one program on its way.
type emission struct {
	*Plan
	out    *code.Program
	blocks map[*Block]uint16
	times  map[*timing]uint16
}

// number gives each value its register and its position.
func (b *Block) number() {
	register := 1
	for i, v := range b.Values {
		v.at = i
		if v.Op != code.Skip {
			v.number = register
			register++
		}
	}
}

func (e *emission) block(b *Block) code.Block {
	out := code.Block{Node: b.node, Registers: 1}
	for _, v := range b.Values {
		out.Code = append(out.Code, e.instr(v))
		if v.Op != code.Skip {
			out.Registers++
		}
	}
	out.Code = append(out.Code, code.Instr{Op: code.Return, Args: [4]uint16{uint16(b.Result.number)}})
	return out
}

func (e *emission) instr(v *Value) code.Instr {
	spec, _ := v.Op.Spec()
	in := code.Instr{Op: v.Op}
	source := 0
	for i, arg := range spec.Args {
		var a int
		switch arg {
		case code.Dst:
			a = v.number
		case code.Src:
			a = v.Args[source].number
			source++
		case code.FactArg:
			a = v.Fact
		case code.CronArg:
			a = v.Cron
		case code.FilterArg:
			a = v.Filter
		case code.KeyArg:
			a = v.Key
		case code.StateArg:
			a = v.State
		case code.BlockArg:
			a = int(e.blocks[v.Block])
		case code.TargetArg:
			a = v.Until.at + 1
		}
		in.Args[i] = uint16(a)
	}
	return in
}

// time gives the number of an entry of Times plus one, 0 for none.
func (e *emission) time(t *timing) uint16 {
	if t == nil {
		return 0
	}
	if at, ok := e.times[t]; ok {
		return at
	}
	out := code.Time{Kind: t.kind, Block: e.blocks[t.block], Register: uint16(t.value.number), Inner: e.time(t.inner)}
	switch t.kind {
	case code.CronTime:
		out.Cron = uint16(t.value.Cron)
	case code.CallTime:
		out.Call = uint16(t.value.at)
	}
	e.out.Times = append(e.out.Times, out)
	e.times[t] = uint16(len(e.out.Times))
	return e.times[t]
}

func (e *emission) node(n *node) code.Node {
	out := n.Node
	out.Block, out.Result, out.Candidates = e.blocks[n.block], uint16(n.result.number), uint16(n.candidates.number)
	if n.call != nil {
		out.Call = uint16(n.call.at + 1)
	}
	return out
}
