package stale_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/compiler/condition"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/engine"
	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/stale"
	"auto/vm/bits"
	"auto/vm/graph"
)

// TestTickInvarianceSoak: however time is cut into ticks, keep_up_to_date() launches for
// every update of a dependency, and never twice for one, and waits for windows to come.
// Graphs, mappings, updates, runs of others, and how runs go (late, failing, one over the
// other) are random; of each world, time is cut in three ways.
func TestTickInvarianceSoak(t *testing.T) {
	worlds := 60
	if soak {
		worlds = 10_000
	}
	for seed := range uint64(worlds) {
		for cut := range uint64(3) {
			if problem := play(t, seed, cut); problem != "" {
				t.Fatalf("world %d, cut %d: %s", seed, cut, problem)
			}
		}
	}
}

// dawn is when worlds begin: before a day and a month end.
var dawn = time.Date(2026, 3, 31, 21, 0, 0, 0, time.UTC)

// mostLeaps is how often a world that waits for windows goes on to the next day, on which
// some week ends.
const mostLeaps = 2

// play plays a world, cut in one of several ways, and says what is wrong.
func play(t *testing.T, seed, cut uint64) string {
	p := newPlay(t, seed, cut)
	at, leaps := dawn, 0
	for range 4000 {
		at = at.Add(p.interval(at))
		requested := p.tick(at)
		if p.problem != "" {
			return p.problem + "\n" + strings.Join(p.story, "\n")
		}
		if requested || len(p.due) > 0 {
			continue
		}
		if p.fill(at) {
			continue
		}
		if left := p.uncovered(at); left != "" {
			return left + "\n" + strings.Join(p.story, "\n")
		}
		if !p.waits(at) || leaps == mostLeaps {
			return ""
		}
		leaps++
		at = at.Truncate(24 * time.Hour).Add(24 * time.Hour)
	}
	return "it never comes to rest\n" + strings.Join(p.story[len(p.story)-40:], "\n")
}

// playing is a world with what happens in it.
type playing struct {
	t          *testing.T
	world      *rand.Rand // the same for all cuts
	cut        *rand.Rand
	slow       bool
	graph      *graph.Graph
	conditions map[string]*condition.Node
	definition map[string]string            // by asset: none, static, or the name of a calendar
	mappings   map[[2]string]*graph.Mapping // by asset and dependency
	inner      []string                     // assets with conditions, in the order of dependencies
	outer      []string

	facts   *facts.World
	tracker *stale.Tracker
	engine  engine.Engine
	seq     int64
	due     []due
	runs    int

	updates map[pair][]modelUpdate
	made    map[pair]modelSuccess
	start   map[string]int64
	plans   map[string][]pair
	// outstanding are decisions that no run has carried out, waiting those whose run failed
	// and is to be repeated.
	outstanding map[pair]int64
	waiting     map[pair]int
	problem     string
	story       []string
}

// due is something that is going to happen.
type due struct {
	at    time.Time
	order int
	do    func(at time.Time)
}

func newPlay(t *testing.T, seed, cut uint64) *playing {
	p := &playing{
		t: t, world: rand.New(rand.NewPCG(seed, 0)), cut: rand.New(rand.NewPCG(seed, cut+1)), slow: cut == 2,
		conditions: map[string]*condition.Node{}, definition: map[string]string{}, mappings: map[[2]string]*graph.Mapping{}, facts: facts.New(), tracker: stale.New(),
		updates: map[pair][]modelUpdate{}, made: map[pair]modelSuccess{}, start: map[string]int64{}, plans: map[string][]pair{},
		outstanding: map[pair]int64{}, waiting: map[pair]int{},
	}
	p.draw()
	p.tracker.Follow(p.graph, func(asset string) bool { return slices.Contains(p.inner, asset) })
	for _, asset := range slices.Concat(p.outer, p.inner) {
		for _, key := range p.keys(asset, dawn) {
			p.happen(&events.Event{Type: events.Materialization, Asset: asset, Partition: key, At: dawn})
		}
	}
	p.script()
	return p
}

