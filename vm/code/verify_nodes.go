package code

// nodes finds out whether the nodes form the tree of the condition and name the states
// and calls that the code has, each once.
func (v *verifier) nodes() {
	v.owners = make([]int, len(v.States))
	w := nodeWalk{verifier: v, parents: make([]int, len(v.Nodes)), states: make([]int, len(v.States)), calls: map[place]int{}}
	for b := range v.Blocks {
		w.root(b)
	}
	for n := range v.Nodes {
		w.node(n)
	}
	for n, parents := range w.parents {
		if parents != 1 {
			v.find(name("node", n), "it has %d places in the tree", parents)
		}
	}
	for s, n := range w.states {
		if n != 1 {
			v.find(name("state", s), "it is the state of %d nodes", n)
		}
	}
	for b, at := range v.callers {
		if b > 0 && w.calls[at] != 1 {
			v.findAt(at, "it is the call of %d nodes", w.calls[at])
		}
	}
}

// nodeWalk counts what nodes refer to.
type nodeWalk struct {
	*verifier
	parents []int
	states  []int
	calls   map[place]int
}

// root looks at the node of a block.
func (w *nodeWalk) root(b int) {
	block, where := &w.Blocks[b], name("block", b)
	if block.Node < 0 || block.Node >= len(w.Nodes) {
		w.find(where, "there is no node%d", block.Node)
		return
	}
	n := &w.Nodes[block.Node]
	w.parents[block.Node]++
	switch {
	case b == 0 && block.Node != 0:
		w.find(where, "its node is not node0, the root")
	case int(n.Block) != b:
		w.find(where, "node%d is of another block", block.Node)
	case n.Result != w.returned(uint16(b)):
		w.find(where, "it does not return the result of node%d", block.Node)
	}
}

func (w *nodeWalk) node(i int) {
	n, where := &w.Nodes[i], name("node", i)
	if int(n.Block) >= len(w.Blocks) {
		w.find(where, "there is no block%d", n.Block)
		return
	}
	if n.Name == "" && n.Call == 0 { // a part of an operator has none
		w.find(where, "it needs a name")
	}
	for _, register := range []uint16{n.Result, n.Candidates} {
		if !w.exists(int(n.Block), int(register)) {
			w.find(where, "nothing writes r%d of block%d", register, n.Block)
		}
	}
	for _, child := range n.Children {
		w.child(i, int(child))
	}
	w.call(where, i)
	w.state(where, i)
}

func (w *nodeWalk) child(parent, child int) {
	where := name("node", parent)
	switch {
	case child <= parent || child >= len(w.Nodes):
		w.find(where, "its child node%d does not come after it", child)
	case w.Nodes[child].Block != w.Nodes[parent].Block:
		w.find(where, "its child node%d is of another block", child)
	default:
		w.parents[child]++
	}
}

// call looks at a node that is evaluated on other entities.
func (w *nodeWalk) call(where string, i int) {
	n := &w.Nodes[i]
	if n.Call == 0 {
		if n.Matches {
			w.find(where, "it matches an asset and calls nothing")
		}
		return
	}
	at := place{int(n.Block), int(n.Call - 1)}
	if at.at >= len(w.Blocks[at.block].Code) || !w.instr(at).Op.Calls() {
		w.find(where, "the instruction at %d of block%d calls nothing", at.at, at.block)
		return
	}
	in := w.instr(at)
	w.calls[at]++
	switch {
	case len(n.Children) > 0:
		w.find(where, "it calls a block and has children")
	case n.Matches != (in.Op == Match):
		w.find(where, "match and asset_matches belong together")
	case w.Blocks[in.Args[2]].Node <= i:
		w.find(where, "the node of block%d does not come after it", in.Args[2])
	}
}

func (w *nodeWalk) state(where string, i int) {
	n := &w.Nodes[i]
	switch s := int(n.State) - 1; {
	case s < 0:
	case s >= len(w.States):
		w.find(where, "there is no state%d", s)
	case w.keepers[s].block != int(n.Block):
		w.find(where, "state%d is of another block", s)
	case len(n.Children) != map[StateKind]int{SinceState: 2, NewlyTrueState: 1}[w.States[s].Kind]:
		w.find(where, "it has not as many children as state%d wants", s)
	default:
		w.states[s]++
		w.owners[s] = i
	}
}
