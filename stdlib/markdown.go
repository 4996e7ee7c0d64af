package stdlib

import (
	"fmt"
	"strings"

	"auto/lang/types"
)

// sections order the documentation.
var sections = []struct {
	kind  Kind
	title string
}{
	{Operand, "Operands"}, {Operator, "Operators"}, {Composite, "Composites"}, {Method, "Methods"},
	{Selector, "Selections"}, {Value, "Durations"}, {Origin, "Sources of files blocks"},
}

// Markdown gives docs/vocabulary.md: every word with its parameters, meaning and an
// example.
func Markdown() string {
	var b strings.Builder
	b.WriteString("# Vocabulary\n\nThe words of the language, which are Dagster's for conditions. An event is true on one tick, a status for as long as a\nstate lasts. This file is made from the table in `stdlib`; `make docs` renews it.\n")
	for _, s := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n| word | on | is | meaning | example |\n|---|---|---|---|---|\n", s.title)
		for _, e := range words().entries {
			if e.Kind == s.kind {
				fmt.Fprintf(&b, "| `%s` | %s | %s | %s | `%s` |\n", cell(e.Usage()), receiver(e), nature(e), cell(e.Doc), cell(e.Example))
			}
		}
		if s.kind == Composite {
			b.WriteString("\nHow they are written, with the method that is one:\n\n```\n" + composites + "```\n")
		}
	}
	return b.String()
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

func receiver(e Entry) string {
	switch {
	case e.On != "":
		return string(e.On)
	case e.Result != types.Condition:
		return ""
	case e.Scope == types.OnBoth:
		return "assets, checks"
	case e.Scope == types.OnCheck:
		return "checks"
	}
	return "assets"
}

func nature(e Entry) string {
	switch {
	case e.Result != types.Condition:
		return string(e.Result)
	case e.Event:
		return "event"
	}
	return "status"
}
