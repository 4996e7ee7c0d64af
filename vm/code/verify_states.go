package code

import "strings"

// keeperOps are the operations that move the kinds of state on.
var keeperOps = map[StateKind]Op{SinceState: Since, NewlyTrueState: Newly, VersionState: Version}

// keep finds out whether each state has one instruction, of the fitting kind, that no
// jump is over.
func (v *verifier) keep() {
	v.skips()
	v.keepers = make([]place, len(v.States))
	used := make([]bool, len(v.States))
	for b := range v.Blocks {
		for i, in := range v.Blocks[b].Code {
			s, ok := in.arg(StateArg)
			if !ok {
				continue
			}
			switch at := (place{b, i}); {
			case keeperOps[v.States[s].Kind] != in.Op:
				v.findAt(at, "state%d is not of the kind that the operation has", s)
			case used[s]:
				v.findAt(at, "state%d is used twice", s)
			default:
				used[s], v.keepers[s] = true, at
			}
		}
	}
	for s, ok := range used {
		if !ok {
			v.find(name("state", s), "no instruction uses it")
		}
	}
}

// returned gives the register that a block returns.
func (v *verifier) returned(b uint16) uint16 {
	code := v.Blocks[b].Code
	return code[len(code)-1].Args[0]
}

// identities finds flaws of what states are found again by.
func (v *verifier) identities() {
	for s := range v.States {
		v.identity(s)
	}
}

// identity finds flaws of what a state is found again by.
func (v *verifier) identity(s int) {
	state, where := &v.States[s], name("state", s)
	if state.Kind == VersionState {
		if len(state.Parts) > 0 || len(state.Path) == 0 {
			v.find(where, "a code version has a path and no parts")
		}
		for i, step := range state.Path {
			v.step(where, v.keepers[s].block, i, step)
		}
		return
	}
	if parts := map[StateKind]int{SinceState: 2, NewlyTrueState: 1}[state.Kind]; len(state.Parts) != parts || len(state.Path) > 0 {
		v.find(where, "it has %d parts and no path", parts)
		return
	}
	for i, part := range state.Parts {
		v.part(where, s, i, part)
	}
}

// part holds a part of a state against the node that it stands for.
func (v *verifier) part(where string, s, i int, part Part) {
	child := v.Nodes[v.Nodes[v.owners[s]].Children[i]]
	stable := child.State > 0 && v.States[child.State-1].Kind != VersionState
	switch {
	case stable && (part.State != child.State || part.Name != ""):
		v.find(where, "part %d is not state%d, that of its node", i, child.State-1)
	case !stable && (part.State != 0 || !hashedAs(child.Name, part.Name)):
		v.find(where, "part %d is not named %q as its node", i, child.Name)
	}
}

// hashedAs reports whether a node may have a name in identities, which leaves selections
// out.
func hashedAs(node, name string) bool {
	return node == name || name != "" && strings.HasPrefix(node, name+"(")
}

// step looks at a step of the path to a code version in a block.
func (v *verifier) step(where string, b, i int, step Step) {
	switch {
	case step.State > 0 && (step.Index != -1 || step.Name != "" || step.Depth != 0):
		v.find(where, "step %d has a state and something else", i)
	case step.State > 0:
		v.stepState(where, b, i, step)
	case step.Index < -1 || step.At != 0 || (step.Name == "") == (step.Depth == 0):
		v.find(where, "step %d has not one of a name and an entity", i)
	case int(step.Depth) > v.depths[b]+1:
		v.find(where, "step %d is below the entity that it is about", i)
	}
}

func (v *verifier) stepState(where string, b, i int, step Step) {
	if i > 0 || int(step.State) > len(v.States) || v.States[step.State-1].Kind == VersionState {
		v.find(where, "step %d cannot begin at state%d", i, step.State-1)
		return
	}
	for v.depths[b] > int(step.At) {
		b = v.callers[b].block
	}
	if v.depths[b] != int(step.At) || v.keepers[step.State-1].block != b {
		v.find(where, "step %d begins at state%d, which is not evaluated there", i, step.State-1)
	}
}
