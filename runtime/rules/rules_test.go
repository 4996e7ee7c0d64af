package rules_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"auto/compiler"
	"auto/compiler/files"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/request"
	"auto/runtime/rules"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// assets are those of the cases.
func assets(t *testing.T) *graph.Graph {
	t.Helper()
	made := func(s graph.Spec) *graph.Partitions { return partitions(t, s) }
	daily := made(graph.Spec{Type: graph.Daily, Start: "2024-01-01"})
	monthly := made(graph.Spec{Type: graph.Monthly, Start: "2024-01-01"})
	regions := made(graph.Spec{Type: graph.Static, Keys: []string{"eu", "us"}})
	g, problems := graph.New([]graph.Asset{
		{Key: "move", Op: "move_op", Config: map[string]any{"mode": "copy"}}, {Key: "sales_data"}, {Key: "marketing_data"}, {Key: "header_sales"}, {Key: "outside"},
		{Key: "orders", Partitions: daily}, {Key: "sales_month", Partitions: monthly},
		{Key: "events", Partitions: made(graph.Spec{Type: graph.Hourly, Start: "2024-01-01", Timezone: "Europe/Paris"})},
		{Key: "by_region", Partitions: made(graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"date": daily, "region": regions}})},
		{Key: "customer/raw", Partitions: made(graph.Spec{Type: graph.Dynamic, Name: "customers"})}, {Key: "audit_eu"},
		{Key: "by_customer", Partitions: made(graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"date": daily, "customer": made(graph.Spec{Type: graph.Dynamic, Name: "customers"})}})},
	}, []graph.Job{{Name: "ingest", Selection: graph.All(false).Minus(graph.Assets("outside"))}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return g
}

// compile compiles a block with the given clauses.
func compile(t *testing.T, g *graph.Graph, clauses string) (*files.Program, diag.List) {
	t.Helper()
	text := "files inbound from s3(\"bucket\", prefix=\"landing\") {\n    always move\n" + clauses + "\n}"
	programs, found := compileText(text, g)
	if len(programs) == 0 {
		return nil, found
	}
	return programs[0], found
}

func compileText(text string, g *graph.Graph) ([]*files.Program, diag.List) {
	trees, found := parse.Files([]*source.File{source.New("test.auto", text)})
	policies, more := compiler.Compile(compiler.Input{Files: trees, Graph: g})
	return policies.Files, append(found, more...)
}

func decider(t *testing.T, g *graph.Graph, clauses string) *rules.Decider {
	t.Helper()
	p, found := compile(t, g, clauses)
	if len(found) > 0 {
		t.Fatal(found[0])
	}
	return &rules.Decider{Program: p, Graph: g}
}

func file(key string) request.File {
	return request.File{Bucket: "bucket", Key: key, Size: 7, ETag: "e1", LastModified: now.Add(-time.Hour)}
}

const three = `
    job ingest
    match r1: /(.+)\.csv/ in "sales" -> sales_data
    match r2: /.+\.csv/ in "marketing" -> marketing_data
    match r3: /.*header.*\.csv/ in "sales" -> header_sales
    config move { file_key_to_process: key }`

