package params

import (
	"regexp"
	"strings"
)

// secretKey marks a reference: {"$secret": "env:NAME"}.
const secretKey = "$secret"

// Reference says where the value of a secret is found, by whoever runs the run. It is all
// that is ever stored, logged or sent of one.
type Reference struct {
	// Env is the name of an environment variable, or File the path of a file.
	Env, File string
}

var envName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// ReferenceOf reads a value that is a reference: {"$secret": "env:NAME"},
// {"$secret": "file:/path"}, or what a policy's secret("NAME") gives, {"secret": "NAME"}.
func ReferenceOf(value any) (Reference, bool) {
	fields, ok := value.(map[string]any)
	if !ok || len(fields) != 1 {
		return Reference{}, false
	}
	if name, ok := fields["secret"].(string); ok && envName.MatchString(name) {
		return Reference{Env: name}, true
	}
	text, _ := fields[secretKey].(string)
	kind, rest, _ := strings.Cut(text, ":")
	switch {
	case kind == "env" && envName.MatchString(rest):
		return Reference{Env: rest}, true
	case kind == "file" && strings.HasPrefix(rest, "/"):
		return Reference{File: rest}, true
	}
	return Reference{}, false
}

// String gives `env:NAME` or `file:/path`.
func (r Reference) String() string {
	if r.Env != "" {
		return "env:" + r.Env
	}
	return "file:" + r.File
}

// Value gives the reference as a value.
func (r Reference) Value() any { return map[string]any{secretKey: r.String()} }