// fits has what an asset may depend on, by definitions.
var fits = map[string][]string{
	"none": {"none", "day", "hour", "late", "week", "month", "static"}, "static": {"none", "static"},
	"hour": {"none", "hour", "late", "day"}, "late": {"none", "hour", "late", "day"}, "day": {"none", "day", "hour", "late", "week", "month"},
	"week": {"none", "day", "hour", "week"}, "month": {"none", "day", "week", "month"},
}

// offsets are those of mappings of time windows.
var offsets = []*graph.Mapping{
	nil, nil, nil, nil, nil, {Kind: graph.MapTimeWindow, StartOffset: -1, EndOffset: -1}, {Kind: graph.MapTimeWindow, StartOffset: -1},
	{Kind: graph.MapTimeWindow, EndOffset: 1},
}

// draw draws a graph.
func (p *playing) draw() {
	partitions := map[string]*graph.Partitions{}
	specs := map[string]graph.Spec{"static": {Type: graph.Static, Keys: []string{"a", "b", "c"}}}
	for name, c := range calendars {
		specs[name] = c.spec
	}
	for name, s := range specs {
		d, err := graph.NewPartitions(s)
		if err != nil {
			p.t.Fatal(err)
		}
		partitions[name] = d
	}
	kinds := []string{"none", "none", "none", "day", "day", "day", "hour", "hour", "late", "week", "week", "month", "static"}
	var assets []graph.Asset
	for i := range 1 + p.world.IntN(3) {
		key := fmt.Sprintf("out%d", i)
		p.definition[key] = kinds[p.world.IntN(len(kinds))]
		p.outer = append(p.outer, key)
		assets = append(assets, graph.Asset{Key: key, External: true, Partitions: partitions[p.definition[key]]})
	}
	for i := range 2 + p.world.IntN(4) {
		key := fmt.Sprintf("in%d", i)
		definition := kinds[p.world.IntN(len(kinds))]
		var deps []graph.Dep
		for _, up := range slices.Concat(p.outer, p.inner) {
			if slices.Contains(fits[definition], p.definition[up]) && p.world.IntN(5) < 3 {
				deps = append(deps, graph.Dep{Key: up, Mapping: p.mapping(key, definition, up)})
			}
		}
		if len(deps) == 0 {
			continue
		}
		p.definition[key] = definition
		p.inner = append(p.inner, key)
		assets = append(assets, graph.Asset{Key: key, Deps: deps, Partitions: partitions[definition]})
	}
	g, problems := graph.New(assets, nil)
	if len(problems) > 0 {
		p.t.Fatal(problems)
	}
	p.graph = g
	e, _ := parse.Expr(source.New("test", "keep_up_to_date()"))
	for _, key := range p.inner {
		n, found := condition.Build(e, condition.Env{Graph: g})
		if n == nil {
			p.t.Fatal(found)
		}
		p.conditions[key] = n
	}
}

// mapping draws the mapping of a dependency, nil for the default.
func (p *playing) mapping(down, definition, up string) *graph.Mapping {
	_, timeDown := calendars[definition]
	_, timeUp := calendars[p.definition[up]]
	if !timeDown || !timeUp {
		return nil
	}
	m := offsets[p.world.IntN(len(offsets))]
	p.mappings[[2]string{down, up}] = m
	return m
}

// keys gives the partitions of an asset at an instant.
func (p *playing) keys(asset string, at time.Time) (keys []string) {
	switch p.definition[asset] {
	case "static":
		return []string{"a", "b", "c"}
	case "none":
		return []string{""}
	}
	for _, w := range calendars[p.definition[asset]].windows(at) {
		keys = append(keys, w.key)
	}
	return keys
}

// related gives the partitions of a dependent that an update of a partition belongs to.
func (p *playing) related(down, up, key string, at time.Time) (out []string) {
	for _, k := range p.keys(down, at) {
		if p.requires(down, k, up, key) {
			out = append(out, k)
		}
	}
	return out
}

