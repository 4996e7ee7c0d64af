package launcher_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"auto/internal/dagster"
	"auto/runtime/clock"
	"auto/runtime/dagster/deployment"
	"auto/runtime/dagster/gql"
	"auto/runtime/dagster/launcher"
	"auto/runtime/events"
	"auto/runtime/launch"
	"auto/runtime/request"

	"github.com/google/go-cmp/cmp"
)

// live is a launcher on a Dagster that runs.
type live struct {
	*dagster.Deployment
	*launcher.Launcher
	clock *clock.Manual
}

// connect gives a launcher on a deployment, reached at an address, with a clock that
// stands until the test moves it.
func connect(d *dagster.Deployment, url string, timeout, settle time.Duration) *live {
	l := &live{Deployment: d, clock: clock.NewManual(time.Now(), nil)}
	client := gql.New(gql.Options{URL: url, Timeout: timeout, Clock: clock.System{}})
	l.Launcher = launcher.New(launcher.Options{
		Client: client, Marks: &marks{}, Clock: l.clock, Random: rand.Reader, Settle: settle,
		Watch: &deployment.Watch{Client: client, Now: l.clock.Now, Every: time.Minute},
	}, 4)
	return l
}

// id gives the ID of a request as long as they are.
func id(name string) string { return fmt.Sprintf("%032s", name) }

