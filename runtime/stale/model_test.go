package stale_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/stale"
	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// model is the slow definition: it remembers every update and says for each pair what
// holds, by going through all of them.
type model struct {
	seq     int64
	now     time.Time
	runs    map[string]*modelRun
	updates map[pair][]modelUpdate
	made    map[pair]modelSuccess
	decided map[pair]int64
	dynamic []string
	version map[string]string
}

type pair struct{ asset, key string }

type modelRun struct {
	start         int64
	begun, closed bool
	plans         map[pair]bool
}

type modelUpdate struct {
	id     int64
	by     string
	latest bool
}

type modelSuccess struct {
	by    string
	start int64
}

func newModel() *model {
	return &model{
		now: begin, runs: map[string]*modelRun{}, updates: map[pair][]modelUpdate{}, made: map[pair]modelSuccess{},
		decided: map[pair]int64{}, version: map[string]string{},
	}
}

var begin = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

const (
	dayForm  = "2006-01-02"
	hourForm = "2006-01-02-15:04"
)

// days are the keys of the days that are over, hours those of the hours.
func days(at time.Time) (keys []string) { return windowsOf(at, 24*time.Hour, dayForm) }

func hours(at time.Time) (keys []string) { return windowsOf(at, time.Hour, hourForm) }

func windowsOf(at time.Time, size time.Duration, form string) (keys []string) {
	for start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); !start.Add(size).After(at); start = start.Add(size) {
		keys = append(keys, start.Format(form))
	}
	return keys
}

// keysOf gives the partitions of an asset.
func (m *model) keysOf(asset string) []string {
	switch asset {
	case "hour":
		return hours(m.now)
	case "day", "next", "sum":
		return days(m.now)
	case "source", "each":
		return m.dynamic
	}
	return []string{""}
}

// related gives what depends on a partition.
func (m *model) related(asset, key string) (out []pair) {
	add := func(down string, keys ...string) {
		for _, k := range keys {
			if slices.Contains(m.keysOf(down), k) {
				out = append(out, pair{down, k})
			}
		}
	}
	switch asset {
	case "raw":
		add("day", m.keysOf("day")...)
		add("each", m.keysOf("each")...)
	case "seen":
		add("total", "")
	case "hour":
		add("day", key[:len(dayForm)])
	case "day":
		add("next", key)
		add("total", "")
	case "next":
		add("sum", key)
	case "sum":
		day, _ := time.Parse(dayForm, key)
		add("sum", day.AddDate(0, 0, 1).Format(dayForm))
	case "source":
		add("each", key)
	}
	return out
}

