package diag

// A0xx: the text of a policy file.
const (
	WrongQuote         Code = "A001"
	UnclosedString     Code = "A002"
	UnclosedRegex      Code = "A003"
	BadDuration        Code = "A004"
	BadNumber          Code = "A005"
	NumberRange        Code = "A006"
	BadEscape          Code = "A007"
	StrayCharacter     Code = "A008"
	WrongComment       Code = "A009"
	NotOperator        Code = "A010"
	MissingOperand     Code = "A011"
	MissingOperator    Code = "A012"
	MissingComma       Code = "A013"
	WrongSeparator     Code = "A014"
	UnclosedBracket    Code = "A015"
	StrayBrace         Code = "A016"
	EmptyRegex         Code = "A017"
	NotUTF8            Code = "A018"
	ControlCharacter   Code = "A019"
	UnknownClause      Code = "A020"
	ReservedName       Code = "A021"
	BareKey            Code = "A022"
	MissingTarget      Code = "A023"
	ClauseForm         Code = "A024"
	UnclosedBlock      Code = "A025"
	UnknownDeclaration Code = "A026"
	DeclarationForm    Code = "A027"
	OutsideBlock       Code = "A028"
	TooDeep            Code = "A029"
	NoExpression       Code = "A030"
	Unexpected         Code = "A031"
	ArgumentForm       Code = "A032"
)

