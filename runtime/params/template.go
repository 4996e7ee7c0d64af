package params

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"auto/internal/spell"
)

// Templates are `{{ … }}` in a text. Three expressions are read here: `params.x` (or
// `params["x"]`), `ops.asset.config.x` (or `ops["as.set"].config.x`), and either of them
// with `| default(literal)`. Any other is passed on as it is written, for whoever runs the
// run.

// piece is a part of a text: plain, or an expression.
type piece struct {
	text string // as it is written
	ref  *ref   // nil where it is plain or an expression that is not read here
	expr bool
}

// ref is a reference to a parameter.
type ref struct {
	// name has the asset for `ops`, and none for `params`.
	name     Name
	fallback any
	hasElse  bool
}

// HasTemplate reports whether a text has an expression.
func HasTemplate(text string) bool {
	return slices.ContainsFunc(pieces(text), func(p piece) bool { return p.expr })
}

// pieces cuts a text into plain parts and expressions.
func pieces(text string) []piece {
	var out []piece
	for text != "" {
		start := strings.Index(text, "{{")
		if start < 0 {
			return append(out, piece{text: text})
		}
		length := exprLength(text[start:])
		if length == 0 {
			return append(out, piece{text: text})
		}
		if start > 0 {
			out = append(out, piece{text: text[:start]})
		}
		written := text[start : start+length]
		out = append(out, piece{text: written, ref: readRef(tokens(written[2 : length-2])), expr: true})
		text = text[start+length:]
	}
	return out
}

// exprLength gives the length of the expression that a text begins with, its braces
// included, 0 where it has no end.
func exprLength(text string) int {
	quote := byte(0)
	for i := 2; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case strings.HasPrefix(text[i:], "}}"):
			return i + 2
		}
	}
	return 0
}

// token is a word, a string in its quotes, or one other character.
type token string

func (t token) word() bool { return t != "" && isWord(t[0]) }

func (t token) quoted() bool { return t != "" && (t[0] == '"' || t[0] == '\'') }

// text gives what a quoted string stands for.
func (t token) text() string { return string(t[1 : len(t)-1]) }