func testGraph(t interface{ Fatal(...any) }) *graph.Graph {
	make := func(s graph.Spec) *graph.Partitions {
		p, err := graph.NewPartitions(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	day, hour := make(graph.Spec{Type: graph.Daily, Start: "2026-01-01"}), make(graph.Spec{Type: graph.Hourly, Start: "2026-01-01-00:00"})
	each := make(graph.Spec{Type: graph.Dynamic, Name: "each"})
	g, problems := graph.New([]graph.Asset{
		{Key: "raw", External: true},
		{Key: "seen", Observable: true},
		{Key: "hour", Partitions: hour},
		{Key: "source", Partitions: each},
		{Key: "day", Partitions: day, Deps: []graph.Dep{{Key: "hour"}, {Key: "raw"}}},
		{Key: "next", Partitions: day, Deps: []graph.Dep{{Key: "day"}}},
		{Key: "sum", Partitions: day, Deps: []graph.Dep{{Key: "next"}, {Key: "sum", Mapping: &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1, EndOffset: -1}}}},
		{Key: "total", Deps: []graph.Dep{{Key: "day"}, {Key: "seen"}}},
		{Key: "each", Partitions: each, Deps: []graph.Dep{{Key: "source"}, {Key: "raw"}}},
	}, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return g
}

var askedOf = []string{"day", "next", "sum", "total", "each"}

func isAsked(asset string) bool { return slices.Contains(askedOf, asset) }

// passed lets time pass. A window that came to be is outdated.
func (m *model) passed(at time.Time) {
	before := days(m.now)
	m.now = at
	for _, key := range days(at)[len(before):] {
		for _, asset := range []string{"day", "next", "sum"} {
			m.updates[pair{asset, key}] = append(m.updates[pair{asset, key}], modelUpdate{m.seq, "", true})
		}
	}
}

// happened folds an event.
func (m *model) happened(e *events.Event) {
	m.seq++
	switch e.Type {
	case events.Materialization:
		if r := m.run(e.RunID); r != nil {
			r.begun = true
		}
		m.update(e)
		m.success(e)
	case events.Observation:
		if e.DataVersion != "" && e.DataVersion != m.version[e.Asset] {
			m.version[e.Asset] = e.DataVersion
			m.update(e)
		}
	case events.Run:
		m.status(e)
	case events.Partitions:
		m.partitions(e)
	case events.Wipe:
		for p := range m.decided {
			if p.asset == e.Asset {
				delete(m.decided, p)
			}
		}
	}
}

func (m *model) run(id string) *modelRun {
	if id != "" && m.runs[id] == nil {
		m.runs[id] = &modelRun{start: m.seq, plans: map[pair]bool{}}
	}
	return m.runs[id]
}

func (m *model) update(e *events.Event) {
	flagged := false // it is made for an update of when its window was the latest
	if isAsked(e.Asset) {
		flagged = slices.ContainsFunc(m.behind(pair{e.Asset, e.Partition}), func(u modelUpdate) bool { return u.latest })
	}
	for _, p := range m.related(e.Asset, e.Partition) {
		existed := days(e.At)
		latest := p.asset == "total" || p.asset == "each" || len(existed) > 0 && existed[len(existed)-1] == p.key ||
			flagged && slices.Contains(days(m.now), p.key) && p.key == e.Partition
		by := e.RunID
		if e.Type == events.Observation {
			by = ""
		}
		m.updates[p] = append(m.updates[p], modelUpdate{m.seq, by, latest})
	}
}

func (m *model) success(e *events.Event) {
	p := pair{e.Asset, e.Partition}
	if !slices.Contains(m.keysOf(e.Asset), e.Partition) {
		return
	}
	s := m.successOf(e)
	m.made[p] = s
	if d := m.decided[p]; s.start >= d || len(m.behind(p)) == 0 {
		delete(m.decided, p)
	}
}

func (m *model) successOf(e *events.Event) modelSuccess {
	if r := m.run(e.RunID); r != nil {
		return modelSuccess{e.RunID, r.start}
	}
	return modelSuccess{start: m.seq}
}

func (m *model) status(e *events.Event) {
	known := m.runs[e.RunID] != nil
	r := m.run(e.RunID)
	waits := e.Status == facts.Queued
	if !known {
		for _, asset := range e.Assets {
			if slices.Contains(m.keysOf(asset), e.Partition) {
				r.plans[pair{asset, e.Partition}] = true
			}
		}
		r.begun = !waits
	}
	switch e.Status {
	case facts.Started:
		if !r.begun {
			r.begun, r.start = true, m.seq
		}
	case facts.Success, facts.Failure, facts.Canceled:
		r.closed = true
	}
}

func (m *model) partitions(e *events.Event) {
	for _, key := range e.Add {
		if !slices.Contains(m.dynamic, key) {
			m.dynamic = append(slices.Clone(m.dynamic), key)
		}
	}
	for _, key := range e.Delete {
		m.dynamic = slices.DeleteFunc(slices.Clone(m.dynamic), func(k string) bool { return k == key })
		p := pair{"each", key}
		delete(m.updates, p)
		delete(m.made, p)
		delete(m.decided, p)
		for _, r := range m.runs {
			delete(r.plans, p)
		}
	}
}

// behind gives the updates that a pair has not caught up with.
func (m *model) behind(p pair) (out []modelUpdate) {
	s, ok := m.made[p]
	if !ok {
		s.start = -1
	}
	for _, u := range m.updates[p] {
		if u.id > s.start && (u.by == "" || u.by != s.by) {
			out = append(out, u)
		}
	}
	return out
}

func (m *model) say() (lines []string) {
	for _, asset := range askedOf {
		for _, key := range m.keysOf(asset) {
			p := pair{asset, key}
			behind := m.behind(p)
			words := ""
			if len(behind) > 0 {
				words += " outdated"
			}
			if slices.ContainsFunc(behind, func(u modelUpdate) bool { return u.latest }) {
				words += " latest"
			}
			if d, ok := m.decided[p]; ok && !slices.ContainsFunc(behind, func(u modelUpdate) bool {
				r := m.runs[u.by]
				return u.id > d && !(r != nil && r.plans[p] && r.start > d)
			}) {
				words += " requested"
			}
			if words != "" {
				lines = append(lines, asset+" "+key+words)
			}
		}
	}
	return lines
}

// world is a tracker under test.
type world struct {
	graph   *graph.Graph
	tracker *stale.Tracker
	model   *model
	space   *space.Space
	version uint64
	before  map[string]string
}

func newWorld(t interface{ Fatal(...any) }) *world {
	w := &world{graph: testGraph(t), tracker: stale.New(), model: newModel(), before: map[string]string{}}
	w.tracker.Follow(w.graph, isAsked)
	w.tick(t)
	return w
}

func (w *world) tick(t interface{ Fatal(...any) }) {
	dynamic := func(string) []string { return w.model.dynamic }
	if w.space == nil || !w.space.Holds(w.model.now, dynamic) {
		s, err := space.New(space.Input{Graph: w.graph, At: w.model.now, Dynamic: dynamic})
		if err != nil {
			t.Fatal(err)
		}
		w.space, w.before = s, map[string]string{}
	}
	w.tracker.Tick(w.space, w.model.now)
}

// say gives what the tracker answers in the words of the model, and checks that only what
// it reports as changed has changed.
func (w *world) say(t interface{ Fatal(...any) }) (lines []string) {
	w.tick(t)
	changed, version := w.tracker.Changed(w.version)
	w.version = version
	for i := range w.space.Entities {
		text := w.sayOf(i)
		if before, ok := w.before[w.space.Entities[i].Key]; ok && before != text && !slices.Contains(changed, i) {
			t.Fatal(w.space.Entities[i].Key, " changed unnoticed from ", before, " to ", text)
		}
		w.before[w.space.Entities[i].Key] = text
	}
	for _, asset := range askedOf {
		if text := w.before[asset]; text != "" {
			lines = append(lines, strings.Split(text, "\n")...)
		}
	}
	return lines
}

func (w *world) sayOf(entity int) string {
	e := &w.space.Entities[entity]
	var lines []string
	for n := range e.Keys.Len() {
		words := ""
		for i, kind := range []code.FactKind{code.Outdated, code.OutdatedInLatestTimeWindow, code.AlreadyRequested} {
			if set, ok := w.tracker.Set(code.Fact{Kind: kind}); ok && set.Has(e.Bit+n) {
				words += []string{" outdated", " latest", " requested"}[i]
			}
		}
		if words != "" {
			lines = append(lines, e.Key+" "+e.Keys.Key(n)+words)
		}
	}
	return strings.Join(lines, "\n")
}

func (w *world) happened(e *events.Event) {
	w.model.happened(e)
	w.tracker.Happened(w.model.seq, e)
}

// decide requests some pairs of an asset.
func (w *world) decide(t interface{ Fatal(...any) }, asset string, keys []string) {
	w.tick(t)
	i, _ := w.space.Find(asset)
	set := bits.New(w.space.Bits)
	for _, key := range keys {
		if n, ok := w.space.Entities[i].Keys.Index(key); ok {
			set.Add(w.space.Entities[i].Bit + n)
			w.model.decided[pair{asset, key}] = w.model.seq
		}
	}
	w.tracker.Decided(w.space, set, w.model.seq)
}

// restart goes on from a snapshot.
func (w *world) restart(t interface{ Fatal(...any) }) {
	text, err := w.tracker.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	fresh := stale.New()
	if err := fresh.UnmarshalJSON(text); err != nil {
		t.Fatal(err)
	}
	fresh.Follow(w.graph, isAsked)
	again, err := fresh.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	if string(again) != string(text) {
		t.Fatal("a snapshot of a snapshot is another one:\n" + string(text) + "\n" + string(again))
	}
	w.tracker, w.version, w.before = fresh, 0, map[string]string{}
}

// move goes on in another tracker, one asset after the other.
func (w *world) move() {
	fresh := stale.New()
	for _, asset := range askedOf {
		fresh.Give(w.tracker.Take(func(key string) bool { return key == asset }))
	}
	fresh.Give(w.tracker)
	fresh.Follow(w.graph, isAsked)
	w.tracker, w.version, w.before = fresh, 0, map[string]string{}
}

func TestTrackerEqualsModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		for step := range rapid.IntRange(1, 60).Draw(t, "steps") {
			w.step(t)
			if diff := cmp.Diff(w.model.say(), w.say(t)); diff != "" {
				t.Fatalf("step %d: -model +tracker\n%s", step, diff)
			}
		}
	})
}

