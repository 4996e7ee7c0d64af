package files

import (
	"auto/lang/ast"
	"auto/vm"
	"auto/vm/code"
	"auto/vm/match"
)

var outcomes = map[string]code.Outcome{"ignore": code.Ignored, "error": code.Refused, "quarantine": code.Quarantined}

// emit makes the program that decides which rules contribute and what they request.
func (c *compiler) emit(patterns []match.Rule) error {
	out := &code.Program{}
	for _, key := range c.program.Always {
		out.Targets = append(out.Targets, code.FileTarget{Text: key})
	}
	for i, m := range c.matches {
		out.Rules = append(out.Rules, c.fileRule(out, c.program.Rules[i].Name, m))
	}
	out.Blocks = []code.Block{c.block()}
	if err := code.Verify(out); err != nil {
		return err
	}
	c.program.Code, c.program.Machine = out, vm.NewFiles(out, match.NewSet(patterns))
	return nil
}

func (c *compiler) fileRule(out *code.Program, name string, m *ast.Match) code.FileRule {
	r := code.FileRule{Name: name, Pattern: m.Pattern.Span.Text()}
	if m.Folder != nil {
		r.Folder = m.Folder.Span.Text()
	}
	for _, t := range m.Targets {
		r.Targets = append(r.Targets, uint16(len(out.Targets)))
		out.Targets = append(out.Targets, code.FileTarget{Text: t.Span.Text()})
	}
	return r
}

// block is the code: match, take the first only where the block says so, look what
// happens otherwise, and join the base assets with the targets of the rules.
func (c *compiler) block() code.Block {
	var b code.Block
	add := func(op code.Op, args ...uint16) uint16 {
		b.Registers++
		in := code.Instr{Op: op, Args: [4]uint16{uint16(b.Registers)}}
		copy(in.Args[1:], args)
		b.Code = append(b.Code, in)
		return in.Args[0]
	}
	var result uint16
	if base := len(c.program.Always); base > 0 || len(c.program.Rules) == 0 {
		result = add(code.Base, uint16(base))
	}
	if len(c.program.Rules) > 0 {
		rules := add(code.Matched)
		if c.program.TakeFirst {
			rules = add(code.Earliest, rules)
		}
		b.Code = append(b.Code, code.Instr{Op: code.Otherwise, Args: [4]uint16{rules, uint16(outcomes[c.program.Otherwise.Action])}})
		targets := add(code.Targets, rules)
		if result > 0 {
			targets = add(code.Or, result, targets)
		}
		result = targets
	}
	b.Registers++ // register 0 is that of no value
	b.Code = append(b.Code, code.Instr{Op: code.Return, Args: [4]uint16{result}})
	return b
}
