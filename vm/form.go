package vm

import "auto/vm/code"

// classify says of the subset that an instruction gave whether it is held key by key although
// it is of time windows. Such subsets are what is left of states that were stored for other
// partitions; Dagster's class for them (DefaultPartitionsSubset) stays with what is made
// from them, and a request of that class makes every evaluation an initial one
// (InitialEvaluationCondition).
func (b *batch) classify(f *frame, in *code.Instr) {
	a := in.Args
	if in.Op == code.Skip {
		return
	}
	to := &f.registers[a[0]]
	switch in.Op {
	case code.Asked:
		to.keyed = b.keyed && f == b.frame
	case code.And:
		to.keyed = met(f.registers[a[1]], f.registers[a[2]])
	case code.Sub:
		from := f.registers[a[1]]
		to.keyed = from.keyed && from.kind != every
	case code.Within:
		to.keyed = f.registers[a[2]].keyed
	case code.Root, code.Lacking, code.Coming, code.AnyDeps, code.AnyChecks, code.AllDeps, code.AllChecks:
		to.keyed = f.registers[a[1]].keyed && to.kind != empty
	case code.Since:
		state := f.slot(int(a[3]))
		state.keyed = state.keyed && f.registers[a[1]].kind != every
		to.keyed = state.keyed
	case code.Newly:
		now := f.registers[a[1]]
		f.slot(int(a[3])).keyed = now.keyed
		to.keyed = met(f.registers[a[2]], register{kind: to.kind, keyed: now.keyed && now.kind != every})
	case code.Whole, code.Or, code.Asking, code.Match:
		to.keyed = false
	}
}

// met gives whether the partitions that are in both of two subsets are held key by key
// (compute_intersection).
func met(a, b register) bool {
	switch {
	case a.kind == every || b.kind == empty:
		return b.keyed
	}
	return a.keyed
}
