package main

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// line writes a value as one line of JSON on standard output. Its text is for
// programs, so `<`, `>` and `&` stay as they are.
func (s system) line(value any) error {
	out := json.NewEncoder(s.stdout)
	out.SetEscapeHTML(false)
	return out.Encode(value)
}

// compact gives a value as JSON on one line.
func compact(value any) string {
	var b strings.Builder
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	if err := out.Encode(value); err != nil {
		return err.Error()
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// show gives an instant for people, "-" where there is none.
func show(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// visible gives text with its control characters as Go writes them, so that a key
// cannot draw on a terminal.
func visible(text string) string {
	if strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) < 0 {
		return text
	}
	quoted := strconv.Quote(text)
	return quoted[1 : len(quoted)-1]
}

// plural gives a count with its noun.
func plural(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", count, noun)
}

func attempts(n int) string { return plural(n, "attempt") }
