package diag

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"auto/lang/source"
)

// jsonFinding is a finding for programs. Lines and columns begin at 1; a column is one
// character; end_column is after the last one.
type jsonFinding struct {
	File      string        `json:"file,omitempty"`
	Line      int           `json:"line,omitempty"`
	Column    int           `json:"column,omitempty"`
	EndLine   int           `json:"end_line,omitempty"`
	EndColumn int           `json:"end_column,omitempty"`
	Code      Code          `json:"code"`
	Severity  string        `json:"severity"`
	Message   string        `json:"message"`
	Help      string        `json:"help,omitempty"`
	Related   []jsonRelated `json:"related,omitempty"`
}

type jsonRelated struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

func writeJSON(w io.Writer, list List) error {
	all := make([]jsonFinding, len(list))
	for i, d := range list {
		all[i] = jsonFinding{Code: d.Code, Severity: d.Severity().String(), Message: d.Message, Help: d.Help}
		if d.Span.IsValid() {
			from, to := d.Span.From(), d.Span.To()
			all[i].File, all[i].Line, all[i].Column, all[i].EndLine, all[i].EndColumn = d.Span.File.Name, from.Line, from.Column, to.Line, to.Column
		}
		for _, r := range d.Related {
			p := r.Span.From()
			all[i].Related = append(all[i].Related, jsonRelated{r.Span.File.Name, p.Line, p.Column, r.Message})
		}
	}
	return encode(w, all)
}

func encode(w io.Writer, value any) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(value)
}

// writeGitHub writes workflow commands, one a finding.
func writeGitHub(w io.Writer, list List) error {
	out := bufio.NewWriter(w)
	for _, d := range list {
		text := strings.TrimSpace(d.Message + " " + d.Help)
		properties := "title=" + property(string(d.Code))
		if d.Span.IsValid() {
			properties = githubPlace(d.Span) + "," + properties
		}
		level := d.Severity().String()
		if d.Severity() == Note {
			level = "notice"
		}
		fmt.Fprintf(out, "::%s %s::%s\n", level, properties, escaped.Replace(text))
	}
	return out.Flush()
}

func githubPlace(s source.Span) string {
	from, to := s.From(), s.To()
	place := fmt.Sprintf("file=%s,line=%d,endLine=%d", property(s.File.Name), from.Line, to.Line)
	if from.Line == to.Line {
		// Columns are understood only within one line.
		place += fmt.Sprintf(",col=%d,endColumn=%d", from.Column, max(to.Column, from.Column+1))
	}
	return place
}

var (
	escaped       = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertySigns = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

func property(text string) string { return propertySigns.Replace(text) }
