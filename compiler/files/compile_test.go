package files_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"auto/compiler"
	"auto/compiler/files"
	"auto/internal/samples"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

// assets are those that the tests' blocks request.
func assets(t testing.TB) *graph.Graph {
	t.Helper()
	made := func(s graph.Spec) *graph.Partitions {
		p, err := graph.NewPartitions(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	daily := made(graph.Spec{Type: graph.Daily, Start: "2024-01-01"})
	regions := made(graph.Spec{Type: graph.Static, Keys: []string{"eu", "us"}})
	g, problems := graph.New([]graph.Asset{
		{Key: "move"}, {Key: "sales_data"}, {Key: "audit_eu"}, {Key: "audit_us"}, {Key: "a{b}"}, {Key: "outside"}, {Key: "sales/raw"},
		{Key: "orders", Partitions: daily}, {Key: "items", Partitions: daily},
		{Key: "sales_month", Partitions: made(graph.Spec{Type: graph.Monthly, Start: "2024-01-01"})},
		{Key: "by_region", Partitions: made(graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"date": daily, "region": regions}})},
		{Key: "by_region_too", Partitions: made(graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"date": daily, "region": regions}})},
		{Key: "customers", Partitions: made(graph.Spec{Type: graph.Dynamic, Name: "customers"})},
	}, []graph.Job{
		{Name: "ingest", Selection: graph.All(false).Minus(graph.Assets("outside", "audit_us", "sales/raw"))},
		{Name: "raw load", Selection: graph.Assets("outside", "sales/raw")},
		{Name: "more_raw", Selection: graph.Assets("outside", "sales/raw")},
	})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return g
}

// project is what the tests' blocks are compiled against.
func project(t testing.TB) compiler.Input {
	return compiler.Input{
		Graph: assets(t), Env: map[string]string{"STAGE": "prod"},
		Sources: map[string]files.SourceDecl{
			"landing": {Kind: "folder", Bucket: "data/landing", Prefix: "in/"},
			"lake":    {Kind: "s3", Bucket: "acme-lake"},
		},
	}
}

// compile compiles policy text; without a project where in has none.
func compile(t testing.TB, in compiler.Input, text string) ([]*files.Program, diag.List) {
	t.Helper()
	trees, found := parse.Files([]*source.File{source.New("test.auto", text)})
	in.Files = trees
	policies, more := compiler.Compile(in)
	return policies.Files, append(found, more...)
}

// one compiles a text that has to give one program without findings.
func one(t testing.TB, in compiler.Input, text string) *files.Program {
	t.Helper()
	programs, found := compile(t, in, text)
	if len(found) > 0 || len(programs) != 1 {
		t.Fatalf("%d programs, %v\n%s", len(programs), found, text)
	}
	return programs[0]
}

// TestSource: what a block reads from, how often, and how long a file settles.
func TestSource(t *testing.T) {
	ref := func(name, kind, bucket, prefix string) files.SourceRef {
		return files.SourceRef{Name: name, Kind: kind, Bucket: bucket, Prefix: prefix}
	}
	for from, want := range map[string]struct {
		ref            files.SourceRef
		every, settled time.Duration
	}{
		`s3("acme-landing")`:                         {ref("", "s3", "acme-landing", ""), 30 * time.Second, 0},
		`s3("acme-landing", prefix="in") every 5m`:   {ref("", "s3", "acme-landing", "in/"), 5 * time.Minute, 0},
		`s3(prefix="in/", bucket="acme-landing")`:    {ref("", "s3", "acme-landing", "in/"), 30 * time.Second, 0},
		`s3("arn:aws:s3:eu-west-1:1:accesspoint/a")`: {ref("", "s3", "arn:aws:s3:eu-west-1:1:accesspoint/a", ""), 30 * time.Second, 0},
		`folder("landing", "in/day")`:                {ref("", "folder", "landing", "in/day/"), 30 * time.Second, 10 * time.Second},
		`folder(place)`:                              {ref("", "folder", "var/in", ""), 30 * time.Second, 10 * time.Second},
		`folder(env.STAGE)`:                          {ref("", "folder", "prod", ""), 30 * time.Second, 10 * time.Second},
		`landing`:                                    {ref("landing", "folder", "data/landing", "in/"), 30 * time.Second, 10 * time.Second},
		`landing(prefix="sub")`:                      {ref("landing", "folder", "data/landing", "in/sub/"), 30 * time.Second, 10 * time.Second},
		`lake(prefix="") every 1h`:                   {ref("lake", "s3", "acme-lake", ""), time.Hour, 0},
	} {
		p := one(t, project(t), "let place = \"var/in\"\nfiles f from "+from+" { always move job ingest }")
		if p.Source != want.ref || p.Every != want.every || p.Settled != want.settled {
			t.Errorf("%s: %+v every %s, settled %s", from, p.Source, p.Every, p.Settled)
		}
	}
	p := one(t, compiler.Input{}, `files f from landing(prefix="sub") { always move settled 1m }`)
	if p.Source != ref("landing", "", "", "sub/") || p.Settled != time.Minute {
		t.Errorf("without a project: %+v", p.Source)
	}
}

