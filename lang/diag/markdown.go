package diag

import (
	"fmt"
	"strings"
)

// families name the hundreds of codes.
var families = map[byte]string{'0': "Text", '1': "Names and types", '2': "Files", '3': "Warnings", '4': "The project's files", '5': "Running", '6': "Notes", '7': "Parameters"}

// Markdown gives docs/diagnostics.md: every code with its explanation and examples.
func Markdown() string {
	var b strings.Builder
	b.WriteString("# Findings\n\nEvery finding has a code. `auto help CODE` shows the same text. This file is made from the catalogue; `make docs` renews it.\n")
	family := byte(0)
	for _, e := range Catalogue() {
		if e.Code[1] != family {
			family = e.Code[1]
			fmt.Fprintf(&b, "\n## A%cxx: %s\n", family, families[family])
		}
		fmt.Fprintf(&b, "\n### %s: %s\n\n%s\n", e.Code, e.Title, e.Explain)
		language := "auto"
		if family == '4' || family == '5' || family == '7' {
			language = "yaml"
		}
		if e.Bad != "" {
			fmt.Fprintf(&b, "\nFound in:\n\n```%s %s\n%s\n```\n", language, e.Code, printable(e.Bad))
		}
		if e.Good != "" {
			fmt.Fprintf(&b, "\nRight:\n\n```%s\n%s\n```\n", language, printable(e.Good))
		}
	}
	return b.String()
}

// printable shows bytes that a Markdown file cannot hold.
func printable(text string) string {
	text = strings.ReplaceAll(text, "\x01", "␁")
	return strings.ToValidUTF8(strings.TrimRight(text, "\n"), "\uFFFD")
}
