package diag

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"auto/lang/source"
)

// Colours of terminals (ECMA-48, SGR).
const (
	bold  = "\x1b[1m"
	red   = "\x1b[1;31m"
	amber = "\x1b[1;33m"
	faint = "\x1b[2m"
	reset = "\x1b[0m"
)

// excerptWidth is how many columns of a line are shown.
const excerptWidth = 120

// sentenceWidth is how many columns of a message are shown.
const sentenceWidth = 600

func writeText(w io.Writer, list List, style Style) error {
	out := bufio.NewWriter(w)
	secret := secretLines(list)
	for i, d := range list {
		if i > 0 {
			fmt.Fprintln(out)
		}
		writeFinding(out, d, style, secret)
	}
	return out.Flush()
}

// lineOf is one line of a file.
type lineOf struct {
	file   *source.File
	number int
}

// secretLines gives the lines that may have a secret which was written itself: no finding shows
// them.
func secretLines(list List) map[lineOf]bool {
	lines := map[lineOf]bool{}
	for _, d := range list {
		if d.Code == ParamSecret && d.Span.IsValid() {
			for n := d.Span.From().Line; n <= d.Span.To().Line; n++ {
				lines[lineOf{d.Span.File, n}] = true
			}
		}
	}
	return lines
}

func (s Style) paint(color, text string) string {
	if !s.Color || text == "" {
		return text
	}
	return color + text + reset
}

func writeFinding(out io.Writer, d Diagnostic, style Style, secret map[lineOf]bool) {
	color := red
	switch d.Severity() {
	case Warning:
		color = amber
	case Note:
		color = bold
	}
	head := style.paint(color, fmt.Sprintf("%s %s:", d.Severity(), d.Code)) + " " + style.paint(bold, short(d.Message))
	if d.Span.IsValid() {
		head = style.paint(bold, place(d.Span)+":") + " " + head
	}
	fmt.Fprintln(out, head)
	if d.Span.IsValid() && !secret[lineOf{d.Span.File, d.Span.From().Line}] {
		writeExcerpt(out, d.Span, style, color)
	}
	if d.Help != "" {
		fmt.Fprintf(out, "  %s %s\n", style.paint(bold, "help:"), d.Help)
	}
	for _, r := range d.Related {
		fmt.Fprintf(out, "  %s %s %s\n", style.paint(bold, "note:"), r.Message, style.paint(faint, "("+place(r.Span)+")"))
	}
}

func place(s source.Span) string {
	p := s.From()
	return fmt.Sprintf("%s:%d:%d", s.File.Name, p.Line, p.Column)
}

// writeExcerpt shows the line of a span's start and underlines what the span covers of
// it.
func writeExcerpt(out io.Writer, s source.Span, style Style, color string) {
	from, to := s.From(), s.To()
	line := []rune(s.File.Line(from.Line))
	start := min(from.Column-1, len(line))
	end := len(line)
	if to.Line == from.Line {
		end = min(to.Column-1, len(line))
	}
	end = max(end, start)
	before, under, after := shownText(line[:start]), shownText(line[start:end]), shownText(line[end:])
	before, under, after = clip(before, under, after)
	gutter := fmt.Sprintf("%5d", from.Line)
	fmt.Fprintf(out, "%s %s%s%s\n", style.paint(faint, gutter+" │"), before, under, after)
	marks := strings.Repeat("^", max(width(under), 1))
	more := ""
	if to.Line > from.Line {
		more = fmt.Sprintf(" … to line %d", to.Line)
	}
	fmt.Fprintf(out, "%s %s%s\n", style.paint(faint, strings.Repeat(" ", len(gutter))+" │"), strings.Repeat(" ", width(before)), style.paint(color, marks+more))
}

// shownText gives text as one line of a terminal: a tab is four blanks, what does not
// print is shown by its code.
func shownText(text []rune) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\t':
			b.WriteString("    ")
		case r == unicode.ReplacementChar:
			b.WriteString("\uFFFD")
		case !unicode.IsPrint(r) && !unicode.Is(unicode.Mn, r):
			fmt.Fprintf(&b, "<%02X>", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// clip cuts a long line so that the underlined part is seen.
func clip(before, under, after string) (string, string, string) {
	if width(under) > excerptWidth-20 {
		under = cut(under, excerptWidth-21) + "…"
		after = ""
	}
	if room := excerptWidth - 20 - width(under); width(before) > max(room, 20) {
		before = "…" + end(before, max(room, 20))
	}
	if room := excerptWidth - width(before) - width(under); width(after) > room {
		after = cut(after, max(room-1, 0)) + "…"
	}
	return before, under, after
}

// short cuts a sentence that quotes a text without end.
func short(sentence string) string {
	if len(sentence) > sentenceWidth {
		return cut(sentence, sentenceWidth) + "…"
	}
	return sentence
}

// cut gives the beginning of a text, at most so many columns wide.
func cut(text string, columns int) string {
	at := 0
	for i, r := range text {
		if at += runeWidth(r); at > columns {
			return text[:i]
		}
	}
	return text
}

// end gives the end of a text, at most so many columns wide.
func end(text string, columns int) string {
	at, wide := len(text), 0
	for at > 0 {
		r, size := utf8.DecodeLastRuneInString(text[:at])
		if wide += runeWidth(r); wide > columns {
			break
		}
		at -= size
	}
	return text[at:]
}

func width(text string) int {
	n := 0
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

// runeWidth gives the columns that a character takes: none for marks that combine, two
// for the wide ones of East Asia and for emoji (UAX #11, coarsely).
func runeWidth(r rune) int {
	switch {
	case unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) || r == 0x200D || r == 0xFE0F:
		return 0
	case r >= 0x1100 && r <= 0x115F, r >= 0x2E80 && r <= 0xA4CF, r >= 0xAC00 && r <= 0xD7A3, r >= 0xF900 && r <= 0xFAFF,
		r >= 0xFE30 && r <= 0xFE6F, r >= 0xFF00 && r <= 0xFF60, r >= 0xFFE0 && r <= 0xFFE6, r >= 0x1F300 && r <= 0x1FAFF, r >= 0x20000 && r <= 0x3FFFD:
		return 2
	}
	return 1
}
