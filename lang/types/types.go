// Package types has the types of the language and the shape of its functions.
package types

// Type is a type of the language.
type Type string

// The types.
const (
	Condition Type = "Condition"
	Selection Type = "Selection"
	Checks    Type = "Checks"
	Pattern   Type = "Pattern"
	Duration  Type = "Duration"
	Cron      Type = "Cron"
	Zone      Type = "Zone"
	String    Type = "String"
	Int       Type = "Int"
	Bool      Type = "Bool"
	List      Type = "List"
	Map       Type = "Map"
	// Source is what a files block reads from.
	Source Type = "Source"
	// Any stands for a value whose type is not known, because a finding about it has
	// been made; it fits everything.
	Any Type = "Any"
)

// Writable are the types that a def may name.
var Writable = []string{
	string(Condition), string(Selection), string(Checks), string(Pattern), string(Duration), string(Cron), string(Zone),
	string(String), string(Int), string(Bool), string(List), string(Map),
}

// Scope is what a condition can be evaluated on.
type Scope uint8

// The scopes; a condition may have both.
const (
	OnAsset Scope = 1 << iota
	OnCheck
	OnBoth = OnAsset | OnCheck
)

// Fits reports whether a value of one type can stand where another is wanted. A String
// can stand for a Cron, a Zone or a Pattern; its value is checked then.
func Fits(have, want Type) bool {
	switch {
	case have == want, have == Any, want == Any:
		return true
	case have == String:
		return want == Cron || want == Zone || want == Pattern
	}
	return (have == Cron || have == Zone) && want == String
}

// Param is a parameter of a function.
type Param struct {
	Name string
	// Types are what it takes; one of them is enough.
	Types []Type
	// Default is the text of its default, "" where it has to be given. "none" is the
	// absence of a limit.
	Default string
	// Rest takes any number of positional arguments, at least one.
	Rest bool
}

// Signature is the shape of a function or method.
type Signature struct {
	// On is the receiver of a method, "" for a function.
	On     Type
	Params []Param
	Result Type
	// Scope is where a condition can be evaluated.
	Scope Scope
}
