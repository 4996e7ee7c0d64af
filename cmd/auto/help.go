package main

import (
	"fmt"
	"strings"

	"auto/lang/diag"
)

type helpCommand struct {
	Code string `arg:"" optional:"" help:"The code of a finding."`
}

// Run explains one code, or lists all.
func (c helpCommand) Run(s system) error {
	if c.Code == "" {
		for _, e := range diag.Catalogue() {
			fmt.Fprintf(s.stdout, "%s  %s\n", e.Code, e.Title)
		}
		return nil
	}
	code := diag.Code(strings.ToUpper(c.Code))
	entry, ok := diag.Explain(code)
	if !ok {
		return fmt.Errorf("no finding has the code %s. `auto help` lists all", code)
	}
	fmt.Fprintf(s.stdout, "%s  %s\n\n%s\n", entry.Code, entry.Title, entry.Explain)
	for _, example := range []struct{ title, text string }{{"Found in", entry.Bad}, {"Right", entry.Good}} {
		if example.text != "" {
			fmt.Fprintf(s.stdout, "\n%s:\n\n%s\n", example.title, indent(example.text))
		}
	}
	return nil
}

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
}
