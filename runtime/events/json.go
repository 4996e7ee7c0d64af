package events

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// value is a JSON value with what encoding/json drops: the order of fields, and those that
// are given twice.
type value struct {
	kind   kind
	text   string // of a text, number, true or false
	list   []value
	fields []field
	// twice are the fields that are given again.
	twice []string
}

type field struct {
	name  string
	value value
}

// kind is what a value is.
type kind uint8

const (
	null kind = iota
	text
	number
	boolean
	list
	object
)

// Bounds of what is read, so that a small body cannot become a large tree.
const (
	maxDepth  = 8
	maxValues = 1 << 20
)

// String gives the value for a sentence.
func (v *value) String() string {
	switch v.kind {
	case text:
		return "the text " + short(v.text)
	case number:
		return "the number `" + shorten(v.text) + "`"
	case boolean:
		return "`" + v.text + "`"
	case list:
		return "a list"
	case object:
		return "an object"
	}
	return "nothing"
}

// short quotes a text for a sentence.
func short(text string) string { return strconv.Quote(shorten(text)) }

// shorten gives the beginning of a text.
func shorten(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	end := most
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// find gives a field that is neither missing nor null.
func (v *value) find(name string) *value {
	for i := range v.fields {
		if f := &v.fields[i]; f.name == name && f.value.kind != null {
			return &f.value
		}
	}
	return nil
}

// has reports whether an object has a field, which may be null.
func (v *value) has(name string) bool {
	for i := range v.fields {
		if v.fields[i].name == name {
			return true
		}
	}
	return false
}

// index adds the newest field to the names of an object that has many.
func (v *value) index(seen map[string]bool) map[string]bool {
	const many = 16
	switch {
	case len(v.fields) < many:
		return nil
	case seen == nil:
		seen = map[string]bool{}
		for i := range v.fields {
			seen[v.fields[i].name] = true
		}
	}
	seen[v.fields[len(v.fields)-1].name] = true
	return seen
}

// parser reads one JSON text.
type parser struct {
	tokens *json.Decoder
	values int
}

// errLarge: the text has more values, or deeper ones, than are read.
var errLarge = errors.New("it has too many values, or they are nested too deep")

// parse reads a body that is one JSON value. The error is a sentence without its stop.
func parse(body []byte) (value, error) {
	if !utf8.Valid(body) {
		return value{}, errors.New("a character is not UTF-8")
	}
	p := parser{tokens: json.NewDecoder(bytes.NewReader(body))}
	p.tokens.UseNumber()
	v, err := p.value(0)
	if err != nil {
		return value{}, p.place(body, err)
	}
	if _, err := p.tokens.Token(); !errors.Is(err, io.EOF) {
		return value{}, p.place(body, errors.New("something follows the value"))
	}
	return v, nil
}

// place says where the reading stopped.
func (p *parser) place(body []byte, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("it ends too early")
	}
	at := p.tokens.InputOffset()
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = max(at, syntax.Offset)
	}
	before := body[:min(int(at), len(body))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return fmt.Errorf("%w (line %d, column %d)", err, line, max(column, 1))
}

func (p *parser) value(depth int) (value, error) {
	token, err := p.tokens.Token()
	if err != nil {
		return value{}, err
	}
	if p.values++; p.values > maxValues || depth > maxDepth {
		return value{}, errLarge
	}
	switch t := token.(type) {
	case json.Delim:
		if t == '[' {
			return p.list(depth)
		}
		return p.object(depth)
	case string:
		return value{kind: text, text: t}, nil
	case json.Number:
		return value{kind: number, text: t.String()}, nil
	case bool:
		return value{kind: boolean, text: strconv.FormatBool(t)}, nil
	}
	return value{}, nil
}

func (p *parser) list(depth int) (value, error) {
	v := value{kind: list}
	for p.tokens.More() {
		item, err := p.value(depth + 1)
		if err != nil {
			return v, err
		}
		v.list = append(v.list, item)
	}
	_, err := p.tokens.Token()
	return v, err
}

func (p *parser) object(depth int) (value, error) {
	v := value{kind: object, fields: make([]field, 0, 8)}
	var seen map[string]bool // made where a walk would take long
	for p.tokens.More() {
		key, err := p.tokens.Token()
		if err != nil {
			return v, err
		}
		inner, err := p.value(depth + 1)
		if err != nil {
			return v, err
		}
		name, _ := key.(string)
		if seen[name] || seen == nil && v.has(name) {
			v.twice = append(v.twice, name)
			continue
		}
		v.fields = append(v.fields, field{name, inner})
		seen = v.index(seen)
	}
	_, err := p.tokens.Token()
	return v, err
}
