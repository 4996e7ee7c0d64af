package params

import (
	"cmp"
	"slices"
	"strings"

	"auto/lang/diag"
	"auto/lang/source"
)

// Kind tells problems apart, for machines.
type Kind string

// The kinds of problems, and what the subject of one is.
const (
	BadKey       Kind = "bad_key"              // the key as it was written
	BadParam     Kind = "bad_param"            // the key as it was written
	Reserved     Kind = "reserved"             // the key as it was written
	UnknownAsset Kind = "unknown_asset"        // the asset
	NotSelected  Kind = "not_in_selection"     // the asset
	Conflict     Kind = "conflict"             // the name
	BadType      Kind = "bad_type"             // the name
	WrongValue   Kind = "type"                 // the name
	NotReference Kind = "secret"               // the name
	Undeclared   Kind = "undeclared"           // the name
	Required     Kind = "required"             // the name
	NoValue      Kind = "no_value"             // the name
	Unfilled     Kind = "unfilled"             // the name
	TooLarge     Kind = "too_large"            // the name
	Cycle        Kind = "cycle"                // the names on it, joined by "->"
	Collision    Kind = "collision"            // the key in run config
	Ambiguous    Kind = "ambiguous_params_job" // the jobs, joined by ","
	Stale        Kind = "409 version"          // empty
)

var codes = map[Kind]diag.Code{
	BadKey: diag.ParamName, BadParam: diag.ParamName, Reserved: diag.ParamName,
	UnknownAsset: diag.ParamAsset, NotSelected: diag.ParamAsset, Conflict: diag.ParamTwice,
	BadType: diag.ParamType, WrongValue: diag.ParamValue, TooLarge: diag.ParamValue, NotReference: diag.ParamSecret,
	Undeclared: diag.ParamUndeclared, Required: diag.ParamMissing, NoValue: diag.ParamMissing, Unfilled: diag.ParamMissing,
	Cycle: diag.ParamCycle, Collision: diag.ParamCollision, Ambiguous: diag.ParamJob, Stale: diag.ParamVersion,
}

// Problem is one thing that is wrong with parameters. It is an error by itself, and never
// has the value of a secret in it.
type Problem struct {
	Kind Kind
	// Subject is what it is about, as its kind says.
	Subject string
	// Name is the parameter, where there is one.
	Name Name
	// Message says in one sentence what is wrong, Help what to write instead.
	Message, Help string
}

// Error gives the sentences.
func (p Problem) Error() string { return strings.TrimSpace(p.Message + " " + p.Help) }

// String gives the kind and the subject, such as `unknown_asset:orders`.
func (p Problem) String() string {
	if p.Subject == "" {
		return string(p.Kind)
	}
	return string(p.Kind) + ":" + p.Subject
}

// Code gives the code of the finding that tells of the problem.
func (p Problem) Code() diag.Code { return codes[p.Kind] }

// At gives the finding that tells of the problem, at a place of a file.
func (p Problem) At(at source.Span) diag.Diagnostic {
	return diag.Diagnostic{Code: p.Code(), Span: at, Message: p.Message, Help: p.Help}
}

// Problems are all that is wrong, sorted by kind and subject, each once.
type Problems []Problem

// Error gives the sentences of all, one problem a line.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].Error()
	}
	return strings.Join(lines, "\n")
}

// err gives the problems as an error, nil where there are none.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Subject, b.Subject))
	})
	return slices.CompactFunc(p, func(a, b Problem) bool { return a.Kind == b.Kind && a.Subject == b.Subject })
}

// add takes the problems of an error in, and reports whether there was one.
func (p *Problems) add(err error) bool {
	switch e := err.(type) {
	case nil:
		return false
	case Problem:
		*p = append(*p, e)
	case Problems:
		*p = append(*p, e...)
	}
	return true
}
