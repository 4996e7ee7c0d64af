package scenario

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// The recorded files are written by PyYAML; scalars are quoted as it quotes them, so that
// an unchanged block is written as it was.

// flow writes YAML on one line.
type flow struct{ strings.Builder }

// entry is one field of a mapping: a name and what writes its value.
type entry struct {
	name  string
	value func(*flow)
}

func (f *flow) mapping(entries []entry) {
	f.WriteByte('{')
	for i, e := range entries {
		if i > 0 {
			f.WriteString(", ")
		}
		f.scalar(e.name)
		f.WriteString(": ")
		e.value(f)
	}
	f.WriteByte('}')
}

func list[T any](f *flow, items []T, item func(*flow, T)) {
	f.WriteByte('[')
	for i, it := range items {
		if i > 0 {
			f.WriteString(", ")
		}
		item(f, it)
	}
	f.WriteByte(']')
}

func (f *flow) scalar(text string)     { f.WriteString(quote(text, true)) }
func (f *flow) scalars(texts []string) { list(f, texts, (*flow).scalar) }

// flowText gives what one writer writes.
func flowText(write func(*flow)) string {
	var f flow
	write(&f)
	return f.String()
}

// other is what YAML 1.1 reads as something else than text: booleans, null, numbers,
// dates, merge keys.
var other = regexp.MustCompile(`^(?:` + strings.Join([]string{
	`yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF`,
	`~|null|Null|NULL|<<|=|`,
	`[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(?::[0-5]?[0-9])+)`,
	`[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?`,
	`[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)`,
	`[-+]?[0-9]+(?:\.[0-9]*)?[eE][-+]?[0-9]+|0o[0-7]+|[-+]?0[0-9_]+`, // YAML 1.2, and 08
	`[0-9]{4}-[0-9]{2}-[0-9]{2}`,
	`[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?`,
}, "|") + `)$`)

// quote writes a text as a scalar on one line: plain where that is possible, in single
// quotes, or with escapes in double ones. Within brackets fewer texts are plain.
func quote(text string, inFlow bool) string {
	switch {
	case strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) || strings.Contains(text, "\uFEFF"):
		return escape(text)
	case other.MatchString(text) || !plain(text, inFlow):
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return text
}

// plain reports whether a text can stand without quotes.
func plain(text string, inFlow bool) bool {
	if text == "" || text != strings.Trim(text, " ") || strings.HasPrefix(text, "---") || strings.HasPrefix(text, "...") {
		return false
	}
	if strings.ContainsRune("#,[]{}&*!|>'\"%@`", rune(text[0])) {
		return false
	}
	if strings.ContainsRune("-?:", rune(text[0])) && (inFlow && text[0] != '-' || len(text) == 1 || text[1] == ' ') {
		return false
	}
	if inFlow && strings.ContainsAny(text[1:], ",?[]{}:") {
		return false
	}
	return !strings.Contains(text, ": ") && !strings.HasSuffix(text, ":") && !strings.Contains(text, " #")
}

// escape writes a text in double quotes.
func escape(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case unicode.IsPrint(r) && r != 0xFEFF:
			b.WriteRune(r)
		case r <= 0xFF:
			fmt.Fprintf(&b, `\x%02X`, r)
		case r <= 0xFFFF:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			fmt.Fprintf(&b, `\U%08X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