var textEntries = []Entry{
	{WrongQuote, "wrong quotes", "Strings take double quotes, on one line.", `policy p for groups('a') { when eager() }`, `policy p for groups("a") { when eager() }`},
	{UnclosedString, "string not closed", "A string ends on the line where it begins. A line break within it is written `\\n`.", "let a = assets(\"x)\n", "let a = assets(\"x\")\n"},
	{UnclosedRegex, "regular expression not closed", "A regular expression stands between two `/` on one line. A slash within it is written `\\/`.", "files f from folder(\"x\") {\n    match /a\\.csv -> b\n}", "files f from folder(\"x\") {\n    match /a\\.csv/ -> b\n}"},
	{BadDuration, "not a duration", "A duration is written with the units w, d, h, m and s, large to small, each once: `30s`, `1h30m`, `7d`. It is at most 100 years.", "sensor s for all() every 10min", "sensor s for all() every 10m"},
	{BadNumber, "not a number", "Numbers are whole and have digits only. A name that begins with a digit is written in quotes.", "policy p for groups(\"a\") {\n    when eager()\n    priority 1.5\n}", "policy p for groups(\"a\") {\n    when eager()\n    priority 2\n}"},
	{NumberRange, "number too large", "Numbers have at most 15 digits.", "policy p for groups(\"a\") {\n    when eager()\n    limit 99999999999999999999 per tick\n}", "policy p for groups(\"a\") {\n    when eager()\n    limit 99 per tick\n}"},
	{BadEscape, "not an escape", "In a string a backslash begins one of `\\\" \\\\ \\n \\t \\r \\u{1F600}`.", `let a = assets("a\d")`, `let a = assets("a\\d")`},
	{StrayCharacter, "character without meaning", "Outside strings, regular expressions and comments the language has ASCII letters, digits and `_ ( ) { } [ ] , . : = & | ~ - ->`.", `let a = assets("a");`, `let a = assets("a")`},
	{WrongComment, "wrong comment", "A comment begins with `#` and goes to the end of the line.", "// late feeds\nlet a = assets(\"a\")", "# late feeds\nlet a = assets(\"a\")"},
	{NotOperator, "not an operator", "Conditions are joined by `&` (and) and `|` (or), and turned round by `~` (not). Selections are joined by `&`, `|` and `-` (without).", "policy p for groups(\"a\") { when eager() and ~in_progress() }", "policy p for groups(\"a\") { when eager() & ~in_progress() }"},
	{MissingOperand, "operand missing", "`&`, `|` and `-` have an operand on both sides, `~` has one behind it.", "policy p for groups(\"a\") {\n    when eager() &\n    limit 50 per tick\n}", "policy p for groups(\"a\") {\n    when eager()\n    limit 50 per tick\n}"},
	{MissingOperator, "operator missing", "Two conditions have `&` or `|` between them.", "let a = assets(\"a\") groups(\"b\")", "let a = assets(\"a\") | groups(\"b\")"},
	{MissingComma, "comma missing", "Arguments, items and entries have a comma between them.", `let a = assets("a" "b")`, `let a = assets("a", "b")`},
	{WrongSeparator, "`=` for `:` or `:` for `=`", "In a map a key and its value have `:` between them, in a call an argument's name and its value `=`.", "defaults { tags { team = \"a\" } }", "defaults { tags { team: \"a\" } }"},
	{UnclosedBracket, "bracket not closed", "Every `(`, `[` and `{` is closed by its counterpart.", "policy p for groups(\"a\") {\n    when eager(\n    limit 50 per tick\n}", "policy p for groups(\"a\") {\n    when eager()\n    limit 50 per tick\n}"},
	{StrayBrace, "bracket that closes nothing", "A closing bracket has an opening one before it.", "policy p for groups(\"a\") { when eager() }\n}", "policy p for groups(\"a\") { when eager() }"},
	{EmptyRegex, "empty regular expression", "A regular expression matches whole names, and no name is empty.", "files f from folder(\"x\") {\n    match // -> b\n}", "files f from folder(\"x\") {\n    match /.+/ -> b\n}"},
	{NotUTF8, "not UTF-8", "Policy files are UTF-8.", "let a = assets(\"\xff\")", "let a = assets(\"ÿ\")"},
	{ControlCharacter, "control character", "Control characters other than tab and line breaks are not allowed; in a string write `\\u{…}`.", "let a = assets(\"\x01\")", "let a = assets(\"\\u{1}\")"},
	{UnknownClause, "unknown clause", "A block holds clauses, each begins with its word.", "policy p for groups(\"a\") {\n    when eager()\n    limt 50 per tick\n}", "policy p for groups(\"a\") {\n    when eager()\n    limit 50 per tick\n}"},
	{ReservedName, "reserved word as a name", "The words that begin declarations and clauses, and `true` and `false`, name nothing. An asset or job of such a name is written in quotes.", "let order = groups(\"x\")", "let orders = groups(\"x\")"},
	{BareKey, "asset key without quotes", "An asset key is bare where it has letters, digits and `_` only and does not begin with a digit; any other is written in quotes.", "files f from folder(\"x\") {\n    match \"a.csv\" -> sales/data\n}", "files f from folder(\"x\") {\n    match \"a.csv\" -> \"sales/data\"\n}"},
	{MissingTarget, "target missing", "A list without brackets has no comma at its end.", "files f from folder(\"x\") {\n    match \"a.csv\" -> a, b,\n    match \"b.csv\" -> c\n}", "files f from folder(\"x\") {\n    match \"a.csv\" -> a, b\n    match \"b.csv\" -> c\n}"},
	{ClauseForm, "clause written wrong", "Each clause has its form; docs/language.md lists them.", "policy p for groups(\"a\") {\n    when eager()\n    limit per tick\n}", "policy p for groups(\"a\") {\n    when eager()\n    limit 5 per tick\n}"},
	{UnclosedBlock, "block not closed", "A block begins with `{` and ends with `}`. A declaration ends where the next begins a line, so one block that is left open spoils no other.", "policy a for groups(\"a\") {\n    when eager()\npolicy b for groups(\"b\") { when eager() }", "policy a for groups(\"a\") {\n    when eager()\n}\npolicy b for groups(\"b\") { when eager() }"},
	{UnknownDeclaration, "unknown declaration", "A file holds `let`, `def`, `policy`, `sensor`, `files` and `defaults`.", "polcy p for groups(\"a\") { when eager() }", "policy p for groups(\"a\") { when eager() }"},
	{DeclarationForm, "declaration written wrong", "Each declaration has its form; docs/language.md lists them.", "sensor fast for all()", "sensor fast for all() every 10s"},
	{OutsideBlock, "clause outside a block", "Clauses stand between the `{` and `}` of a declaration.", "limit 50 per tick", "defaults { limit 50 per tick }"},
	{TooDeep, "nested too deep", "Brackets and `~` nest at most 100 deep.", "", ""},
	{NoExpression, "no expression", "A condition or selection was expected and the text is empty.", "", ""},
	{ArgumentForm, "argument or entry written wrong", "An argument is a value, or `name=value` with a bare name. An entry of a map is `key: value`, with a word or a string as its key.", "defaults { tags { 1: \"a\" } }", "defaults { tags { \"1\": \"a\" } }"},
	{Unexpected, "unexpected text", "The text does not fit the grammar at this place.", "", ""},
}
