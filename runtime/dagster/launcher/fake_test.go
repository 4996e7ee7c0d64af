package launcher_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"auto/runtime/clock"
	"auto/runtime/dagster/deployment"
	"auto/runtime/dagster/gql"
	"auto/runtime/dagster/launcher"
	"auto/runtime/store"

	"github.com/Khan/genqlient/graphql"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// fake is a Dagster as far as launches need one. What happens to a call is asked of fate.
type fake struct {
	clock *clock.Manual
	// fate tells what becomes of a call of an operation, nil for all well.
	fate func(operation string) fate

	mu      sync.Mutex
	runs    []*run
	keys    map[string][]string // partition keys by asset
	added   []string            // partitions that were added, as definition=key
	calls   []string            // the operations that arrived
	answers map[string]string   // JSON to answer an operation with, in place of what it would
	wire    string              // the variables of the last launch
}

// run is a run of the fake.
type run struct {
	id      string
	place   string // its code location
	tags    map[string]string
	assets  []string
	checks  []string
	created time.Time
	// visible is when look-ups show it, submitted when it is queued, zero for never;
	// canceled when it was, zero for never.
	visible, submitted, canceled time.Time
}

// fate is what becomes of a call.
type fate struct {
	// acts tells whether the server acts; after is how much later, and hidden how long then
	// the run is not visible.
	acts          bool
	after, hidden time.Duration
	// submits: the run is submitted so much later; never by a webserver that is killed.
	submits time.Duration
	never   bool
	// lost is the error that the caller sees, nil for the answer; python an exception in
	// place of the success.
	lost   error
	python string
}

// race is how long after a run was canceled its submission, begun before, still goes on.
const race = 500 * time.Millisecond

// status gives the status of a run at an instant. What is canceled is not submitted any more,
// unless that had begun; and what is submitted is canceled all the same.
func (r *run) status(now time.Time) string {
	submitted := !r.submitted.IsZero() && !now.Before(r.submitted)
	canceled := !r.canceled.IsZero() && !now.Before(r.canceled)
	begun := r.submitted.After(r.canceled) && r.submitted.Before(r.canceled.Add(race))
	switch {
	case submitted && (!canceled || begun):
		return "QUEUED"
	case canceled:
		return "CANCELED"
	}
	return "NOT_STARTED"
}

// lives reports whether a run is, or will be, executed.
func (r *run) lives() bool { return r.status(start.AddDate(1, 0, 0)) == "QUEUED" }

func (r *run) json(now time.Time) map[string]any {
	assets, checks, tags := []any{}, []any{}, []any{}
	for _, key := range r.assets {
		assets = append(assets, map[string]any{"path": strings.Split(key, "/")})
	}
	for _, key := range r.checks {
		asset, name, _ := strings.Cut(key, ":")
		checks = append(checks, map[string]any{"name": name, "assetKey": map[string]any{"path": strings.Split(asset, "/")}})
	}
	for _, key := range slices.Sorted(maps.Keys(r.tags)) {
		tags = append(tags, map[string]any{"key": key, "value": r.tags[key]})
	}
	return map[string]any{"runId": r.id, "status": r.status(now), "creationTime": float64(r.created.UnixMicro()) / 1e6, "assetSelection": assets, "assetCheckSelection": checks, "tags": tags}
}

// MakeRequest implements graphql.Client.
func (f *fake) MakeRequest(_ context.Context, ask *graphql.Request, answer *graphql.Response) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	fate := fate{acts: true}
	if f.fate != nil {
		fate = f.fate(ask.OpName)
	}
	f.calls = append(f.calls, ask.OpName)
	variables, err := json.Marshal(ask.Variables)
	if err != nil {
		return err
	}
	data := f.answers[ask.OpName]
	if data == "" {
		data = f.act(ask.OpName, variables, fate)
	}
	if fate.lost != nil && gql.KindOf(fate.lost) != gql.Failed {
		return fate.lost
	}
	if data != "" {
		if err := json.Unmarshal([]byte(data), answer.Data); err != nil {
			return err
		}
	}
	return fate.lost
}

// act does what an operation does and gives its answer.
func (f *fake) act(operation string, variables []byte, how fate) string {
	switch operation {
	case "Look":
		return f.look(variables)
	case "Launch":
		return f.launch(variables, how)
	case "GiveUp":
		return f.giveUp(variables, how)
	case "Keys":
		return f.tellKeys(variables)
	case "AddPartition":
		return f.add(variables, how)
	}
	panic("no operation " + operation)
}

type tag struct{ Key, Value string }

func (f *fake) look(variables []byte) string {
	var v struct {
		Request []tag
		Watch   bool
		Others  struct {
			Tags         []tag
			CreatedAfter float64
		}
	}
	must(json.Unmarshal(variables, &v))
	out := map[string]any{"found": f.list(v.Request, 0)}
	if v.Watch {
		out["others"] = f.list(v.Others.Tags, v.Others.CreatedAfter)
	}
	return text(out)
}

