package vm

import (
	"slices"

	"auto/vm/code"
	"auto/vm/match"
)

// Files runs the program of a files block. It is immutable and safe for concurrent use.
type Files struct {
	program *code.Program
	set     *match.Set
}

// FileDecision is what a file comes to by its name and folder path.
type FileDecision struct {
	Outcome code.Outcome
	// Rules are the numbers of the rules that contribute, Targets those of the targets
	// that are requested, both in order.
	Rules, Targets []int32
}

// NewFiles makes the machine of a verified program; set has the patterns of its rules,
// in their order.
func NewFiles(p *code.Program, set *match.Set) *Files { return &Files{p, set} }

// Run decides about a file.
func (m *Files) Run(name, folder string) FileDecision {
	var room [8][]int32
	registers := append(room[:0], make([][]int32, m.program.Blocks[0].Registers)...)
	var out FileDecision
	for _, in := range m.program.Blocks[0].Code {
		a := in.Args
		switch in.Op {
		case code.Matched:
			registers[a[0]] = m.set.Match(name, folder, nil)
			out.Rules = registers[a[0]]
		case code.Earliest:
			registers[a[0]] = registers[a[1]][:min(1, len(registers[a[1]]))]
			out.Rules = registers[a[0]]
		case code.Targets:
			registers[a[0]] = m.targets(registers[a[1]])
		case code.Base:
			for t := range int32(a[1]) {
				registers[a[0]] = append(registers[a[0]], t)
			}
		case code.Or:
			registers[a[0]] = union(registers[a[1]], registers[a[2]])
		case code.Otherwise:
			if len(registers[a[0]]) == 0 {
				out.Outcome = code.Outcome(a[1])
				return out
			}
		case code.Return:
			out.Targets = registers[a[0]]
		}
	}
	return out
}

func (m *Files) targets(rules []int32) []int32 {
	var out []int32
	for _, r := range rules {
		for _, t := range m.program.Rules[r].Targets {
			out = append(out, int32(t))
		}
	}
	return out
}

// union joins two sorted lists.
func union(a, b []int32) []int32 {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}
