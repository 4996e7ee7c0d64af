package web

import "auto/runtime/params"

// concealed stands where a secret would.
const concealed = "•••"

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