func isWord(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// tokens cuts an expression, without blanks.
func tokens(text string) []token {
	var out []token
	for i := 0; i < len(text); {
		length := tokenLength(text[i:])
		if t := token(text[i : i+length]); strings.TrimSpace(string(t)) != "" {
			out = append(out, t)
		}
		i += length
	}
	return out
}

func tokenLength(text string) int {
	switch {
	case isWord(text[0]):
		n := 1
		for n < len(text) && isWord(text[n]) {
			n++
		}
		return n
	case text[0] == '"' || text[0] == '\'':
		for n := 1; n < len(text); n++ {
			if text[n] == '\\' {
				n++
			} else if text[n] == text[0] {
				return n + 1
			}
		}
		return len(text)
	}
	return 1
}

// readRef reads a reference, nil where the expression is something else.
func readRef(ts []token) *ref {
	var r ref
	rest, ok := ts, false
	switch {
	case len(ts) > 0 && ts[0] == "params":
		r.name.Param, rest, ok = access(ts[1:])
	case len(ts) > 0 && ts[0] == "ops":
		r.name, rest, ok = opsAccess(ts[1:])
	}
	if !ok || !identifier.MatchString(r.name.Param) {
		return nil
	}
	if len(rest) == 0 {
		return &r
	}
	r.fallback, r.hasElse = readDefault(rest)
	if !r.hasElse {
		return nil
	}
	return &r
}

// access reads `.name` or `["name"]` and gives what follows.
func access(ts []token) (name string, rest []token, ok bool) {
	switch {
	case len(ts) >= 2 && ts[0] == "." && ts[1].word():
		return string(ts[1]), ts[2:], true
	case len(ts) >= 3 && ts[0] == "[" && ts[1].quoted() && len(ts[1]) > 1 && ts[2] == "]":
		return ts[1].text(), ts[3:], true
	}
	return "", nil, false
}

func opsAccess(ts []token) (n Name, rest []token, ok bool) {
	var config string
	if n.Asset, rest, ok = access(ts); !ok {
		return n, nil, false
	}
	if config, rest, ok = access(rest); !ok || config != "config" {
		return n, nil, false
	}
	n.Param, rest, ok = access(rest)
	return n, rest, ok
}

// readDefault reads `| default(literal)`.
func readDefault(ts []token) (value any, ok bool) {
	if len(ts) < 5 || ts[0] != "|" || ts[1] != "default" || ts[2] != "(" || ts[len(ts)-1] != ")" {
		return nil, false
	}
	var text strings.Builder
	for _, t := range ts[3 : len(ts)-1] {
		if t.quoted() && len(t) > 1 && t[0] == '\'' {
			quoted, err := json.Marshal(t.text())
			if err != nil {
				return nil, false
			}
			t = token(quoted)
		}
		text.WriteString(string(t))
	}
	decoder := json.NewDecoder(strings.NewReader(text.String()))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil || !errors.Is(decoder.Decode(new(json.RawMessage)), io.EOF) {
		return nil, false
	}
	return Plain(value), true
}

// Misspelt finds the first expression of a value that is likely to be meant for a parameter
// and is none, as in `{{ param.x }}` and `{{ params.x }`; written is "" where there is none.
// Such an expression is passed on as it is written.
func Misspelt(value any) (written, help string) {
	eachText(value, func(text string) {
		for _, p := range pieces(text) {
			if written == "" {
				written, help = p.misspelt()
			}
		}
	})
	return written, help
}

func (p piece) misspelt() (written, help string) {
	written = p.text
	if !p.expr {
		start := strings.Index(p.text, "{{")
		if start < 0 {
			return "", ""
		}
		written = p.text[start:]
	}
	ts := tokens(written[2:])
	if len(ts) < 2 || ts[1] != "." && ts[1] != "[" {
		return "", ""
	}
	first := string(ts[0])
	near, ok := spell.Nearest(first, []string{"params", "ops"})
	switch {
	case !ok:
		return "", ""
	case !p.expr:
		return written, "Close it with `}}`."
	case near == first || near != "params":
		return "", ""
	}
	return written, "Did you mean `" + strings.Replace(written, first, near, 1) + "`?"
}

// Uses gives the parameters that config uses in its templates, `params.x` in any
// expression, sorted.
func Uses(config map[string]any) []string {
	used := map[string]bool{}
	eachText(config, func(text string) {
		for _, p := range pieces(text) {
			if p.expr {
				usesOf(tokens(p.text[2:len(p.text)-2]), used)
			}
		}
	})
	return sortedKeys(used)
}

// Needs gives the parameters that the config of an asset cannot be filled in without, unless
// something declares them: those of its references without a default, sorted.
func Needs(asset string, config map[string]any) []Name {
	var needs []Name
	for _, r := range refsOf(config) {
		if !r.hasElse {
			needs = append(needs, r.seenBy(asset))
		}
	}
	slices.SortFunc(needs, compareNames)
	return slices.Compact(needs)
}

// seenBy gives the name of what a reference in the config of an asset stands for.
func (r ref) seenBy(asset string) Name {
	if r.name.Shared() {
		return Name{asset, r.name.Param}
	}
	return r.name
}

func usesOf(ts []token, used map[string]bool) {
	for i, t := range ts {
		if t != "params" || i > 0 && ts[i-1] == "." {
			continue
		}
		if name, _, ok := access(ts[i+1:]); ok && identifier.MatchString(name) {
			used[name] = true
		}
	}
}

// eachText calls f with every text in a value, but not with the keys of mappings.
func eachText(value any, f func(text string)) {
	switch v := value.(type) {
	case string:
		f(v)
	case []any:
		for _, item := range v {
			eachText(item, f)
		}
	case map[string]any:
		for _, key := range sortedKeys(v) {
			eachText(v[key], f)
		}
	}
}

// refsOf gives the references in a value.
func refsOf(value any) []ref {
	var refs []ref
	eachText(value, func(text string) {
		for _, p := range pieces(text) {
			if p.ref != nil {
				refs = append(refs, *p.ref)
			}
		}
	})
	return refs
}

// expander fills templates in.
type expander struct {
	// lookup gives the value of a reference, and false where it has none.
	lookup func(r ref) (any, bool)
	// missing is told of references without a value in a longer text, and secret of secrets
	// there, which no text may have in it.
	missing, secret func(r ref)
	// large is told of the reference with which the values that are filled in come to more
	// than maxFilled, once; room is what is left of it. Values over each other would
	// otherwise double with each step.
	large func(r ref)
	room  *int
}

// maxFilled is how many bytes the references of one value may come to.
const maxFilled = 1 << 20

func newRoom() *int {
	room := maxFilled
	return &room
}

// value gives a value with its templates filled in, and false where all of it is one
// reference without a value. A text that is one reference alone gets that value with its
// type.
func (x expander) value(value any) (any, bool) {
	switch v := value.(type) {
	case string:
		return x.text(v)
	case []any:
		items := []any{}
		for _, item := range v {
			if filled, ok := x.value(item); ok {
				items = append(items, filled)
			}
		}
		return items, true
	case map[string]any:
		fields := map[string]any{}
		for _, key := range sortedKeys(v) {
			if filled, ok := x.value(v[key]); ok {
				fields[key] = filled
			}
		}
		return fields, true
	}
	return value, true
}

func (x expander) text(text string) (any, bool) {
	parts := pieces(text)
	if len(parts) == 1 && parts[0].ref != nil {
		return x.of(*parts[0].ref)
	}
	var b strings.Builder
	for _, p := range parts {
		if p.ref == nil {
			b.WriteString(p.text)
			continue
		}
		x.part(&b, *p.ref)
	}
	return b.String(), true
}

func (x expander) part(b *strings.Builder, r ref) {
	value, ok := x.of(r)
	if _, secret := ReferenceOf(value); secret {
		x.secret(r)
	} else if !ok {
		x.missing(r)
	} else {
		b.WriteString(textOf(value))
	}
}

// of gives the value of a reference or its default.
func (x expander) of(r ref) (any, bool) {
	if *x.room < 0 {
		return "", true
	}
	value, ok := x.lookup(r)
	if !ok && r.hasElse {
		value, ok = r.fallback, true
	}
	if *x.room -= sizeOf(value); *x.room < 0 {
		x.large(r)
		return "", true
	}
	return value, ok
}

// sizeOf gives about how many bytes a value has.
func sizeOf(value any) int {
	size := 1
	switch v := value.(type) {
	case string:
		size += len(v)
	case []any:
		for _, item := range v {
			size += sizeOf(item)
		}
	case map[string]any:
		for key, item := range v {
			size += len(key) + sizeOf(item)
		}
	}
	return size
}

// textOf gives a value inside a longer text: a text as it is, all else as JSON.
func textOf(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, err := encode(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return text
}