// list gives the runs that are visible, the newest first.
func (f *fake) list(tags []tag, after float64) any {
	now, results := f.clock.Now(), []any{}
	for _, r := range slices.Backward(f.runs) {
		all := !slices.ContainsFunc(tags, func(t tag) bool { return r.tags[t.Key] != t.Value })
		if all && !now.Before(r.visible) && float64(r.created.UnixMicro())/1e6 > after {
			results = append(results, r.json(now))
		}
	}
	return map[string]any{"__typename": "Runs", "results": results}
}

func (f *fake) launch(variables []byte, how fate) string {
	f.wire = string(variables)
	var v struct {
		P struct {
			Selector struct {
				RepositoryLocationName string
				AssetSelection         []struct{ Path []string }
				AssetCheckSelection    []struct {
					Name     string
					AssetKey struct{ Path []string }
				}
			}
			ExecutionMetadata struct{ Tags []tag }
		}
	}
	must(json.Unmarshal(variables, &v))
	made := &run{id: fmt.Sprintf("run-%d", len(f.runs)+1), place: v.P.Selector.RepositoryLocationName, tags: map[string]string{}, created: f.clock.Now().Add(how.after)}
	made.visible, made.submitted = made.created.Add(how.hidden), made.created.Add(how.submits)
	if how.never {
		made.submitted = time.Time{}
	}
	for _, t := range v.P.ExecutionMetadata.Tags {
		made.tags[t.Key] = t.Value
	}
	for _, key := range v.P.Selector.AssetSelection {
		made.assets = append(made.assets, strings.Join(key.Path, "/"))
	}
	for _, check := range v.P.Selector.AssetCheckSelection {
		made.checks = append(made.checks, strings.Join(check.AssetKey.Path, "/")+":"+check.Name)
	}
	if how.acts {
		f.runs = append(f.runs, made)
	}
	if how.python != "" {
		return text(map[string]any{"launchRun": map[string]any{"__typename": "PythonError", "className": how.python, "message": "dagster." + how.python + ": went wrong\n"}})
	}
	return text(map[string]any{"launchRun": map[string]any{"__typename": "LaunchRunSuccess", "run": made.json(made.created)}})
}

func (f *fake) giveUp(variables []byte, how fate) string {
	var v struct{ Run string }
	must(json.Unmarshal(variables, &v))
	now := f.clock.Now()
	i := slices.IndexFunc(f.runs, func(r *run) bool { return r.id == v.Run })
	switch {
	case i < 0:
		return `{"terminateRun": {"__typename": "RunNotFoundError", "message": "gone"}}`
	case !how.acts:
		return `{"terminateRun": {"__typename": "PythonError", "className": "OperationalError", "message": "database is locked"}}`
	case f.runs[i].status(now) == "CANCELED":
		return `{"terminateRun": {"__typename": "TerminateRunFailure", "message": "could not be terminated"}}`
	}
	f.runs[i].canceled = now.Add(how.after)
	return `{"terminateRun": {"__typename": "TerminateRunSuccess", "run": {"status": "CANCELED"}}}`
}

func (f *fake) tellKeys(variables []byte) string {
	var v struct{ Asset struct{ Path []string } }
	must(json.Unmarshal(variables, &v))
	keys, ok := f.keys[strings.Join(v.Asset.Path, "/")]
	if !ok {
		return `{"assetNodeOrError": {"__typename": "AssetNotFoundError", "message": "no such asset"}}`
	}
	return text(map[string]any{"assetNodeOrError": map[string]any{"__typename": "AssetNode", "partitionKeys": keys}})
}

func (f *fake) add(variables []byte, how fate) string {
	var v struct{ Definition, Key string }
	must(json.Unmarshal(variables, &v))
	pair := v.Definition + "=" + v.Key
	if slices.Contains(f.added, pair) {
		return `{"addDynamicPartition": {"__typename": "DuplicateDynamicPartitionError", "partitionName": "x"}}`
	}
	if how.acts {
		f.added = append(f.added, pair)
	}
	return `{"addDynamicPartition": {"__typename": "AddDynamicPartitionSuccess", "partitionKey": "x"}}`
}

func text(v any) string {
	out, err := json.Marshal(v)
	must(err)
	return string(out)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// marks are store.Marks in memory; they outlive a launcher.
type marks struct {
	mu   sync.Mutex
	kept map[string][]byte
}

func (m *marks) PutMarks(_ context.Context, put map[string][]byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, body := range put {
		if body == nil {
			delete(m.kept, name)
			continue
		}
		if m.kept == nil {
			m.kept = map[string][]byte{}
		}
		m.kept[name] = slices.Clone(body)
	}
	return nil
}

func (m *marks) Marks(_ context.Context, prefix string, yield func(store.Mark) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(m.kept)) {
		if strings.HasPrefix(name, prefix) {
			if err := yield(store.Mark{Name: name, Body: m.kept[name]}); err != nil {
				return err
			}
		}
	}
	return nil
}

// definitions are launcher.Definitions that stand still: current what a watch had a while
// ago, nil for the same as fresh.
type definitions struct{ current, fresh *deployment.Deployment }

func (d *definitions) Current(context.Context) (*deployment.Deployment, error) {
	if d.current != nil {
		return d.current, nil
	}
	return d.fresh, nil
}

func (d *definitions) Fresh(context.Context) (*deployment.Deployment, error) { return d.fresh, nil }

var _ launcher.Definitions = (*definitions)(nil)
