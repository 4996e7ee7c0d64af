package rules_test

import (
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
	made := func(s graph.Spec) *graph.Partitions {
		p, err := graph.NewPartitions(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	daily := made(graph.Spec{Type: graph.Daily, Start: "2024-01-01"})
	monthly := made(graph.Spec{Type: graph.Monthly, Start: "2024-01-01"})
	regions := made(graph.Spec{Type: graph.Static, Keys: []string{"eu", "us"}})
	g, problems := graph.New([]graph.Asset{
		{Key: "move", Op: "move_op", Config: map[string]any{"mode": "copy"}}, {Key: "sales_data"}, {Key: "marketing_data"}, {Key: "header_sales"}, {Key: "outside"},
		{Key: "orders", Partitions: daily}, {Key: "sales_month", Partitions: monthly},
		{Key: "events", Partitions: made(graph.Spec{Type: graph.Hourly, Start: "2024-01-01", Timezone: "Europe/Paris"})},
		{Key: "by_region", Partitions: made(graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"date": daily, "region": regions}})},
		{Key: "customer/raw", Partitions: made(graph.Spec{Type: graph.Dynamic, Name: "customers"})}, {Key: "audit_eu"},
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
	trees, found := parse.Files([]*source.File{source.New("test.auto", text)})
	policies, more := compiler.Compile(compiler.Input{Files: trees, Graph: g})
	found = append(found, more...)
	if len(policies.Files) == 0 {
		return nil, found
	}
	return policies.Files[0], found
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

func TestM08Marker(t *testing.T) {
	f := file("landing/sales/")
	f.Size = 0
	if d := decider(t, assets(t), three).Decide(rules.Input{File: f, Tick: now}); d.Kind != rules.OutOfScope {
		t.Errorf("%+v", d)
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

// TestUnknownFields: what was not given stays as it is written.
func TestUnknownFields(t *testing.T) {
	d := decider(t, nil, "    config move { size: size, of: \"{name} {etag}\" }").Decide(rules.Input{File: request.File{Key: "landing/a", Size: 1}, Tick: now, Known: func(string) bool { return false }})
	want := map[string]any{"ops": map[string]any{"move": map[string]any{"config": map[string]any{"size": "{size}", "of": "a {etag}"}}}}
	if diff := cmp.Diff(want, d.Request.RunConfig); diff != "" || d.Request.RunKey != "{bucket}/landing/a@{etag}@{last_modified}" {
		t.Error(diff, d.Request.RunKey)
	}
}