// TestCases are the cases of which assets a file means.
func TestCases(t *testing.T) {
	tests := []struct {
		id, clauses, key string
		kind             rules.Kind
		selection        string
	}{
		{"M01", three, "landing/sales/file.csv", rules.Requested, "move sales_data"},
		{"M02", three, "landing/marketing/m.csv", rules.Requested, "move marketing_data"},
		{"M03", three, "landing/sales/a_header.csv", rules.Requested, "move sales_data header_sales"},
		{"M04", three, "landing/sales/file.csv.bak", rules.Unmatched, ""},
		{"M05", three, "landing/hr/x.csv", rules.Unmatched, ""},
		{"M06 none", `match "x.csv" -> sales_data`, "landing/x.csv", rules.Requested, "move sales_data"},
		{"M06 empty", `match "x.csv" in "" -> sales_data`, "landing/x.csv", rules.Requested, "move sales_data"},
		{"M06 stars", `match "x.csv" in "**" -> sales_data`, "landing/x.csv", rules.Requested, "move sales_data"},
		{"M07", three, "landing2/sales/file.csv", rules.OutOfScope, ""},
		{"M09 whole", three, "landing/sales/2024/f.csv", rules.Unmatched, ""},
		{"M09 below", `match "f.csv" in "sales/**" -> sales_data`, "landing/sales/2024/f.csv", rules.Requested, "move sales_data"},
		{"M09 last", `match "f.csv" in "**/2024" -> sales_data`, "landing/sales/2024/f.csv", rules.Requested, "move sales_data"},
		{"M10", three, "landing/Sales/f.csv", rules.Unmatched, ""},
		{"M10 fold", `match /f\.csv/ in /(?i)sales/ -> sales_data`, "landing/Sales/f.csv", rules.Requested, "move sales_data"},
		{"M11", three, "landing//sales/f.csv", rules.Unmatched, ""},
		{"M11 literal", `match "f.csv" in "/sales" -> sales_data`, "landing//sales/f.csv", rules.Requested, "move sales_data"},
		{"M12", three, "landing/sales/a b+(1).csv", rules.Requested, "move sales_data"},
		{"M16", "match \"a*\" -> sales_data\n    match \"*b\" -> sales_data, marketing_data", "landing/ab", rules.Requested, "move sales_data marketing_data"},
		{"M17", `match "a" -> move, sales_data`, "landing/a", rules.Requested, "move sales_data"},
		{"take first", "take first\n    match \"a*\" -> sales_data\n    match \"*b\" -> marketing_data", "landing/ab", rules.Requested, "move sales_data"},
		{"error", "match \"a\" -> sales_data\n    otherwise error", "landing/b", rules.Parked, ""},
		{"quarantine", "match \"a\" -> sales_data\n    otherwise quarantine \"rejected/{folder_path}/\"", "landing/x/b", rules.Quarantined, ""},
		{"quarantined", "match \"a\" -> sales_data\n    otherwise quarantine \"landing/rejected/{name}\"", "landing/rejected/a", rules.OutOfScope, ""},
		{"fixed selection", "", "landing/anything", rules.Requested, "move"},
		{"template", `match "{r}.csv" -> "audit_{r}"`, "landing/eu.csv", rules.Requested, "move audit_eu"},
		{"template of none", `match "{r}.csv" -> "audit_{r}"`, "landing/us.csv", rules.Parked, ""},
		{"outside the job", "job ingest\n    match \"{r}\" -> \"{r}\"", "landing/outside", rules.Parked, ""},
		{"not UTF-8", `match "*" -> sales_data`, "landing/\xff", rules.Parked, ""},
	}
	for _, test := range tests {
		t.Run(test.id, func(t *testing.T) {
			d := decider(t, assets(t), "    "+test.clauses).Decide(rules.Input{File: file(test.key), Tick: now})
			if d.Kind != test.kind {
				t.Fatalf("%v: %s %v", d.Kind, d.Reason, d.Tried)
			}
			if d.Kind == rules.Requested && strings.Join(d.Request.Selection, " ") != test.selection {
				t.Errorf("%v, want %s", d.Request.Selection, test.selection)
			}
			if d.Kind != rules.Requested && d.Reason == "" && d.Kind != rules.Quarantined {
				t.Error("no reason")
			}
			if d.Kind == rules.Unmatched && len(d.Tried) == 0 {
				t.Error("no rules tried")
			}
		})
	}
}

// TestM08Marker: what marks a folder is no file.
func TestM08Marker(t *testing.T) {
	d := decider(t, assets(t), three)
	for key, want := range map[string]rules.Kind{"landing/": rules.OutOfScope, "landing/sales/": rules.OutOfScope, "landing/sales/f.csv": rules.Requested} {
		f := file(key)
		f.Size = 0
		if got := d.Decide(rules.Input{File: f, Tick: now}); got.Kind != want {
			t.Errorf("%s: %+v", key, got)
		}
	}
}

