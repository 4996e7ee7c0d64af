package diag

// A3xx: what runs, but is surely not meant.
const (
	SelectsNothing  Code = "A301"
	MixedMinus      Code = "A302"
	PausePast       Code = "A303"
	UnknownSelected Code = "A304"
	TouchesNothing  Code = "A305"
	RetryUnheard    Code = "A380"
)

var warningEntries = []Entry{
	{SelectsNothing, "selection selects nothing", "No asset of the project is in the selection, so the policy does nothing.", "", ""},
	{MixedMinus, "`-` beside `|` or `&`", "`-` binds stronger than `&` and `|`: `a | b - c` takes `c` from `b` only. Parentheses say what is meant.", `let a = groups("x") | groups("y") - tag("t", "v")`, `let a = (groups("x") | groups("y")) - tag("t", "v")`},
	{PausePast, "pause that is past", "The time of `pause until` has come, so the clause holds nothing back.", "", ""},
	{UnknownSelected, "unknown key in a selection", "A key that does not exist selects nothing.", "", ""},
	{TouchesNothing, "change that changes nothing", "`replace` found no part with that label, name or form; `allow` and `ignore` reached no dependency or check operator: they do not look into the operand of another one, nor of `newly_true`.", `policy p for groups("a") { when missing().replace("in_progress", newly_updated()) }`, `policy p for groups("a") { when newly_updated() }`},
	{RetryUnheard, "retry without outcomes", "`retry` launches a failed run again, and needs a launcher that reports how a run ended. The launchers `stdout` and `webhook` report only that a request was taken.", "", ""},
}
