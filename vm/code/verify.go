package code

import (
	"fmt"
	"slices"
	"strings"
)

// Flaw is a rule that a program breaks.
type Flaw struct {
	// Where names the part of the program as assembler text does: "block1 at 3", "state2".
	Where string
	// What says what is wrong there.
	What string
}

func (f Flaw) String() string { return f.Where + ": " + f.What }

// Flaws is the error of a program that cannot be run.
type Flaws []Flaw

// maxFlaws is how many flaws are shown.
const maxFlaws = 10

// Error lists the first flaws, one a line.
func (f Flaws) Error() string {
	var lines []string
	for _, flaw := range f[:min(len(f), maxFlaws)] {
		lines = append(lines, flaw.String())
	}
	if more := len(f) - maxFlaws; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// Verify finds out whether the machine can run a program. One without flaws cannot make
// it panic or loop, whatever the facts are: all numbers are in range, registers are
// written once and read after that, jumps go forward and over no state, calls form a tree,
// and the tables fit the code. It has one form only: what an entry does not use is zero.
//
// The error is Flaws. It has all that are found by one stage: limits, then code, calls,
// states, times and nodes, identities; a stage relies on those before it.
func Verify(p *Program) error {
	v := &verifier{Program: p}
	stages := []func(){v.limits, v.code, v.calls, v.keep, v.tree, v.identities}
	if p.IsFiles() {
		stages = []func(){v.limits, v.filesTables, v.filesCode}
	}
	for _, stage := range stages {
		if stage(); len(v.flaws) > 0 {
			return v.flaws
		}
	}
	return nil
}

// verifier looks at one program.
type verifier struct {
	*Program
	flaws Flaws
	// writers has, by block and register, the position of the instruction that writes it
	// plus one.
	writers [][]int
	// callers has, by block, the instruction that calls it; depths how many calls lead to
	// it; keeping whether it or a block that it calls has state.
	callers []place
	depths  []int
	keeping []bool
	// keepers has, by state, the instruction that moves it on; owners the node it is of.
	keepers []place
	owners  []int
}

// place is a position in the code.
type place struct{ block, at int }

func (v *verifier) find(where, format string, args ...any) {
	v.flaws = append(v.flaws, Flaw{where, fmt.Sprintf(format, args...)})
}

func (v *verifier) findAt(at place, format string, args ...any) {
	v.find(fmt.Sprintf("block%d at %d", at.block, at.at), format, args...)
}

func (v *verifier) instr(at place) Instr { return v.Blocks[at.block].Code[at.at] }

// code finds flaws of the tables that stand alone and of single instructions.
func (v *verifier) code() {
	v.facts()
	v.filters()
	if len(v.Rules)+len(v.Targets) > 0 {
		v.find("program", "a condition has no rules and targets")
	}
	if len(v.Blocks) == 0 || len(v.Nodes) == 0 {
		v.find("program", "it needs a block and a node")
	}
	v.writers = make([][]int, len(v.Blocks))
	for b := range v.Blocks {
		v.block(b)
	}
}

func (v *verifier) facts() {
	for i, f := range v.Facts {
		where := name("fact", i)
		switch {
		case f.Kind == 0 || int(f.Kind) >= len(factNames):
			v.find(where, "there is no such kind")
		case f.Lookback < 0:
			v.find(where, "its lookback is negative")
		case f.Lookback != 0 && f.Kind != InLatestTimeWindow:
			v.find(where, "%s has no lookback", f.Kind)
		case (f.TagKeys != nil || f.TagValues != nil) && !f.Kind.hasTags():
			v.find(where, "%s has no tags", f.Kind)
		}
	}
	for i, c := range v.Crons {
		if c.Schedule == "" || c.Zone == "" {
			v.find(name("cron", i), "it needs a schedule and a zone")
		}
	}
}

func (v *verifier) filters() {
	for i, f := range v.Filters {
		if !increasing(f.Allow) || !increasing(f.Ignore) {
			v.find(name("filter", i), "its keys are not sorted, or one is there twice")
		}
	}
}

func increasing(keys []string) bool {
	for i := range keys[min(1, len(keys)):] {
		if keys[i] >= keys[i+1] {
			return false
		}
	}
	return true
}

// block finds flaws of a block's instructions.
func (v *verifier) block(b int) {
	block := &v.Blocks[b]
	where := name("block", b)
	if block.Registers < 1 || block.Registers > len(block.Code)+1 {
		v.find(where, "it has %d registers for %d instructions; register 0 holds the candidates, and each instruction writes one more at most", block.Registers, len(block.Code))
		return
	}
	if n := len(block.Code); n == 0 || block.Code[n-1].Op != Return {
		v.find(where, "its last instruction is not return")
	}
	v.writers[b] = make([]int, block.Registers)
	for at := range block.Code {
		v.instruction(place{b, at})
	}
}

// instruction finds flaws of an instruction by itself and its registers.
func (v *verifier) instruction(at place) {
	in := v.instr(at)
	spec, ok := in.Op.Spec()
	switch {
	case !ok:
		v.findAt(at, "there is no operation %d", in.Op)
		return
	case v.IsFiles() && !in.Op.isFiles():
		v.findAt(at, "%s is for conditions", spec.Name)
		return
	case !v.IsFiles() && !in.Op.isCondition():
		v.findAt(at, "%s is for files blocks", spec.Name)
		return
	case in.Op == Return && at.at != len(v.Blocks[at.block].Code)-1:
		v.findAt(at, "return is not the last instruction")
	}
	for i, arg := range slices.Backward(spec.Args) { // what is written last
		v.argument(at, arg, int(in.Args[i]))
	}
	for _, a := range in.Args[len(spec.Args):] {
		if a != 0 {
			v.findAt(at, "%s has %d arguments, what follows is not 0", spec.Name, len(spec.Args))
		}
	}
}

// argument finds flaws of one argument.
func (v *verifier) argument(at place, kind Arg, a int) {
	switch kind {
	case Dst:
		v.write(at, a)
	case Src:
		v.read(at, a)
	case TargetArg:
		v.target(at, a)
	case OutcomeArg:
		if a >= len(Outcomes) || Outcome(a) == Requested {
			v.findAt(at, "there is no outcome %d", a)
		}
	case CountArg:
		if a > len(v.Targets) {
			v.findAt(at, "it has %d targets, the program has %d", a, len(v.Targets))
		}
	default:
		if n := v.size(kind); a >= n {
			v.findAt(at, "there is no %s%d", kind, a)
		}
	}
}

// size is how many entries the table has that an argument is an index into.
func (v *verifier) size(kind Arg) int {
	switch kind {
	case FactArg:
		return len(v.Facts)
	case CronArg:
		return len(v.Crons)
	case FilterArg:
		return len(v.Filters)
	case KeyArg:
		return len(v.Keys)
	case StateArg:
		return len(v.States)
	case BlockArg:
		return len(v.Blocks)
	}
	return 0
}

func (v *verifier) write(at place, register int) {
	writers := v.writers[at.block]
	switch {
	case register >= len(writers):
		v.findAt(at, "there is no r%d, the block has %d registers", register, len(writers))
	case register == 0:
		v.findAt(at, "r0 holds the candidates and is not written")
	case writers[register] > 0:
		v.findAt(at, "r%d is written at %d already", register, writers[register]-1)
	default:
		writers[register] = at.at + 1
	}
}

func (v *verifier) read(at place, register int) {
	writers := v.writers[at.block]
	switch {
	case register >= len(writers):
		v.findAt(at, "there is no r%d, the block has %d registers", register, len(writers))
	case register > 0 && writers[register] == 0:
		v.findAt(at, "r%d is read and not written before", register)
	}
}

func (v *verifier) target(at place, to int) {
	switch last := len(v.Blocks[at.block].Code) - 1; {
	case to <= at.at:
		v.findAt(at, "the jump to %d does not go forward", to)
	case to > last:
		v.findAt(at, "the jump to %d leaves the block, whose last instruction is at %d", to, last)
	}
}

// written gives the instruction that writes a register, and false for r0, for what is no
// register and for one that nothing writes.
func (v *verifier) written(b, register int) (place, bool) {
	if b >= len(v.writers) || register >= len(v.writers[b]) || v.writers[b][register] == 0 {
		return place{}, false
	}
	return place{b, v.writers[b][register] - 1}, true
}

// exists reports whether a register of a block holds something: the candidates, or what
// an instruction writes.
func (v *verifier) exists(b, register int) bool {
	_, ok := v.written(b, register)
	return ok || b < len(v.Blocks) && register == 0
}