// requires reports whether a partition depends on one of a dependency.
func (p *playing) requires(down, key, up, upKey string) bool {
	a, b := p.definition[down], p.definition[up]
	if a == "none" || b == "none" {
		return true
	}
	if a == "static" {
		return key == upKey
	}
	w := calendars[b].of(upKey)
	from, to := calendars[a].required(calendars[a].of(key), p.mappings[[2]string{down, up}])
	return w.from.Before(to) && w.to.After(from)
}

// toCome reports whether a partition requires a window of a dependency that is no partition
// yet.
func (p *playing) toCome(at pair, now time.Time) bool {
	down, timeDown := calendars[p.definition[at.asset]]
	if !timeDown {
		return false
	}
	return slices.ContainsFunc(p.graph.Upstream(at.asset), func(key string) bool {
		up, timeUp := calendars[p.definition[key]]
		from, to := down.required(down.of(at.key), p.mappings[[2]string{at.asset, key}])
		return timeUp && up.toCome(from, to, now)
	})
}

// blocked reports whether a partition waits for a window to come, or depends on one that was
// not made because it does.
func (p *playing) blocked(at pair, now time.Time) bool {
	return p.toCome(at, now) || slices.ContainsFunc(p.graph.Upstream(at.asset), func(up string) bool {
		return slices.ContainsFunc(p.keys(up, now), func(key string) bool {
			_, made := p.made[pair{up, key}]
			return !made && p.requires(at.asset, at.key, up, key) && p.blocked(pair{up, key}, now)
		})
	})
}

// waits reports whether any partition is blocked.
func (p *playing) waits(now time.Time) bool {
	return slices.ContainsFunc(p.inner, func(asset string) bool {
		return slices.ContainsFunc(p.keys(asset, now), func(key string) bool { return p.blocked(pair{asset, key}, now) })
	})
}

// isLatest reports whether a partition is in the latest time window.
func (p *playing) isLatest(asset, key string, at time.Time) bool {
	keys := p.keys(asset, at)
	d := p.definition[asset]
	return d == "none" || d == "static" || keys[len(keys)-1] == key
}

// script draws what others do: updates from outside, and runs of their own.
func (p *playing) script() {
	for range 3 + p.world.IntN(12) {
		at := dawn.Add(time.Duration(p.world.IntN(5*3600)) * time.Second)
		asset := p.outer[p.world.IntN(len(p.outer))]
		newest := p.world.IntN(3) > 0
		pick := p.world.IntN(1 << 20)
		p.later(at, func(at time.Time) {
			keys := p.keys(asset, at)
			key := keys[pick%len(keys)]
			if newest {
				key = keys[len(keys)-1]
			}
			p.happen(&events.Event{Type: events.Materialization, Asset: asset, Partition: key, At: at})
		})
	}
	for range p.world.IntN(4) {
		if len(p.inner) == 0 {
			return
		}
		at := dawn.Add(time.Duration(p.world.IntN(5*3600)) * time.Second)
		first := p.world.IntN(len(p.inner))
		pick, own := p.world.IntN(1<<20), rand.New(rand.NewPCG(p.world.Uint64(), 7))
		p.later(at, func(at time.Time) {
			asset := p.inner[first]
			var assets []string
			for _, a := range p.inner[first:] {
				if p.definition[a] == p.definition[asset] && (a == asset || own.IntN(2) == 0) {
					assets = append(assets, a)
				}
			}
			keys := p.keys(asset, at)
			p.run(at, own, assets, keys[max(0, len(keys)-1-pick%2)], false)
		})
	}
}

func (p *playing) later(at time.Time, do func(at time.Time)) {
	p.due = append(p.due, due{at, len(p.due), do})
	slices.SortStableFunc(p.due, func(a, b due) int { return a.at.Compare(b.at) })
}

// interval gives the time to the next tick. In the end ticks come often in all cuts, so that
// windows do not come faster than they are made.
func (p *playing) interval(at time.Time) time.Duration {
	if p.slow && at.Before(dawn.Add(6*time.Hour)) {
		return time.Duration(1+p.cut.IntN(7200)) * time.Second
	}
	return time.Duration(1+p.cut.IntN(120)) * time.Second
}

