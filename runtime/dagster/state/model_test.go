package state_test

import (
	"context"
	"flag"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/runtime/dagster/state"
	"auto/runtime/facts"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// skewed is a clock beside the fake's.
type skewed struct {
	fake *fake
	by   time.Duration
}

func (c *skewed) Now() time.Time { return c.fake.now.Add(c.by) }

func (c *skewed) Until(time.Time) (<-chan struct{}, func()) { panic("a reader does not wait") }

// model is a fake, a reader of it, and what it told.
type model struct {
	*fake
	*journal
	marks  *marks
	reader *state.Reader
	clock  *skewed
	// read is the graph that is read in place of all there is, nil for that.
	read   *graph.Graph
	racing bool
	truth  []map[string][]string
	// wasDown: the last poll found its location down.
	wasDown bool
}

func modelGraph(t rapid.TB) *graph.Graph {
	daily := partitions(t, graph.Spec{Type: graph.Daily, Start: "2026-02-26"})
	static := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"x", "y"}})
	dynamic := partitions(t, graph.Spec{Type: graph.Dynamic, Name: "names"})
	const core = "core/__repository__"
	return newGraph(t,
		graph.Asset{Key: "whole", Repository: core, Checks: []graph.Check{{Name: "c"}}},
		graph.Asset{Key: "other/whole", Repository: core},
		graph.Asset{Key: "daily", Repository: core, Partitions: daily, Deps: []graph.Dep{{Key: "whole"}}, Checks: []graph.Check{{Name: "u"}, {Name: "p", Partitioned: true}}},
		graph.Asset{Key: "daily2", Repository: core, Partitions: daily, Deps: []graph.Dep{{Key: "daily"}}},
		graph.Asset{Key: "static", Repository: core, Partitions: static},
		graph.Asset{Key: "dynamic", Repository: core, Partitions: dynamic},
		graph.Asset{Key: "seen", Repository: core, External: true, Observable: true},
	)
}

func newModel(t rapid.TB) *model {
	m := &model{fake: newFake(modelGraph(t)), journal: newJournal(), marks: &marks{bodies: map[string][]byte{}}}
	m.clock = &skewed{fake: m.fake}
	m.restart()
	return m
}

func (m *model) restart() {
	m.reader = state.New(state.Options{
		Client: m.fake, Graph: m.reads, Take: m.take, Marks: m.marks, Clock: m.clock,
	})
	m.reader.Small()
}

func (m *model) reads() *graph.Graph {
	if m.read != nil {
		return m.read
	}
	return m.graph
}

// fold gives the world of a log.
func fold(t rapid.TB, log []facts.Event) *facts.World {
	t.Helper()
	w := facts.New()
	for _, e := range log {
		if err := w.Apply(e); err != nil {
			t.Fatalf("%#v: %v", e, err)
		}
	}
	return w
}

// told gives the world of the events that were told.
func (m *model) told(t rapid.TB) *facts.World {
	t.Helper()
	w := facts.New()
	for i := range m.list {
		if err := m.list[i].Apply(w); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// sync has the reader read all there is, and compares.
func (m *model) sync(t *rapid.T) {
	m.settleAll()
	for range 2 {
		m.tick(time.Second)
		if _, err := m.reader.Poll(context.Background()); err != nil {
			t.Fatal(err)
		}
		m.tick(11 * time.Second)
	}
	m.compare(t)
}

func (m *model) settleAll() {
	m.fail, m.fails, m.marks.fails, m.racing = 0, -1, false, false
	for i := range m.stored {
		if m.stored[i].late {
			m.commit(i)
		}
	}
	if m.down["core"] {
		m.down["core"] = false
		m.versions++
	}
}

func (m *model) compare(t *rapid.T) {
	got, want := m.told(t), fold(t, m.log)
	if diff := cmp.Diff(m.compared(known(t, m.graph, want, m.now)), m.compared(known(t, m.graph, got, m.now))); diff != "" {
		t.Fatalf("facts (-log +told):\n%s\ntold:\n%s", diff, strings.Join(m.brief(0), "\n"))
	}
	if diff := cmp.Diff(want.Dynamic("names"), got.Dynamic("names")); diff != "" && len(want.Dynamic("names"))+len(got.Dynamic("names")) > 0 {
		t.Fatalf("keys (-log +told):\n%s", diff)
	}
	for _, r := range m.runs {
		was, _ := want.StatusOf(r.id)
		is, ok := got.StatusOf(r.id)
		if ok && is != was {
			t.Fatalf("the run %s is %s, and %s was told", r.id, was, is)
		}
	}
}

// compared leaves out checks that were evaluated by a run that goes, and not against the
// newest materialization: until the run ends they may be told as in progress.
func (m *model) compared(facts map[string][]string) map[string][]string {
	for name, list := range facts {
		facts[name] = slices.DeleteFunc(list, func(pair string) bool {
			key, partition, _ := strings.Cut(pair, " ")
			asset, _, isCheck := strings.Cut(key, ":")
			if !isCheck || partition != "" || m.forLatest(asset, key) != nil {
				return false
			}
			return slices.ContainsFunc(m.executions, func(e *fakeExecution) bool {
				return e.check == key && e.status != "PLANNED" && m.run(e.run).ended.IsZero() && !m.run(e.run).deleted
			})
		})
		if len(facts[name]) == 0 {
			delete(facts, name)
		}
	}
	return facts
}

func TestModel(t *testing.T) {
	sameHistories(t)
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t)
		m.ahead = time.Duration(rapid.IntRange(0, 2).Draw(t, "minutes ahead")) * time.Minute
		m.before = func() { m.race(t) }
		actions := map[string]func(*rapid.T){"": func(*rapid.T) { m.tick(3 * time.Millisecond) }}
		for name, do := range m.happenings() {
			actions[name] = do
		}
		actions["poll"] = m.pollOnce
		actions["poll again"] = m.pollOnce
		actions["faulty poll"] = m.faulty
		actions["restart"] = func(*rapid.T) { m.restart() }
		actions["wipe"] = m.wipeSome
		actions["delete a run"] = m.deleteSome
		actions["lose marks"] = m.loseMarks
		actions["sync"] = m.sync
		t.Repeat(actions)
		m.sync(t)
	})
}

