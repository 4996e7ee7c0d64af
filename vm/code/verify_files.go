package code

import "slices"

// filesTables finds flaws of the tables of a files block.
func (v *verifier) filesTables() {
	if len(v.Facts)+len(v.Crons)+len(v.Filters)+len(v.Keys)+len(v.Times) > 0 || len(v.Blocks) != 1 {
		v.find("program", "a files block has rules, targets and one block; a condition has nodes")
		return
	}
	if v.Blocks[0].Node != 0 {
		v.find("block0", "a files block has no nodes")
	}
	for i, r := range v.Rules {
		if r.Name == "" || r.Pattern == "" {
			v.find(name("rule", i), "it needs a name and a pattern")
		}
		if !slices.IsSorted(r.Targets) {
			v.find(name("rule", i), "its targets are not in order")
		}
		for _, t := range r.Targets {
			if int(t) >= len(v.Targets) {
				v.find(name("rule", i), "there is no target%d", t)
			}
		}
	}
	v.writers = make([][]int, 1)
	v.block(0)
}

// holding is what a register of a files block holds.
type holding string

const (
	rules   holding = "rules"
	targets holding = "targets"
)

// filesCode finds registers that hold rules where targets are wanted, and the other way.
func (v *verifier) filesCode() {
	kinds := make([]holding, v.Blocks[0].Registers)
	for at, in := range v.Blocks[0].Code {
		spec, _ := in.Op.Spec()
		wants, gives := targets, targets
		switch in.Op {
		case Matched:
			gives = rules
		case Earliest:
			wants, gives = rules, rules
		case Targets, Otherwise:
			wants = rules
		}
		for i, arg := range spec.Args {
			if arg == Src && kinds[in.Args[i]] != wants {
				v.findAt(place{0, at}, "r%d does not hold %s", in.Args[i], wants)
			}
		}
		if d, ok := in.arg(Dst); ok {
			kinds[d] = gives
		}
	}
}