// happen lets an event happen, and notes what it means.
func (p *playing) happen(e *events.Event) {
	p.seq++
	p.story = append(p.story, fmt.Sprintf("%d %s %s %s[%s] %s %s", p.seq, e.At.Format("15:04:05"), e.Type, e.Asset, e.Partition, e.RunID, e.Status))
	if e.Type == events.Materialization {
		for _, down := range p.graph.Downstream(e.Asset) {
			for _, key := range p.related(down, e.Asset, e.Partition, e.At) {
				at := pair{down, key}
				p.updates[at] = append(p.updates[at], modelUpdate{p.seq, e.RunID, p.isLatest(down, key, e.At)})
			}
		}
		s := modelSuccess{e.RunID, p.seq}
		if e.RunID != "" {
			s.start = p.start[e.RunID]
		}
		at := pair{e.Asset, e.Partition}
		p.made[at] = s
		if d, ok := p.outstanding[at]; ok && (s.start >= d || len(p.behind(at)) == 0) {
			delete(p.outstanding, at)
			delete(p.waiting, at)
		}
	}
	if err := e.Apply(p.facts); err != nil {
		p.t.Fatal(err)
	}
	p.tracker.Happened(p.seq, e)
}

func (p *playing) behind(at pair) (out []modelUpdate) {
	s, ok := p.made[at]
	for _, u := range p.updates[at] {
		if !ok || u.id > s.start && (u.by == "" || u.by != s.by) {
			out = append(out, u)
		}
	}
	return out
}

// longest gives how many seconds a step may take; in the end it is short, so that all comes
// to rest.
func longest(at time.Time) int {
	if at.Before(dawn.Add(6 * time.Hour)) {
		return 900
	}
	return 20
}

// run starts a run: it makes its assets one by one, or fails at one of them. What a run of
// ours did not make is run again.
func (p *playing) run(at time.Time, own *rand.Rand, assets []string, key string, ours bool) {
	p.runs++
	id := fmt.Sprintf("run%d", p.runs)
	slices.SortFunc(assets, func(a, b string) int { return cmp.Compare(slices.Index(p.inner, a), slices.Index(p.inner, b)) })
	begin := func(at time.Time) {
		p.start[id] = p.seq + 1
		for _, asset := range assets {
			p.plans[id] = append(p.plans[id], pair{asset, key})
		}
		p.happen(&events.Event{Type: events.Run, RunID: id, Assets: assets, Partition: key, Status: facts.Started, At: at})
	}
	begin(at)
	fails := len(assets)
	if own.IntN(4) == 0 {
		fails = own.IntN(len(assets))
	}
	for _, asset := range assets[:fails] {
		at = at.Add(time.Duration(1+own.IntN(longest(at))) * time.Second)
		p.later(at, func(at time.Time) {
			p.happen(&events.Event{Type: events.Materialization, Asset: asset, Partition: key, RunID: id, At: at})
		})
	}
	at = at.Add(time.Duration(1+own.IntN(60)) * time.Second)
	status := facts.Success
	if fails < len(assets) {
		status = []facts.Status{facts.Failure, facts.Canceled}[own.IntN(2)]
	}
	p.later(at, func(at time.Time) {
		p.happen(&events.Event{Type: events.Run, RunID: id, Status: status, At: at})
		if ours && fails < len(assets) {
			p.retry(at, own, assets[fails:], key)
		}
	})
}

// retry runs what failed again after a while, unless it was requested anew meanwhile, or
// made.
func (p *playing) retry(at time.Time, own *rand.Rand, assets []string, key string) {
	marks := map[string]int{}
	for _, asset := range assets {
		p.waiting[pair{asset, key}]++
		marks[asset] = p.waiting[pair{asset, key}]
	}
	p.later(at.Add(time.Duration(30+own.IntN(longest(at)))*time.Second), func(at time.Time) {
		var left []string
		for _, asset := range assets {
			if _, ok := p.outstanding[pair{asset, key}]; ok && p.waiting[pair{asset, key}] == marks[asset] {
				left = append(left, asset)
			}
		}
		if len(left) > 0 {
			p.run(at, own, left, key, true)
		}
	})
}

