package state_test

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"auto/runtime/facts"
	"auto/vm/graph"
	"auto/vm/space"

	"github.com/Khan/genqlient/graphql"
)

// fake is a Dagster in memory, a slow model of its storage: everything is found by walking
// all that happened. Its log is what a reader that saw everything at once would know.
type fake struct {
	graph *graph.Graph
	now   time.Time
	// ahead is how far the clock of the database is before that of the processes: a new run
	// has its update time from there.
	ahead time.Duration
	log   []facts.Event

	ids        int64
	stored     []stored
	heads      map[string]int64
	wiped      map[string]time.Time
	counted    map[string]map[string]bool // materialized partitions, as Dagster's cache has them
	runs       []*fakeRun
	executions []*fakeExecution
	keys       map[string][]string
	backfills  []*fakeBackfill
	down       map[string]bool
	versions   int

	// before is called before each answer, to let things happen between them; fail says
	// which call fails, counting down.
	before func()
	fail   int
	calls  map[string]int
}

// stored is a materialization or observation.
type stored struct {
	id                          int64
	kind, asset, partition, run string
	version                     string
	at                          time.Time
	late, deleted               bool // not committed yet; its run was deleted
}

type fakeRun struct {
	id, status              string
	created, updated, ended time.Time
	whole                   bool // launched without a selection
	assets                  []string
	checks                  []string
	bare                    bool // its checks are not selected by name
	tags                    map[string]string
	keys                    []string
	plans                   []fakePlan
	deleted                 bool
}

type fakePlan struct {
	asset, partition string
	made             bool
}

type fakeExecution struct {
	id                    int64
	check, run, partition string
	status                string // PLANNED, SUCCEEDED, FAILED
	created, at           time.Time
	target                int64
	severity              string
}

type fakeBackfill struct {
	id, status string
	at         time.Time
	targets    map[string][]string
}

var errLost = errors.New("the answer is lost")

func newFake(g *graph.Graph) *fake {
	return &fake{
		graph: g, now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), heads: map[string]int64{}, wiped: map[string]time.Time{},
		counted: map[string]map[string]bool{}, keys: map[string][]string{}, down: map[string]bool{}, calls: map[string]int{},
	}
}

func (f *fake) tick(d time.Duration) { f.now = f.now.Add(d) }

func (f *fake) tell(e facts.Event) { f.log = append(f.log, e) }

func (f *fake) asset(key string) *graph.Asset {
	a, _ := f.graph.Asset(key)
	return a
}

func (f *fake) partitions(key string) []string {
	a := f.asset(key)
	if a.Partitions == nil {
		return []string{""}
	}
	keys := space.NewKeys(a.Partitions, f.now, func(name string) []string { return f.keys[name] }, nil)
	out := make([]string, keys.Len())
	for i := range out {
		out[i] = keys.Key(i)
	}
	return out
}

// What happens.

// launch makes a run. The keys are what its tags say; "" is none.
func (f *fake) launch(r fakeRun) *fakeRun {
	run := &r
	run.id, run.status, run.created, run.updated = fmt.Sprintf("r%d", len(f.runs)+1), "QUEUED", f.now, f.now.Add(f.ahead)
	f.runs = append(f.runs, run)
	f.tell(facts.RunStarted{Run: run.id, Assets: run.assets, Checks: run.checks, Tags: run.tags, Unplanned: true, At: f.now})
	f.tell(facts.RunStatus{Run: run.id, Status: facts.Queued, At: f.now})
	for _, key := range run.assets {
		for _, partition := range f.planned(run, key) {
			run.plans = append(run.plans, fakePlan{asset: key, partition: partition})
			f.tell(facts.Planned{Asset: key, Partition: partition, Run: run.id, At: f.now})
		}
	}
	for _, check := range run.checks {
		for _, partition := range f.plannedCheck(run, check) {
			f.ids++
			f.executions = append(f.executions, &fakeExecution{id: f.ids, check: check, run: run.id, partition: partition, status: "PLANNED", created: f.now})
			f.tell(facts.CheckPlanned{Check: check, Partition: partition, Run: run.id, At: f.now})
		}
	}
	return run
}

