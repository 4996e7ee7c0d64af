package files_test

import (
	"strings"
	"testing"

	"auto/compiler"
	"auto/lang/diag"
)

// finding is one that a test expects: its code, what is underlined, and a part of its
// sentences.
type finding struct {
	code       diag.Code
	underlined string
	says       string
}

// TestFindings: each mistake gives its finding at its place, and no other.
func TestFindings(t *testing.T) {
	tests := []struct {
		text string
		want []finding
	}{
		// The source.
		{`from 5 { always move job ingest }`, []finding{{diag.BadSource, "5", "reads from a source"}}},
		{`from landng { always move job ingest }`, []finding{{diag.BadSource, "landng", "Did you mean `landing`?"}}},
		{`from ftp("x") { always move job ingest }`, []finding{{diag.BadSource, "ftp", "add it to `sources`"}}},
		{`from s3() { always move job ingest }`, []finding{{diag.WrongArguments, "s3()", "The bucket is missing"}}},
		{`from folder("") { always move job ingest }`, []finding{{diag.BadSource, `""`, "The path is empty"}}},
		{`from s3("acme", bucket="acme") { always move job ingest }`, []finding{{diag.WrongArguments, `bucket="acme"`, "given twice"}}},
		{`from s3("acme", region="eu") { always move job ingest }`, []finding{{diag.WrongArguments, `region="eu"`, "no such argument"}}},
		{`from s3("acme", "in", "x") { always move job ingest }`, []finding{{diag.WrongArguments, `"x"`, "no such argument"}}},
		{`from s3("s3://acme/in") { always move job ingest }`, []finding{{diag.BadSource, `"s3://acme/in"`, "`prefix="}}},
		{`from s3("acme landing") { always move job ingest }`, []finding{{diag.BadSource, `"acme landing"`, "3 to 63"}}},
		{`from s3("ab") { always move job ingest }`, []finding{{diag.BadSource, `"ab"`, "3 to 63"}}},
		{`from s3("-abc") { always move job ingest }`, []finding{{diag.BadSource, `"-abc"`, "3 to 63"}}},
		{`from s3("a..b") { always move job ingest }`, []finding{{diag.BadSource, `"a..b"`, "3 to 63"}}},
		{`from s3("192.168.1.1") { always move job ingest }`, []finding{{diag.BadSource, `"192.168.1.1"`, "3 to 63"}}},
		{`from s3(7) { always move job ingest }`, []finding{{diag.WrongType, "7", "no text"}}},
		{`from s3("acme", prefix="/in") { always move job ingest }`, []finding{{diag.PrefixSlash, `"/in"`, "Write `prefix=\"in\"`"}}},
		{`from folder("x", prefix="/in") { always move job ingest }`, []finding{{diag.BadSource, `"/in"`, "below `/in/`"}}},
		{`from folder("x", prefix="in/../..") { always move job ingest }`, []finding{{diag.BadSource, `"in/../.."`, "No file"}}},
		{`from folder("x", prefix="a//b") { always move job ingest }`, []finding{{diag.BadSource, `"a//b"`, "No file"}}},
		{`from landing(prefix="./x") { always move job ingest }`, []finding{{diag.BadSource, `"./x"`, "No file"}}},
		{`from landing("x") { always move job ingest }`, []finding{{diag.WrongArguments, `"x"`, "Write `landing(prefix="}}},
		{`from landing every 0s { always move job ingest }`, []finding{{diag.OutOfRange, "0s", "zero"}}},
		{`from landing { priority 1 }`, []finding{{diag.NothingRequested, "f", "requests nothing"}}},
		// Patterns.
		{`from landing { match "a[.csv" -> move }`, []finding{{diag.BadClass, `[.csv`, "`]` after"}}},
		{`from landing { match "a.{csv|gz}" -> move }`, []finding{{diag.BadBraces, "{csv|gz}", "Write `{csv,gz}`"}}},
		{`from landing { match "**.csv" -> move }`, []finding{{diag.MisplacedStars, "**", "after `in`"}}},
		{`from landing { match "x" in "a**" -> move }`, []finding{{diag.MisplacedStars, "**", "Write `*`"}}},
		{`from landing { match "{a}{b}.csv" -> move }`, []finding{{diag.AdjacentCaptures, "{b}", "text between"}}},
		{`from landing { match "{d:%Q}" -> move }`, []finding{{diag.BadTimeFormat, "%Q", "%Y %m"}}},
		{`from landing { match "{d:%H}" -> move }`, []finding{{diag.BadTimeFormat, "{d:%H}", "year"}}},
		{`from landing { match /a(b/ -> move }`, []finding{{diag.BadPattern, "(", "wrong"}}},
		{`from landing { match /a(?=b)/ -> move }`, []finding{{diag.NoLookaround, "(?=", "names match whole"}}},
		{`from landing { match /(a)\1/ -> move }`, []finding{{diag.NoLookaround, `\1`, "Capture"}}},
		{`from landing { match "{a}-{a}" -> move }`, []finding{{diag.CaptureTwice, "{a}", "`a`"}}},
		{`from landing { match "{a}" in "x{{a}}/{a}" -> move }`, []finding{{diag.CaptureTwice, "a", "captured twice"}}},
		{`from landing { match "{size}" -> move }`, []finding{{diag.CaptureName, "size", "the_size"}}},
		{`from landing { match /(?P<key>.+)/ -> move }`, []finding{{diag.CaptureName, "key", "the_key"}}},
		{"from landing { match \"{stage}\" -> move }\nlet stage = \"x\"", []finding{{diag.CaptureName, "stage", "declaration"}}},
		{`from landing { match "sales/*.csv" -> move }`, []finding{{diag.PatternNeverHits, `"sales/*.csv"`, "after `in`"}}},
		{`from landing { match /sales\/.*\.csv/ -> move }`, []finding{{diag.PatternNeverHits, `/sales\/.*\.csv/`, "after `in`"}}},
		{`from landing { match /(a\/|b[\/])+c/ -> move }`, []finding{{diag.PatternNeverHits, `/(a\/|b[\/])+c/`, "no `/`"}}},
		{`from landing { match /(a\/)?c|d{2}/ -> move }`, nil},
		{`from landing { match "{sales/a,b}" -> move }`, nil},
		{`from landing { match "" -> move }`, []finding{{diag.PatternNeverHits, `""`, "empty name"}}},
		{`from landing { match "x" in "sales/" -> move }`, []finding{{diag.PatternNeverHits, `"sales/"`, "without the last"}}},
		{`from landing { match "x" in /.*sales\// -> move }`, []finding{{diag.PatternNeverHits, `/.*sales\//`, "without the last"}}},
		{`from landing { match r: "a" -> move match r: "b" -> move }`, []finding{{diag.RuleTwice, "r", "called `r` already"}}},
		{`from landing { match rule2: "a" -> move match "b" -> move }`, []finding{{diag.RuleTwice, `"b"`, "called `rule2` already"}}},
		// Targets.
		{`from landing { match "a" -> sales_date }`, []finding{{diag.UnknownAsset, "sales_date", "Did you mean `sales_data`?"}}},
		{`from landing { match "a" -> "a{{c}}" }`, []finding{{diag.UnknownAsset, `"a{{c}}"`, "`a{c}`"}}},
		{`from landing { always move, move }`, []finding{{diag.NameTaken, "move", "twice"}}},
		{`from landing { match "{r}" -> "audti_{r}" }`, []finding{{diag.TargetFitsNothing, `"audti_{r}"`, "fits the target"}}},
		{`from landing { match "{r}" -> "sales/{r}" job ingest }`, []finding{{diag.OutsideJob, `"sales/{r}"`, "`ingest` selects no asset"}}},
		{`from landing { match "{r}" -> "audit_{s}" }`, []finding{{diag.UnknownCapture, "{s}", "The rule binds no `s`"}}},
		{`from landing { match "{r}" -> "audit_{r" }`, []finding{{diag.BadTemplate, "{r", "not closed"}}},
		{`from landing { match "a" -> outside job ingest }`, []finding{{diag.OutsideJob, "outside", "`ingest` does not select the asset `outside`"}}},
		{`from landing { match "a" -> move job ingst }`, []finding{{diag.WrongJob, "ingst", "Did you mean `ingest`?"}}},
		{`from landing { match "a" -> outside }`, []finding{{diag.WrongJob, "f", "Write such as `job more_raw`"}}},
		{`from landing { match "a" -> move, audit_us }`, []finding{{diag.NoJobForAll, "audit_us", "`ingest` lacks `audit_us`"}}},
		// Partitions.
		{`from landing { match "{d}" -> move[d] }`, []finding{{diag.WrongPartition, "move[d]", "Write `move` alone"}}},
		{`from landing { match "{d}" -> orders[e] }`, []finding{{diag.WrongPartition, "e", "captures no `e`"}}},
		{`from landing { match "{day}" -> orders[dya] }`, []finding{{diag.WrongPartition, "dya", "Did you mean `day`?"}}},
		{`from landing { match "{d}" -> orders[date: d] }`, []finding{{diag.WrongPartition, "orders[date: d]", "Write `orders[d]`"}}},
		{`from landing { match "{d}" -> by_region[d] }`, []finding{{diag.WrongPartition, "d", "Write `by_region[date: …, region: …]`"}}},
		{`from landing { match "{d}" -> by_region[date: d] }`, []finding{{diag.WrongPartition, "by_region[date: d]", "two dimensions"}}},
		{`from landing { match "{d}" -> by_region[date: d, date: d] }`, []finding{{diag.WrongPartition, "date: d", "each named once"}}},
		{`from landing { match "{d}_{r}" -> by_region[date: d, region: r as "%Y"] }`, []finding{{diag.WrongPartition, `"%Y"`, "the dimension `region` are no windows"}}},
		{`from landing { match "{d}" -> customers[d as "%Y"] }`, []finding{{diag.WrongPartition, `"%Y"`, "Write `d` alone"}}},
		{`from landing { match "{d}" -> orders[d as "%B"] }`, []finding{{diag.BadTimeFormat, "%B", "not a directive"}}},
		{`from landing { match "{d}" -> orders[d as "%m"] }`, []finding{{diag.BadTimeFormat, `"%m"`, "no year"}}},
		{`from landing { match "{d:%Y}" -> orders[d as "%Y"] }`, []finding{{diag.BadTimeFormat, `"%Y"`, "Remove `as`"}}},
		{`from landing { match "{a}_{b}" -> orders[a], items[b] }`, []finding{{diag.PartitionsDiffer, "items[b]", "one file is one run"}}},
		{`from landing { match "{d}" -> orders[d], sales_month[d] }`, []finding{{diag.PartitionsDiffer, "sales_month[d]", "one file is one run"}}},
		{`from landing { match "{d}" -> sales_month, orders[d] }`, []finding{{diag.PartitionsDiffer, "orders[d]", "`sales_month` and `orders[d]` have different partitions"}}},
		{`from landing { always sales_month match "{d}" -> orders[d] }`, []finding{{diag.PartitionsDiffer, "orders[d]", "have different partitions"}}},
		{`from landing { match "{d}" -> orders[d], items, move }`, nil},
		{`from landing { match "{d}_{r}" -> by_region[date: d, region: r], by_region_too[region: r, date: d] }`, nil},
		{`from landing { match "d" -> orders }`, []finding{{diag.NoPartition, "orders", "such as `orders[day]`"}}},
		{`from landing { always orders match "a" -> move match "b" -> move }`, []finding{{diag.NoPartition, "orders", "no target names one"}}},
		{`from landing { always orders }`, []finding{{diag.NoPartition, "orders", "no target names one"}}},
		// Values.
		{`from landing { match "{a}" -> move match "b" -> move tags { x: "{a}" } }`, []finding{{diag.UnknownCapture, "{a}", "Not every rule of the block binds `a`"}}},
		{`from landing { match "{a}" -> move match "b" -> move params { x: a } }`, []finding{{diag.UnknownCapture, "a", "blocks of the rules"}}},
		{`from landing { match "{a}.x" -> move match "{a}.y" -> move tags { x: "{a}" } }`, nil},
		{`from landing { match "{a}" -> move { tags { x: "{a}" } } match "b" -> move }`, nil},
		{`from landing { match "{a}" -> move match "b" -> move { tags { x: "{a}" } } }`, []finding{{diag.UnknownCapture, "{a}", "The rule binds no `a`"}}},
		{`from landing { always move params { x: sise } }`, []finding{{diag.UnknownField, "sise", "Did you mean `size`?"}}},
		{`from landing { always move params { x: "{sise}" } }`, []finding{{diag.UnknownCapture, "{sise}", "Did you mean `size`?"}}},
		{`from landing { always move params { x: "{key:%Y}" } }`, []finding{{diag.BadTemplate, "{key:%Y}", "Write `{key}`"}}},
		{`from landing { always move params { x: "{tick:%Y} {last_modified:%m}" } }`, nil},
		{`from landing { always move params { x: "{env.STAGE}", y: env.STAGE } }`, nil},
		{`from landing { always move params { x: "{env.HOME}" } }`, []finding{{diag.EnvNotAllowed, "{env.HOME}", "HOME"}}},
		{`from landing { always move params { x: groups("a") } }`, []finding{{diag.WrongType, `groups("a")`, "no value of `params`"}}},
		{`from landing { always move params { x: 1, x: 2 } }`, []finding{{diag.NameTaken, "x", "given twice"}}},
		{`from landing { always move params { x: [secret("T")] } }`, []finding{{diag.SecretMisused, `secret("T")`, "whole value"}}},
		{`from landing { always move params { x: secret(name) } }`, []finding{{diag.SecretMisused, "secret(name)", "named by one text"}}},
		{`from landing { always move tags { x: secret("T") } }`, []finding{{diag.SecretMisused, `secret("T")`, "whole value"}}},
		{`from landing { always move tags { x: ["a"], y: {a: 1} } }`, []finding{{diag.WrongType, `["a"]`, "a text"}, {diag.WrongType, "{a: 1}", "a text"}}},
		{`from landing { always move config mvoe { a: 1 } }`, []finding{{diag.ConfigOfNoTarget, "mvoe", "Did you mean `move`?"}}},
		{`from landing { always move config sales_data { a: 1 } }`, []finding{{diag.ConfigOfNoTarget, "sales_data", "never requests"}}},
		{`from landing { match "{r}" -> "audit_{r}" config audit_xx { a: 1 } }`, []finding{{diag.UnknownAsset, "audit_xx", "`audit_"}}},
		{`from landing { match "{r}" -> "audit_{r}" config audit_eu { a: 1 } }`, nil},
		{`from landing { always move config move { a: 1 } config move { b: 1 } }`, []finding{{diag.ClauseTwice, "move", "into one"}}},
		// The run key.
		{`from landing { always move run_key "{name}@{etag}" }`, []finding{{diag.RunKeyRepeats, `"{name}@{etag}"`, "Write `{key}`"}}},
		{`from landing { always move run_key "{folder_path}/{name}@{etag}" }`, nil},
		{`from landing { always move run_key "{key}" }`, []finding{{diag.RunKeyRepeats, `"{key}"`, "Write `{etag}` or `{last_modified}` into it."}}},
		{`from landing { always move redeliver never run_key "{key}" }`, nil},
		{`from landing { always move run_key "{key}@{version_id}" }`, nil},
		{`from landing { always move run_key "{key}@{tick}" }`, nil},
		{`from landing { always move run_key "{key}@{last_modified:%Y%m%d}" }`, []finding{{diag.RunKeyRepeats, `"{key}@{last_modified:%Y%m%d}"`, "leaves a part of the time out"}}},
		{`from landing { always move run_key "{key}@{last_modified:%y%j-%H%M%S}" }`, nil},
		{`from landing { always move redeliver always run_key "{key}@{etag}" }`, []finding{{diag.RunKeyRepeats, `"{key}@{etag}"`, "Write `{tick}` into it."}}},
		{`from landing { always move redeliver after 1h run_key "{key}@{tick:%H}" }`, []finding{{diag.RunKeyRepeats, `"{key}@{tick:%H}"`, "leaves a part of the time out"}}},
		{`from landing { always move redeliver after 1h run_key "{key}@{tick}" }`, nil},
		{`from landing { always move run_key "{kye}" }`, []finding{{diag.UnknownCapture, "{kye}", "Did you mean `key`?"}}},
		// Quarantine.
		{`from landing { match "a" -> move otherwise quarantine "bad/{folder_path}/" }`, nil},
		{`from landing { match "a" -> move otherwise quarantine "in/bad/{name}" }`, nil},
		{`from landing { match "a" -> move otherwise quarantine "{name}" }`, []finding{{diag.BadQuarantine, `"{name}"`, "a folder of its own"}}},
		{`from landing { match "a" -> move otherwise quarantine "bad_{name}" }`, []finding{{diag.BadQuarantine, `"bad_{name}"`, "a folder of its own"}}},
		{`from landing { match "a" -> move otherwise quarantine "/bad/{name}" }`, []finding{{diag.BadQuarantine, `"/bad/{name}"`, "a folder of its own"}}},
		{`from landing { match "a" -> move otherwise quarantine "in/{name}" }`, []finding{{diag.BadQuarantine, `"in/{name}"`, "below the quarantine `in/`"}}},
		{`from landing(prefix="x") { match "a" -> move otherwise quarantine "in/{name}" }`, []finding{{diag.BadQuarantine, `"in/{name}"`, "below the quarantine `in/`"}}},
		{`from landing { match "a" -> move otherwise quarantine "bad/../{name}" }`, []finding{{diag.BadQuarantine, `"bad/../{name}"`, "without `.` and `..`"}}},
		{`from landing { match "a" -> move otherwise quarantine "bad/it" }`, []finding{{diag.BadQuarantine, `"bad/it"`, "one place"}}},
		{`from landing { match "{a}" -> move otherwise quarantine "bad/{a}/" }`, []finding{{diag.UnknownCapture, "{a}", "binds no `a`"}}},
		{`from landing { match "a" -> move otherwise quarantine "bad/{nme}" }`, []finding{{diag.UnknownCapture, "{nme}", "Did you mean `name`?"}}},
		// A rule that cannot be read makes no findings about what it may have captured.
		{`from landing { match "{day}_{b|c}" -> orders[day], "audit_{day}" config x { a: day } run_key "{key}{etag}{day}" }`, []finding{{diag.BadBraces, "{b|c}", "neither"}}},
	}
	for _, test := range tests {
		_, found := compile(t, project(t), "files f "+test.text)
		found.Sort()
		if len(found) != len(test.want) {
			t.Errorf("%s\n\tgives %v", test.text, found)
			continue
		}
		for i, want := range test.want {
			d := found[i]
			if d.Code != want.code || d.Span.Text() != want.underlined || !strings.Contains(d.Message+" "+d.Help, want.says) || d.Help == "" {
				t.Errorf("%s\n\tunderlines %q: %v", test.text, d.Span.Text(), d)
			}
		}
	}
}

