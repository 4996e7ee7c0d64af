package code

// tree finds flaws of times and nodes.
func (v *verifier) tree() {
	v.times()
	v.nodes()
}

// times finds flaws of the table of times.
func (v *verifier) times() {
	for i := range v.Times {
		v.time(i, &v.Times[i])
	}
	for s := range v.States {
		v.timed(s, "trigger", v.States[s].Trigger, 1)
		v.timed(s, "reset", v.States[s].Reset, 2)
	}
}

// timed looks at the times of an operand of a SINCE, an argument of its instruction.
func (v *verifier) timed(s int, operand string, entry uint16, arg int) {
	if entry == 0 {
		return
	}
	where, at := name("state", s), v.keepers[s]
	switch {
	case v.States[s].Kind != SinceState:
		v.find(where, "only that of a since has a %s", operand)
	case int(entry) > len(v.Times):
		v.find(where, "there is no time%d, its %s", entry-1, operand)
	case !v.Times[entry-1].of(at.block, v.instr(at).Args[arg]):
		v.find(where, "time%d is not about its %s", entry-1, operand)
	}
}

// of reports whether times are those of a register.
func (t *Time) of(block int, register uint16) bool {
	return int(t.Block) == block && t.Register == register
}

// timeOps are the operations whose subsets have times.
var timeOps = map[TimeKind]func(Op) bool{
	CronTime:    func(o Op) bool { return o == CronPassed },
	UpdateTime:  func(o Op) bool { return o == Whole },
	RequestTime: func(o Op) bool { return o == Asked },
	CallTime:    func(o Op) bool { return o == AnyDeps || o == Match },
	TriggerTime: func(o Op) bool { return o == Since },
}

func (v *verifier) time(i int, t *Time) {
	where := name("time", i)
	fits, ok := timeOps[t.Kind]
	if !ok {
		v.find(where, "there is no such kind")
		return
	}
	at, ok := v.written(int(t.Block), int(t.Register))
	if !ok || !fits(v.instr(at).Op) {
		v.find(where, "r%d of block%d does not hold what has such times", t.Register, t.Block)
		return
	}
	in := v.instr(at)
	cron, fact := uint16(0), NewlyUpdated
	call := 0
	switch t.Kind {
	case CronTime:
		cron = in.Args[1]
	case UpdateTime:
		fact = v.Facts[in.Args[1]].Kind
	case CallTime:
		call = at.at
	}
	if t.Cron != cron || fact != NewlyUpdated || int(t.Call) != call {
		v.find(where, "its schedule, fact or call is not that of the instruction at %d of block%d", at.at, t.Block)
	}
	v.inner(where, i, t, in)
}

// inner looks at where an entry takes its times from.
func (v *verifier) inner(where string, i int, t *Time, in Instr) {
	needs := t.Kind == CallTime || t.Kind == TriggerTime
	switch {
	case !needs && t.Inner != 0:
		v.find(where, "it takes its times from no other entry")
	case !needs:
	case t.Inner == 0:
		v.find(where, "it needs an entry to take its times from")
	case int(t.Inner) > i:
		v.find(where, "it takes its times from time%d, which does not come before it", t.Inner-1)
	case t.Kind == CallTime && !v.Times[t.Inner-1].of(int(in.Args[2]), v.returned(in.Args[2])):
		v.find(where, "time%d is not about what block%d returns", t.Inner-1, in.Args[2])
	case t.Kind == TriggerTime && v.States[in.Args[3]].Trigger != t.Inner:
		v.find(where, "time%d is not that of the trigger", t.Inner-1)
	}
}