func (f *fake) planned(run *fakeRun, asset string) []string {
	if f.asset(asset).Partitions == nil {
		return []string{""}
	}
	return run.keys
}

func (f *fake) plannedCheck(run *fakeRun, check string) []string {
	asset, name, _ := strings.Cut(check, ":")
	if c, _ := f.graph.Check(asset, name); c.Partitioned {
		return run.keys
	}
	return []string{""}
}

func (f *fake) move(run *fakeRun, status string) {
	run.status, run.updated = status, f.now
	if status == "SUCCESS" || status == "FAILURE" || status == "CANCELED" {
		run.ended = f.now
		f.filled(run, status)
	}
	f.tell(facts.RunStatus{Run: run.id, Status: facts.Status(strings.ToLower(status)), At: f.now})
}

func (f *fake) filled(run *fakeRun, status string) {
	for _, b := range f.backfills {
		if b.id != run.tags["dagster/backfill"] || b.status != "REQUESTED" {
			continue
		}
		done := map[string][]string{}
		for _, p := range run.plans {
			if p.partition != "" {
				done[p.asset] = append(done[p.asset], p.partition)
			} else {
				done[p.asset] = nil
			}
		}
		f.tell(facts.Backfill{ID: b.id, Status: facts.Started, Materialized: done, At: f.now})
	}
}

// write stores a materialization or observation; a late one is seen when it is committed.
func (f *fake) write(kind, asset, partition, run string, late bool) {
	f.ids++
	s := stored{id: f.ids, kind: kind, asset: asset, partition: partition, run: run, version: strconv.FormatInt(f.ids%3, 10), at: f.now, late: late}
	f.stored = append(f.stored, s)
	if kind == "OBSERVATION" {
		f.tell(facts.Observed{Asset: asset, Partition: partition, DataVersion: s.version, At: f.now})
	} else {
		f.tell(facts.Materialized{Asset: asset, Partition: partition, Run: run, DataVersion: s.version, At: f.now})
	}
	if !late {
		f.commit(len(f.stored) - 1)
	}
}

func (f *fake) commit(i int) {
	s := &f.stored[i]
	s.late = false
	if s.kind == "MATERIALIZATION" {
		f.heads[s.asset] = s.id // the last to be stored, whatever its id
		if f.counted[s.asset] == nil {
			f.counted[s.asset] = map[string]bool{}
		}
		f.counted[s.asset][s.partition] = true
	}
}

func (f *fake) wipe(asset string) {
	f.wiped[asset] = f.now
	delete(f.heads, asset)
	delete(f.counted, asset)
	f.executions = slices.DeleteFunc(f.executions, func(e *fakeExecution) bool { return strings.HasPrefix(e.check, asset+":") })
	f.tell(facts.Wiped{Asset: asset, At: f.now})
}

func (f *fake) deleteRun(run *fakeRun) {
	run.deleted = true
	for i := range f.stored {
		if f.stored[i].run == run.id {
			f.stored[i].deleted = true
		}
	}
	if run.ended.IsZero() {
		f.tell(facts.RunStatus{Run: run.id, Status: facts.Canceled, At: f.now})
	}
}

func (f *fake) evaluate(e *fakeExecution, passed bool, severity string) {
	e.status, e.at, e.severity = "FAILED", f.now, severity
	if passed {
		e.status = "SUCCEEDED"
	}
	asset, _, _ := strings.Cut(e.check, ":")
	if s := f.latest(asset, e.partition, e.partition == ""); s != nil {
		e.target = s.id
	}
	f.tell(facts.Checked{Check: e.check, Partition: e.partition, Run: e.run, Passed: passed, Warn: severity == "WARN", At: f.now})
}

func (f *fake) request(targets map[string][]string) *fakeBackfill {
	b := &fakeBackfill{id: fmt.Sprintf("b%d", len(f.backfills)+1), status: "REQUESTED", at: f.now, targets: targets}
	f.backfills = append(f.backfills, b)
	f.tell(facts.Backfill{ID: b.id, Status: facts.Started, Targets: targets, At: f.now})
	return b
}

func (f *fake) finish(b *fakeBackfill, status string) {
	b.status = status
	f.tell(facts.Backfill{ID: b.id, Status: facts.Completed, At: f.now})
}

