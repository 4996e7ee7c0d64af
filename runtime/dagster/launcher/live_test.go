package launcher_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
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
	told  []events.Event
}

// connect gives a launcher on a deployment, reached at an address, with a clock that
// stands until the test moves it.
func connect(d *dagster.Deployment, url string, timeout, settle time.Duration) *live {
	l := &live{Deployment: d, clock: clock.NewManual(time.Now(), nil)}
	client := gql.New(gql.Options{URL: url, Timeout: timeout, Clock: clock.System{}})
	l.Launcher = launcher.New(launcher.Options{
		Client: client, Marks: &marks{}, Clock: l.clock, Random: rand.Reader, Settle: settle,
		Watch:    &deployment.Watch{Client: client, Now: time.Now, Every: time.Minute},
		Launched: func(_ context.Context, e events.Event) { l.told = append(l.told, e) },
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

// TestInDagster: what requests become in a real Dagster, and why it, or the launcher for it,
// refuses others.
func TestInDagster(t *testing.T) {
	d := dagster.Start(t, dagster.Options{})
	l := connect(d, d.URL, time.Minute, time.Minute)
	t.Run("runs", func(t *testing.T) { testRuns(t, l) })
	t.Run("refusals", func(t *testing.T) { testRefusals(t, l) })
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
		{"refused: `daily_orders` has no partition `2031-11-01` in Dagster. The window `2031-11-01` is after the end of the partitions, 2026-12-31.",
			request.Request{Selection: []string{"daily_orders"}, Partition: "2031-11-01"}},
		{"refused: `hourly_clicks` has no partition `2026-11-01` in Dagster. `2026-11-01` is no key in the format `%Y-%m-%d-%H:%M`.",
			request.Request{Selection: []string{"daily_orders", "hourly_clicks"}, Partition: "2026-11-01"}},
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
			request.Request{Selection: []string{"raw_events"}, Checks: []string{"raw_events:nope"}}},
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
}