// step lets something happen.
func (w *world) step(t *rapid.T) {
	m := w.model
	at := m.now.Add(-time.Duration(rapid.SampledFrom([]int{0, 0, 0, 1, 20}).Draw(t, "late")) * time.Hour)
	switch rapid.IntRange(0, 12).Draw(t, "step") {
	case 0:
		m.passed(m.now.Add(time.Duration(rapid.IntRange(1, 16).Draw(t, "hours")) * time.Hour))
	case 1, 2, 3, 4:
		w.materialize(t, at)
	case 5:
		w.happened(&events.Event{Type: events.Observation, Asset: "seen", DataVersion: rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "version"), At: at})
	case 6, 7:
		w.start(t, at)
	case 8:
		if id := w.openRun(t); id != "" {
			w.happened(&events.Event{Type: events.Run, RunID: id, Status: rapid.SampledFrom([]facts.Status{facts.Started, facts.Success, facts.Failure, facts.Canceled}).Draw(t, "status"), At: at})
		}
	case 9:
		asset := rapid.SampledFrom(askedOf).Draw(t, "asset")
		if keys := m.keysOf(asset); len(keys) > 0 {
			w.decide(t, asset, rapid.SliceOfN(rapid.SampledFrom(keys), 1, 3).Draw(t, "keys"))
		}
	case 10:
		w.happened(&events.Event{Type: events.Partitions, Name: "each", Add: someKeys.Draw(t, "add"), Delete: someKeys.Draw(t, "delete"), At: at})
	case 11:
		w.happened(&events.Event{Type: events.Wipe, Asset: rapid.SampledFrom(askedOf).Draw(t, "asset"), At: at})
	case 12:
		if rapid.Bool().Draw(t, "restart") {
			w.restart(t)
		} else {
			w.move()
		}
	}
}