// sameHistories has each run draw the same histories, unless the command line gives a seed:
// among very many there are some that polls cannot tell apart (docs/dagster.md, What cannot
// be seen).
func sameHistories(t *testing.T) {
	if seed := flag.Lookup("rapid.seed"); seed.Value.String() == seed.DefValue {
		if err := seed.Value.Set("1"); err != nil {
			t.Fatal(err)
		}
	}
}

// loseMarks has all be read anew. What a deleted run wrote has lost its run then, and what it
// planned last is an earlier run's.
func (m *model) loseMarks(t *rapid.T) {
	if slices.ContainsFunc(m.runs, func(r *fakeRun) bool { return r.deleted }) {
		return
	}
	m.sync(t)
	clear(m.marks.bodies)
	m.restart()
	m.sync(t)
}

// race lets something happen between calls of a poll.
func (m *model) race(t *rapid.T) {
	if !m.racing || rapid.IntRange(0, 3).Draw(t, "race") > 0 {
		return
	}
	happenings := m.happenings()
	name := rapid.SampledFrom(slices.Sorted(maps.Keys(happenings))).Draw(t, "meanwhile")
	happenings[name](t)
	m.tick(2 * time.Millisecond)
	m.look(t)
}

func (m *model) look(t *rapid.T) {
	m.truth = append(m.truth, known(t, m.graph, fold(t, m.log), m.now))
}

// pollOnce polls while things happen. What then seems missing and not to be made was so at
// some moment of the poll.
func (m *model) pollOnce(t *rapid.T) {
	m.truth, m.racing = nil, rapid.Bool().Draw(t, "racing")
	m.look(t)
	report, err := m.reader.Poll(context.Background())
	m.racing = false
	if err != nil {
		t.Fatal(err)
	}
	wasDown := m.wasDown
	m.wasDown = len(report.Down) > 0 || m.down["core"]
	if wasDown || m.wasDown { // nothing is known of keys
		return
	}
	ever := map[string]bool{}
	for _, facts := range m.truth {
		for _, key := range idle(facts) {
			ever[key] = true
		}
	}
	unseen, err := m.reader.Unseen(context.Background(), m.graph)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range idle(known(t, m.graph, m.told(t), m.now)) {
		if asset, _, _ := strings.Cut(key, " "); !ever[key] && !slices.Contains(unseen, asset) {
			t.Fatalf("%s seems idle, and never was; told:\n%s", key, strings.Join(m.brief(0), "\n"))
		}
	}
}

// idle gives what is missing and not in progress, but for keys that may have gone meanwhile.
func idle(facts map[string][]string) []string {
	return slices.DeleteFunc(slices.Clone(facts["missing"]), func(pair string) bool {
		return slices.Contains(facts["in progress"], pair) || strings.Contains(pair, ":") || strings.HasPrefix(pair, "dynamic ")
	})
}

