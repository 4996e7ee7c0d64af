package diag

// A3xx: what runs, but is surely not meant.
const (
	SelectsNothing Code = "A301"
	MixedMinus     Code = "A302"
	PausePast      Code = "A303"
	RetryUnheard   Code = "A380"
)

var warningEntries = []Entry{
	{SelectsNothing, "selection selects nothing", "No asset of the project is in the selection, so the policy does nothing.", "", ""},
	{MixedMinus, "`-` beside `|` or `&`", "`-` binds stronger than `&` and `|`: `a | b - c` takes `c` from `b` only. Parentheses say what is meant.", `let a = groups("x") | groups("y") - tag("t", "v")`, `let a = (groups("x") | groups("y")) - tag("t", "v")`},
	{PausePast, "pause that is past", "The time of `pause until` has come, so the clause holds nothing back.", "", ""},
	{RetryUnheard, "retry without outcomes", "`retry` launches a failed run again, and needs a launcher that reports how a run ended. The launchers `stdout` and `webhook` report only that a request was taken.", "", ""},
}
