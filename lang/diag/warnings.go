package diag

// A3xx: what runs, but is surely not meant.
const (
	SelectsNothing  Code = "A301"
	MixedMinus      Code = "A302"
	PausePast       Code = "A303"
	UnknownSelected Code = "A304"
	TouchesNothing  Code = "A305"
	NeverTrue       Code = "A306"
	AlwaysTrue      Code = "A307"
	EventSwallowed  Code = "A308"
	GrainMismatch   Code = "A309"
	NeverMeet       Code = "A310"
	ReplacesOthers  Code = "A311"
	TimeGoesBack    Code = "A312"
	NoSuchPartition Code = "A313"
	ScenarioTwice   Code = "A314"
	SensorsCross    Code = "A330"
	UnitSplit       Code = "A331"
	LimitPerSensor  Code = "A332"
	NoEffect        Code = "A333"
	ExternalRuns    Code = "A334"
	NoTemplate      Code = "A335"
	RetryUnheard    Code = "A380"
)

var warningEntries = []Entry{
	{SelectsNothing, "selection selects nothing", "No asset of the project is in the selection, so the policy does nothing.", "", ""},
	{MixedMinus, "`-` beside `|` or `&`", "`-` binds stronger than `&` and `|`: `a | b - c` takes `c` from `b` only. Parentheses say what is meant.", `let a = groups("x") | groups("y") - tag("t", "v")`, `let a = (groups("x") | groups("y")) - tag("t", "v")`},
	{PausePast, "pause that is past", "The time of `pause until` has come, so the clause holds nothing back.", "", ""},
	{UnknownSelected, "unknown key in a selection", "A key that does not exist selects nothing.", "", ""},
	{TouchesNothing, "change that changes nothing", "`replace` found no part with that label, name or form; `allow` and `ignore` reached no dependency or check operator: they do not look into the operand of another one, nor of `newly_true`.", `policy p for groups("a") { when missing().replace("in_progress", newly_updated()) }`, `policy p for groups("a") { when newly_updated() }`},
	{NeverTrue, "condition that can never be true", "Its parts exclude each other, or a part asks about something that there is not.", `policy p for groups("a") { when missing() & ~missing() }`, `policy p for groups("a") { when missing() }`},
	{AlwaysTrue, "condition that is always true", "A part that is always true adds nothing to an AND, and makes an OR true.", `policy p for groups("a") { when eager() & (missing() | ~missing()) }`, `policy p for groups("a") { when eager() }`},
	{EventSwallowed, "event that a guard can swallow", "An event is true on one tick. Joined by `&` with a state that is false on that tick it is lost, and nothing remembers it; `since_last_handled()` does.", `policy p for groups("a") { when cron_tick_passed("@daily") & ~any_deps_missing() }`, `policy p for groups("a") { when cron_tick_passed("@daily").since_last_handled() & ~any_deps_missing() }`},
	{GrainMismatch, "partitions that do not correspond", "The condition asks about a dependency whose partitions are related to those of the asset by equal keys, and the keys of the two are made differently, such as hours and days. Their dependents see nothing of it, or some of it by chance.", "", ""},
	{NeverMeet, "schedules that never meet", "`cron_tick_passed` is true on the tick after a moment of its schedule. Two schedules joined by `&` need a moment in common.", `policy p for groups("a") { when cron_tick_passed("0 6 * * *") & cron_tick_passed("0 7 * * *") }`, `policy p for groups("a") { when cron_tick_passed("0 6 * * *") | cron_tick_passed("0 7 * * *") }`},
	{ReplacesOthers, "replacement of more than is written", "Dagster holds two conditions for equal where their labels and arguments are, whatever their kind: `missing()` equals every other operand without arguments. A name or label in quotes means one kind only.", `policy p for groups("a") { when (missing() | newly_updated()).replace(missing(), in_progress()) }`, `policy p for groups("a") { when (missing() | newly_updated()).replace("missing", in_progress()) }`},
	{TimeGoesBack, "tick before the one above", "The ticks of a scenario follow each other in time; one that goes back sees what was stored later.", "", ""},
	{NoSuchPartition, "event about a partition that there is not", "The event of a scenario is stored under a key that its asset does not have at that time, or under none, so no condition sees it. Time windows exist once they are over.", "", ""},
	{ScenarioTwice, "two scenarios of one name", "Reports and `auto test -run` tell scenarios apart by their names; that of the file stands where none is written.", "", ""},
	{SensorsCross, "dependency in another sensor", "`will_be_requested`, which is in `eager()` and others, sees the tick of one sensor. Where another sensor evaluates the dependency it is never true, so the two never share a run, and the dependent is requested only after the dependency has been updated.", "", ""},
	{UnitSplit, "execution set that is split", "The assets of an execution set always run together, so one policy says how, and one sensor evaluates them; `max N per run` is no less than they are.", "", ""},
	{LimitPerSensor, "limit over several sensors", "Sensors tick on their own, and none waits for another: a `limit` counts what the policy launches in each of them alone.", "", ""},
	{NoEffect, "nothing for it to do", "The clause or sensor is right as it stands and changes nothing, so it says something that is not so.", `policy p for groups("a") { when eager() group by none max 5 per run }`, `policy p for groups("a") { when eager() max 5 per run }`},
	{ExternalRuns, "policy for an external asset", "An external asset is made elsewhere, and what happens to it comes in as events. A policy for it would launch runs that have nothing to execute. Observable assets may have one: their runs observe them.", "", ""},
	{RetryUnheard, "retry without outcomes", "`retry` launches a failed run again, and needs to be told how a run ended: by Dagster (`dagster`), or by events that somebody sends (`http`). On standard output alone nothing is heard of it.", "", ""},
	{NoTemplate, "template that stands for nothing", "`{{ params.x }}` and `{{ ops.asset.config.x }}` stand for parameters. Any other expression is passed on as it is written, for whoever runs the run; this one looks like a misspelt parameter.", "", ""},
}