// tick evaluates, and launches what is requested.
func (p *playing) tick(at time.Time) (requested bool) {
	for len(p.due) > 0 && !p.due[0].at.After(at) {
		next := p.due[0]
		p.due = p.due[1:]
		next.do(next.at)
	}
	result, err := p.engine.Tick(engine.Input{Graph: p.graph, Conditions: p.conditions, World: p.facts, Beside: p.tracker, At: at}, engine.Options{})
	if err != nil {
		p.t.Fatal(err)
	}
	now := map[pair]bool{}
	for i := range result.Space.Entities {
		e, set := &result.Space.Entities[i], result.RequestedOf(i)
		for n := set.Next(0); n >= 0; n = set.Next(n + 1) {
			now[pair{e.Key, e.Keys.Key(n)}] = true
		}
	}
	for requested := range now {
		p.justified(requested, now)
		if p.toCome(requested, at) {
			p.problem = fmt.Sprintf("%v is requested after %d before all of its windows are there", requested, p.seq)
		}
	}
	for at := range now {
		p.outstanding[at] = p.seq
		p.waiting[at]++
	}
	p.tracker.Decided(result.Space, slices.Clone(bits.Set(result.Requested)), p.seq)
	for _, r := range result.Runs {
		keys := r.Partitions
		if len(keys) == 0 {
			keys = []string{""}
		}
		for _, key := range keys {
			p.story = append(p.story, fmt.Sprintf("tick %s after %d requests %v[%s]", at.Format("15:04:05"), p.seq, r.Assets, key))
			assets := slices.Clone(r.Assets)
			p.later(at.Add(time.Duration(p.cut.IntN(120))*time.Second), func(at time.Time) { p.run(at, p.cut, assets, key, true) })
		}
	}
	return len(now) > 0
}

// justified checks that a request has a reason that no earlier one of the pair covers: an
// update, that the pair is missing, or that a dependency is requested with it.
func (p *playing) justified(at pair, now map[pair]bool) {
	d, asked := p.outstanding[at]
	reached := int64(-1)
	if asked {
		reached = d
	}
	if _, made := p.made[at]; !made && !asked {
		return
	}
	for _, u := range p.behind(at) {
		if u.id > reached && !(asked && p.start[u.by] > d && slices.Contains(p.plans[u.by], at)) {
			return
		}
	}
	for other := range now {
		if slices.Contains(p.graph.Upstream(at.asset), other.asset) && slices.Contains(p.related(at.asset, other.asset, other.key, dawn.AddDate(0, 0, 30)), at.key) {
			return
		}
	}
	p.problem = fmt.Sprintf("%v is requested after %d without a reason", at, p.seq)
}

// fill makes what is missing outside, so that nothing waits for it for ever.
func (p *playing) fill(at time.Time) (any bool) {
	for _, asset := range p.outer {
		for _, key := range p.keys(asset, at) {
			if _, ok := p.made[pair{asset, key}]; !ok {
				any = true
				p.later(at, func(at time.Time) {
					p.happen(&events.Event{Type: events.Materialization, Asset: asset, Partition: key, At: at})
				})
			}
		}
	}
	return any
}

// uncovered says which update of a dependency, that a partition got in its latest time
// window, no later run of it has taken in, and which window that came to be was not made;
// but for what waits.
func (p *playing) uncovered(now time.Time) string {
	for _, asset := range p.inner {
		for _, key := range p.keys(asset, now) {
			if _, made := p.made[pair{asset, key}]; !made && !p.blocked(pair{asset, key}, now) {
				return fmt.Sprintf("%s[%s] was never made", asset, key)
			}
		}
		for at := range p.updates {
			if at.asset != asset {
				continue
			}
			for _, u := range p.behind(at) {
				if u.latest && !p.blocked(at, now) {
					return fmt.Sprintf("%v has lost the update %d", at, u.id)
				}
			}
		}
	}
	return ""
}
