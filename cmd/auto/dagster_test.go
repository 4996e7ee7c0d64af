package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"auto/internal/dagster"
	"auto/internal/program"
	"auto/internal/versity"
	"auto/runtime/clock"

	"github.com/google/go-cmp/cmp"
)

// driven is examples/dagster at work: its deployment, its bucket, and `auto run`.
type driven struct {
	*dagster.Deployment
	dir, inbound string
	log          *safeBuffer
}

// safeBuffer is written by the daemon while a test reads it.
type safeBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// drive starts the deployment and the bucket of the example, and makes its project about
// them.
func drive(t *testing.T) *driven {
	t.Helper()
	s3 := versity.Start(t)
	d := &driven{dir: t.TempDir(), inbound: filepath.Join(s3.Root, "acme-landing", "inbound"), log: &safeBuffer{}}
	if err := os.MkdirAll(d.inbound, 0o755); err != nil {
		t.Fatal(err)
	}
	d.Deployment = dagster.Start(t, dagster.Options{Daemon: true, Fast: true})
	t.Setenv("AWS_ACCESS_KEY_ID", versity.AccessKey)
	t.Setenv("AWS_SECRET_ACCESS_KEY", versity.SecretKey)
	if err := os.CopyFS(d.dir, os.DirFS(filepath.Join("..", "..", "examples", "dagster"))); err != nil {
		t.Fatal(err)
	}
	for _, change := range [][3]string{
		{"auto.yaml", "http://127.0.0.1:3000", d.URL + "\"\n  poll: \"1s"},
		{"auto.yaml", "{region: us-east-1}", "{region: us-east-1, path_style: true, endpoint: \"" + s3.Endpoint + "\"}"},
		{"auto.yaml", "127.0.0.1:7777", "127.0.0.1:0"},
		{"policies/ingest.auto", "every 30s", "every 1s"},
		{"policies/ingest.auto", "after 5s", "after 1s"},
		{"policies/assets.auto", "after 20s", "after 1s"},
	} {
		if err := rewrite(filepath.Join(d.dir, change[0]), change[1], change[2]); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(d.dir, "policies", "fast.auto"), []byte("sensor fast for all() every 2s\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	return d
}

// auto runs a command on the project.
func (d *driven) auto(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs strings.Builder
	s := system{ctx: t.Context(), stdout: &out, stderr: &errs, clock: clock.System{}, getenv: os.LookupEnv}
	if code := run(args, s); code != exitFine {
		t.Fatalf("auto %s: code %d: %s%s", strings.Join(args, " "), code, out.String(), errs.String())
	}
	return out.String()
}

// run starts `auto run`, which ends with the test.
func (d *driven) run(t *testing.T) {
	t.Helper()
	ended := make(chan int, 1)
	s := system{ctx: t.Context(), stdout: d.log, stderr: d.log, clock: clock.System{}, getenv: os.LookupEnv}
	go func() { ended <- run([]string{"run", "--project", d.dir}, s) }()
	t.Cleanup(func() {
		if code := <-ended; code != exitFine { // the test's context has ended
			t.Errorf("auto run ended with %d", code)
		}
		if t.Failed() {
			t.Logf("auto run wrote:\n%s", d.log)
		}
	})
	program.Eventually(t, time.Minute, "auto runs", func() bool { return strings.Contains(d.log.String(), `"msg":"running"`) })
}

// made waits until an asset has been materialized by a run, and gives the newest
// materialization with its run.
func (d *driven) made(t *testing.T, asset, partition string) (dagster.Materialization, dagster.Run) {
	t.Helper()
	var found dagster.Materialization
	program.Eventually(t, 2*time.Minute, asset+" "+partition+" is made", func() bool {
		for _, m := range d.Materializations(t, asset) {
			if m.Run != "" && (partition == "" || m.Partition == partition) {
				found = m
				return true
			}
		}
		return false
	})
	r, _ := d.Run(t, found.Run)
	if r.Tag("auto/request") == "" {
		t.Errorf("the run %s of %s has no request: %v", r.ID, asset, r.Tags)
	}
	return found, r
}

// put writes a file into the bucket.
func (d *driven) put(t *testing.T, name string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(d.inbound, name), []byte("order,amount\n1,9.50\n"), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestDagsterExample walks through examples/dagster as its README does.
func TestDagsterExample(t *testing.T) {
	d := drive(t)
	d.auto(t, "graph", "import", "dagster", "--check", "--project", d.dir)
	d.auto(t, "check", d.dir)
	d.run(t)
	t.Run("parameters", d.parameters)
	t.Run("a file", d.file)
	t.Run("a file that fails", d.failing)
	t.Run("events", d.events)
	t.Run("a customer", d.customer)
	t.Run("a changed graph", d.changed)
}

// parameters: the assets of the job see what the project, its policy and its schema say.
func (d *driven) parameters(t *testing.T) {
	m, r := d.made(t, "params_extract", "")
	if diff := cmp.Diff(map[string]string{"table": "sales", "country": "DE"}, m.Metadata); diff != "" {
		t.Error(diff)
	}
	m, _ = d.made(t, "params_report", "")
	if diff := cmp.Diff(map[string]string{"format": "parquet", "country": "DE"}, m.Metadata); diff != "" {
		t.Error(diff)
	}
	if r.Job != "params_job" || m.Run != r.ID {
		t.Errorf("job %s, runs %s and %s", r.Job, r.ID, m.Run)
	}
}

// file: a file of the bucket is one run, with its key in the op config.
func (d *driven) file(t *testing.T) {
	d.put(t, "sales_2026.csv")
	m, r := d.made(t, "move_actl_files_processed_inbound", "")
	if diff := cmp.Diff(map[string]string{"file_key": "inbound/sales_2026.csv"}, m.Metadata); diff != "" {
		t.Error(diff)
	}
	if sales, _ := d.made(t, "sales_data", ""); sales.Run != r.ID {
		t.Errorf("sales_data is of run %s, not %s", sales.Run, r.ID)
	}
	if diff := cmp.Diff([]string{"move_actl_files_processed_inbound", "sales_data"}, r.Assets()); diff != "" {
		t.Error(diff)
	}
	if r.Job != "s3_ingestion" || r.Tag("auto/block") != "inbound" {
		t.Errorf("job %s, tags %v", r.Job, r.Tags)
	}
}

// failing: a run that fails is launched once more.
func (d *driven) failing(t *testing.T) {
	d.put(t, "marketing_fail.csv")
	d.failTwice(t, map[string]string{"auto/block": "inbound", "auto/rules": "marketing"})
}

// failTwice waits until there are two runs that failed, each of its own request.
func (d *driven) failTwice(t *testing.T, tags map[string]string) {
	t.Helper()
	var runs []dagster.Run
	program.Eventually(t, 2*time.Minute, "two runs fail", func() bool {
		runs = d.Runs(t, tags)
		return len(runs) == 2 && runs[0].Status == "FAILURE" && runs[1].Status == "FAILURE"
	})
	if runs[0].Tag("auto/request") == runs[1].Tag("auto/request") {
		t.Errorf("both runs are of the request %s", runs[0].Tag("auto/request"))
	}
}

// events: an asset follows its dependency for the newest day, with its check, and so do
// those after it, also of another location.
func (d *driven) events(t *testing.T) {
	d.Report(t, "raw_events")
	days := d.Partitions(t, "daily_orders")
	today := days[len(days)-1]
	_, r := d.made(t, "daily_orders", today)
	if r.Partition() != today || r.Tag("auto/policies") != "orders" {
		t.Errorf("partition %s, tags %v", r.Partition(), r.Tags)
	}
	var answer struct {
		AssetNodeOrError struct {
			AssetChecksOrError struct {
				Checks []struct {
					Name                              string
					ExecutionForLatestMaterialization struct{ RunID, Status string }
				}
			}
		}
	}
	d.Query(t, `{ assetNodeOrError(assetKey: {path: ["daily_orders"]}) { ... on AssetNode { assetChecksOrError { ... on AssetChecks { checks {
	  name executionForLatestMaterialization { runId status } } } } } } }`, nil, &answer)
	if checks := answer.AssetNodeOrError.AssetChecksOrError.Checks; len(checks) != 1 || checks[0].ExecutionForLatestMaterialization.RunID != r.ID {
		t.Errorf("checks %+v, run %s", checks, r.ID)
	}
	if _, after := d.made(t, "mart_orders", today); after.ID == r.ID {
		t.Error("a run crosses two locations")
	}
	left, _ := d.made(t, "pair_left", "")
	if right, _ := d.made(t, "pair_right", ""); left.Run != right.Run {
		t.Errorf("the pair is made by %s and %s", left.Run, right.Run)
	}
}

// customer: a dynamic partition that is new is made, once; one that fails is tried again.
func (d *driven) customer(t *testing.T) {
	d.Report(t, "raw_events") // a customer waits for what the report is made of
	d.AddPartition(t, "core", "customers", "acme")
	_, r := d.made(t, "customer_report", "acme")
	if runs := d.Runs(t, map[string]string{"dagster/partition": "acme"}); len(runs) != 1 {
		t.Errorf("%d runs, want %s alone", len(runs), r.ID)
	}
	d.AddPartition(t, "core", "customers", "fail")
	d.failTwice(t, map[string]string{"dagster/partition": "fail"})
	if why := d.auto(t, "why", "customer_report[acme]", "--project", d.dir); !strings.Contains(why, "requested") {
		t.Errorf("why: %s", why)
	}
}

// changed: an asset that is renamed in Dagster is noticed, and imported.
func (d *driven) changed(t *testing.T) {
	d.Edit(t, "mart_defs.py", `key=["mart", "kpi"]`, `key=["mart", "kpi2"]`)
	d.Reload(t, "mart")
	program.Eventually(t, time.Minute, "the status tells of the change", func() bool {
		return strings.Contains(d.auto(t, "status", "--project", d.dir), "`mart/kpi2`")
	})
	d.auto(t, "graph", "import", "dagster", "--project", d.dir)
	if graph := d.auto(t, "graph", "show", d.dir); !strings.Contains(graph, "mart/kpi2") {
		t.Errorf("imported: %s", graph)
	}
}
