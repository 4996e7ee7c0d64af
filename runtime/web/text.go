package web

import (
	"encoding/json"
	"fmt"
	"html/template"
	"strings"
)

// text gives a value as people write it: texts as they are, others as JSON.
func text(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return fmt.Sprint(value)
	}
	return strings.TrimSuffix(out.String(), "\n")
}

// lines gives a text of a form with the line ends that values have: browsers send others.
func lines(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

// prose gives a sentence with what stands between backticks as code.
func prose(sentence string) template.HTML {
	var b strings.Builder
	parts := strings.Split(sentence, "`")
	for i, part := range parts {
		part = template.HTMLEscapeString(part)
		switch {
		case i%2 == 1 && i < len(parts)-1:
			b.WriteString("<code>" + part + "</code>")
		case i%2 == 1:
			b.WriteString("`" + part) // one that nothing closes
		default:
			b.WriteString(part)
		}
	}
	return template.HTML(b.String()) // each part is escaped
}
