package ast

import "auto/lang/source"

// Block is what stands between `{` and `}`; its span includes both.
type Block struct {
	source.Span
	Clauses []Clause
	// Partial: some of its clauses could not be read, and are not in the tree.
	Partial bool
}

// Clause is one of the types of this file.
type Clause interface {
	Node
	// Word is the reserved word that the clause begins with, such as "at most".
	Word() string
}

// Head is what every clause has: its span, and its reserved word.
type Head struct {
	source.Span
	Name string
}

// Word implements Clause.
func (h Head) Word() string { return h.Name }

type (
	// When is `when C`.
	When struct {
		Head
		Condition Expr
	}
	// Job is `job K`.
	Job struct {
		Head
		Key Key
	}
	// Priority is `priority N`.
	Priority struct {
		Head
		Number *Int
	}
	// Entries is `tags {…}` or `params {…}`.
	Entries struct {
		Head
		Map *Map
	}
	// Config is `config K {…}`.
	Config struct {
		Head
		Asset Key
		Map   *Map
	}
	// Rate is `limit N per tick`, `limit N per D` or `at most N per D`. Per is nil
	// for a tick.
	Rate struct {
		Head
		Count *Int
		Per   *Duration
	}
	// Max is `max N per run`.
	Max struct {
		Head
		Count *Int
	}
	// Halt is `halt above N per tick`.
	Halt struct {
		Head
		Count *Int
	}
	// Retry is `retry N after D up to M`. UpTo is nil where it is not written.
	Retry struct {
		Head
		Count *Int
		After *Duration
		UpTo  *Duration
	}
	// Choice is a clause that picks one word: `missed last`, `order newest first`,
	// `group by owner`, `existing skip`, `take first`, `redeliver never`,
	// `redeliver always`, `redeliver on new etag`. Value is "last", "newest",
	// "owner", "skip", "first", "never", "always", "on new etag".
	Choice struct {
		Head
		Value Ident
	}
	// Span of time: `quiet D`, `budget D`, `settled D`, `redeliver after D`.
	Wait struct {
		Head
		For *Duration
	}
	// Pause is `pause until T because "…"`.
	Pause struct {
		Head
		Until   *String
		Because *String
	}
	// RunKey is `run_key "…"`.
	RunKey struct {
		Head
		Template *String
	}
	// Always is `always K, …`.
	Always struct {
		Head
		Keys []Key
	}
	// Match is a rule: `match NAME: pattern in pattern -> targets { … }`. Name has
	// no text where the rule is unnamed; Folder and Body are nil where they are
	// not written.
	Match struct {
		Head
		Name    Ident
		Pattern *Pattern
		Folder  *Pattern
		Targets []Target
		Body    *Block
	}
	// Otherwise is `otherwise ignore`, `otherwise error` or
	// `otherwise quarantine "…"`. To is nil but for the last.
	Otherwise struct {
		Head
		Action Ident
		To     *String
	}
)

// Pattern is a glob or a regular expression. Text is the glob's value, or the
// expression with `\/` read as `/`. At gives places within it.
type Pattern struct {
	source.Span
	Regex bool
	Text  string
}

// At gives the span of the bytes of Text from start, length long. Where the
// text was written with escapes or in another form, it is the whole pattern.
func (n *Pattern) At(start, length int) source.Span {
	return inner(n.Span, n.Text, start, length)
}

// Target is what a rule requests: an asset, and its partition where one is
// named.
type Target struct {
	source.Span
	Key   Key
	Parts []Part
}

// Part is one dimension of a partition: `day`, `region: r`, `d as "%Y%m%d"`.
// Dimension has an empty Name where none is written; As is nil likewise.
type Part struct {
	source.Span
	Dimension Ident
	Capture   Ident
	As        *String
}

// inner gives the span of a part of a literal's value, where the value stands
// in the text between one opening and one closing character as it is.
func inner(whole source.Span, value string, start, length int) source.Span {
	if !whole.IsValid() || whole.End-whole.Start != len(value)+2 {
		return whole
	}
	return whole.Sub(1+start, length)
}
