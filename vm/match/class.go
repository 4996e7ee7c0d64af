package match

import (
	"regexp"
	"strings"
)

// class reads `[a-z]` or `[!a-z]`.
func (g *globber) class() error {
	length := setEnd(g.text[g.at:]) + 1
	if length == 0 {
		return g.fail(Class, g.at, len(g.text)-g.at, "The `[` is not closed.", "Write `]` after the characters, or `[[]` for the character itself.")
	}
	set, negated := strings.CutPrefix(g.text[g.at+1:g.at+length-1], "!")
	if strings.ContainsRune(set, '/') {
		return g.fail(Class, g.at, length, "A set of characters never holds `/`.", "Remove it: the folder is matched after `in`.")
	}
	expr := classExpr(set, negated)
	if _, err := regexp.Compile(expr); err != nil {
		return g.fail(Class, g.at, length, "The set `"+g.text[g.at:g.at+length]+"` has a range whose ends are the wrong way round.", "Write the smaller character first, and a `-` of its own at the end.")
	}
	g.write(expr, length)
	return nil
}

// setEnd gives the place of the `]` that ends the set that a text begins with, -1 for
// none. A set is not empty, so a `]` at its beginning belongs to it.
func setEnd(text string) int {
	from := 2
	if strings.HasPrefix(text, "[!") {
		from = 3
	}
	if from > len(text) {
		return -1
	}
	end := strings.IndexByte(text[from:], ']')
	if end < 0 {
		return -1
	}
	return from + end
}

// classExpr gives a set as a class of RE2: only `-` between two characters keeps a
// meaning, and `/` is never in it.
func classExpr(set string, negated bool) string {
	var b strings.Builder
	b.WriteByte('[')
	if negated {
		b.WriteString(`^/`)
	}
	runes := []rune(set)
	for i := 0; i < len(runes); i++ {
		if i+2 < len(runes) && runes[i+1] == '-' {
			writeRange(&b, runes[i], runes[i+2], negated)
			i += 2
			continue
		}
		b.WriteString(classRune(runes[i]))
	}
	b.WriteByte(']')
	return b.String()
}

// writeRange writes a range; one that runs across `/` in two parts, unless the set is
// negated, where `/` belongs to what is left out.
func writeRange(b *strings.Builder, from, to rune, negated bool) {
	if !negated && from < '/' && to > '/' {
		b.WriteString(classRune(from) + "-" + classRune('/'-1))
		from = '/' + 1
	}
	b.WriteString(classRune(from) + "-" + classRune(to))
}

func classRune(r rune) string {
	if strings.ContainsRune(`\[]^-`, r) {
		return `\` + string(r)
	}
	return string(r)
}
