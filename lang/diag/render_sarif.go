package diag

import (
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode/utf16"

	"auto/lang/source"
)

type object = map[string]any

// writeSARIF writes a log with one run (SARIF 2.1.0). Columns count UTF-16 code units,
// as the log says.
func writeSARIF(w io.Writer, list List) error {
	var codes []Code
	for _, d := range list {
		codes = append(codes, d.Code)
	}
	slices.Sort(codes)
	codes = slices.Compact(codes)
	rules := make([]object, len(codes))
	for i, code := range codes {
		rules[i] = sarifRule(code)
	}
	results := make([]object, len(list))
	for i, d := range list {
		at, _ := slices.BinarySearch(codes, d.Code)
		results[i] = sarifResult(d, at)
	}
	return encode(w, object{
		"$schema": "https://json.schemastore.org/sarif-2.1.0.json",
		"version": "2.1.0",
		"runs": []object{{
			"tool":       object{"driver": object{"name": "auto", "rules": rules}},
			"columnKind": "utf16CodeUnits",
			"results":    results,
		}},
	})
}

func sarifRule(code Code) object {
	rule := object{"id": code}
	if e, ok := Explain(code); ok {
		rule["shortDescription"] = object{"text": e.Title}
		rule["fullDescription"] = object{"text": e.Explain}
	}
	return rule
}

func sarifResult(d Diagnostic, rule int) object {
	result := object{
		"ruleId": d.Code, "ruleIndex": rule, "level": d.Severity().String(),
		"message":   object{"text": strings.TrimSpace(d.Message + " " + d.Help)},
		"locations": []object{},
	}
	if d.Span.IsValid() {
		result["locations"] = []object{sarifLocation(d.Span)}
	}
	related := []object{}
	for i, r := range d.Related {
		location := sarifLocation(r.Span)
		location["id"], location["message"] = i, object{"text": r.Message}
		related = append(related, location)
	}
	if len(related) > 0 {
		result["relatedLocations"] = related
	}
	return result
}

func sarifLocation(s source.Span) object {
	from, to := s.From(), s.To()
	region := object{
		"startLine": from.Line, "startColumn": units(s.File, from),
		"endLine": to.Line, "endColumn": units(s.File, to),
	}
	name := path.Clean(strings.ReplaceAll(s.File.Name, `\`, "/"))
	return object{"physicalLocation": object{"artifactLocation": object{"uri": (&url.URL{Path: name}).EscapedPath()}, "region": region}}
}

// units gives a position's column in UTF-16 code units, from 1.
func units(f *source.File, p source.Position) int {
	line := []rune(f.Line(p.Line))
	return len(utf16.Encode(line[:min(p.Column-1, len(line))])) + 1
}
