package code

// Op is an operation of the machine.
type Op uint16

// The operations. Table says what each does.
const (
	None Op = iota + 1
	All
	Whole
	Within
	Asked
	Asking
	First
	CronPassed
	Version
	Root
	And
	Or
	Sub
	Since
	Newly
	AnyDeps
	AllDeps
	AnyChecks
	AllChecks
	Match
	Lacking
	Coming
	Skip
	Return
	Matched
	Earliest
	Targets
	Base
	Otherwise
)

// Arg is what an argument of an instruction means.
type Arg uint8

// The meanings of arguments: a register that is written, one that is read, indexes into
// the tables of the program, the block that is called, a position further on in the code,
// a number of targets, an outcome.
const (
	Dst Arg = iota + 1
	Src
	FactArg
	CronArg
	FilterArg
	KeyArg
	StateArg
	BlockArg
	TargetArg
	CountArg
	OutcomeArg
)

// Spec describes an operation.
type Spec struct {
	Op   Op
	Name string
	Args []Arg
	// Doc says what it does, with its arguments named a, b, c, d in order.
	Doc string
}

// Table has every operation; all tools that read or write code are made from it.
var Table = []Spec{
	{None, "none", []Arg{Dst}, "a is empty."},
	{All, "all", []Arg{Dst}, "a is every partition that the definition has."},
	{Whole, "fact", []Arg{Dst, FactArg, Src}, "a is all the partitions that fact b holds for, of those entities that have a candidate in c."},
	{Within, "within", []Arg{Dst, FactArg, Src}, "a is the candidates in c that fact b holds for."},
	{Asked, "asked", []Arg{Dst, Src}, "a is what the last tick requested, of those entities that have a candidate in b."},
	{Asking, "asking", []Arg{Dst, Src}, "a is what this tick requests so far and one run could execute with the root, of those entities that have a candidate in b."},
	{First, "first", []Arg{Dst, Src}, "a is the candidates in b where the root is evaluated for the first time, else empty."},
	{CronPassed, "cron", []Arg{Dst, CronArg, Src}, "a is the candidates in c where a moment of schedule b passed since the evaluation before, else empty."},
	{Version, "version", []Arg{Dst, Src, StateArg}, "a is the candidates in b where the code version differs from the one that state c has; c becomes the version."},
	{Root, "root", []Arg{Dst, Src}, "a is the candidate in b that the entity's latest materialization is of, if its run selected the root."},
	{And, "and", []Arg{Dst, Src, Src}, "a is what is in b and in c."},
	{Or, "or", []Arg{Dst, Src, Src}, "a is what is in b or in c; of time windows that is never a subset that stands for all of them."},
	{Sub, "sub", []Arg{Dst, Src, Src}, "a is what is in b and not in c."},
	{Since, "since", []Arg{Dst, Src, Src, StateArg}, "a is what is in state d or trigger b and not in reset c, and what is in both with a later time in b; d becomes a."},
	{Newly, "newly", []Arg{Dst, Src, Src, StateArg}, "a is the candidates in c that are in b and not in state d; d becomes b."},
	{AnyDeps, "anydeps", []Arg{Dst, Src, BlockArg, FilterArg}, "a is the candidates in b for which block c returns a related partition of any dependency that filter d lets through."},
	{AllDeps, "alldeps", []Arg{Dst, Src, BlockArg, FilterArg}, "a is the candidates in b for which block c returns a related partition of every dependency that filter d lets through."},
	{AnyChecks, "anychecks", []Arg{Dst, Src, BlockArg, FilterArg}, "as anydeps, over the checks of the asset."},
	{AllChecks, "allchecks", []Arg{Dst, Src, BlockArg, FilterArg}, "as alldeps, over the checks of the asset."},
	{Match, "match", []Arg{Dst, Src, BlockArg, KeyArg}, "a is what is related to what block c returns for the asset of key d, asked about what is related to the candidates in b."},
	{Lacking, "lacking", []Arg{Dst, Src, FilterArg}, "a is the candidates in b that require a partition which a dependency that filter c lets through does not have."},
	{Coming, "coming", []Arg{Dst, Src, FilterArg}, "as lacking, of time windows that are still to come."},
	{Skip, "skip", []Arg{Src, TargetArg}, "where a is empty, go on at position b."},
	{Return, "return", []Arg{Src}, "a is the subset of the block; of a files block the targets to request."},
	{Matched, "matched", []Arg{Dst}, "a is the rules whose patterns match the file's name and folder path."},
	{Earliest, "earliest", []Arg{Dst, Src}, "a is the first rule in b."},
	{Targets, "targets", []Arg{Dst, Src}, "a is the targets of the rules in b."},
	{Base, "base", []Arg{Dst, CountArg}, "a is the first b targets, which every file requests."},
	{Otherwise, "otherwise", []Arg{Src, OutcomeArg}, "where a is empty, the file comes to b and the program ends."},
}

// Spec gives the description of an operation, and false where there is none.
func (o Op) Spec() (Spec, bool) {
	if o == 0 || int(o) > len(Table) {
		return Spec{}, false
	}
	return Table[o-1], true
}

// Calls reports whether an operation runs a block on other entities.
func (o Op) Calls() bool { return o >= AnyDeps && o <= Match }

// keeps reports whether an operation moves a state on.
func (o Op) keeps() bool { return o == Since || o == Newly || o == Version }

// isFiles reports whether an operation is one of files blocks, and isCondition whether it
// is one of conditions; some are both.
func (o Op) isFiles() bool { return o >= Matched || o == Or || o == Return }

func (o Op) isCondition() bool { return o < Matched }

// arg gives the argument of an instruction that means something, and false where the
// operation has none of the kind or more than one.
func (in Instr) arg(kind Arg) (uint16, bool) {
	found, value := 0, uint16(0)
	spec, _ := in.Op.Spec()
	for i, a := range spec.Args {
		if a == kind {
			found, value = found+1, in.Args[i]
		}
	}
	return value, found == 1
}

// State gives the state that an instruction moves on, and false where it moves none.
func (in Instr) State() (int, bool) {
	state, ok := in.arg(StateArg)
	return int(state), ok
}

// Writes gives the register that an instruction writes, and false where it writes none.
func (in Instr) Writes() (uint16, bool) { return in.arg(Dst) }

// Reads gives the registers that an instruction reads, in the order of its arguments.
func (in Instr) Reads() (registers []uint16) {
	spec, _ := in.Op.Spec()
	for i, a := range spec.Args {
		if a == Src {
			registers = append(registers, in.Args[i])
		}
	}
	return registers
}

// argNames are how arguments are called in text, before their number where they have one.
var argNames = [...]string{
	Dst: "r", Src: "r", FactArg: "fact", CronArg: "cron", FilterArg: "filter", KeyArg: "key",
	StateArg: "state", BlockArg: "block", TargetArg: "position", CountArg: "count", OutcomeArg: "outcome",
}

// String gives what stands before the number of an argument in assembler text.
func (a Arg) String() string { return argNames[a] }