// launched launches a request, which must succeed, and gives its runs.
func (l *live) launched(t *testing.T, r request.Request) []dagster.Run {
	t.Helper()
	r.Attempt, r.DecidedAt = 1, start
	if err := l.Launcher.Launch(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return l.Runs(t, map[string]string{events.RequestTag: r.ID})
}

// reason launches a request, which must fail, and gives the kind and the reason.
func (l *live) reason(t *testing.T, r request.Request) string {
	t.Helper()
	r.Attempt, r.DecidedAt = 1, start
	failure, ok := errors.AsType[*launch.Failure](l.Launcher.Launch(t.Context(), r))
	if !ok {
		t.Fatalf("%+v was launched", r)
	}
	return []string{"passing", "unreachable", "refused"}[failure.Kind] + ": " + failure.Reason
}

// shape is what is compared of a run.
func shape(runs []dagster.Run) (shapes []string) {
	for _, r := range runs {
		text := r.Job + " " + strings.Join(r.Assets(), ",")
		for _, tag := range r.Tags {
			if tag.Key != "auto/writer" && !strings.HasPrefix(tag.Key, ".dagster") && !slices.Contains([]string{"auto/request", "auto/tick", "auto/launcher"}, tag.Key) {
				text += " " + tag.Key + "=" + tag.Value
			}
		}
		shapes = append(shapes, text)
	}
	return shapes
}

// drivenFile is a code location with an asset that Dagster can automate.
const drivenFile = `import dagster as dg

@dg.asset(automation_condition=dg.AutomationCondition.eager())
def driven(): ...

defs = dg.Definitions(assets=[driven])
`

// TestInDagster: what requests become in a real Dagster, and why it, or the launcher for it,
// refuses others; and what becomes of them while something is broken.
func TestInDagster(t *testing.T) {
	locations := dagster.Sample()
	locations["driven"] = "driven.py"
	d := dagster.Start(t, dagster.Options{Locations: locations, Files: map[string]string{"driven.py": drivenFile}})
	l := connect(d, d.URL, time.Minute, time.Minute)
	t.Run("runs", func(t *testing.T) { testRuns(t, l) })
	t.Run("refusals", func(t *testing.T) { testRefusals(t, l) })
	t.Run("given up", func(t *testing.T) { testGivenUp(t, connect(d, d.URL, time.Minute, time.Minute)) })
	t.Run("driven by Dagster", func(t *testing.T) { testDriven(t, l) })
	t.Run("location down", func(t *testing.T) { testDown(t, l) })
	t.Run("broken wire", func(t *testing.T) { testBrokenWire(t, d) })
}

// leave makes a run as a webserver leaves it behind that is killed before it submits it.
func leave(t *testing.T, d *dagster.Deployment, request string) {
	t.Helper()
	python := exec.CommandContext(t.Context(), filepath.Join(dagster.Bin(t), "python"), "-c", `
import sys
from dagster import AssetKey, DagsterInstance, DagsterRun, DagsterRunStatus
DagsterInstance.get().run_storage.add_run(DagsterRun(
    job_name="__ASSET_JOB", run_id="5f5b8a52-6b2e-4c5e-9d0e-111111111111", status=DagsterRunStatus.NOT_STARTED,
    tags={"auto/request": sys.argv[1]}, asset_selection=frozenset({AssetKey("raw_events")})))
`, request)
	python.Env = append(os.Environ(), "DAGSTER_HOME="+d.Home)
	if out, err := python.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// testGivenUp: a run that nobody submits is canceled in the end, and another launched.
func testGivenUp(t *testing.T, l *live) {
	r := request.Request{ID: id("left"), Selection: []string{"raw_events"}}
	leave(t, l.Deployment, r.ID)
	got := []string{l.reason(t, r)}
	l.clock.Set(l.clock.Now().Add(time.Minute))
	got = append(got, l.reason(t, r))
	want := []string{
		"passing: Dagster has made the run 5f5b8a52-6b2e-4c5e-9d0e-111111111111 and not submitted it yet; it is given up in 1m0s.",
		"passing: Dagster has made the run 5f5b8a52-6b2e-4c5e-9d0e-111111111111 and never submitted it, as when its webserver was killed; it is canceled, and a new one launched.",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var statuses []string
	for _, run := range l.launched(t, r) {
		statuses = append(statuses, run.Status)
	}
	if diff := cmp.Diff([]string{"QUEUED", "CANCELED"}, statuses); diff != "" {
		t.Error(diff)
	}
}

// testDriven: what a running sensor of Dagster drives is refused until that is stopped.
func testDriven(t *testing.T, l *live) {
	r := request.Request{ID: id("driven"), Selection: []string{"driven"}}
	l.StartSensor(t, "driven", dagster.AutomationSensor)
	l.clock.Set(l.clock.Now().Add(time.Hour))
	want := "refused: Dagster's own sensor `default_automation_condition_sensor` is running and drives `driven`, which would be launched twice. Stop that sensor in Dagster, or leave `driven` to it and remove it from the policy."
	if diff := cmp.Diff(want, l.reason(t, r)); diff != "" {
		t.Error(diff)
	}
	l.StopSensor(t, "driven", dagster.AutomationSensor)
	if runs := l.launched(t, r); len(runs) != 1 {
		t.Errorf("%d runs after the sensor was stopped", len(runs))
	}
}

// testDown: what is of a location that cannot be loaded waits, and nothing else does.
func testDown(t *testing.T, l *live) {
	r := request.Request{ID: id("down"), Selection: []string{"driven"}}
	l.Write(t, "driven.py", "raise Exception('broken')")
	l.Reload(t, "driven")
	if got := l.reason(t, r); !strings.HasPrefix(got, "passing: ") || !strings.Contains(got, "The code location `driven` is not loaded: ") {
		t.Error(got)
	}
	l.launched(t, request.Request{ID: id("up"), Selection: []string{"raw_events"}})
	l.Write(t, "driven.py", drivenFile)
	l.Reload(t, "driven")
	if runs := l.launched(t, r); len(runs) != 1 {
		t.Errorf("%d runs after the location is back", len(runs))
	}
}

// fileConfig is run config of the asset that takes a file.
func fileConfig(config map[string]any) map[string]any {
	return map[string]any{"ops": map[string]any{"move_actl_files_processed_inbound": config}}
}

func testRuns(t *testing.T, l *live) {
	for _, c := range []struct {
		name string
		request.Request
		want []string
	}{
		{"alone", request.Request{Selection: []string{"raw_events"}, Tags: map[string]string{"team": "sales"}, Sensor: "nightly", Policies: []string{"p", "q"}},
			[]string{"__ASSET_JOB raw_events auto/policies=p,q auto/sensor=nightly dagster/code_location=core team=sales"}},
		{"a day", request.Request{Selection: []string{"daily_orders"}, Partition: "2026-11-01", Priority: 3},
			[]string{"__ASSET_JOB daily_orders dagster/code_location=core dagster/partition=2026-11-01 dagster/priority=3"}},
		{"two dimensions", request.Request{Selection: []string{"region_day"}, Partition: "2026-11-01|eu"},
			[]string{"__ASSET_JOB region_day dagster/code_location=core dagster/partition=2026-11-01|eu dagster/partition/date=2026-11-01 dagster/partition/region=eu"}},
		{"a new key", request.Request{Selection: []string{"customer_report"}, Partition: "acme", AddPartitions: map[string][]string{"customers": {"acme"}}},
			[]string{"__ASSET_JOB customer_report dagster/code_location=core dagster/partition=acme"}},
		{"a key that is there", request.Request{Selection: []string{"customer_report"}, Partition: "acme"},
			[]string{"__ASSET_JOB customer_report dagster/code_location=core dagster/partition=acme"}},
		{"a check", request.Request{Checks: []string{"daily_orders:orders_not_empty"}},
			[]string{"__ASSET_JOB  dagster/code_location=core"}},
		{"a range", request.Request{Selection: []string{"daily_clicks"}, Tags: map[string]string{"dagster/asset_partition_range_start": "2026-11-01", "dagster/asset_partition_range_end": "2026-11-03"}},
			[]string{"__ASSET_JOB daily_clicks dagster/asset_partition_range_end=2026-11-03 dagster/asset_partition_range_start=2026-11-01 dagster/code_location=core"}},
		{"two locations", request.Request{Selection: []string{"daily_orders", "mart_orders", "mart/kpi"}, Partition: "2026-11-02"}, []string{
			"__ASSET_JOB mart/kpi,mart_orders dagster/code_location=mart dagster/partition=2026-11-02",
			"__ASSET_JOB daily_orders dagster/code_location=core dagster/partition=2026-11-02",
		}},
		{"a file", request.Request{Selection: []string{"move_actl_files_processed_inbound", "sales_data"}, Job: "s3_ingestion", Block: "inbound", Rules: []string{"sales"}, RunKey: "a.csv", RunConfig: fileConfig(map[string]any{"config": map[string]any{"file_key_to_process": "a.csv"}})},
			[]string{"s3_ingestion move_actl_files_processed_inbound,sales_data auto/block=inbound auto/rules=sales dagster/code_location=core dagster/run_key=a.csv team=ingest"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.ID = id(c.name)
			if diff := cmp.Diff(c.want, shape(l.launched(t, c.Request))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func testRefusals(t *testing.T, l *live) {
	for _, c := range []struct {
		want string
		request.Request
	}{
		{"refused: The request selects nothing, by which Dagster would run all assets of a job. Select assets or checks.", request.Request{}},
		{"refused: Dagster has no asset `nothing`. Import the graph again with `auto graph import dagster`, or deploy the asset.",
			request.Request{Selection: []string{"nothing"}}},
		{"refused: `daily_orders` has partitions, and the run is for none: Dagster would write it as if it had none. Give the run a `partition`.",
			request.Request{Selection: []string{"daily_orders"}}},
		{"refused: The run is for the partition `2026-11-01`, and nothing in it has partitions. Remove `partition`.",
			request.Request{Selection: []string{"raw_events"}, Partition: "2026-11-01"}},
		{"refused: `daily_orders` has no partition `2036-11-01` in Dagster. The window `2036-11-01` is after the end of the partitions, 2035-12-31.",
			request.Request{Selection: []string{"daily_orders"}, Partition: "2036-11-01"}},
		{"refused: `hourly_clicks` has no partition `2026-11-01` in Dagster. `2026-11-01` is no key in the format `%Y-%m-%d-%H:%M`.",
			request.Request{Selection: []string{"daily_orders", "hourly_clicks"}, Partition: "2026-11-01", Block: "inbound"}},
		{"refused: `customer_report` has no partition `nobody` in Dagster. Add the key to its dynamic partitions definition first.",
			request.Request{Selection: []string{"customer_report"}, Partition: "nobody"}},
		{"refused: `region_day` has no partition `2026-11-01|mars` in Dagster. In the dimension `region`: The static partitions have no key `mars`.",
			request.Request{Selection: []string{"region_day"}, Partition: "2026-11-01|mars"}},
		{"refused: `pair_left` runs only together with `pair_right`. Select them, too.",
			request.Request{Selection: []string{"pair_left"}}},
		{"refused: The job `s3_ingestion` does not select `raw_events`. Add it to the job in Dagster, or take another `job`.",
			request.Request{Selection: []string{"raw_events"}, Job: "s3_ingestion"}},
		{"refused: The code location `core` of `raw_events` has no job `nope`. Define it there, or take another `job`.",
			request.Request{Selection: []string{"raw_events"}, Job: "nope"}},
		{"refused: Dagster has no check `raw_events:nope`. Import the graph again with `auto graph import dagster`, or deploy the check.",
			request.Request{Selection: []string{"raw_events"}, Checks: []string{"raw_events:nope"}, Block: "inbound"}},
		{"refused: The run config is for the op `nope`, and no asset of the run has it: their ops are `raw_events`. Correct `op` of the asset, or the config.",
			request.Request{Selection: []string{"raw_events"}, RunConfig: map[string]any{"ops": map[string]any{"nope": 1}}}},
		{`refused: Dagster refuses the run config of ` + "`s3_ingestion`" + `: Missing required config entry "ops" at the root. You must provide this value in your run config. Example config for the missing entry: {'ops': {'move_actl_files_processed_inbound': {'config': {'file_key_to_process': '...'}}}}.`,
			request.Request{Selection: []string{"move_actl_files_processed_inbound"}, Job: "s3_ingestion"}},
		{`refused: Dagster refuses the run config of ` + "`__ASSET_JOB`" + `: Received unexpected config entry "x" at path root:ops:move_actl_files_processed_inbound:config. Expected: "{ file_key_to_process: (String | { env: String }) }". Invalid scalar at path root:ops:move_actl_files_processed_inbound:config:file_key_to_process. Value "7" of type "<class 'int'>" is not valid for expected type "String".`,
			request.Request{Selection: []string{"move_actl_files_processed_inbound"}, RunConfig: fileConfig(map[string]any{"config": map[string]any{"file_key_to_process": 7, "x": 1}})}},
	} {
		c.ID = id("refusal")
		if diff := cmp.Diff(c.want, l.reason(t, c.Request)); diff != "" {
			t.Error(diff)
		}
	}
	if runs := l.Runs(t, map[string]string{events.RequestTag: id("refusal")}); len(runs) > 0 {
		t.Errorf("what is refused has runs: %v", shape(runs))
	}
	spared := request.Request{ID: id("spared"), Selection: []string{"raw_events", "pair_left", "nothing"}}
	if got := l.reason(t, spared); !strings.Contains(got, "no asset `nothing`") || !strings.Contains(got, "`pair_left` runs only together") || !strings.HasSuffix(got, " The rest has its run.") {
		t.Error(got)
	}
	if diff := cmp.Diff([]string{"__ASSET_JOB raw_events dagster/code_location=core"}, shape(l.Runs(t, map[string]string{events.RequestTag: spared.ID}))); diff != "" {
		t.Error(diff)
	}
}

// BenchmarkLaunch: launches a second by the number of workers, on SQLite, with no daemon.
func BenchmarkLaunch(b *testing.B) {
	d := dagster.Start(b, dagster.Options{})
	l := connect(d, d.URL, time.Minute, time.Minute)
	for _, workers := range []int{1, 2, 4, 8} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			todo := make(chan string)
			var done sync.WaitGroup
			for range workers {
				done.Go(func() {
					for name := range todo {
						r := request.Request{ID: id(name), Attempt: 1, Selection: []string{"raw_events"}, DecidedAt: start}
						if err := l.Launcher.Launch(b.Context(), r); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for n := 0; b.Loop(); n++ {
				todo <- fmt.Sprint(workers, b.N, n)
			}
			close(todo)
			done.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "launches/s")
		})
	}
}