// What is asked.

func (f *fake) run(id string) *fakeRun {
	for _, r := range f.runs {
		if r.id == id {
			return r
		}
	}
	return nil
}

// visible gives what is stored of an asset, by id, oldest first.
func (f *fake) visible(asset string, deleted bool) []*stored {
	var out []*stored
	for i := range f.stored {
		s := &f.stored[i]
		if s.asset == asset && !s.late && (deleted || !s.deleted) && s.at.After(f.wiped[asset]) {
			out = append(out, s)
		}
	}
	return out
}

// latest gives the newest materialization of a partition, or of all.
func (f *fake) latest(asset, partition string, any bool) *stored {
	for _, s := range slices.Backward(f.visible(asset, any)) {
		if s.kind == "MATERIALIZATION" && (any || s.partition == partition) {
			return s
		}
	}
	return nil
}

// latest2 is latest of a partition, with what deleted runs wrote.
func (f *fake) latest2(asset, partition string) *stored {
	for _, s := range slices.Backward(f.visible(asset, true)) {
		if s.kind == "MATERIALIZATION" && s.partition == partition {
			return s
		}
	}
	return nil
}

// lastPlan gives the run that planned a partition last, or any, and whether it made it.
func (f *fake) lastPlan(asset, partition string, any bool) (*fakeRun, bool) {
	for _, r := range slices.Backward(f.runs) {
		if !r.created.After(f.wiped[asset]) {
			continue
		}
		for _, p := range r.plans {
			if p.asset == asset && (any || p.partition == partition) {
				m := f.latest2(asset, p.partition)
				return r, m != nil && m.at.After(r.created)
			}
		}
	}
	return nil, false
}

// MakeRequest implements graphql.Client.
func (f *fake) MakeRequest(_ context.Context, ask *graphql.Request, answer *graphql.Response) error {
	if f.before != nil {
		f.before()
	}
	f.calls[ask.OpName]++
	if f.fail > 0 {
		if f.fail--; f.fail == 0 {
			return errLost
		}
	}
	vars, err := variables(ask.Variables)
	if err != nil {
		return err
	}
	body, err := json.Marshal(f.answer(ask.OpName, vars))
	if err != nil {
		return err
	}
	return json.Unmarshal(body, answer.Data)
}

type object map[string]any

// vars are the variables of all queries.
type vars struct {
	Since                        float64
	Limit, Newest                int
	Keys, Dynamic, Observable    []struct{ Path []string }
	Key                          struct{ Path []string }
	IDs                          []string
	ID, Cursor, Check, Partition string
	Partitions                   []string
}

func variables(from any) (v vars, err error) {
	body, err := json.Marshal(from)
	if err != nil {
		return v, err
	}
	return v, json.Unmarshal(body, &v)
}

func (f *fake) answer(op string, v vars) any {
	switch op {
	case "Poll":
		return f.poll(v)
	case "Newest":
		return object{"runsOrError": f.runList(func(*fakeRun) bool { return true }, v.Cursor, v.Limit)}
	case "Changed":
		return object{"runsOrError": f.changed(v)}
	case "RunsByID":
		return object{"runsOrError": f.runList(func(r *fakeRun) bool { return slices.Contains(v.IDs, r.id) }, "", 0)}
	case "RunsOfBackfill":
		return object{"runsOrError": f.runList(func(r *fakeRun) bool { return r.tags["dagster/backfill"] == v.ID }, v.Cursor, v.Limit)}
	case "AssetsOfRuns":
		return object{"runsOrError": f.assetsOf(v.IDs)}
	case "Events":
		return object{"assetsOrError": object{"__typename": "AssetConnection", "nodes": each(v.Keys, func(k struct{ Path []string }) any {
			return object{"key": k, "assetEventHistory": f.history(strings.Join(k.Path, "/"), v)}
		})}}
	case "Statuses":
		return f.node(v.Key.Path, func(key string) object { return object{"assetPartitionStatuses": f.statuses(key)} })
	case "Latest":
		return f.node(v.Key.Path, func(key string) object {
			return object{"latestMaterializationByPartition": each(v.Partitions, func(p string) any { return event(f.latest(key, p, false)) })}
		})
	case "LastRun":
		return f.node(v.Key.Path, func(key string) object {
			run, _ := f.lastPlan(key, v.Partition, false)
			return object{"latestRunForPartition": runObject(run)}
		})
	case "Info":
		return object{"assetsLatestInfo": each(v.Keys, f.info)}
	case "Checks":
		return object{"assetNodes": f.checkNodes(v.Keys)}
	case "Executions":
		return object{"assetCheckExecutions": f.executionList(strings.Join(v.Key.Path, "/")+":"+v.Check, v)}
	case "Targets":
		return object{"partitionBackfillOrError": f.targets(v)}
	case "Backfill":
		return object{"partitionBackfillOrError": f.backfill(v.ID)}
	case "Locations":
		return object{"workspaceOrError": object{"__typename": "Workspace", "locationEntries": f.locations()}}
	}
	panic("no such query: " + op)
}

