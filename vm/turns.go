package vm

import (
	"slices"

	"auto/vm/code"
)

// turns evaluates a level on which a program can ask for what is requested on it. Dagster
// evaluates the entities of a level side by side: where one waits for storage another goes
// on, and what is requested is seen from the moment on at which its evaluation ends. So the
// entities are evaluated node by node here, each in a task, with waits where Dagster has
// them. Where none of them has anything to look at, all requests are what they were.
func (m *Machine) turns(level []*batch, t *trace) {
	if t == nil && !slices.ContainsFunc(level, func(b *batch) bool { return b.due(m) }) {
		m.stats.Skipped += len(level)
		for _, b := range level {
			b.request(m)
		}
		return
	}
	l, s := &loop{}, storage{}
	for _, earlier := range m.batches {
		if earlier == level[0] {
			break
		}
		s.hold(earlier.loads)
	}
	l.spawn(func(co *task) {
		co.gather(len(level), func(co *task, i int) {
			t := &turn{m: m, b: level[i], program: m.programs[level[i].program], storage: s, done: map[*frame][]bool{}}
			t.evaluate(co)
		})
	})
	l.run()
	for _, b := range level {
		if t != nil {
			m.emit(b, t)
		}
	}
}

// turn is the evaluation of the one entity of a batch among others of its level.
type turn struct {
	m       *Machine
	b       *batch
	program *code.Program
	storage storage
	// done says of each frame which instructions were executed.
	done map[*frame][]bool
}

func (t *turn) evaluate(co *task) {
	t.b.enter(t.m)
	t.b.loads = t.b.loads[:0]
	r := t.run(co, t.b.frame, t.b.frame.everything())
	t.b.leave(t.m, r)
	t.b.request(t.m)
}

// run runs a frame's block over candidates.
func (t *turn) run(co *task, f *frame, candidates register) register {
	clear(f.registers)
	f.registers[0], f.runs = candidates, t.b.runs
	t.done[f] = make([]bool, len(f.block.Code))
	t.node(co, f, &t.program.Nodes[f.block.Node])
	f.returned = f.registers[t.program.Nodes[f.block.Node].Result]
	return f.returned
}

// node evaluates a node of the condition, its children first: those of OR and SINCE side by
// side, those of others one after the other.
func (t *turn) node(co *task, f *frame, n *code.Node) {
	t.need(f, n.Candidates)
	child := func(co *task, i int) { t.node(co, f, &t.program.Nodes[n.Children[i]]) }
	switch {
	case n.Call > 0:
		t.call(co, f, int(n.Call-1))
	case len(n.Children) == 0:
		t.wait(co, f, n)
	case n.Name == "OR" || n.Name == "SINCE":
		co.gather(len(n.Children), child)
	default:
		for i := range n.Children {
			child(co, i)
		}
	}
	t.need(f, n.Result)
}

// call evaluates an operator on the entities that it looks at: any_checks_match side by
// side, the others one after the other.
func (t *turn) call(co *task, f *frame, pc int) {
	in := &f.block.Code[pc]
	t.need(f, in.Args[1])
	called := f.calls[pc]
	ask := func(co *task, i int) { t.run(co, called[i], called[i].asked(f, f.registers[in.Args[1]])) }
	if in.Op == code.AnyChecks {
		co.gather(len(called), ask)
	} else {
		for i := range called {
			ask(co, i)
		}
	}
	t.done[f][pc] = true
	t.b.answer(f, in, called)
}

// need computes what a register holds, if that has not been done.
func (t *turn) need(f *frame, register uint16) {
	pc := t.m.writers[f.block][register]
	if pc < 0 || t.done[f][pc] {
		return
	}
	t.done[f][pc] = true
	in := &f.block.Code[pc]
	for _, source := range in.Reads() {
		t.need(f, source)
	}
	t.b.execute(t.m, f, pc, pc+1)
}
