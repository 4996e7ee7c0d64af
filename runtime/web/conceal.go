package web

import (
	"strings"

	"auto/runtime/params"
)

// concealed stands where a secret would.
const concealed = "•••"

// conceal takes secrets out of a text.
func (p *Page) conceal(text string) string {
	if p.Secrets == nil {
		return text
	}
	for _, secret := range p.Secrets() {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, concealed)
		}
	}
	return text
}

// concealAll takes secrets out of all texts of a value.
func (p *Page) concealAll(value any) any {
	switch v := value.(type) {
	case string:
		return p.conceal(v)
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = p.concealAll(v[i])
		}
		return items
	case map[string]any:
		fields := make(map[string]any, len(v))
		for k := range v {
			fields[p.conceal(k)] = p.concealAll(v[k])
		}
		return fields
	}
	return value
}

// valueText gives a value of a name for people: the reference of a secret, never more.
func valueText(j *params.Job, n params.Name, value any) string {
	if r, ok := params.ReferenceOf(value); ok {
		return r.String()
	}
	if j.Hidden(n, value) {
		return concealed
	}
	return text(value)
}
