package launcher_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"auto/runtime/clock"
	"auto/runtime/dagster/deployment"
	"auto/runtime/dagster/gql"
	"auto/runtime/dagster/launcher"
	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/launch"
	"auto/runtime/request"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

// bench is a launcher on a fake Dagster.
type bench struct {
	*launcher.Launcher
	*fake
	*definitions
	marks *marks
	told  []events.Event
}

func newBench() *bench {
	b := &bench{fake: &fake{clock: clock.NewManual(start, nil), answers: map[string]string{}}, definitions: &definitions{fresh: known()}, marks: &marks{}}
	b.restart("12345678")
	return b
}

// restart makes a new launcher on the same marks; random are the bytes of its name, where it
// has none yet.
func (b *bench) restart(random string) {
	b.Launcher = launcher.New(launcher.Options{
		Client: b.fake, Watch: b.definitions, Marks: b.marks, Clock: b.clock, Random: strings.NewReader(random), Settle: settle,
		Launched: func(_ context.Context, e events.Event) { b.told = append(b.told, e) },
	}, 2)
}

// try launches a request and says what came of it.
func (b *bench) try(t *testing.T, r request.Request) string {
	t.Helper()
	if r.ID == "" {
		r.ID = id("request")
	}
	r.Attempt, r.DecidedAt = max(r.Attempt, 1), start
	err := b.Launcher.Launch(t.Context(), r)
	if err == nil {
		return "launched"
	}
	failure, ok := errors.AsType[*launch.Failure](err)
	if !ok {
		return "error: " + err.Error()
	}
	return []string{"passing", "unreachable", "refused"}[failure.Kind] + " " + failure.Wait.String() + ": " + failure.Reason
}

// known has two places, and more of what there can be.
func known() *deployment.Deployment {
	d := twoPlaces()
	daily := &graph.Spec{Type: graph.Daily, Start: "2025-12-01"}
	for _, a := range []*deployment.Asset{
		{Key: "day", Location: "core", Partitions: daily, Checks: []deployment.Check{{Name: "whole"}, {Name: "daily", Partitioned: true}}},
		{Key: "unsure", Location: "core", Partitions: daily, PartitionsDoubt: "its hour is not known"},
		{Key: "odd", Location: "core", PartitionsDoubt: "its class is not known"},
		{Key: "broken", Location: "core", Partitions: &graph.Spec{Type: "nothing"}},
		{Key: "customer", Location: "core", Partitions: &graph.Spec{Type: graph.Dynamic, Name: "customers"}},
		{Key: "left", Location: "core", Set: []string{"left", "right"}, Ops: []string{"pair"}},
		{Key: "right", Location: "core", Set: []string{"left", "right"}, Ops: []string{"pair"}},
		{Key: "inner", Location: "core", Ops: []string{"outer.first", "outer.second"}},
		{Key: "lost", Location: "gone"},
	} {
		a.Repository, a.Materializable, a.Jobs = "__repository__", true, []string{"__ASSET_JOB", "nightly"}
		d.Assets[a.Key] = a
	}
	d.Assets["feed"] = &deployment.Asset{Key: "feed", Location: "core", Repository: "__repository__"}
	d.Assets["driven"] = &deployment.Asset{Key: "driven", Location: "core", Repository: "__repository__", Materializable: true, Condition: "eager", Sensors: []deployment.Sensor{{Name: "s", Running: true}}}
	d.Assets["inner"].Deps = []deployment.Dep{{Key: "driven"}, {Key: "c"}}
	d.Locations = append(d.Locations, deployment.Location{Name: "gone"})
	d.Jobs = []deployment.Job{{Name: "nightly", Location: "core", Repository: "__repository__"}}
	return d
}

