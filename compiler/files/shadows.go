package files

import (
	"auto/lang/diag"
	"auto/vm/match"
)

// shadows warns with `take first` about rules that an earlier one leaves nothing for. It
// speaks only where that is sure.
func (c *compiler) shadows(patterns []match.Rule) {
	if !c.program.TakeFirst {
		return
	}
	for i, by := range match.Shadowed(patterns) {
		if by >= 0 {
			c.shadowed(i, by)
		}
	}
}

func (c *compiler) shadowed(i, by int) {
	later, first := c.program.Rules[i], c.program.Rules[by]
	c.findings.Add(diag.Diagnostic{Code: diag.RuleShadowed, Span: c.matches[i].Pattern.Span,
		Message: "With `take first` no file reaches the rule `" + later.Name + "`: `" + first.Name + "` takes each one before.",
		Help:    "Put it before `" + first.Name + "`.", Related: []diag.Related{{Span: first.At, Message: "The earlier rule is here."}}})
}
