package match

import (
	"regexp/syntax"
	"slices"
	"sort"
	"unicode"
)

// automaton is the programs of many expressions in one, to be walked through by whole
// texts. It is immutable.
type automaton struct {
	insts []syntax.Inst
	owner []int32  // the expression of each instruction
	start []uint32 // where each expression begins
	// bounds are the first characters of the classes that the expressions tell apart;
	// ascii has the class of each ASCII character.
	bounds []rune
	ascii  [128]uint8
}

// maxInsts is the size from which an expression is left to regexp.
const maxInsts = 1000

// program compiles an expression for an automaton, nil where it is too large.
func program(tree *syntax.Regexp) *syntax.Prog {
	prog, err := syntax.Compile(tree)
	if err != nil || len(prog.Inst) > maxInsts {
		return nil
	}
	return prog
}

func newAutomaton(programs []*syntax.Prog) *automaton {
	a := &automaton{}
	cuts := map[rune]bool{0: true, '/': true, '/' + 1: true}
	for i, prog := range programs {
		base := uint32(len(a.insts))
		for _, inst := range prog.Inst {
			inst.Out += base
			if inst.Op == syntax.InstAlt || inst.Op == syntax.InstAltMatch {
				inst.Arg += base
			}
			cutClasses(&inst, cuts)
			a.insts, a.owner = append(a.insts, inst), append(a.owner, int32(i))
		}
		a.start = append(a.start, base+uint32(prog.Start))
	}
	for r := range cuts {
		a.bounds = append(a.bounds, r)
	}
	slices.Sort(a.bounds)
	for c := range a.ascii {
		a.ascii[c] = uint8(a.search(rune(c)))
	}
	return a
}

// wordAndLine are the first characters of what `\b`, `^` and `$` tell apart.
var wordAndLine = []rune{'\n', '\n' + 1, '0', '9' + 1, 'A', 'Z' + 1, '_', '_' + 1, 'a', 'z' + 1}

// cutClasses notes where an instruction begins and ceases to match.
func cutClasses(inst *syntax.Inst, cuts map[rune]bool) {
	switch inst.Op {
	case syntax.InstEmptyWidth:
		for _, r := range wordAndLine {
			cuts[r] = true
		}
	case syntax.InstRuneAnyNotNL:
		cuts['\n'], cuts['\n'+1] = true, true
	case syntax.InstRune, syntax.InstRune1:
		if len(inst.Rune) == 1 {
			for _, r := range orbit(inst) {
				cuts[r], cuts[r+1] = true, true
			}
			return
		}
		for i := 0; i+1 < len(inst.Rune); i += 2 {
			cuts[inst.Rune[i]], cuts[inst.Rune[i+1]+1] = true, true
		}
	}
}

// orbit gives the characters that an instruction for one character matches.
func orbit(inst *syntax.Inst) []rune {
	first := inst.Rune[0]
	runes := []rune{first}
	if syntax.Flags(inst.Arg)&syntax.FoldCase != 0 {
		for r := unicode.SimpleFold(first); r != first; r = unicode.SimpleFold(r) {
			runes = append(runes, r)
		}
	}
	return runes
}

// search gives the class of a character.
func (a *automaton) search(r rune) int {
	return sort.Search(len(a.bounds), func(i int) bool { return a.bounds[i] > r }) - 1
}