// TestChecked: a request is checked before it is sent. Nothing is sent that does not fit.
func TestChecked(t *testing.T) {
	december := []string{"2025-12-24", "2025-12-25"}
	for _, c := range []struct {
		name, want string
		request.Request
	}{
		{"fits", "launched", request.Request{Selection: []string{"day", "a"}, Partition: "2025-12-24"}},
		{"outer op", "launched", request.Request{Selection: []string{"inner"}, RunConfig: map[string]any{"ops": map[string]any{"outer": nil}}}},
		{"whole set", "launched", request.Request{Selection: []string{"left", "right"}, RunConfig: map[string]any{"ops": map[string]any{"pair": nil}}}},
		{"whole check", "launched", request.Request{Checks: []string{"day:whole"}}},
		{"partitioned check", "refused 0s: `day` has partitions, and the run is for none: Dagster would write it as if it had none. Give the run a `partition`.",
			request.Request{Checks: []string{"day:daily"}}},
		{"partition of a whole check", "refused 0s: The run is for the partition `2025-12-24`, and nothing in it has partitions. Remove `partition`.",
			request.Request{Checks: []string{"day:whole"}, Partition: "2025-12-24"}},
		{"external", "refused 0s: Dagster cannot run `feed`: it is an external asset. Remove it from the selection.", request.Request{Selection: []string{"feed"}}},
		{"driven", "refused 0s: Dagster's own sensor `s` is running and drives `driven`, which would be launched twice. Stop that sensor in Dagster, or leave `driven` to it and remove it from the policy.",
			request.Request{Selection: []string{"driven"}}},
		{"loading", "passing 30s: Dagster is loading the code location `gone`. `lost` waits for it.", request.Request{Selection: []string{"lost"}}},
		{"unknown while one loads", "passing 30s: No code location that is loaded has the asset `who`. Dagster is loading the code location `gone`.", request.Request{Selection: []string{"who"}}},
		{"half a range", "refused 0s: `day` has partitions, and the run is for none: Dagster would write it as if it had none. Give the run a `partition`.",
			request.Request{Selection: []string{"day"}, Tags: map[string]string{"dagster/asset_partition_range_start": "2025-12-24"}}},
		{"a range", "launched", request.Request{Selection: []string{"day"}, Tags: map[string]string{"dagster/asset_partition_range_start": "2025-12-24", "dagster/asset_partition_range_end": "2025-12-25"}}},
		{"the end of a range", "refused 0s: `day` has no partition `2026-12-25` in Dagster. The window `2026-12-25` has not ended at 2026-01-01T00:00:00Z, and is no partition before; `end_offset: 1` makes the present window one.",
			request.Request{Selection: []string{"day"}, Tags: map[string]string{"dagster/asset_partition_range_start": "2025-12-24", "dagster/asset_partition_range_end": "2026-12-25"}}},
		{"Dagster knows better", "launched", request.Request{Selection: []string{"unsure"}, Partition: "2025-12-25"}},
		{"Dagster knows worse", "refused 0s: `unsure` has no partition `2025-12-26` in Dagster. Take a key that its definition has.", request.Request{Selection: []string{"unsure"}, Partition: "2025-12-26"}},
		{"no definition", "launched", request.Request{Selection: []string{"broken"}, Partition: "2025-12-24"}},
		{"an unknown definition", "launched", request.Request{Selection: []string{"odd"}, Partition: "2025-12-24"}},
		{"not a key of an unknown definition", "refused 0s: `odd` has no partition `2025-12-26` in Dagster. Take a key that its definition has.", request.Request{Selection: []string{"odd"}, Partition: "2025-12-26"}},
		{"no partition of an unknown definition", "refused 0s: `odd` has partitions, and the run is for none: Dagster would write it as if it had none. Give the run a `partition`.",
			request.Request{Selection: []string{"odd"}}},
		{"an added key", "launched", request.Request{Selection: []string{"customer"}, Partition: "new", AddPartitions: map[string][]string{"customers": {"new"}}}},
		{"a key to add", "refused 0s: `customer` has no partition `new` in Dagster. Add the key to its dynamic partitions definition first.", request.Request{Selection: []string{"customer"}, Partition: "new"}},
		{"job", "launched", request.Request{Selection: []string{"day"}, Partition: "2025-12-24", Job: "nightly"}},
		{"outside of the job", "refused 0s: The job `nightly` does not select `a`. Add it to the job in Dagster, or take another `job`.", request.Request{Selection: []string{"a"}, Job: "nightly"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench()
			b.keys = map[string][]string{"day": december, "unsure": december, "odd": december, "broken": december, "customer": {"acme"}}
			if diff := cmp.Diff(c.want, b.try(t, c.Request)); diff != "" {
				t.Error(diff)
			}
			if sent := len(b.runs); (sent == 1) != (c.want == "launched") {
				t.Errorf("%d runs", sent)
			}
		})
	}
}