// TestShadows: with `take first`, which rules an earlier one leaves nothing for.
func TestShadows(t *testing.T) {
	tests := []struct{ earlier, later, shadowed string }{
		{`"*.csv"`, `"x.csv"`, "yes"},
		{`"x.csv"`, `"*.csv"`, ""},
		{`"*.csv"`, `"*.csv"`, "yes"},
		{`"*"`, `"{x}.csv"`, "yes"},
		{`"{all}"`, `/x.+/`, "yes"},
		{`/.+/`, `"x?"`, "yes"},
		{`/.*/`, `/.+/`, "yes"},
		{`/x/`, `"/x/"`, ""},
		{`"x"`, `/x/`, "yes"},
		{`"{d:%Y}"`, `"*"`, ""},
		{`"{d:%Y}"`, `"2024"`, ""}, // dates are not looked into
		{`"*.csv" in "sales"`, `"x.csv"`, ""},
		{`"*.csv"`, `"x.csv" in "sales"`, "yes"},
		{`"*.csv" in "**"`, `"*.csv" in "a/*"`, "yes"},
		{`"*.csv" in "a/*"`, `"*.csv" in "a/b"`, "yes"},
		{`"*.csv" in "a/*"`, `"*.csv" in "a/b/c"`, ""},
		{`"*.csv" in "a/b"`, `"x.csv" in "a/*"`, ""},
		{`"*.csv" in /.*/`, `"x.csv" in ""`, "yes"},
		{`"*.csv" in /.+/`, `"x.csv" in "**"`, ""},
		{`""`, `"x"`, ""},
	}
	for _, test := range tests {
		_, found := compile(t, compiler.Input{}, "files f from landing {\n take first\n match a: "+test.earlier+" -> move\n match b: "+test.later+" -> move\n}")
		shadowed := ""
		for _, d := range found {
			switch {
			case d.Code == diag.RuleShadowed && strings.Contains(d.Message, "`b`") && len(d.Related) == 1:
				shadowed = "yes"
			case d.Code != diag.PatternNeverHits:
				t.Errorf("%+v: %v", test, d)
			}
		}
		if shadowed != test.shadowed {
			t.Errorf("%+v: %v", test, found)
		}
	}
}

// TestEntriesOfGraph are the mistakes of the catalogue that need assets to be shown.
func TestEntriesOfGraph(t *testing.T) {
	for code, texts := range map[diag.Code][2]string{
		diag.OutsideJob:        {`match "a" -> outside job ingest`, `match "a" -> move job ingest`},
		diag.TargetFitsNothing: {`match "{r}" -> "adit_{r}"`, `match "{r}" -> "audit_{r}"`},
		diag.NoPartition:       {`match "{d}" -> orders`, `match "{d}" -> orders[d]`},
		diag.NoJobForAll:       {`always move, audit_us`, `always move`},
	} {
		if _, found := compile(t, project(t), "files f from landing {\n"+texts[0]+"\n}"); len(found) != 1 || found[0].Code != code {
			t.Errorf("%s: %v", code, found)
		}
		if _, found := compile(t, project(t), "files f from landing {\n"+texts[1]+"\n}"); len(found) != 0 {
			t.Errorf("%s: the right text gives %v", code, found)
		}
		if entry, ok := diag.Explain(code); !ok || entry.Bad != "" {
			t.Errorf("%s is shown by its entry", code)
		}
	}
}
