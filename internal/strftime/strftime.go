// Package strftime reads and writes times in the formats of C's strftime, as far as
// partition keys, file names and templates use them.
package strftime

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Layout is a format that has been read. It is immutable.
type Layout struct {
	pieces []piece
	expr   *regexp.Regexp
	source string
}

// piece is a directive, or literal text where directive is 0.
type piece struct {
	directive byte
	text      string
}

// Error says which directive of a format is none.
type Error struct {
	// Offset and Length are the directive's bytes in the format.
	Offset, Length int
	// Text is the directive.
	Text string
}

// Error names the directive and the ones there are.
func (e *Error) Error() string {
	return fmt.Sprintf("`%s` is not a directive of a time format; there are %s", e.Text, Directives)
}

// Directives names every directive, for sentences.
const Directives = "`%Y %m %d %H %M %S %y %j %%`"

// widths has the regular expression that each directive reads. It holds what can be
// said digit by digit; a date that does not exist is found when it is put together.
var widths = map[byte]string{
	'Y': `[0-9]{4}`, 'm': `(?:0[1-9]|1[0-2])`, 'd': `(?:0[1-9]|[12][0-9]|3[01])`, 'H': `(?:[01][0-9]|2[0-3])`,
	'M': `[0-5][0-9]`, 'S': `[0-5][0-9]`, 'y': `[0-9]{2}`, 'j': `(?:00[1-9]|0[1-9][0-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6])`,
}

// Parse reads a format of `%Y %m %d %H %M %S %y %j %%` and literal text. It fails with
// an *Error on any other directive.
func Parse(format string) (*Layout, error) {
	if i := invalid(format); i >= 0 {
		return nil, &Error{i, 1, fmt.Sprintf("\\x%02X", format[i])}
	}
	l := &Layout{source: format}
	literal := ""
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			literal += format[i : i+1]
			continue
		}
		i++
		switch {
		case i == len(format):
			return nil, &Error{i - 1, 1, "%"}
		case format[i] == '%':
			literal += "%"
		case widths[format[i]] == "":
			return nil, &Error{i - 1, 2, format[i-1 : i+1]}
		default:
			l.add(literal, format[i])
			literal = ""
		}
	}
	l.add(literal, 0)
	l.expr = regexp.MustCompile(`(?s)\A` + l.groups() + `\z`)
	return l, nil
}

// invalid gives the offset of the first byte that is no UTF-8, -1 for none.
func invalid(text string) int {
	for i, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[i:], string(utf8.RuneError)) {
			return i
		}
	}
	return -1
}

func (l *Layout) add(literal string, directive byte) {
	if literal != "" {
		l.pieces = append(l.pieces, piece{text: literal})
	}
	if directive != 0 {
		l.pieces = append(l.pieces, piece{directive: directive})
	}
}

// String gives the format as it was written.
func (l *Layout) String() string { return l.source }

// Has reports whether the format has any of the given directives.
func (l *Layout) Has(directives string) bool {
	for _, p := range l.pieces {
		if p.directive != 0 && strings.IndexByte(directives, p.directive) >= 0 {
			return true
		}
	}
	return false
}

// HasDate reports whether a text in the format says which day, month or year it means:
// it has a year.
func (l *Layout) HasDate() bool { return l.Has("Yy") }

// Regexp gives a regular expression without groups that matches the texts of the
// format, and of dates that do not exist.
func (l *Layout) Regexp() string {
	var b strings.Builder
	for _, p := range l.pieces {
		if p.directive == 0 {
			b.WriteString(regexp.QuoteMeta(p.text))
		} else {
			b.WriteString(widths[p.directive])
		}
	}
	return b.String()
}

func (l *Layout) groups() string {
	var b strings.Builder
	for _, p := range l.pieces {
		if p.directive == 0 {
			b.WriteString(regexp.QuoteMeta(p.text))
		} else {
			b.WriteString("(" + widths[p.directive] + ")")
		}
	}
	return b.String()
}

// Format writes the fields of t in its own location.
func (l *Layout) Format(t time.Time) string {
	var b strings.Builder
	for _, p := range l.pieces {
		switch p.directive {
		case 0:
			b.WriteString(p.text)
		case 'Y':
			fmt.Fprintf(&b, "%04d", t.Year())
		case 'm':
			fmt.Fprintf(&b, "%02d", int(t.Month()))
		case 'd':
			fmt.Fprintf(&b, "%02d", t.Day())
		case 'H':
			fmt.Fprintf(&b, "%02d", t.Hour())
		case 'M':
			fmt.Fprintf(&b, "%02d", t.Minute())
		case 'S':
			fmt.Fprintf(&b, "%02d", t.Second())
		case 'y':
			fmt.Fprintf(&b, "%02d", t.Year()%100)
		case 'j':
			fmt.Fprintf(&b, "%03d", t.YearDay())
		}
	}
	return b.String()
}

// fields are the parts of a time as they are read; -1 where the text has none.
type fields struct{ year, month, day, hour, minute, second, yearDay int }

// Parse reads a text of the format. It gives the wall-clock time that it names, as a
// time in UTC, with what the format lacks at its least (January, the first, midnight);
// and false where the text does not fit or names a date that does not exist. Two
// directives for one part must agree. Two digits of a year are 1969 to 2068, as in
// POSIX strptime.
func (l *Layout) Parse(text string) (time.Time, bool) {
	parts := l.expr.FindStringSubmatch(text)
	if parts == nil {
		return time.Time{}, false
	}
	f := fields{-1, -1, -1, -1, -1, -1, -1}
	at := 0
	for _, p := range l.pieces {
		if p.directive == 0 {
			continue
		}
		at++
		value, err := strconv.Atoi(parts[at])
		if err != nil || !f.set(p.directive, value) {
			return time.Time{}, false
		}
	}
	return f.time()
}

// set takes one part, and reports false where another directive gave it differently.
func (f *fields) set(directive byte, value int) bool {
	target := map[byte]*int{'Y': &f.year, 'y': &f.year, 'm': &f.month, 'd': &f.day, 'H': &f.hour, 'M': &f.minute, 'S': &f.second, 'j': &f.yearDay}[directive]
	if directive == 'y' {
		value += 1900
		if value < 1969 {
			value += 100
		}
	}
	if *target >= 0 && *target != value {
		return false
	}
	*target = value
	return true
}

// time puts the parts together, and reports false for a date that does not exist.
func (f fields) time() (time.Time, bool) {
	year, month, day := or(f.year, 1900), or(f.month, 1), or(f.day, 1)
	if f.yearDay > 0 && f.month < 0 && f.day < 0 {
		month, day = 1, f.yearDay
	}
	t := time.Date(year, time.Month(month), day, or(f.hour, 0), or(f.minute, 0), or(f.second, 0), 0, time.UTC)
	same := t.Year() == year && (f.month < 0 || int(t.Month()) == f.month) && (f.day < 0 || t.Day() == f.day) && (f.yearDay < 0 || t.YearDay() == f.yearDay)
	return t, same
}

func or(value, missing int) int {
	if value < 0 {
		return missing
	}
	return value
}