var someKeys = rapid.SliceOfN(rapid.SampledFrom([]string{"x", "y", "z"}), 0, 2)

// openRun draws a run that has not finished, "" where there is none.
func (w *world) openRun(t *rapid.T) string {
	var open []string
	for _, id := range slices.Sorted(maps.Keys(w.model.runs)) {
		if !w.model.runs[id].closed {
			open = append(open, id)
		}
	}
	if len(open) == 0 {
		return ""
	}
	return rapid.SampledFrom(open).Draw(t, "run")
}

var allAssets = []string{"raw", "hour", "source", "day", "next", "sum", "total", "each"}

// materialize has a run make what it has planned, or anything where it has planned nothing
// and where there is no run.
func (w *world) materialize(t *rapid.T, at time.Time) {
	id := ""
	if rapid.Bool().Draw(t, "by a run") {
		id = w.openRun(t)
	}
	if r := w.model.runs[id]; r != nil && len(r.plans) > 0 {
		plans := slices.SortedFunc(maps.Keys(r.plans), func(a, b pair) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		p := rapid.SampledFrom(plans).Draw(t, "planned")
		w.happened(&events.Event{Type: events.Materialization, Asset: p.asset, Partition: p.key, RunID: id, At: at})
		return
	}
	if r := w.model.runs[id]; r != nil && len(r.plans) == 0 {
		id = ""
	}
	asset := rapid.SampledFrom(allAssets).Draw(t, "asset")
	if keys := w.model.keysOf(asset); len(keys) > 0 {
		w.happened(&events.Event{Type: events.Materialization, Asset: asset, Partition: rapid.SampledFrom(keys).Draw(t, "key"), RunID: id, At: at})
	}
}

// start makes a run of some assets of one partition known.
func (w *world) start(t *rapid.T, at time.Time) {
	var assets []string
	var keys []string
	switch rapid.IntRange(0, 2).Draw(t, "kind") {
	case 0:
		assets, keys = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"day", "next", "sum"}), 1, 3, rapid.ID).Draw(t, "assets"), w.model.keysOf("day")
	case 1:
		assets, keys = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"source", "each"}), 1, 2, rapid.ID).Draw(t, "assets"), w.model.keysOf("each")
	default:
		assets, keys = []string{"total"}, []string{""}
	}
	if len(keys) == 0 {
		return
	}
	id := fmt.Sprintf("r%d", len(w.model.runs)+1)
	status := rapid.SampledFrom([]facts.Status{facts.Started, facts.Queued}).Draw(t, "status")
	w.happened(&events.Event{Type: events.Run, RunID: id, Assets: assets, Partition: rapid.SampledFrom(keys).Draw(t, "key"), Status: status, At: at})
}
