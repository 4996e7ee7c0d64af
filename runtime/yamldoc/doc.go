// Package yamldoc reads YAML documents field by field and turns everything that
// is not as asked into a finding with its place: unknown fields with the nearest
// name, wrong kinds of values, fields that are missing or given twice.
package yamldoc

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"auto/lang/diag"
	"auto/lang/source"

	"gopkg.in/yaml.v3"
)

// maxAliases bounds how often aliases are followed in one document, so that a
// small text cannot stand for an endless one.
const maxAliases = 10_000

// Doc is one YAML text that is being read. Findings go to the list it was opened
// with.
type Doc struct {
	Source  *source.File
	list    *diag.List
	aliases int
}

// Parse reads the one document of a text. It gives its root, and nil where the
// text is no YAML, is empty, or holds several documents; all but an empty text
// add a finding.
func Parse(src *source.File, list *diag.List) (*Doc, *yaml.Node) {
	d := &Doc{Source: src, list: list}
	if at := invalid(src.Text); at >= 0 {
		d.Addf(diag.YAMLSyntax, source.Span{File: src, Start: at, End: at + 1}, "Save the file as UTF-8.", "This is not valid YAML: a character is not UTF-8.")
		return d, nil
	}
	decoder := yaml.NewDecoder(strings.NewReader(src.Text))
	var root yaml.Node
	if err := decoder.Decode(&root); err != nil {
		if !errors.Is(err, io.EOF) {
			d.syntax(err)
		}
		return d, nil
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		if err != nil {
			d.syntax(err)
			return d, nil
		}
		d.Addf(diag.YAMLSyntax, source.Span{File: src}, "Write one document, without `---` between parts.", "The file holds more than one YAML document.")
		return d, nil
	}
	return d, root.Content[0]
}

// invalid gives the offset of the first byte that is not UTF-8, -1 for none.
func invalid(text string) int {
	for i, r := range text {
		if _, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 {
			return i
		}
	}
	return -1
}

var lineOf = regexp.MustCompile(`^(?:yaml: )?(?:unmarshal errors:\s*)?(?:line (\d+): )?(.*)`)

// syntax turns an error of the YAML library, whose text carries the line, into a
// finding.
func (d *Doc) syntax(err error) {
	parts := lineOf.FindStringSubmatch(err.Error())
	line, _ := strconv.Atoi(parts[1])
	at := source.Span{File: d.Source}
	if line > 0 {
		at = d.lineSpan(line)
	}
	d.Addf(diag.YAMLSyntax, at, "Mind the indentation, and put text with `: `, `#` or a leading `*`, `&`, `{`, `[` into quotes.",
		"This is not valid YAML: %s.", parts[2])
}

func (d *Doc) lineSpan(line int) source.Span {
	text := d.Source.Line(line)
	start := d.Source.Offset(line, 1)
	blank := len(text) - len(strings.TrimLeft(text, " \t"))
	return source.Span{File: d.Source, Start: start + blank, End: start + len(text)}
}

// Addf adds a finding at a place of the document.
func (d *Doc) Addf(code diag.Code, at source.Span, help, format string, args ...any) {
	d.list.Addf(code, at, help, format, args...)
}

// Span gives the place of a node: of a scalar all of it, of a mapping its first
// key, of a list its first item.
func (d *Doc) Span(n *yaml.Node) source.Span {
	if n == nil {
		return source.Span{File: d.Source}
	}
	start := d.Source.Offset(n.Line, n.Column)
	span := source.Span{File: d.Source, Start: start, End: start}
	switch {
	case n.Kind == yaml.ScalarNode:
		span.End = start + d.scalarLength(n, start)
	case n.Kind == yaml.MappingNode && len(n.Content) > 0 && n.Style&yaml.FlowStyle == 0:
		return d.Span(n.Content[0])
	default:
		span.End = min(start+1, len(d.Source.Text))
	}
	return span
}

// scalarLength gives the bytes that a scalar takes in the text, without the
// lines of a block scalar.
func (d *Doc) scalarLength(n *yaml.Node, start int) int {
	rest := d.Source.Text[start:]
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0, n.Style&yaml.SingleQuotedStyle != 0:
		return QuotedLength(rest)
	case strings.HasPrefix(rest, n.Value):
		return len(n.Value)
	}
	if end := strings.IndexByte(rest, '\n'); end >= 0 {
		return len(strings.TrimRight(rest[:end], " \r"))
	}
	return len(rest)
}

// QuotedLength gives the length of the text in quotes, single or double, that another begins
// with, all of it where they do not end.
func QuotedLength(text string) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[0] == '"' && text[i] == '\\':
			i++
		case text[i] != text[0]:
		case text[0] == '\'' && strings.HasPrefix(text[i+1:], "'"):
			i++
		default:
			return i + 1
		}
	}
	return len(text)
}

// Verbatim reports whether a scalar's value stands in the text byte for byte, and
// where; so that text in another language can be read in its place.
func (d *Doc) Verbatim(n *yaml.Node) (source.Span, bool) {
	span := d.Span(n)
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 && span.End-span.Start >= 2 {
		span.Start, span.End = span.Start+1, span.End-1
	}
	return span, span.Text() == n.Value
}

// follow gives the node that an alias stands for, and any other node itself.
func (d *Doc) follow(n *yaml.Node) *yaml.Node {
	for n != nil && n.Kind == yaml.AliasNode {
		d.aliases++
		if d.aliases > maxAliases {
			if d.aliases == maxAliases+1 {
				d.Addf(diag.YAMLSyntax, d.Span(n), "Write the values out.", "The file follows more than %d aliases.", maxAliases)
			}
			return nil
		}
		n = n.Alias
	}
	return n
}

// kind names what a node is, for a sentence.
func kind(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.Tag {
	case "!!int", "!!float":
		return "the number `" + n.Value + "`"
	case "!!bool":
		return "`" + n.Value + "`"
	case "!!null":
		return "nothing"
	}
	return fmt.Sprintf("the text %q", n.Value)
}