// TestRunKeys are M13 and M15: another version and another file have run keys of their
// own; the same version has the same one, on whatever tick.
func TestRunKeys(t *testing.T) {
	d := decider(t, assets(t), three)
	key := func(change func(*request.File), tick time.Time) string {
		f := file("landing/sales/a.csv")
		change(&f)
		return d.Decide(rules.Input{File: f, Tick: tick}).Request.RunKey
	}
	first := key(func(*request.File) {}, now)
	if again := key(func(*request.File) {}, now.Add(time.Hour)); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	for what, change := range map[string]func(*request.File){
		"etag": func(f *request.File) { f.ETag = "e2" }, "last_modified": func(f *request.File) { f.LastModified = now }, "key": func(f *request.File) { f.Key += ".csv" },
	} {
		if other := key(change, now); other == first || other == "" {
			t.Errorf("another %s has the run key %q, too", what, other)
		}
	}
}

// TestM20Values: what an expression captures is good in templates, config and partitions.
func TestM20Values(t *testing.T) {
	clauses := `
    match /(?P<day>\d{8})_.*/ -> orders[day as "%Y%m%d"] { tags { day: "d{day}" } config move { day: day } }`
	r := decider(t, assets(t), clauses).Decide(rules.Input{File: file("landing/20240305_x"), Tick: now}).Request
	config := map[string]any{"ops": map[string]any{"move_op": map[string]any{"config": map[string]any{"mode": "copy", "day": "20240305"}}}}
	if diff := cmp.Diff(config, r.RunConfig); diff != "" || r.Tags["day"] != "d20240305" || r.Partition != "2024-03-05" {
		t.Error(diff, r.Tags, r.Partition)
	}
}

// TestM01Whole is the mission's own example: the whole request.
func TestM01Whole(t *testing.T) {
	d := decider(t, assets(t), three).Decide(rules.Input{File: file("landing/sales/file.csv"), Tick: now})
	want := request.Request{
		Block: "inbound", Job: "ingest", Rules: []string{"r1"}, Selection: []string{"move", "sales_data"}, File: file("landing/sales/file.csv"), DecidedAt: now,
		RunKey:    "bucket/landing/sales/file.csv@e1@2026-11-25T11:00:00Z",
		RunConfig: map[string]any{"ops": map[string]any{"move_op": map[string]any{"config": map[string]any{"file_key_to_process": "landing/sales/file.csv", "mode": "copy"}}}},
	}
	if diff := cmp.Diff(want, d.Request); diff != "" {
		t.Error(diff)
	}
}

// TestCompileErrors are the cases that are found before anything runs.
func TestCompileErrors(t *testing.T) {
	tests := []struct {
		id, clauses string
		code        diag.Code
		help        string
	}{
		{"M18", `match "a" -> sales_date`, diag.UnknownAsset, "sales_data"},
		{"M19", "job ingest\n    match \"a\" -> outside", diag.OutsideJob, "job"},
		{"M24", `match /a(?=b)/ -> sales_data`, diag.NoLookaround, "names match whole"},
		{"M24 back-reference", `match /(a)\1/ -> sales_data`, diag.NoLookaround, "Capture"},
		{"M32", `match "{d:%Y%m%d}" -> orders[d], sales_month[d]`, diag.PartitionsDiffer, "rule of its own"},
		{"M34", "match \"{a}\" -> sales_data\n    match \"b\" -> sales_data\n    tags { x: \"{a}\" }", diag.UnknownCapture, ""},
	}
	for _, test := range tests {
		t.Run(test.id, func(t *testing.T) {
			_, found := compile(t, assets(t), "    "+test.clauses)
			if len(found) != 1 || found[0].Code != test.code || !strings.Contains(found[0].Message+found[0].Help, test.help) {
				t.Errorf("%v", found)
			}
		})
	}
}

