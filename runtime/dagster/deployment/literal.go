package deployment

import (
	"strconv"
	"strings"
)

// readLiteral reads a literal of Python made of texts: a text, a list, tuple, set or
// frozenset as []any, or a dict of texts as map[string]any.
func readLiteral(text string) (any, bool) {
	l := &literal{rest: strings.TrimSpace(text)}
	value, ok := l.value()
	return value, ok && l.rest == ""
}

type literal struct {
	rest string
	// depth is how many values the present one is in.
	depth int
}

// deepest bounds the nesting: mappings need two.
const deepest = 8

// skip takes a token and the spaces after it, and reports whether it was there.
func (l *literal) skip(token string) bool {
	rest, ok := strings.CutPrefix(l.rest, token)
	if ok {
		l.rest = strings.TrimLeft(rest, " \n")
	}
	return ok
}

func (l *literal) value() (any, bool) {
	l.depth++
	defer func() { l.depth-- }()
	switch {
	case l.depth > deepest:
		return nil, false
	case l.skip("frozenset("):
		inner, ok := l.value()
		return inner, ok && l.skip(")")
	case l.skip("["):
		return l.items("]")
	case l.skip("("):
		return l.items(")")
	case l.skip("{"):
		return l.items("}")
	}
	return l.text()
}

// items reads values up to an end: a list, or a dict where values have keys.
func (l *literal) items(end string) (any, bool) {
	list, dict := []any{}, map[string]any{}
	for !l.skip(end) {
		value, ok := l.value()
		if !ok {
			return nil, false
		}
		if name, isText := value.(string); isText && l.skip(":") {
			if dict[name], ok = l.value(); !ok {
				return nil, false
			}
		} else {
			list = append(list, value)
		}
		if !l.skip(",") && !strings.HasPrefix(l.rest, end) {
			return nil, false
		}
	}
	if len(dict) > 0 || end == "}" && len(list) == 0 {
		return dict, len(list) == 0
	}
	return list, true
}

// text reads a text in single or double quotes with Python's escapes.
func (l *literal) text() (any, bool) {
	if l.rest == "" || l.rest[0] != '\'' && l.rest[0] != '"' {
		return nil, false
	}
	quote := l.rest[0]
	rest := l.rest[1:]
	var out strings.Builder
	for rest != "" && rest[0] != quote {
		// Of the escapes of repr(), Go has all.
		char, _, tail, err := strconv.UnquoteChar(rest, quote)
		if err != nil {
			return nil, false
		}
		out.WriteRune(char)
		rest = tail
	}
	if rest == "" {
		return nil, false
	}
	l.rest = strings.TrimLeft(rest[1:], " \n")
	return out.String(), true
}
