package files

import (
	"errors"
	"slices"
	"strings"
	"time"

	"auto/internal/spell"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/lang/template"
)

// Value is a value of tags, params or config, as far as it is known before a file
// comes. Exactly one field is set.
type Value struct {
	// Const is a string, int64, bool, []any or map[string]any.
	Const any
	// Field is the name of a field, which keeps its own type.
	Field string
	// Template is a text with fields in it.
	Template *template.Template
	// Secret is the name of a secret, which is passed on unread.
	Secret string
	Items  []Value
	// Entries keep the order of the text.
	Entries []Entry
}

// Entry is one entry of a map of values.
type Entry struct {
	Key   string
	Value Value
}

// valueCompiler reads the values of one clause.
type valueCompiler struct {
	fields []string
	times  []string // fields that are times
	// partly are the captures that some rules bind and some do not.
	partly []string
	// unsure: further captures may be known, because a rule could not be read.
	unsure   bool
	clause   string
	env      Env
	findings diag.List
}

func (c *valueCompiler) entries(m *ast.Map) []Entry {
	entries := make([]Entry, 0, len(m.Entries))
	for _, e := range m.Entries {
		if slices.ContainsFunc(entries, func(other Entry) bool { return other.Key == e.Key.Text }) {
			c.findings.Addf(diag.NameTaken, e.Key.Span, "Remove one of them.", "The key `%s` is given twice.", e.Key.Text)
			continue
		}
		entries = append(entries, Entry{e.Key.Text, c.value(e.Value, true)})
	}
	return entries
}

// value reads one value; whole tells that it is the whole value of an entry.
func (c *valueCompiler) value(e ast.Expr, whole bool) Value {
	switch e := e.(type) {
	case *ast.Paren:
		return c.value(e.Inner, whole)
	case *ast.String:
		return Value{Template: c.template(e.Value, e.At)}
	case *ast.Name:
		if slices.Contains(c.fields, e.Name) && e.Name != "env" {
			return Value{Field: e.Name}
		}
		if !c.env.Declared(e.Name) {
			c.unknownField(e.Span, e.Name)
			return Value{Const: ""}
		}
	case *ast.Call:
		if e.Func.Name == "secret" {
			return c.secret(e, whole)
		}
	case *ast.List:
		return c.list(e)
	case *ast.Map:
		return c.mapping(e)
	}
	return c.constant(e)
}

func (c *valueCompiler) list(e *ast.List) Value {
	items := make([]Value, len(e.Items))
	for i, item := range e.Items {
		items[i] = c.value(item, false)
	}
	if c.clause == "tags" {
		c.findings.Addf(diag.WrongType, e.Span, "Write a text.", "The value of a tag is a text.")
	}
	return Value{Items: items}
}

func (c *valueCompiler) mapping(e *ast.Map) Value {
	if c.clause == "tags" {
		c.findings.Addf(diag.WrongType, e.Span, "Write a text.", "The value of a tag is a text.")
	}
	return Value{Entries: c.entries(e)}
}

func (c *valueCompiler) constant(e ast.Expr) Value {
	constant, ok := c.env.Evaluate(e)
	if !ok {
		c.findings.Addf(diag.WrongType, e.Place(), "Write a text, a number, true, false, a list, a map, or a field such as `key`.", "A condition or selection is no value of `%s`.", c.clause)
		return Value{Const: ""}
	}
	if constant == nil {
		return Value{Const: ""}
	}
	if d, isDuration := constant.(time.Duration); isDuration {
		return Value{Const: DurationText(d)}
	}
	return Value{Const: constant}
}

// DurationText gives a duration as policy files write it.
func DurationText(d time.Duration) string {
	text := ""
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"w", 7 * 24 * time.Hour}, {"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		if n := d / unit.size; n > 0 {
			text += itoa(int64(n)) + unit.name
			d -= n * unit.size
		}
	}
	if text == "" {
		return "0s"
	}
	return text
}

func (c *valueCompiler) secret(e *ast.Call, whole bool) Value {
	name, ok := "", false
	if len(e.Args) == 1 && e.Args[0].Name.Name == "" {
		if s, isString := e.Args[0].Value.(*ast.String); isString && s.Value != "" {
			name, ok = s.Value, true
		}
	}
	switch {
	case !ok:
		c.findings.Addf(diag.SecretMisused, e.Span, "Write such as `secret(\"CRM_PASSWORD\")`.", "A secret is named by one text.")
	case !whole || c.clause == "tags":
		c.findings.Addf(diag.SecretMisused, e.Span, "Write it as a whole value in `params` or `config`.", "A secret is passed on unread, and cannot stand here.")
	}
	return Value{Secret: name}
}

func (c *valueCompiler) unknownField(at source.Span, name string) {
	if c.unsure || c.partlyBound(at, name) {
		return
	}
	help := "A bare name is a field, a capture or a `let`; a text stands in double quotes."
	if near, ok := spell.Nearest(name, c.fields); ok {
		help = "Did you mean `" + near + "`?"
	}
	c.findings.Addf(diag.UnknownField, at, help, "There is no field `%s` here.", name)
}

// template reads a text as a template, and checks its fields; at gives the place of a
// part of the text.
func (c *valueCompiler) template(text string, at func(start, length int) source.Span) *template.Template {
	t, err := template.Parse(text)
	if err != nil {
		var wrong *template.Error
		if errors.As(err, &wrong) {
			c.findings.Addf(diag.BadTemplate, at(wrong.Offset, wrong.Length), wrong.Help, "%s", wrong.Message)
		}
		empty, _ := template.Parse("")
		return empty
	}
	for _, p := range t.Parts() {
		c.part(p, at(p.Offset, p.Length))
	}
	return t
}

// part checks one field of a template.
func (c *valueCompiler) part(p template.Part, at source.Span) {
	if p.Field == "" {
		return
	}
	if name, isEnv := strings.CutPrefix(p.Field, "env."); isEnv {
		if _, ok := c.env.Getenv(name); !ok {
			c.findings.Addf(diag.EnvNotAllowed, at, "Add it to `env` of the project file.", "The project does not allow the environment name `%s`.", name)
		}
		return
	}
	if !slices.Contains(c.fields, p.Field) || p.Field == "env" {
		c.unknownCapture(at, p.Field)
		return
	}
	if p.Layout != nil && !slices.Contains(c.times, p.Field) && !slices.Contains(timeFields, p.Field) {
		c.findings.Addf(diag.BadTemplate, at, "Write `{"+p.Field+"}`.", "`%s` is no time and has no format.", p.Field)
	}
}

// partlyBound makes the finding about a capture that only some rules bind, and reports
// whether the name is one.
func (c *valueCompiler) partlyBound(at source.Span, name string) bool {
	if !slices.Contains(c.partly, name) {
		return false
	}
	c.findings.Addf(diag.UnknownCapture, at, "Capture it in every rule, or write this in the blocks of the rules that do.", "Not every rule of the block binds `%s`.", name)
	return true
}

func (c *valueCompiler) unknownCapture(at source.Span, name string) {
	if c.unsure || c.partlyBound(at, name) {
		return
	}
	help := "The fields here are `" + strings.Join(c.fields, "`, `") + "`."
	if near, ok := spell.Nearest(name, c.fields); ok {
		help = "Did you mean `" + near + "`?"
	}
	if !slices.Contains(c.fields, "key") {
		c.findings.Addf(diag.UnknownField, at, help, "There is no field `%s` here.", name)
		return
	}
	c.findings.Addf(diag.UnknownCapture, at, help, "The rule binds no `%s`.", name)
}