// faulty is a poll of which something fails.
func (m *model) faulty(t *rapid.T) {
	switch rapid.IntRange(0, 3).Draw(t, "fault") {
	case 0:
		m.fail = rapid.IntRange(1, 12).Draw(t, "call")
	case 1:
		m.fails = rapid.IntRange(0, 3).Draw(t, "taken")
	case 2:
		m.marks.fails = true
	}
	m.racing = rapid.Bool().Draw(t, "racing")
	_, _ = m.reader.Poll(context.Background())
	m.wasDown = true
	m.fail, m.fails, m.marks.fails, m.racing = 0, -1, false, false
	if rapid.Bool().Draw(t, "killed") {
		m.restart()
	}
}

// happenings are what can happen in a Dagster at any time.
func (m *model) happenings() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"launch": m.launchSome, "advance": m.advance, "make": m.makeSome, "make 2": m.makeSome, "evaluate": m.evaluateSome,
		"commit": m.commitSome, "report": m.report, "keys": m.moveKeys, "location": m.turn, "backfill": m.backfillSome, "time": m.wait,
	}
}

func (m *model) wait(t *rapid.T) {
	m.tick(time.Duration(rapid.SampledFrom([]int{1, 50, 900, 5000, 11000, 70000}).Draw(t, "ms")) * time.Millisecond)
}

func (m *model) launchSome(t *rapid.T) {
	if len(m.runs) > 12 {
		return
	}
	kind := rapid.SampledFrom([][]string{{"whole", "other/whole", "daily", "daily2"}, {"static", "whole"}, {"dynamic", "whole"}}).Draw(t, "assets")
	var assets []string
	for _, key := range kind {
		if rapid.Bool().Draw(t, key) {
			assets = append(assets, key)
		}
	}
	if len(assets) == 0 {
		assets = kind[:1]
	}
	slices.Sort(assets)
	run := fakeRun{assets: assets, tags: map[string]string{}, keys: []string{""}, whole: rapid.IntRange(0, 3).Draw(t, "whole") == 0}
	run.bare = rapid.Bool().Draw(t, "bare")
	for _, key := range assets {
		for _, c := range m.asset(key).Checks {
			if run.bare || rapid.Bool().Draw(t, "check") {
				run.checks = append(run.checks, key+":"+c.Name)
			}
		}
	}
	m.target(t, &run)
	if len(m.backfills) > 0 && rapid.Bool().Draw(t, "of backfill") {
		run.tags["dagster/backfill"] = rapid.SampledFrom(m.backfills).Draw(t, "backfill").id
	}
	// What was stored late before a plan of the same partition would seem to come after it.
	for i := range m.stored {
		if s := &m.stored[i]; s.late && slices.Contains(run.assets, s.asset) && slices.Contains(append(run.keys, ""), s.partition) {
			m.commit(i)
		}
	}
	m.launch(run)
}

// target gives a run its partition, or a range.
func (m *model) target(t *rapid.T, run *fakeRun) {
	i := slices.IndexFunc(run.assets, func(key string) bool { return m.asset(key).Partitions != nil })
	if i < 0 {
		return
	}
	all := m.partitions(run.assets[i])
	if len(all) == 0 {
		run.assets, run.checks = []string{"whole"}, nil
		run.whole, run.bare = false, false
		return
	}
	from := rapid.IntRange(0, len(all)-1).Draw(t, "from")
	// What a range of dynamic keys had in it when its run began is not known afterwards.
	if rapid.IntRange(0, 3).Draw(t, "range") > 0 || run.assets[i] == "dynamic" {
		run.keys, run.tags["dagster/partition"] = all[from:from+1], all[from]
		return
	}
	to := rapid.IntRange(from, len(all)-1).Draw(t, "to")
	run.keys = all[from : to+1]
	run.tags["dagster/asset_partition_range_start"], run.tags["dagster/asset_partition_range_end"] = all[from], all[to]
}

// going gives the runs that go, or only those that are executed.
func (m *model) going(statuses ...string) []*fakeRun {
	return slices.DeleteFunc(slices.Clone(m.runs), func(r *fakeRun) bool {
		return r.deleted || !r.ended.IsZero() || len(statuses) > 0 && !slices.Contains(statuses, r.status)
	})
}

func (m *model) some(t *rapid.T, list []*fakeRun) *fakeRun {
	if len(list) == 0 {
		return nil
	}
	return rapid.SampledFrom(list).Draw(t, "run")
}

var next = map[string][]string{
	"QUEUED": {"STARTING", "CANCELED"}, "STARTING": {"STARTED", "FAILURE"}, "STARTED": {"SUCCESS", "FAILURE", "CANCELING"}, "CANCELING": {"CANCELED"},
}