// TestSpared: of what conditions decided one asset that Dagster does not run keeps back what
// depends on it, and nothing else; it can go later. A file's run is whole.
func TestSpared(t *testing.T) {
	b := newBench()
	r := request.Request{Selection: []string{"a", "driven", "inner", "c", "lost"}}
	refusal := "Dagster's own sensor `s` is running and drives `driven`, which would be launched twice. Stop that sensor in Dagster, or leave `driven` to it and remove it from the policy. The rest has its run."
	got := []string{b.try(t, r)}
	b.clock.Set(start.Add(time.Minute))
	r.Attempt = 2
	b.fresh.Locations[2].Loaded = true
	got = append(got, b.try(t, r))
	b.clock.Set(start.Add(time.Hour))
	b.fresh.Assets["driven"].Sensors = nil
	r.Attempt = 3 // as after `auto requests retry`
	got = append(got, b.try(t, r), b.try(t, request.Request{ID: id("file"), Block: "f", Selection: []string{"a", "nothing"}}))
	want := []string{"passing 30s: Dagster is loading the code location `gone`. `lost` waits for it. " + refusal, "refused 0s: " + refusal, "launched",
		"refused 0s: Dagster has no asset `nothing`. Import the graph again with `auto graph import dagster`, or deploy the asset."}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	var runs []string
	for _, run := range b.runs {
		runs = append(runs, strings.Join(run.assets, " "))
	}
	if diff := cmp.Diff([]string{"a", "c", "lost", "driven inner"}, runs); diff != "" {
		t.Error(diff)
	}
}

// TestSparedOfMany: what is left out may be much, and have colons in its key; a check that is amiss
// keeps nothing else back.
func TestSparedOfMany(t *testing.T) {
	b := newBench()
	r := request.Request{Selection: []string{"a", "s3:bucket", "feed"}, Checks: []string{"feed:fresh", "s3:bucket:fresh"}}
	b.fresh.Assets["a"].Deps = []deployment.Dep{{Key: "feed"}}
	b.fresh.Assets["b"].Deps = []deployment.Dep{{Key: "elsewhere"}}
	for i := range 1000 {
		key := fmt.Sprintf("down%d", i)
		b.fresh.Assets[key] = &deployment.Asset{Key: key, Location: "gone"}
		r.Selection = append(r.Selection, key)
	}
	if got := b.try(t, r); !strings.HasPrefix(got, "passing 30s: No code location that is loaded has the asset `s3:bucket`") || !strings.HasSuffix(got, "So it is with 999 more of the request.") || len(got) > 1000 || len(b.runs) != 0 {
		t.Error(got, len(b.runs))
	}
	checked := request.Request{ID: id("checked"), Selection: []string{"b"}, Checks: []string{"elsewhere:fresh"}}
	if got := b.try(t, checked); !strings.HasSuffix(got, "The rest has its run.") || len(b.runs) != 1 || !slices.Equal(b.runs[0].assets, []string{"b"}) {
		t.Error(got, b.runs)
	}
}

// TestSparedLate: what Dagster no longer has since a moment, and a partition that it does not have,
// keep back nothing else either.
func TestSparedLate(t *testing.T) {
	b := newBench()
	b.keys = map[string][]string{"unsure": {"2025-12-25"}, "day": {"2025-12-24"}}
	if got := b.try(t, request.Request{Selection: []string{"day", "unsure"}, Partition: "2025-12-24"}); !strings.HasSuffix(got, "Take a key that its definition has. The rest has its run.") || len(b.runs) != 1 {
		t.Error(got, b.runs)
	}
	x := *b.fresh.Assets["a"]
	x.Key = "x"
	b = newBench()
	b.fresh.Locations[2].Loaded = true
	b.current = known()
	b.current.Assets["x"] = &x
	b.answers["Launch"] = `{"launchRun":{"__typename":"InvalidSubsetError","message":"DagsterInvalidSubsetError: no x"}}`
	r := request.Request{Selection: []string{"a", "x"}}
	got := []string{b.try(t, r)}
	b.clock.Set(start.Add(time.Second))
	delete(b.answers, "Launch")
	b.current, r.Attempt = nil, 2
	got = append(got, b.try(t, r))
	const gone = "Dagster has no asset `x`. Import the graph again with `auto graph import dagster`, or deploy the asset."
	if diff := cmp.Diff([]string{"passing 1s: Dagster's definitions have changed. " + gone, "refused 0s: " + gone + " The rest has its run."}, got); diff != "" || len(b.runs) != 1 {
		t.Error(diff, b.runs)
	}
}

