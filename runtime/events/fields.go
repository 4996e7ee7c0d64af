package events

import (
	"slices"
	"strings"
	"unicode"

	"auto/internal/spell"
)

// shapes say what a kind of field is in JSON, and how it is written.
var shapes = map[Kind]struct {
	kind          kind
	wants, helped string
}{
	Text:        {text, "a text", "Write it in quotes."},
	Instant:     {text, "a time in RFC 3339", "Write such as `2026-01-01T06:00:00Z`."},
	Bool:        {boolean, "true or false", "Write `true` or `false`, without quotes."},
	Texts:       {list, "a list of texts", `Write such as ["a","b"].`},
	TextMap:     {object, "an object of texts", `Write such as {"team":"sales"}.`},
	KeysByAsset: {object, "an object of lists", `Write such as {"sales/orders":["2026-01-01"]}.`},
}

// valid reports whether a field's value is as its kind asks; otherwise there is a problem.
func (r *reader) valid(f *Field, form *formFields, v *value) bool {
	before, shape := len(r.problems), shapes[f.Kind]
	if v.kind != shape.kind {
		r.problem(f.Name, shape.helped, "`%s` is %s, and this is %s.", f.Name, shape.wants, v)
		return false
	}
	switch f.Kind {
	case Text:
		r.text(f, v, wordsOf(f, form))
	case Texts:
		r.texts(f, f.check, v)
	case TextMap:
		r.textMap(f, v)
	case KeysByAsset:
		r.keysByAsset(f, v)
	}
	return len(r.problems) == before
}

// wordsOf gives the words that a text may be, nil for any.
func wordsOf(f *Field, form *formFields) []string {
	if f.Name == "status" {
		return form.Words
	}
	return f.Words
}

func (r *reader) text(f *Field, v *value, words []string) {
	if words != nil && !slices.Contains(words, v.text) {
		r.problem(f.Name, meant(v.text, words), "`%s` cannot be %s.", f.Name, v)
		return
	}
	r.plain(f, f.check, v.text)
}

// plain checks a text of which nothing but its form is known.
func (r *reader) plain(f *Field, check func(string) (string, string), text string) {
	if message, help := wrong(text); message != "" {
		r.problem(f.Name, help, "`%s` "+message, f.Name)
	} else if check != nil {
		if message, help := check(text); message != "" {
			r.problem(f.Name, help, "%s", message)
		}
	}
}

// wrong says what no text may be.
func wrong(text string) (message, help string) {
	switch {
	case text == "":
		return "is empty.", "Write a text, or leave the field out."
	case len(text) > MaxText:
		return "is longer than 4096 bytes.", "Shorten it."
	case strings.ContainsFunc(text, unicode.IsControl):
		return "has control characters.", "Remove them."
	}
	return "", ""
}

func (r *reader) texts(f *Field, check func(string) (string, string), v *value) {
	seen := map[string]bool{}
	for i := range v.list {
		item := &v.list[i]
		switch {
		case item.kind != text:
			r.problem(f.Name, "Write it in quotes.", "Each item of `%s` is a text, and this is %s.", f.Name, item)
		case seen[item.text]:
			r.problem(f.Name, "Remove one of them.", "`%s` has %s twice.", f.Name, quote(item.text))
		default:
			r.plain(f, check, item.text)
		}
		seen[item.text] = true
	}
}

func (r *reader) textMap(f *Field, v *value) {
	r.twice(f, v)
	for i := range v.fields {
		name, item := v.fields[i].name, &v.fields[i].value
		r.plain(f, nil, name)
		if item.kind != text {
			r.problem(f.Name, "Write it in quotes.", "Each value of `%s` is a text, and that of %s is %s.", f.Name, quote(name), item)
		} else if item.text != "" {
			r.plain(f, nil, item.text)
		}
	}
}

func (r *reader) keysByAsset(f *Field, v *value) {
	r.twice(f, v)
	for i := range v.fields {
		asset, keys := v.fields[i].name, &v.fields[i].value
		r.plain(f, f.check, asset)
		switch keys.kind {
		case null:
		case list:
			r.texts(f, nil, keys)
		default:
			r.problem(f.Name, `Write such as ["2026-01-01"], or [] for an asset without partitions.`,
				"Each value of `%s` is a list of partition keys, and that of %s is %s.", f.Name, quote(asset), keys)
		}
	}
}

func (r *reader) twice(f *Field, v *value) {
	for _, name := range v.twice {
		r.problem(f.Name, "Remove one of them.", "`%s` has %s twice.", f.Name, quote(name))
	}
}

func (v *value) texts() []string {
	var out []string
	for i := range v.list {
		out = append(out, v.list[i].text)
	}
	return out
}

func (v *value) textMap() map[string]string {
	if len(v.fields) == 0 {
		return nil
	}
	out := map[string]string{}
	for i := range v.fields {
		out[v.fields[i].name] = v.fields[i].value.text
	}
	return out
}

func (v *value) keysByAsset() map[string][]string {
	if len(v.fields) == 0 {
		return nil
	}
	out := map[string][]string{}
	for i := range v.fields {
		out[v.fields[i].name] = v.fields[i].value.texts()
	}
	return out
}

func checkID(text string) (message, help string) {
	if len(text) > MaxID {
		return "`id` is longer than 512 bytes.", "Send a hash of it."
	}
	return "", ""
}

func checkAsset(text string) (message, help string) {
	if strings.HasPrefix(text, "/") || strings.HasSuffix(text, "/") || strings.Contains(text, "//") {
		return quote(text) + " is no asset key: a component is empty.", "Write components joined by `/`, such as `sales/orders`."
	}
	return "", ""
}

func checkCheck(text string) (message, help string) {
	const how = "Write the asset, a colon and the name, such as `sales/orders:not_null`."
	at := strings.LastIndexByte(text, ':')
	if at <= 0 || at == len(text)-1 {
		return quote(text) + " is no check.", how
	}
	if message, _ := checkAsset(text[:at]); message != "" {
		return message, how
	}
	return "", ""
}

// meant says which word was meant, or which there are.
func meant(text string, words []string) string {
	if near, ok := spell.Nearest(text, words); ok {
		return "Did you mean `" + near + "`?"
	}
	return "Write one of " + quoteAll(words) + "."
}

// quote gives a text of the body for a sentence.
func quote(text string) string { return "`" + strings.Trim(short(text), `"`) + "`" }

func split(words []string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = "`" + w + "`"
	}
	return out
}

func quoteAll(words []string) string { return strings.Join(split(words), ", ") }