// TestClauses: what the clauses of a block and of the file's defaults come to.
func TestClauses(t *testing.T) {
	p := one(t, compiler.Input{}, `
defaults {
    tags { team: "sales", tier: "gold" }
    params { full: false, size: size }
    priority 3
    order newest first
    limit 9 per tick
}
files f from s3("acme-landing") {
    always move, "sales/raw"
    tags { tier: "silver" }
    tags { file: "{name}" }
    params { full: true }
    limit 50 per tick limit 20 per tick limit 100 per 1h limit 500 per 1d
    halt above 1000 per tick
    pause until "2030-01-02" because "stock-taking"
    existing take
    redeliver after 2h
    take first
    retry 2 after 1m
    match "{n}_{d:%Y}.csv" -> orders[d], "{n}"
    match "x" -> sales_data
}`)
	text := func(entries []files.Entry) string {
		parts := []string{}
		for _, e := range entries {
			switch v := e.Value; {
			case v.Template != nil:
				parts = append(parts, e.Key+"="+v.Template.Text())
			case v.Field != "":
				parts = append(parts, e.Key+"=field "+v.Field)
			default:
				parts = append(parts, fmt.Sprintf("%s=%v", e.Key, v.Const))
			}
		}
		return strings.Join(parts, " ")
	}
	for _, check := range []struct{ what, got, want any }{
		{"always", p.Always, []string{"move", "sales/raw"}},
		{"tags", text(p.Tags), "team=sales tier=silver file={name}"},
		{"params", text(p.Params), "full=true size=field size"},
		{"per tick", p.PerTick, 20},
		{"limits", p.Limits, []files.Limit{{Count: 100, Per: time.Hour}, {Count: 500, Per: 24 * time.Hour}}},
		{"halt", p.HaltAbove, 1000},
		{"pause", p.PausedUntil, time.Date(2030, 1, 2, 0, 0, 0, 0, time.UTC)},
		{"because", p.PauseReason, "stock-taking"},
		{"existing", p.Existing, "take"},
		{"redeliver", p.Redeliver, files.Redeliver{Mode: "after", After: 2 * time.Hour}},
		{"take", p.TakeFirst, true},
		{"order", p.NewestFirst, true},
		{"priority", p.Priority, 3},
		{"retry", []any{p.Retry.Times, p.Retry.After, p.Retry.UpTo, p.Retry.At.Text()}, []any{2, time.Minute, time.Duration(0), "retry 2 after 1m"}},
		{"run key", p.RunKey.Text(), "{bucket}/{key}@{etag}@{last_modified}@{tick}"},
		{"rules", []string{p.Rules[0].Name, p.Rules[1].Name}, []string{"rule1", "rule2"}},
		{"targets", fmt.Sprint(p.Rules[0].Targets[0].Key.Text(), p.Rules[0].Targets[0].Parts[0].Capture, p.Rules[0].Targets[1].Key.Text()), "orders" + "d" + "{n}"},
		{"uses", []bool{p.Uses("n"), p.Uses("size"), p.Uses("name"), p.Uses("tick"), p.Uses("version_id")}, []bool{true, true, true, true, false}},
		{"otherwise", p.Otherwise.Action, "ignore"},
	} {
		if diff := cmp.Diff(check.want, check.got); diff != "" {
			t.Errorf("%s: %s", check.what, diff)
		}
	}
}

// TestSamples: the files blocks of the sample policies compile without a project.
func TestSamples(t *testing.T) {
	count := 0
	for name, text := range samples.Policies() {
		programs, found := compile(t, compiler.Input{}, text)
		if len(found) > 0 {
			t.Errorf("%s: %v", name, found)
		}
		count += len(programs)
	}
	if count < 3 {
		t.Errorf("only %d blocks", count)
	}
}

// TestJob: the job that a block names, or the only one that selects all it requests.
func TestJob(t *testing.T) {
	for clauses, want := range map[string]string{
		"always move":                                    "ingest",
		"always outside job \"raw load\"":                "raw load",
		"match \"x\" -> \"a{{b}}\"":                      "ingest",
		"match \"{r}\" -> \"audit_{r}\"":                 "",
		"match \"{r}\" -> \"audit_{r}\" job ingest":      "ingest",
		"always audit_us match \"{r}\" -> \"audit_{r}\"": "",
	} {
		if p := one(t, project(t), "files f from landing {\n"+clauses+"\n}"); p.Job != want {
			t.Errorf("%s: %q, want %q", clauses, p.Job, want)
		}
	}
}

// BenchmarkCompile10000Rules checks a block with ten thousand rules; with `take first`
// also which of them an earlier one shadows.
func BenchmarkCompile10000Rules(b *testing.B) {
	for _, take := range []string{"all", "first"} {
		b.Run(take, func(b *testing.B) {
			trees, _ := parse.Files([]*source.File{source.New("test.auto", manyRules(10_000, take))})
			for b.Loop() {
				if _, found := compiler.Compile(compiler.Input{Files: trees}); len(found) > 0 {
					b.Fatal(found[0])
				}
			}
		})
	}
}

func manyRules(n int, take string) string {
	var text strings.Builder
	fmt.Fprintf(&text, "files f from s3(\"acme-landing\") {\n    take %s\n", take)
	for i := range n {
		switch i % 5 {
		case 0:
			fmt.Fprintf(&text, "    match /(?P<day>\\d{8})_[a-z]{%d,}_%d/ -> a%d[day as \"%%Y%%m%%d\"]\n", i%7+1, i, i)
		case 1, 2:
			fmt.Fprintf(&text, "    match \"*.csv\" in \"**/team%d\" -> a%d\n", i, i)
		case 3:
			fmt.Fprintf(&text, "    match \"file%d.csv\" -> a%d { config a%d { key: key } }\n", i, i, i)
		default:
			fmt.Fprintf(&text, "    match \"{n}_%d_{d:%%Y%%m%%d}.parquet\" -> \"a_{n}\"\n", i)
		}
	}
	return text.String() + "}\n"
}