// advance gives a run another status. It does not end before all that it wrote is stored.
func (m *model) advance(t *rapid.T) {
	run := m.some(t, m.going())
	if run == nil {
		return
	}
	status := rapid.SampledFrom(next[run.status]).Draw(t, "status")
	for i := range m.stored {
		if m.stored[i].run == run.id && m.stored[i].late {
			m.commit(i)
		}
	}
	for i := range run.plans {
		if p := &run.plans[i]; status == "SUCCESS" && !p.made {
			p.made = true
			m.write("MATERIALIZATION", p.asset, p.partition, run.id, false)
			m.tick(time.Millisecond)
		}
	}
	m.move(run, status)
}

func (m *model) makeSome(t *rapid.T) {
	run := m.some(t, m.going("STARTED", "CANCELING"))
	if run == nil {
		return
	}
	for i := range run.plans {
		p := &run.plans[i]
		last, _ := m.lastPlan(p.asset, p.partition, false)
		if !p.made && rapid.Bool().Draw(t, "makes") {
			p.made = true
			// What is stored late was followed by nothing of the same partition.
			m.write("MATERIALIZATION", p.asset, p.partition, run.id, last == run && rapid.IntRange(0, 3).Draw(t, "late") == 0)
			m.tick(time.Millisecond)
		}
	}
}

func (m *model) commitSome(t *rapid.T) {
	for i := range m.stored {
		if m.stored[i].late && rapid.Bool().Draw(t, "commits") {
			m.commit(i)
		}
	}
}

func (m *model) evaluateSome(t *rapid.T) {
	for _, e := range m.executions {
		run := m.run(e.run)
		if e.status == "PLANNED" && run != nil && run.status == "STARTED" && !run.deleted && rapid.Bool().Draw(t, "evaluates") {
			m.evaluate(e, rapid.Bool().Draw(t, "passed"), rapid.SampledFrom([]string{"WARN", "ERROR"}).Draw(t, "severity"))
			m.tick(time.Millisecond)
		}
	}
}

func (m *model) report(t *rapid.T) {
	key := rapid.SampledFrom([]string{"whole", "daily", "static", "seen"}).Draw(t, "asset")
	kind := "MATERIALIZATION"
	if key == "seen" {
		kind = "OBSERVATION"
	}
	m.write(kind, key, rapid.SampledFrom(m.partitions(key)).Draw(t, "partition"), "", false)
}

func (m *model) moveKeys(t *rapid.T) {
	key := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key")
	e := facts.DynamicPartitions{Name: "names", At: m.now}
	list := slices.Clone(m.keys["names"])
	if slices.Contains(list, key) {
		e.Delete, list = []string{key}, slices.DeleteFunc(list, func(k string) bool { return k == key })
	} else {
		e.Add, list = []string{key}, append(list, key)
	}
	m.keys["names"] = list
	m.tell(e)
}

func (m *model) turn(*rapid.T) {
	m.down["core"] = !m.down["core"]
	m.versions++
}

func (m *model) backfillSome(t *rapid.T) {
	for _, b := range m.backfills {
		if b.status == "REQUESTED" && rapid.Bool().Draw(t, "ends") {
			m.finish(b, "COMPLETED_SUCCESS")
		}
	}
	if len(m.backfills) < 3 {
		m.request(map[string][]string{"daily": rapid.SliceOfNDistinct(rapid.SampledFrom(m.partitions("daily")), 1, 2, rapid.ID).Draw(t, "keys"), "whole": nil})
	}
}

// wipeSome wipes an asset that was written and that no run is going to write. Nothing else
// tells of a wipe, and of its time only that it lies between two polls.
func (m *model) wipeSome(t *rapid.T) {
	key := rapid.SampledFrom([]string{"whole", "other/whole", "daily", "static", "seen"}).Draw(t, "asset")
	for _, r := range m.going() {
		if slices.Contains(r.assets, key) {
			return
		}
	}
	m.sync(t)
	if len(m.visible(key, true)) > 0 {
		m.fake.wipe(key)
	}
}

// deleteSome deletes a run that all is read of. Where nothing is left of an asset with
// partitions, it may look as if it was wiped.
func (m *model) deleteSome(t *rapid.T) {
	m.sync(t)
	list := slices.DeleteFunc(slices.Clone(m.runs), func(r *fakeRun) bool { return r.deleted || m.emptied(r) })
	if run := m.some(t, list); run != nil {
		m.deleteRun(run)
	}
}

// emptied reports whether nothing would be left of an asset that a run wrote.
func (m *model) emptied(r *fakeRun) bool {
	return slices.ContainsFunc(r.plans, func(p fakePlan) bool {
		left := m.visible(p.asset, false)
		return p.made && !slices.ContainsFunc(left, func(s *stored) bool { return s.run != r.id })
	})
}
