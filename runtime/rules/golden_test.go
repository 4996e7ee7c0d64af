package rules_test

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"auto/compiler"
	"auto/compiler/files"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/rules"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write the expected decisions")

// TestGoldenDecisions: what the keys of an archive come to by its policy.
func TestGoldenDecisions(t *testing.T) {
	paths, err := filepath.Glob("testdata/decisions/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { golden(t, path) })
	}
}

func golden(t *testing.T, path string) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	policy, keys, want := &archive.Files[0], &archive.Files[1], &archive.Files[2]
	g := business(t)
	d := &rules.Decider{Program: compileProject(t, g, string(policy.Data)), Graph: g, Exists: func(definition, key string) bool { return key == "known" }}
	var got strings.Builder
	for key := range strings.Lines(string(keys.Data)) {
		f := file(strings.TrimSuffix(key, "\n"))
		f.Bucket = d.Program.Source.Bucket
		got.WriteString(show(t, f.Key, d.Decide(rules.Input{File: f, Tick: now})))
	}
	if *update {
		want.Data = []byte(got.String())
		if err := os.WriteFile(path, txtar.Format(archive), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(want.Data), got.String()); diff != "" {
		t.Error(diff)
	}
}

// compileProject compiles a policy in a project with the source `landing`.
func compileProject(t *testing.T, g *graph.Graph, policy string) *files.Program {
	t.Helper()
	trees, found := parse.Files([]*source.File{source.New("policy.auto", policy)})
	policies, more := compiler.Compile(compiler.Input{Files: trees, Graph: g, Sources: map[string]files.SourceDecl{"landing": {Kind: "s3", Bucket: "acme-landing", Prefix: "in/"}}})
	if found = append(found, more...); len(found) > 0 {
		t.Fatal(found)
	}
	return policies.Files[0]
}

// show gives a decision as text: the key, what it comes to, and what is not empty.
func show(t *testing.T, key string, d rules.Decision) string {
	t.Helper()
	lines := map[string]any{}
	captures := map[string]string{}
	for _, v := range d.Captures {
		captures[v.Name] = v.Text
	}
	r := d.Request
	if d.Kind == rules.Requested {
		lines = map[string]any{"job": r.Job, "rules": d.Rules, "captures": captures, "selection": r.Selection, "partition": r.Partition, "add_partitions": r.AddPartitions,
			"run_key": r.RunKey, "tags": r.Tags, "params": r.Params, "config": r.RunConfig["ops"]}
	}
	tried := []string{}
	for _, trial := range d.Tried {
		tried = append(tried, trial.Rule+": "+trial.Why)
	}
	lines["reason"], lines["tried"], lines["move_to"] = d.Reason, tried, r.MoveTo
	var out strings.Builder
	out.WriteString(key + ": " + []string{"out of scope", "unmatched", "parked", "quarantined", "requested"}[d.Kind] + "\n")
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		if text := compact(t, lines[name]); !slices.Contains([]string{`""`, "[]", "{}", "null"}, text) {
			out.WriteString("    " + name + ": " + text + "\n")
		}
	}
	return out.String()
}

func compact(t *testing.T, value any) string {
	t.Helper()
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out.String())
}

// business are the assets and jobs of the policies in the archives.
func business(t *testing.T) *graph.Graph {
	t.Helper()
	daily := partitions(t, graph.Spec{Type: graph.Daily, Start: "2024-01-01"})
	customers := partitions(t, graph.Spec{Type: graph.Dynamic, Name: "customers"})
	ingest := []string{"orders", "audit/orders", "finance/orders_month", "orders_by_region", "audit_eu", "audit_us", "events/raw"}
	load := []string{"customer/raw", "customer/snapshot"}
	landing := []string{"move_actl_files_processed_inbound", "sales_data", "marketing_data", "header_sales"}
	g, problems := graph.New([]graph.Asset{
		{Key: landing[0]}, {Key: landing[1]}, {Key: landing[2]}, {Key: landing[3]},
		{Key: "orders", Partitions: daily}, {Key: "audit/orders", Partitions: daily},
		{Key: "finance/orders_month", Partitions: partitions(t, graph.Spec{Type: graph.Monthly, Start: "2024-01-01"})},
		{Key: "orders_by_region", Partitions: partitions(t, graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"date": daily, "region": partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"eu", "us", "fr"}})}})},
		{Key: "audit_eu"}, {Key: "audit_us"},
		{Key: "events/raw", Op: "load_events", Partitions: partitions(t, graph.Spec{Type: graph.Hourly, Start: "2024-03-01", Timezone: "Europe/Paris"})},
		{Key: "customer/raw", Partitions: customers}, {Key: "customer/snapshot", Partitions: customers},
	}, []graph.Job{
		{Name: "ingest", Selection: graph.Assets(ingest...)}, {Name: "customer_load", Selection: graph.Assets(load...)},
		{Name: "s3_snowflake_ingestion", Selection: graph.Assets(landing...)},
		{Name: "s3_snowflake_injestion_job", Selection: graph.Assets(append(landing, "audit_eu")...)},
	})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return g
}

func partitions(t *testing.T, s graph.Spec) *graph.Partitions {
	t.Helper()
	p, err := graph.NewPartitions(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