// TestPartitions are M20, M32 and M33: which partition a file means.
func TestPartitions(t *testing.T) {
	tests := []struct {
		id, clauses, key, partition, parked string
	}{
		{"M20", `match /(?P<day>\d{8})_.*/ -> orders[day as "%Y%m%d"]`, "20240305_x", "2024-03-05", ""},
		{"captured time", `match "o_{day:%Y%m%d}" -> orders[day]`, "o_20240305", "2024-03-05", ""},
		{"month", `match "o_{day:%Y%m%d}" -> sales_month[day]`, "o_20240305", "2024-03-01", ""},
		{"hour in its zone", `match "{at:%Y%m%d-%H}" -> events[at]`, "20240701-05", "2024-07-01-05:00", ""},
		{"two dimensions", `match "{r}_{d:%Y%m%d}" -> by_region[date: d, region: r]`, "eu_20240305", "2024-03-05|eu", ""},
		{"M32", "match \"{d:%Y%m%d}*\" -> orders[d]\n    match \"*_{m:%Y%m%d}\" -> sales_month[m]", "20240305_20240305", "", "one file is one run"},
		{"M32 same text", "match \"{d:%Y%m%d}*\" -> orders[d]\n    match \"*_{m:%Y%m%d}\" -> sales_month[m]", "20240301_20240301", "", "different partitions"},
		{"M33 dynamic", `match "{c}.json" -> "customer/raw"[c]`, "acme.json", "acme", ""},
		{"M33 before", `match "{d:%Y%m%d}" -> orders[d]`, "20231231", "", "before the start"},
		{"M33 not ended", `match "{d:%Y%m%d}" -> orders[d]`, "20261125", "", "has not ended"},
		{"M33 static", `match "{r}_{d:%Y%m%d}" -> by_region[date: d, region: r]`, "xx_20240305", "", "no key `xx`"},
		{"two dimensions, one new", `match "{c}_{d:%Y%m%d}" -> by_customer[customer: c, date: d]`, "acme_20240305", "acme|2024-03-05", ""},
		{"two dimensions, bar", `match "{c}_{d:%Y%m%d}" -> by_customer[customer: c, date: d]`, "a|b_20240305", "", "no partition `a|b`"},
		{"M32 of a target by template", `match "{d:%Y%m%d}_{t}" -> orders[d], "{t}"`, "20240305_sales_month", "", "`orders` and `sales_month` have different partitions"},
		{"shared by a target by template", `match "{d:%Y%m%d}_{t}" -> orders[d], "{t}"`, "20240305_audit_eu", "2024-03-05", ""},
		{"target by template without partitions", `match "{d:%Y%m%d}_{t}" -> "{t}"[d]`, "20240305_audit_eu", "", "has no partitions"},
		{"target by template of two dimensions", `match "{d:%Y%m%d}_{t}" -> "{t}"[d]`, "20240305_by_region", "", "no dimension ``"},
		{"one dimension by name", `match "{d:%Y%m%d}_{t}" -> "{t}"[date: d]`, "20240305_orders", "", "one dimension"},
		{"one of two dimensions", `match "{d:%Y%m%d}_{t}" -> "{t}"[date: d]`, "20240305_by_region", "", "names 1"},
		{"no such time", `match /(?P<d>\d{8})/ -> orders[d as "%Y%m%d"]`, "20240230", "", "no time"},
	}
	for _, test := range tests {
		t.Run(test.id, func(t *testing.T) {
			d := decider(t, assets(t), "    "+test.clauses).Decide(rules.Input{File: file("landing/" + test.key), Tick: now})
			switch {
			case test.parked != "":
				if d.Kind != rules.Parked || !strings.Contains(d.Reason, test.parked) {
					t.Errorf("%v %s", d.Kind, d.Reason)
				}
			case d.Kind != rules.Requested || d.Request.Partition != test.partition:
				t.Errorf("%v %s: %q", d.Kind, d.Reason, d.Request.Partition)
			}
			if test.id == "M33 dynamic" {
				if diff := cmp.Diff(map[string][]string{"customers": {"acme"}}, d.Request.AddPartitions); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// TestValues: tags, params and config, in which nearer values win and fields keep their
// types.
func TestValues(t *testing.T) {
	clauses := `
    priority 3
    tags { team: "sales", file: "{name}", at: last_modified }
    params { full: false, size: size, list: ["a", key], deep: { k: "{folder}" }, token: secret("TOKEN"), wait: 1h30m }
    config move { a: 1, day: "{day:%Y/%m}" }
    match r: "o_{day:%Y%m%d}.csv" -> orders[day] {
        tags { team: "rule" }
        config move { a: 2, b: day }
        config orders { uri: "s3://{bucket}/{key}" }
    }`
	d := decider(t, assets(t), clauses).Decide(rules.Input{File: file("landing/x/o_20240305.csv"), Tick: now})
	if d.Kind != rules.Requested {
		t.Fatal(d.Reason)
	}
	r := d.Request
	for _, check := range []struct{ want, got any }{
		{3, r.Priority},
		{map[string]string{"team": "rule", "file": "o_20240305.csv", "at": "2026-11-25T11:00:00Z"}, r.Tags},
		{map[string]any{"full": false, "size": int64(7), "list": []any{"a", "landing/x/o_20240305.csv"}, "deep": map[string]any{"k": "x"}, "token": map[string]any{"secret": "TOKEN"}, "wait": "1h30m"}, r.Params},
		{map[string]any{"ops": map[string]any{
			"move_op": map[string]any{"config": map[string]any{"a": int64(2), "b": "20240305", "day": "2024/03", "mode": "copy"}},
			"orders":  map[string]any{"config": map[string]any{"uri": "s3://bucket/landing/x/o_20240305.csv"}},
		}}, r.RunConfig},
	} {
		if diff := cmp.Diff(check.want, check.got); diff != "" {
			t.Error(diff)
		}
	}
}

// TestUnknownFields: of a key that is tried out, what was not given stays as it is
// written.
func TestUnknownFields(t *testing.T) {
	d := decider(t, nil, `
    match "{d:%Y%m%d}_*" -> orders[d], "x_{etag}"
    tags { day: "{d:%j}", at: last_modified, env: "{env.STAGE}" }
    config move { size: size, of: "{name} {etag} {tick:%H} {version_id}", in: folder, where: bucket }`)
	none := func(string) bool { return false }
	got := d.Decide(rules.Input{File: request.File{Key: "landing/a/20240201_x", Size: 1}, Tick: now, Known: none}).Request
	want := request.Request{
		Block: "inbound", Rules: []string{"rule1"}, Selection: []string{"move", "orders", "x_{etag}"}, Partition: "20240201",
		RunKey: "{bucket}/landing/a/20240201_x@{etag}@{last_modified}", Tags: map[string]string{"day": "032", "at": "{last_modified}", "env": "{env.STAGE}"},
		RunConfig: map[string]any{"ops": map[string]any{"move": map[string]any{"config": map[string]any{
			"size": "{size}", "of": "20240201_x {etag} {tick:%H} {version_id}", "in": "a", "where": "{bucket}",
		}}}},
		File: request.File{Key: "landing/a/20240201_x", Size: 1}, DecidedAt: now,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	some := rules.Input{File: file("landing/a/20240201_x"), Tick: now, Known: func(field string) bool { return field == "etag" || field == "size" }}
	got = d.Decide(some).Request
	if got.RunKey != "{bucket}/landing/a/20240201_x@e1@{last_modified}" || got.Selection[2] != "x_e1" {
		t.Errorf("%+v", got)
	}
}

// TestTried: why the rules do not contribute to a file.
func TestTried(t *testing.T) {
	clauses := `
    take first
    match a: "x*" in "sales" -> sales_data
    match b: "x*" -> sales_data
    match c: /x.+|y/ in /a|b/ -> sales_data
    match d: "*" -> sales_data`
	d := decider(t, nil, clauses)
	want := []rules.Trial{
		{Rule: "a", Why: "the folder `b` does not match `\"sales\"`"},
		{Rule: "c", Why: "an earlier rule took the file"},
		{Rule: "d", Why: "an earlier rule took the file"},
	}
	if diff := cmp.Diff(want, d.Tried("xy", "b")); diff != "" {
		t.Error(diff)
	}
	want = []rules.Trial{
		{Rule: "a", Why: "the name `z` does not match `\"x*\"`"},
		{Rule: "b", Why: "the name `z` does not match `\"x*\"`"},
		{Rule: "c", Why: "the name `z` does not match `/x.+|y/`"},
	}
	if diff := cmp.Diff(want, d.Tried("z", "b")); diff != "" {
		t.Error(diff)
	}
}

// TestTriedOfMany: of thousands of rules all are named, and the first explained; a key
// that is tried out has the reasons of all.
func TestTriedOfMany(t *testing.T) {
	var clauses strings.Builder
	for i := range 30 {
		fmt.Fprintf(&clauses, "    match \"x%d\" -> sales_data\n", i)
	}
	d := decider(t, nil, clauses.String())
	reasons := func(known func(string) bool) (all, explained int) {
		tried := d.Decide(rules.Input{File: file("landing/y"), Tick: now, Known: known}).Tried
		for _, trial := range tried {
			if trial.Why != "" {
				explained++
			}
		}
		return len(tried), explained
	}
	if all, explained := reasons(nil); all != 30 || explained != 10 {
		t.Errorf("%d rules, %d explained", all, explained)
	}
	if all, explained := reasons(func(string) bool { return true }); all != 30 || explained != 30 {
		t.Errorf("tried out: %d rules, %d explained", all, explained)
	}
}

// TestQuarantine: where files go that no rule matches.
func TestQuarantine(t *testing.T) {
	for to, want := range map[string][2]string{
		"bad/":                              {"bad/f", "bad/f"},
		"bad/{folder_path}/":                {"bad/a/b/f", "bad/f"},
		"bad/{folder_path}/{name}":          {"bad/a/b/f", "bad/f"},
		"bad/{folder}-{size}/{etag}_{name}": {"bad/b-7/e1_f", "bad/-7/e1_f"},
		"landing/bad/{key}":                 {"landing/bad/landing/a/b/f", "landing/bad/landing/f"},
		"bad/{tick:%Y/%m}/{name}.{env.S}":   {"bad/2026/11/f.s", "bad/2026/11/f.s"},
	} {
		d := decider(t, nil, "    match \"x\" -> sales_data\n    otherwise quarantine \""+to+"\"")
		d.Getenv = func(string) (string, bool) { return "s", true }
		for i, key := range []string{"landing/a/b/f", "landing/f"} {
			got := d.Decide(rules.Input{File: file(key), Tick: now})
			if got.Kind != rules.Quarantined || got.Request.MoveTo != want[i] {
				t.Errorf("%s: %s goes to %q, want %q", to, key, got.Request.MoveTo, want[i])
			}
			if again := d.Decide(rules.Input{File: file(got.Request.MoveTo), Tick: now}); again.Kind != rules.OutOfScope {
				t.Errorf("%s: %s comes in again", to, got.Request.MoveTo)
			}
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	programs, found := compileText("files f from s3(\"bucket\", prefix=\"landing\") {\n    always move\n"+three+"\n}", nil)
	if len(programs) != 1 {
		b.Fatal(found)
	}
	d := &rules.Decider{Program: programs[0]}
	in := rules.Input{File: file("landing/sales/a_header.csv"), Tick: now}
	b.ReportAllocs()
	for b.Loop() {
		if d.Decide(in).Kind != rules.Requested {
			b.Fatal("no run")
		}
	}
}

// FuzzDecide: any key comes to something, and what is requested names the file verbatim.
func FuzzDecide(f *testing.F) {
	for _, key := range []string{"landing/sales/file.csv", "landing//x", "landing/20240305_x", "landing/\xff", "landing/a\nb.csv", "", "/"} {
		f.Add(key, int64(1))
	}
	programs, found := compileText("files f from s3(\"bucket\", prefix=\"landing\") {\n    always move\n"+three+"\n match \"{d:%Y%m%d}_{r}\" -> orders[d], \"t_{r}\" { tags { d: \"{d:%j}\" } }\n}", nil)
	if len(programs) != 1 {
		f.Fatal(found)
	}
	d := &rules.Decider{Program: programs[0]}
	f.Fuzz(func(t *testing.T, key string, size int64) {
		got := d.Decide(rules.Input{File: request.File{Bucket: "bucket", Key: key, Size: size}, Tick: now})
		switch {
		case got.Kind != rules.Requested && got.Reason == "":
			t.Fatalf("%q: %+v", key, got)
		case got.Kind == rules.Requested && (got.Request.File.Key != key || got.Request.Selection[0] != "move" || !strings.Contains(got.Request.RunKey, key)):
			t.Fatalf("%q: %+v", key, got.Request)
		}
	})
}