func each[T any](list []T, do func(T) any) []any {
	out := []any{}
	for _, v := range list {
		out = append(out, do(v))
	}
	return out
}

func float(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

func keyObject(key string) object { return object{"path": strings.Split(key, "/")} }

func (f *fake) poll(v vars) object {
	active := func(r *fakeRun) bool { return r.ended.IsZero() }
	out := object{
		"active": f.runList(active, "", 0), "changed": f.changed(v), "newest": f.runList(func(*fakeRun) bool { return true }, "", v.Newest),
		"locationStatusesOrError": object{"__typename": "WorkspaceLocationStatusEntries", "entries": []object{
			{"name": "core", "loadStatus": "LOADED", "versionKey": strconv.Itoa(f.versions)},
		}},
	}
	var backfills []object
	for _, b := range f.backfills {
		if b.status == "REQUESTED" || b.status == "CANCELING" || b.status == "FAILING" {
			backfills = append(backfills, object{"id": b.id, "status": b.status, "timestamp": float(b.at),
				"assetSelection": each(slices.Sorted(maps.Keys(b.targets)), func(k string) any { return keyObject(k) })})
		}
	}
	out["backfills"] = object{"__typename": "PartitionBackfills", "results": backfills}
	var dynamic []object
	for _, k := range v.Dynamic {
		if a := f.asset(strings.Join(k.Path, "/")); !f.isDown(a) {
			dynamic = append(dynamic, object{"assetKey": k, "partitionKeysByDimension": []object{{"name": "default", "partitionKeys": f.keys[a.Partitions.Name]}}})
		}
	}
	out["dynamic"] = dynamic
	out["heads"] = object{"__typename": "AssetConnection", "nodes": each(v.Keys, func(k struct{ Path []string }) any {
		node := object{"key": k, "latestEventSortKey": nil}
		if id := f.heads[strings.Join(k.Path, "/")]; id > 0 {
			node["latestEventSortKey"] = strconv.FormatInt(id, 10)
		}
		return node
	})}
	out["seen"] = object{"__typename": "AssetConnection", "nodes": each(v.Observable, func(k struct{ Path []string }) any {
		return object{"key": k, "assetEventHistory": f.history(strings.Join(k.Path, "/"), vars{Limit: 1})}
	})}
	return out
}

func (f *fake) isDown(a *graph.Asset) bool { return f.down[strings.Split(a.Repository, "/")[0]] }

func (f *fake) locations() []object {
	e := object{"name": "core", "loadStatus": "LOADED", "locationOrLoadError": object{"__typename": "RepositoryLocation"}}
	if f.down["core"] {
		e["locationOrLoadError"] = object{"__typename": "PythonError", "message": "SyntaxError: no\nmore"}
	}
	return []object{e}
}

// runList gives runs, the newest first, after that of a cursor.
func (f *fake) runList(ok func(*fakeRun) bool, cursor string, limit int) object {
	out := []any{}
	passed := cursor == ""
	for _, r := range slices.Backward(f.runs) {
		if passed && !r.deleted && ok(r) {
			out = append(out, runObject(r))
		}
		passed = passed || r.id == cursor
	}
	if limit > 0 && len(out) > limit {
		out = out[:limit]
	}
	return object{"__typename": "Runs", "results": out}
}

func (f *fake) changed(v vars) object {
	return f.runList(func(r *fakeRun) bool { return float(r.updated) > v.Since }, v.Cursor, v.Limit)
}

func runObject(r *fakeRun) any {
	if r == nil || r.deleted {
		return nil
	}
	out := object{"runId": r.id, "status": r.status, "jobName": "job", "creationTime": float(r.created), "updateTime": float(r.updated), "endTime": nil,
		"assetSelection": nil, "assetCheckSelection": nil}
	if !r.ended.IsZero() {
		out["endTime"] = float(r.ended)
	}
	if !r.whole {
		out["assetSelection"] = each(r.assets, func(k string) any { return keyObject(k) })
	}
	if !r.bare {
		out["assetCheckSelection"] = each(r.checks, func(c string) any {
			asset, name, _ := strings.Cut(c, ":")
			return object{"name": name, "assetKey": keyObject(asset)}
		})
	}
	out["tags"] = each(slices.Sorted(maps.Keys(r.tags)), func(k string) any { return object{"key": k, "value": r.tags[k]} })
	return out
}

func (f *fake) assetsOf(ids []string) object {
	out := []object{}
	for _, r := range f.runs {
		if slices.Contains(ids, r.id) && !r.deleted {
			out = append(out, object{"runId": r.id, "assets": each(r.assets, func(k string) any { return object{"key": keyObject(k)} })})
		}
	}
	return object{"__typename": "Runs", "results": out}
}

func (f *fake) history(asset string, v vars) object {
	type position struct {
		Type  string `json:"type"`
		Value int64  `json:"value"`
	}
	before := position{"STORAGE_ID", 1 << 60}
	if v.Cursor != "" {
		body, _ := base64.StdEncoding.DecodeString(v.Cursor)
		if err := json.Unmarshal(body, &before); err != nil {
			panic(err)
		}
	}
	list := f.visible(asset, false)
	slices.SortFunc(list, func(a, b *stored) int { return cmp.Compare(b.id, a.id) })
	results := []any{}
	last := position{"STORAGE_ID", -1}
	for _, s := range list {
		if s.id < before.Value && len(results) < v.Limit && (v.Partitions == nil || slices.Contains(v.Partitions, s.partition)) {
			results = append(results, event(s))
			last.Value = s.id
		}
	}
	body, _ := json.Marshal(last)
	return object{"cursor": base64.StdEncoding.EncodeToString(body), "results": results}
}

func event(s *stored) any {
	if s == nil {
		return nil
	}
	var partition any
	if s.partition != "" {
		partition = s.partition
	}
	name := map[string]string{"MATERIALIZATION": "MaterializationEvent", "OBSERVATION": "ObservationEvent"}[s.kind]
	return object{"__typename": name, "runId": s.run, "timestamp": strconv.FormatInt(s.at.UnixMilli(), 10), "partition": partition,
		"tags": []object{{"key": "dagster/data_version", "value": s.version}}}
}

func (f *fake) node(path []string, with func(key string) object) object {
	key := strings.Join(path, "/")
	if f.isDown(f.asset(key)) {
		return object{"assetNodeOrError": object{"__typename": "AssetNotFoundError", "message": "no"}}
	}
	out := with(key)
	out["__typename"] = "AssetNode"
	return object{"assetNodeOrError": out}
}

// status is how Dagster shows a partition.
func (f *fake) status(asset, partition string) string {
	run, made := f.lastPlan(asset, partition, false)
	switch {
	case run != nil && !made && !run.deleted && run.ended.IsZero():
		return "MATERIALIZING"
	case run != nil && !made && run.status == "FAILURE":
		return "FAILED"
	case f.counted[asset][partition]:
		return "MATERIALIZED"
	}
	return ""
}

// statuses gives partitions one by one: a range of time has one key.
func (f *fake) statuses(asset string) object {
	by := map[string][]string{"MATERIALIZED": {}, "FAILED": {}}
	var ranges []object
	for _, key := range f.partitions(asset) {
		if s := f.status(asset, key); s != "" {
			by[s] = append(by[s], key)
			ranges = append(ranges, object{"status": s, "startKey": key, "endKey": key})
		}
	}
	if f.asset(asset).Partitions != nil && f.asset(asset).Partitions.IsTime() {
		return object{"__typename": "TimePartitionStatuses", "ranges": ranges}
	}
	return object{"__typename": "DefaultPartitionStatuses", "materializedPartitions": by["MATERIALIZED"], "failedPartitions": by["FAILED"], "materializingPartitions": by["MATERIALIZING"]}
}

func (f *fake) info(k struct{ Path []string }) any {
	key := strings.Join(k.Path, "/")
	run, _ := f.lastPlan(key, "", true)
	return object{"assetKey": k, "latestRun": runObject(run), "latestMaterialization": event(f.latest(key, "", true))}
}

func (f *fake) checkNodes(keys []struct{ Path []string }) []object {
	out := []object{}
	for _, k := range keys {
		a := f.asset(strings.Join(k.Path, "/"))
		if f.isDown(a) {
			continue
		}
		var checks []object
		for _, c := range a.Checks {
			checks = append(checks, object{"name": c.Name, "executionForLatestMaterialization": f.forLatest(a.Key, a.Key+":"+c.Name)})
		}
		out = append(out, object{"assetKey": k, "assetChecksOrError": object{"__typename": "AssetChecks", "checks": checks}})
	}
	return out
}

// forLatest gives the newest execution of a check where it is about the newest
// materialization (AssetCheckExecutionRecord.targets_latest_materialization).
func (f *fake) forLatest(asset, check string) any {
	var e *fakeExecution
	for _, x := range f.executions {
		if x.check == check {
			e = x
		}
	}
	if e == nil {
		return nil
	}
	m := f.latest(asset, "", true)
	status := f.resolved(e)
	switch {
	case status == "IN_PROGRESS" || m == nil || m.run == e.run && m.run != "":
	case status == "SUCCEEDED" || status == "FAILED":
		if e.target != m.id && (e.target != 0 || !m.at.Before(e.created)) {
			return nil
		}
	default:
		made, ran := f.run(m.run), f.run(e.run)
		if made == nil || ran == nil || made.deleted || ran.deleted || !ran.created.After(made.created) {
			return nil
		}
	}
	return f.execution(e)
}

func (f *fake) resolved(e *fakeExecution) string {
	run := f.run(e.run)
	switch {
	case e.status != "PLANNED":
		return e.status
	case run != nil && !run.deleted && run.ended.IsZero():
		return "IN_PROGRESS"
	case run != nil && !run.deleted && run.status == "FAILURE":
		return "EXECUTION_FAILED"
	}
	return "SKIPPED"
}

func (f *fake) execution(e *fakeExecution) object {
	out := object{"id": strconv.FormatInt(e.id, 10), "runId": e.run, "status": f.resolved(e), "partition": nil, "evaluation": nil}
	if e.partition != "" {
		out["partition"] = e.partition
	}
	if e.status != "PLANNED" {
		evaluation := object{"severity": e.severity, "timestamp": float(e.at), "targetMaterialization": nil}
		if e.target > 0 {
			evaluation["targetMaterialization"] = object{"storageId": strconv.FormatInt(e.target, 10)}
		}
		out["evaluation"] = evaluation
	}
	return out
}

func (f *fake) executionList(check string, v vars) []object {
	out := []object{}
	for _, e := range slices.Backward(f.executions) {
		before, err := strconv.ParseInt(v.Cursor, 10, 64)
		if e.check == check && (err != nil || e.id < before) && len(out) < v.Limit {
			out = append(out, f.execution(e))
		}
	}
	return out
}

func (f *fake) targets(v vars) object {
	for _, b := range f.backfills {
		if keys, ok := b.targets[strings.Join(v.Key.Path, "/")]; ok && b.id == v.ID {
			return object{"__typename": "PartitionBackfill", "partitionsTargetedForAssetKey": object{"partitionKeys": keys, "ranges": nil}}
		}
	}
	return object{"__typename": "BackfillNotFoundError", "message": "no"}
}

func (f *fake) backfill(id string) object {
	for _, b := range f.backfills {
		if b.id == id {
			return object{"__typename": "PartitionBackfill", "status": b.status, "endTimestamp": float(f.now)}
		}
	}
	return object{"__typename": "BackfillNotFoundError", "message": "no"}
}
