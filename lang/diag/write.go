package diag

import (
	"fmt"
	"io"
	"strings"
)

// Format is a form in which findings are written.
type Format string

// The forms.
const (
	// Text is for people: an excerpt with the place underlined.
	Text Format = "text"
	// JSON is an array of objects.
	JSON Format = "json"
	// GitHub is workflow commands, which a pull request shows at the lines.
	GitHub Format = "github"
	// SARIF is the Static Analysis Results Interchange Format, 2.1.0.
	SARIF Format = "sarif"
)

// Style is how text is drawn.
type Style struct {
	// Color: with colours for terminals.
	Color bool
}

// Write writes findings in a form. Text of an empty list is empty.
func Write(w io.Writer, format Format, list List, style Style) error {
	switch format {
	case JSON:
		return writeJSON(w, list)
	case GitHub:
		return writeGitHub(w, list)
	case SARIF:
		return writeSARIF(w, list)
	}
	return writeText(w, list, style)
}

// Summary counts findings: "2 errors, 1 warning".
func (l List) Summary() string {
	count := map[Severity]int{}
	for _, d := range l {
		count[d.Severity()]++
	}
	var parts []string
	for _, s := range []Severity{Error, Warning, Note} {
		switch n := count[s]; {
		case n == 1:
			parts = append(parts, "1 "+s.String())
		case n > 1:
			parts = append(parts, fmt.Sprintf("%d %ss", n, s))
		}
	}
	return strings.Join(parts, ", ")
}