// TestStale: what does not fit the definitions of a moment ago is held against those of now.
func TestStale(t *testing.T) {
	b := newBench()
	b.current = &deployment.Deployment{}
	if got := b.try(t, request.Request{Selection: []string{"a"}}); got != "launched" {
		t.Error(got)
	}
}

// TestAnswers: every answer to a launch, and what it means.
func TestAnswers(t *testing.T) {
	answer := func(typename, fields string) string {
		return `{"launchRun": {"__typename": "` + typename + `"` + fields + `}}`
	}
	message := func(text string) string { return `, "message": ` + string(quoted(text)) }
	for _, c := range []struct{ name, answer, want string }{
		{"config", answer("RunConfigValidationInvalid", `, "errors": [{"__typename": "MissingFieldConfigError", "message": "one"}, {"__typename": "MissingFieldConfigError", "message": "two."}, {"__typename": "SelectorTypeConfigError", "message": "three\nfour"}, {"__typename": "FieldNotDefinedConfigError", "message": "five"}]`),
			"refused 0s: Dagster refuses the run config of `__ASSET_JOB`: one. two. three. There is more."},
		{"job gone", answer("PipelineNotFoundError", message("Could not find Pipeline core.__repository__.x")),
			"passing 30s: The code location `core` cannot make the run: Could not find Pipeline core.__repository__.x."},
		{"subset", answer("InvalidSubsetError", message("dagster._core.errors.DagsterInvalidSubsetError: No asset `a`\n\nStack Trace:\n")),
			"refused 0s: Dagster refuses the selection `a`: DagsterInvalidSubsetError: No asset `a`."},
		{"code server", answer("InvalidSubsetError", message("dagster._core.errors.DagsterUserCodeUnreachableError: Could not reach user code server. gRPC Error code: UNAVAILABLE\n\ngrpc")),
			"passing 30s: The code location `core` cannot make the run: DagsterUserCodeUnreachableError: Could not reach user code server. gRPC Error code: UNAVAILABLE."},
		{"read only", answer("UnauthorizedError", message("You do not have permission")),
			"unreachable 0s: Dagster does not let `auto` launch runs: You do not have permission. Give its token the right to, and start no webserver with --read-only for it."},
		{"conflict", answer("RunConflict", message("Run x already exists")),
			"passing 1s: Dagster has a run of the same ID, which is looked at: Run x already exists."},
		{"preset", answer("PresetNotFoundError", message("no preset")), "refused 0s: Dagster refuses the run: no preset."},
		{"conflicting", answer("ConflictingExecutionParamsError", message("both")), "refused 0s: Dagster refuses the run: both."},
		{"mode", answer("NoModeProvidedError", message("no mode")), "refused 0s: Dagster refuses the run: no mode."},
		{"step", answer("InvalidStepError", `, "invalidStepKey": "s"`), "refused 0s: Dagster refuses the run: There is no step `s`."},
		{"output", answer("InvalidOutputError", `, "stepKey": "s", "invalidOutputName": "o"`), "refused 0s: Dagster refuses the run: The step `s` has no output `o`."},
		{"bad input", answer("PythonError", `, "className": "ValueError"`+message("ValueError: time data 'x' does not match format\n")),
			"refused 0s: Dagster cannot launch the run: ValueError: time data 'x' does not match format."},
		{"exception", answer("PythonError", `, "className": "OperationalError"`+message("sqlite3.OperationalError: database is locked\n")),
			"passing 1s: Dagster failed to launch the run: OperationalError: database is locked."},
		{"no reason", answer("PythonError", `, "className": "KeyError", "message": ""`), "passing 1s: Dagster failed to launch the run: It gives no reason."},
		{"errors beside a run", answer("LaunchRunSuccess", `, "run": {"runId": "r", "status": "QUEUED", "creationTime": 1, "assetSelection": [], "tags": []}`), "launched"},
		{"nothing", `{}`, "passing 1s: Dagster answered without saying whether it has launched the run; it is looked for."},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench()
			b.answers["Launch"] = c.answer
			if strings.HasPrefix(c.name, "errors beside") {
				b.fake.fate = func(operation string) fate {
					if operation == "Launch" {
						return fate{lost: &gql.Error{Kind: gql.Failed, Message: "something else"}}
					}
					return fate{}
				}
			}
			if diff := cmp.Diff(c.want, b.try(t, request.Request{Selection: []string{"a"}})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func quoted(text string) []byte {
	out, err := json.Marshal(text)
	must(err)
	return out
}

// TestQuestions: what comes of questions that have no answer, or another than is wanted.
func TestQuestions(t *testing.T) {
	customer := request.Request{Selection: []string{"customer"}, Partition: "new", AddPartitions: map[string][]string{"customers": {"new"}}}
	down := &gql.Error{Kind: gql.Unsent, Message: "Dagster cannot be reached: connection refused.", Wait: time.Minute}
	for _, c := range []struct {
		name, operation, answer string
		lost                    error
		request                 request.Request
		want                    string
	}{
		{"down", "Look", "", down, customer, "unreachable 1m0s: Dagster cannot be reached: connection refused."},
		{"no database", "Look", `{"found": {"__typename": "PythonError", "className": "OperationalError", "message": "sqlite3.OperationalError: disk I/O error"}}`, nil, customer,
			"unreachable 0s: Dagster cannot tell its runs: OperationalError: disk I/O error."},
		{"not to launch", "Launch", "", down, request.Request{Selection: []string{"a"}}, "unreachable 1m0s: Dagster cannot be reached: connection refused."},
		{"no answer", "Launch", "", &gql.Error{Kind: gql.Lost, Message: "Dagster cannot be reached: EOF."}, request.Request{Selection: []string{"a"}},
			"passing 1s: It is not known whether Dagster has launched the run, which is looked for: Dagster cannot be reached: EOF."},
		{"errors", "Launch", `{"launchRun": null}`, &gql.Error{Kind: gql.Failed, Message: "Dagster answered: Cannot query field."}, request.Request{Selection: []string{"a"}},
			"passing 1s: It is not known whether Dagster has launched the run, which is looked for: Dagster answered: Cannot query field."},
		{"not to add", "AddPartition", "", down, customer, "unreachable 1m0s: Dagster cannot be reached: connection refused."},
		{"may not add", "AddPartition", `{"addDynamicPartition": {"__typename": "UnauthorizedError", "message": "no"}}`, nil, customer,
			"unreachable 0s: Dagster does not let `auto` add partitions to `customers`. Give its token the right to edit dynamic partitions."},
		{"cannot add", "AddPartition", `{"addDynamicPartition": {"__typename": "PythonError", "className": "CheckError", "message": "dagster._check.CheckError: Invariant failed"}}`, nil, customer,
			"refused 0s: Dagster does not add the partition `new` to `customers`: CheckError: Invariant failed."},
		{"cannot add now", "AddPartition", `{"addDynamicPartition": {"__typename": "PythonError", "className": "OperationalError", "message": "locked"}}`, nil, customer,
			"passing 0s: Dagster cannot add the partition `new` to `customers`: locked."},
		{"no keys", "Keys", "", down, request.Request{Selection: []string{"unsure"}, Partition: "2025-12-24"}, "unreachable 1m0s: Dagster cannot be reached: connection refused."},
		{"keys of nothing", "Keys", "", nil, request.Request{Selection: []string{"unsure"}, Partition: "2025-12-24"},
			"passing 30s: Dagster does not tell the partitions of `unsure`: no such asset."},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench()
			if c.answer != "" {
				b.answers[c.operation] = c.answer
			}
			b.fake.fate = func(operation string) fate {
				if operation == c.operation {
					return fate{lost: c.lost}
				}
				return fate{acts: true}
			}
			if diff := cmp.Diff(c.want, b.try(t, c.request)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestWire: what is sent of a request, and what is told of its run.
func TestWire(t *testing.T) {
	b := newBench()
	r := request.Request{
		Selection: []string{"a"}, Checks: []string{}, Block: "inbound", RunKey: "k", Priority: 2, Retry: 1, Tags: map[string]string{"team": "sales", "auto/request": "another", "dagster/priority": "7"},
		RunConfig: map[string]any{"resources": map[string]any{"params": map[string]any{"config": map[string]any{"x": 1}}}},
	}
	if got := b.try(t, r); got != "launched" {
		t.Fatal(got)
	}
	tags := []map[string]string{}
	for _, pair := range [][2]string{
		{"auto/block", "inbound"}, {"auto/launcher", "dagster"}, {"auto/request", id("request")}, {"auto/retry", "1"}, {"auto/tick", "2026-01-01T00:00:00Z"}, {"auto/writer", "3132333435363738"},
		{"dagster/priority", "7"}, {"dagster/run_key", "k"}, {"team", "sales"},
	} {
		tags = append(tags, map[string]string{"key": pair[0], "value": pair[1]})
	}
	want := text(map[string]any{"p": map[string]any{
		"selector": map[string]any{
			"pipelineName": "__ASSET_JOB", "repositoryName": "__repository__", "repositoryLocationName": "core",
			"assetSelection": []any{map[string]any{"path": []string{"a"}}}, "assetCheckSelection": []any{},
		},
		"runConfigData":     r.RunConfig,
		"executionMetadata": map[string]any{"tags": tags},
	}})
	if diff := cmp.Diff(compact(want), compact(b.wire)); diff != "" {
		t.Error(diff)
	}
	told := b.told[0]
	told.Tags = nil
	wantTold := events.Event{ID: "dagster/launched/run-1/QUEUED", Type: events.Run, At: start, RunID: "run-1", RequestID: id("request"), Status: facts.Queued, Assets: []string{"a"}}
	if diff := cmp.Diff(wantTold, told); diff != "" {
		t.Error(diff)
	}
}

// compact gives JSON with its keys in order.
func compact(form string) string {
	var v any
	must(json.Unmarshal([]byte(form), &v))
	return text(v)
}

// TestSplitConfig: of several code locations, each gets the config of its own ops.
func TestSplitConfig(t *testing.T) {
	b := newBench()
	got := b.try(t, request.Request{Selection: []string{"a", "b"}, RunConfig: map[string]any{"ops": map[string]any{"a": map[string]any{"config": 1}, "b": map[string]any{"config": 2}}}})
	if got != "launched" || !strings.Contains(b.wire, `"runConfigData":{"ops":{"b":{"config":2}}}`) {
		t.Error(got, b.wire)
	}
}

// TestTwice: one request at a time, and Dagster is asked for keys once.
func TestTwice(t *testing.T) {
	b := newBench()
	b.keys = map[string][]string{"unsure": {"2025-12-24"}}
	r := request.Request{ID: id("one"), Selection: []string{"unsure"}, Partition: "2025-12-24"}
	var within string
	b.fake.fate = func(operation string) fate {
		if operation == "Keys" {
			b.mu.Unlock()
			within = b.try(t, r)
			b.mu.Lock()
		}
		return fate{acts: true}
	}
	first := b.try(t, r)
	r.ID = id("two")
	second := b.try(t, r)
	want := []string{"launched", "launched", "passing 0s: An earlier delivery of this request is still under way."}
	if diff := cmp.Diff(want, []string{first, second, within}); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Look", "Keys", "Launch", "Look", "Launch"}, b.calls); diff != "" {
		t.Error(diff)
	}
}

// TestWriters: a launcher finds out when another one drives the same, and not when that was
// before it started, or drives something else.
func TestWriters(t *testing.T) {
	a := newBench()
	a.try(t, request.Request{ID: id("before"), Selection: []string{"a"}})
	later := func(by time.Duration) { a.clock.Set(a.clock.Now().Add(by)) }
	b := &bench{fake: a.fake, definitions: a.definitions, marks: &marks{}}
	later(time.Hour)
	b.restart("abcdefgh")
	later(2 * settle)
	got := []string{
		b.try(t, request.Request{ID: id("first"), Selection: []string{"a"}}), // begins to look
		a.try(t, request.Request{ID: id("others"), Selection: []string{"c"}}),
	}
	later(time.Minute)
	got = append(got, b.try(t, request.Request{ID: id("b"), Selection: []string{"b"}}), b.try(t, request.Request{ID: id("c"), Selection: []string{"c"}}))
	later(time.Minute)
	b.restart("unused")
	later(2 * settle)
	got = append(got, b.try(t, request.Request{ID: id("c2"), Selection: []string{"c"}}))
	want := []string{
		"launched", "launched", "launched",
		"unreachable 0s: Another `auto` drives `c`, too: the writer 3132333435363738 launched the run run-3 at 2026-01-01T01:02:00Z, after this one, 6162636465666768, had started. Stop one of them, then restart the other.",
		"launched",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestNoName: without a name nothing is launched.
func TestNoName(t *testing.T) {
	b := newBench()
	b.Launcher = launcher.New(launcher.Options{Client: b.fake, Watch: b.definitions, Marks: b.marks, Clock: b.clock, Random: iotest.ErrReader(errors.New("no bytes"))}, 0)
	got := b.try(t, request.Request{Selection: []string{"a"}})
	if got != "error: the name of this writer cannot be kept: no bytes" || len(b.calls) > 0 || b.Workers() != 1 {
		t.Error(got, b.calls)
	}
}

// TestStatuses: the statuses of runs that are found, as conditions are told them.
func TestStatuses(t *testing.T) {
	for status, want := range map[string]facts.Status{
		"QUEUED": facts.Queued, "STARTING": facts.Starting, "STARTED": facts.Started, "SUSPENDED": facts.Started, "MANAGED": facts.Started,
		"CANCELING": facts.Canceling, "CANCELED": facts.Canceled, "SUCCESS": facts.Success, "FAILURE": facts.Failure,
	} {
		b := newBench()
		b.clock.Set(start.Add(time.Second))
		b.answers["Look"] = `{"found": {"__typename": "Runs", "results": [{"runId": "r", "status": "` + status + `", "creationTime": 1767225600.5, "assetSelection": [{"path": ["a"]}], "assetCheckSelection": null,
			"tags": [{"key": "dagster/partition", "value": "2025-12-24"}]}]}}`
		got := b.try(t, request.Request{Selection: []string{"a"}})
		if got != "launched" || len(b.told) != 1 || slices.Contains(b.calls, "Launch") {
			t.Errorf("%s: %s, %v, %v", status, got, b.told, b.calls)
			continue
		}
		wantTold := events.Event{
			ID: "dagster/launched/r/" + status, Type: events.Run, At: start.Add(500 * time.Millisecond), RunID: "r", RequestID: id("request"), Status: want, Assets: []string{"a"},
			Partition: "2025-12-24", Tags: map[string]string{"dagster/partition": "2025-12-24"},
		}
		if diff := cmp.Diff(wantTold, b.told[0]); diff != "" {
			t.Errorf("%s: %s", status, diff)
		}
	}
}

// TestAhead: a run that the server's clock dates ahead is told to be made now.
func TestAhead(t *testing.T) {
	b := newBench()
	b.answers["Look"] = `{"found": {"__typename": "Runs", "results": [{"runId": "r", "status": "QUEUED", "creationTime": 1767225660, "assetSelection": [{"path": ["a"]}], "tags": []}]}}`
	if got := b.try(t, request.Request{Selection: []string{"a"}}); got != "launched" || len(b.told) != 1 || !b.told[0].At.Equal(start) {
		t.Errorf("%s, %v", got, b.told)
	}
}

// TestPatience: a run that is made and not submitted is waited for twice as long each time one
// was given up, from when it is seen a second later, and one that Dagster cannot make for good is given up at once.
func TestPatience(t *testing.T) {
	b := newBench()
	b.fake.fate = func(operation string) fate {
		return fate{acts: true, never: operation == "Launch", lost: map[bool]error{true: &gql.Error{Kind: gql.Lost, Message: "no answer"}}[operation == "Launch"]}
	}
	r := request.Request{Selection: []string{"a"}}
	var waits []time.Duration
	for sent := b.clock.Now(); len(waits) < 4; {
		r.Attempt++
		got := b.try(t, r)
		switch {
		case strings.Contains(got, "no answer"):
			sent = b.clock.Now()
		case strings.Contains(got, "is canceled"):
			waits = append(waits, b.clock.Now().Sub(sent))
		}
		b.clock.Set(b.clock.Now().Add(time.Second))
	}
	if diff := cmp.Diff([]time.Duration{settle + time.Second, 2*settle + time.Second, 4*settle + time.Second, 8*settle + time.Second}, waits); diff != "" {
		t.Error(diff)
	}
	b = newBench()
	b.fake.fate = func(operation string) fate {
		return fate{acts: true, never: operation == "Launch", python: map[bool]string{true: "ValueError"}[operation == "Launch"]}
	}
	if got := b.try(t, request.Request{Selection: []string{"a"}}); got != "refused 0s: Dagster cannot launch the run: ValueError: went wrong." || b.runs[0].lives() {
		t.Error(got)
	}
}

// TestCancel: a run that cannot be canceled is tried again, with what to do.
func TestCancel(t *testing.T) {
	for _, c := range []struct{ answer, want string }{
		{`{"__typename": "UnauthorizedError", "message": "no"}`, "unreachable 0s: Dagster does not let `auto` cancel the run run-1, which was never submitted. Give its token the right to terminate runs, or cancel the run by hand."},
		{`{"__typename": "PythonError", "className": "OperationalError", "message": "locked"}`, "passing 1s: Dagster cannot cancel the run run-1, which was never submitted: locked."},
		{`{"__typename": "RunNotFoundError", "message": "gone"}`, "passing 1s: Dagster has made the run run-1 and never submitted it, as when its webserver was killed; it is canceled, and a new one launched."},
	} {
		b := newBench()
		b.runs = []*run{{id: "run-1", tags: map[string]string{"auto/request": id("request")}, assets: []string{"a"}, created: start}}
		b.answers["GiveUp"] = `{"terminateRun": ` + c.answer + `}`
		b.try(t, request.Request{Selection: []string{"a"}})
		b.clock.Set(start.Add(settle))
		if diff := cmp.Diff(c.want, b.try(t, request.Request{Selection: []string{"a"}})); diff != "" {
			t.Error(diff)
		}
	}
}

// TestPart: of several parts, the reason of one that is refused tells that another runs.
func TestPart(t *testing.T) {
	b := newBench()
	launches := 0
	b.fake.fate = func(operation string) fate {
		if operation == "Launch" {
			launches++
			return fate{acts: launches == 1, python: map[bool]string{true: "ValueError"}[launches == 2]}
		}
		return fate{acts: true}
	}
	r := request.Request{Selection: []string{"a", "b"}}
	got := []string{b.try(t, r)}
	r.Attempt = 2 // as after `auto requests retry`
	b.clock.Set(start.Add(2 * settle))
	got = append(got, b.try(t, r))
	want := []string{"refused 0s: Dagster cannot launch the run: ValueError: went wrong. What lies in `core` has its run.", "launched"}
	if diff := cmp.Diff(want, got); diff != "" || launches != 3 {
		t.Error(diff, launches)
	}
}

// TestSlowClient: a launch is looked for from when its answer was lost, not from when it was
// handed to the client, which may hold it back.
func TestSlowClient(t *testing.T) {
	b := newBench()
	b.fake.fate = func(operation string) fate {
		if operation != "Launch" {
			return fate{acts: true}
		}
		b.clock.Set(b.clock.Now().Add(2 * settle))
		return fate{acts: true, lost: &gql.Error{Kind: gql.Lost, Message: "no answer"}, hidden: settle / 2}
	}
	r := request.Request{Selection: []string{"a"}}
	b.try(t, r)
	b.clock.Set(b.clock.Now().Add(settle / 4))
	r.Attempt = 2
	if got := b.try(t, r); got != "passing 1s: It is not known whether Dagster has launched the run; it is looked for, and sent again in 45s." {
		t.Error(got)
	}
}

// TestLateCancel: a run that was given up, and goes on, is not taken for the request's as long as
// its cancel, which has no answer, may still be carried out.
func TestLateCancel(t *testing.T) {
	b := newBench()
	lost := &gql.Error{Kind: gql.Lost, Message: "no answer"}
	b.fake.fate = func(operation string) fate {
		switch {
		case operation == "Launch" && len(b.runs) == 0:
			return fate{acts: true, lost: lost, submits: 70 * time.Second}
		case operation == "GiveUp":
			return fate{acts: true, lost: lost, after: 20 * time.Second}
		}
		return fate{acts: true}
	}
	var got []string
	for i, at := range []time.Duration{0, time.Second, 61 * time.Second, 75 * time.Second, 85 * time.Second, 200 * time.Second} {
		b.clock.Set(start.Add(at))
		said := b.try(t, request.Request{Selection: []string{"a"}, Attempt: i + 1})
		got = append(got, strings.SplitN(said, ". ", 2)[0])
	}
	want := []string{
		"passing 1s: It is not known whether Dagster has launched the run, which is looked for: no answer.",
		"passing 1s: Dagster has made the run run-1 and not submitted it yet; it is given up in 1m0s.",
		"unreachable 0s: no answer.",
		"passing 1s: The run run-1 was given up and has gone on; it is awaited whether Dagster still cancels it.",
		"passing 1s: It is not known whether Dagster has launched the run; it is looked for, and sent again in 36s.",
		"launched",
	}
	if diff := cmp.Diff(want, got); diff != "" || b.runs[0].lives() || !b.runs[1].lives() {
		t.Error(diff)
	}
}
