package diag

// A1xx: names and types.
const (
	UnknownName     Code = "A101"
	WrongArguments  Code = "A102"
	NotCalled       Code = "A103"
	WrongType       Code = "A104"
	BadConstant     Code = "A105"
	NameTaken       Code = "A106"
	Recursion       Code = "A107"
	MisplacedClause Code = "A108"
	ClauseTwice     Code = "A109"
	ClauseMissing   Code = "A110"
	OutOfRange      Code = "A111"
	UnknownAsset    Code = "A112"
	WrongJob        Code = "A113"
	ClaimedTwice    Code = "A114"
	EnvNotAllowed   Code = "A115"
	SecretMisused   Code = "A116"
	WrongOperator   Code = "A117"
	WrongScope      Code = "A118"
	UnknownMethod   Code = "A119"
	UnknownType     Code = "A120"
	NotAnOperand    Code = "A121"
	NotSelectable   Code = "A122"
	TooLarge        Code = "A123"
	ReservedTag     Code = "A125"
)

var nameEntries = []Entry{
	{UnknownName, "unknown name", "A name is a word of the vocabulary, a `let` or `def` of the file, or one that another file exports.", `policy p for groups("a") { when eagr() }`, `policy p for groups("a") { when eager() }`},
	{WrongArguments, "wrong arguments", "A call gives each parameter once, by position or by name; parameters with defaults may be left out.", `policy p for groups("a") { when on_cron() }`, `policy p for groups("a") { when on_cron("@daily") }`},
	{NotCalled, "not called", "A condition is called, with parentheses; a `let` is not.", `policy p for groups("a") { when missing }`, `policy p for groups("a") { when missing() }`},
	{WrongType, "wrong type", "Each place takes values of one type: `when` a condition, `for` a selection, and each parameter its own.", `policy p for eager() { when eager() }`, `policy p for groups("a") { when eager() }`},
	{BadConstant, "value not accepted", "Cron schedules, time zones and regular expressions are read when the policy is checked, not when it runs.", `policy p for groups("a") { when on_cron("0 6 * *") }`, `policy p for groups("a") { when on_cron("0 6 * * *") }`},
	{NameTaken, "name taken", "Nothing shadows anything: a name of the vocabulary, a field, and a name of the file or project stand for one thing.", "let a = groups(\"x\")\nlet a = groups(\"y\")", "let a = groups(\"x\")\nlet b = groups(\"y\")"},
	{Recursion, "goes round in a circle", "`let` and `def` are expanded when the policy is checked, so none can use itself.", "def f() = g()\ndef g() = f()\npolicy p for groups(\"a\") { when f() }", "def f() = g()\ndef g() = eager()\npolicy p for groups(\"a\") { when f() }"},
	{MisplacedClause, "clause in the wrong block", "Each clause belongs to certain blocks; docs/language.md has the table.", `policy p for groups("a") { when eager() settled 60s }`, `policy p for groups("a") { when eager() quiet 60s }`},
	{ClauseTwice, "clause given twice", "A clause stands once in a block, but for `limit`, `at most`, `tags`, `params`, `config` and `match`.", `policy p for groups("a") { when eager() when missing() }`, `policy p for groups("a") { when eager() | missing() }`},
	{ClauseMissing, "clause missing", "A policy has `when`.", `policy p for groups("a") { priority 5 }`, `policy p for groups("a") { when eager() priority 5 }`},
	{OutOfRange, "value out of range", "Numbers and durations of clauses are above zero; a time is written as RFC 3339 or as a date.", `policy p for groups("a") { when eager() limit 0 per tick }`, `policy p for groups("a") { when eager() limit 5 per tick }`},
	{UnknownAsset, "unknown asset", "With the assets of a project at hand, each key must be one of them.", "", ""},
	{WrongJob, "job does not fit", "The job exists and selects all the assets; where several jobs do, one is named.", "", ""},
	{ClaimedTwice, "asset claimed twice", "An asset has at most one policy and at most one sensor.", "", ""},
	{EnvNotAllowed, "environment name not allowed", "The project file lists the environment names that policies may use.", "defaults { tags { a: env.HOME } }", ""},
	{SecretMisused, "secret in the wrong place", "`secret(\"NAME\")` is passed on unread, so it is a whole value in `params` or `config`.", "defaults { tags { a: secret(\"X\") } }", "defaults { params { a: secret(\"X\") } }"},
	{WrongOperator, "wrong operator", "`-` is for selections, `~` for conditions; `&` and `|` join two of one kind.", `policy p for groups("a") { when eager() - missing() }`, `policy p for groups("a") { when eager() & ~missing() }`},
	{WrongScope, "condition on the wrong thing", "Some conditions are about assets only, some about checks only; `any_checks_match(…)` asks about an asset's checks.", `policy p for groups("a") { when check_failed() }`, `policy p for groups("a") { when any_checks_match(check_failed()) }`},
	{UnknownMethod, "unknown method", "Methods belong to conditions or to selections.", `policy p for groups("a").upstrem() { when eager() }`, `policy p for groups("a").upstream() { when eager() }`},
	{UnknownType, "unknown type", "A parameter's type is one of the language's.", "def f(a: Text) = on_cron(a)", "def f(a: String) = on_cron(a)"},
	{NotAnOperand, "nothing to take out", "`without` takes an operand out of an AND. It is one that the AND has, with the same label, and at least two are left.", `policy p for groups("a") { when eager().without(in_progress()) }`, `policy p for groups("a") { when eager().without(~in_progress()) }`},
	{NotSelectable, "no dependencies to select", "`allow` and `ignore` are for conditions about dependencies or checks, and for AND, OR, NOT and `since` above them.", `policy p for groups("a") { when missing().allow(all()) }`, `policy p for groups("a") { when any_deps_match(missing()).allow(all()) }`},
	{TooLarge, "expression too large", "Functions are expanded when the policy is checked. An expression that doubles itself many times over has no end that anyone could wait for.", "", ""},
	{ReservedTag, "tag that policies do not write", "Tags that begin with `auto/` tell of a run which request and policy it was launched for; they are set when the run is requested.", `policy p for groups("a") { when eager() tags { "auto/policy": "mine" } }`, `policy p for groups("a") { when eager() tags { policy: "mine" } }`},
}
