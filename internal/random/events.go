package random

import (
	"slices"
	"strconv"
	"time"

	"auto/runtime/facts"
	"auto/runtime/graphdoc"
	"auto/runtime/scenario"
)

// tick draws a tick with what happens before it.
func (d *drawer) tick() {
	first := len(d.Ticks) == 0
	if !first {
		d.past = d.at
		d.at = d.at.Add(pick(d, 30*time.Second, time.Minute, 10*time.Minute, 15*time.Minute, time.Hour, time.Hour, 90*time.Minute, 6*time.Hour, 24*time.Hour))
	}
	t := &scenario.Tick{At: d.at}
	if first && d.chance(2) || d.chance(6) {
		d.happen(t, scenario.Dynamic{Name: "customers", Add: d.newKeys("customers", "k0", "kz", "k1")})
	}
	for range d.IntN(5) {
		d.happen(t, d.event()...)
	}
	for range 3 {
		d.happen(t, d.progress()...)
	}
	d.Ticks = append(d.Ticks, t)
}

func (d *drawer) newKeys(name string, keys ...string) []string {
	for _, key := range keys {
		if !slices.Contains(d.dynamic[name], key) {
			d.dynamic[name] = append(d.dynamic[name], key)
		}
	}
	return keys
}

// happen puts events before a tick, at times of their own between the ticks; their order
// is not always that of their times.
func (d *drawer) happen(t *scenario.Tick, events ...scenario.What) {
	for _, e := range events {
		at := d.past.Add(time.Duration(d.Int64N(int64(d.at.Sub(d.past)/time.Second))) * time.Second)
		if d.chance(4) {
			at = pick(d, d.at.Add(-time.Second), d.at.Truncate(time.Hour))
		}
		t.Events = append(t.Events, &scenario.Event{At: at, What: e})
	}
}

// event draws one thing, which may take several events.
func (d *drawer) event() []scenario.What {
	a := pick(d, d.Assets...)
	switch d.IntN(24) {
	case 0, 1:
		return d.run(a)
	case 2:
		return d.backfill(a)
	case 3, 4:
		return d.check()
	case 5, 6:
		return d.dynamicKeys()
	case 7:
		return one(scenario.Wipe{Asset: a.Key})
	case 8:
		return one(scenario.Freshness{Asset: a.Key, State: pick(d, "pass", "warn", "fail", "unknown")})
	case 9, 10:
		return d.edit(a)
	}
	return d.updated(a)
}

func one(w scenario.What) []scenario.What { return []scenario.What{w} }

// keysOf draws some partition keys of an asset; nil for none.
func (d *drawer) keysOf(a *scenario.Asset) []string {
	if a.Partitions == nil {
		return nil
	}
	keys := d.keys(a.Partitions)
	switch {
	case d.chance(20):
		return []string{pick(d, "gone", "k0", "a")} // may be a key that does not exist
	case len(keys) == 0:
		return []string{}
	case d.chance(2):
		return keys[len(keys)-1:]
	case d.chance(5):
		return keys
	}
	return append(some(d, keys, 3), pick(d, keys...))
}

func (d *drawer) updated(a *scenario.Asset) []scenario.What {
	keys := d.keysOf(a)
	if keys != nil && len(keys) == 0 {
		return nil
	}
	version := pick(d, "", "", "v1", "v2")
	if a.Observable || a.External && d.chance(4) {
		return one(scenario.Observe{Asset: a.Key, Partitions: keys, DataVersion: pick(d, "v1", "v2", "v3")})
	}
	m := scenario.Materialize{Asset: a.Key, Partitions: keys, DataVersion: version}
	if !a.External && d.chance(2) {
		m.Run = d.name("r")
	}
	return one(m)
}

// run draws a run of some assets with equal partitions. It ends here or later.
func (d *drawer) run(a *scenario.Asset) []scenario.What {
	members := d.alike(a)
	if len(members) == 0 {
		return nil
	}
	r := scenario.RunChange{Run: d.name("r"), Status: pick(d, facts.Started, facts.Started, facts.Queued)}
	for _, m := range members {
		r.Assets = append(r.Assets, m.Key)
		for _, c := range m.Checks {
			if d.chance(2) {
				r.Checks = append(r.Checks, m.Key+":"+c.Name)
			}
		}
	}
	if a.Partitions != nil {
		keys := d.keys(a.Partitions)
		if len(keys) == 0 {
			return nil
		}
		r.Partition = pick(d, keys[len(keys)-1], pick(d, keys...))
	}
	if d.chance(2) {
		r.Tags = pick(d, map[string]string{"team": "red"}, map[string]string{"team": "blue", "mode": "full"}, map[string]string{"mode": "full"})
	}
	d.runs = append(d.runs, r)
	return one(r)
}

// alike draws the asset and others with its partitions that a run can execute with it.
func (d *drawer) alike(a *scenario.Asset) []*scenario.Asset {
	var all []*scenario.Asset
	for _, other := range d.Assets {
		if other.Partitions.Same(a.Partitions) && !other.External && !other.Observable {
			all = append(all, other)
		}
	}
	members := some(d, all, 2)
	if !a.External && !a.Observable && !slices.Contains(members, a) {
		members = append(members, a)
	}
	return members
}

// progress draws what a run that has not ended comes to.
func (d *drawer) progress() []scenario.What {
	if len(d.runs) == 0 || d.chance(2) {
		return nil
	}
	i := d.IntN(len(d.runs))
	r := d.runs[i]
	d.runs = slices.Delete(d.runs, i, i+1)
	var keys []string
	if r.Partition != "" {
		keys = []string{r.Partition}
	}
	done, out := r.Assets, []scenario.What(nil)
	end := pick(d, facts.Success, facts.Success, facts.Failure, facts.Canceled)
	if end != facts.Success {
		done = done[:d.IntN(len(done)+1)]
	}
	for _, key := range done {
		m := scenario.Materialize{Asset: key, Run: r.Run, DataVersion: pick(d, "", "v1", "v2")}
		if d.assetOf(key).Partitions != nil {
			m.Partitions = keys
		}
		out = append(out, m)
	}
	for _, key := range r.Checks {
		if d.chance(4) {
			continue
		}
		out = append(out, scenario.Check{Check: key, Run: r.Run, Passed: d.chance(2), Warn: d.chance(4)})
	}
	return append(out, scenario.RunChange{Run: r.Run, Status: end})
}

func (d *drawer) assetOf(key string) *scenario.Asset {
	i := slices.IndexFunc(d.Assets, func(a *scenario.Asset) bool { return a.Key == key })
	return d.Assets[i]
}

func (d *drawer) backfill(a *scenario.Asset) []scenario.What {
	members, keys := d.alike(a), d.keysOf(a)
	if len(members) == 0 || keys != nil && len(keys) == 0 {
		return nil
	}
	b := scenario.Backfill{ID: d.name("b"), Status: facts.Started, Partitions: keys}
	for _, m := range members {
		b.Assets = append(b.Assets, m.Key)
	}
	if !d.chance(2) {
		return one(b)
	}
	next := scenario.Backfill{ID: b.ID, Status: pick(d, facts.Started, facts.Completed, facts.Canceled, facts.Canceling)}
	progress := map[string]scenario.Subset{members[0].Key: {True: keys == nil, Keys: keys}}
	if d.chance(2) {
		next.Materialized = progress
	} else {
		next.Failed = progress
	}
	return []scenario.What{b, next}
}

func (d *drawer) check() []scenario.What {
	var all []scenario.What
	for _, a := range d.Assets {
		for _, c := range a.Checks {
			e := scenario.Check{Check: a.Key + ":" + c.Name, Passed: d.chance(2), Warn: d.chance(5)}
			if c.Partitioned {
				if e.Partitions = d.keysOf(a); len(e.Partitions) == 0 {
					continue
				}
			}
			if d.chance(2) {
				e.Run = d.name("r")
			}
			all = append(all, e)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return one(pick(d, all...))
}

func (d *drawer) dynamicKeys() []scenario.What {
	name := pick(d, "customers", "customers", "vendors")
	if keys := d.dynamic[name]; len(keys) > 0 && d.chance(2) {
		gone := pick(d, keys...)
		d.dynamic[name] = slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return key == gone })
		return one(scenario.Dynamic{Name: name, Delete: []string{gone}})
	}
	return one(scenario.Dynamic{Name: name, Add: d.newKeys(name, pick(d, "k0", "k1", "kz", "a", "k5"))})
}

// edit draws an edit of an asset.
func (d *drawer) edit(a *scenario.Asset) []scenario.What {
	switch d.IntN(8) {
	case 0:
		return one(scenario.CodeVersion{Asset: a.Key, To: strconv.Itoa(1 + d.IntN(3))})
	case 1:
		d.deps(a)
		return one(scenario.EditDeps{Asset: a.Key, To: graphdoc.Deps{Deps: a.Deps}})
	case 2:
		return d.repartition(a)
	case 3:
		if len(a.Checks) > 0 {
			key := a.Key + ":" + a.Checks[0].Name
			return one(scenario.EditCondition{Key: key, To: pick(d, nil, text(d.checkCondition()))})
		}
	}
	a.Condition = d.edited(a)
	return one(scenario.EditCondition{Key: a.Key, To: a.Condition})
}

// edited draws a new condition, in many cases one that has much of the old one.
func (d *drawer) edited(a *scenario.Asset) *scenario.Condition {
	if a.Condition == nil {
		return text(d.topCondition())
	}
	old := a.Condition.Text
	next := pick(d, "", d.topCondition(), "("+old+").with_label(\"l4\")", "("+old+") & ~in_progress()", old+" | "+d.condition(1), "("+old+").newly_true()", old)
	if next == "" || len(next) > 600 {
		return nil
	}
	return text(next)
}

// repartition gives an asset other partitions.
func (d *drawer) repartition(a *scenario.Asset) []scenario.What {
	planned := slices.ContainsFunc(d.runs, func(r scenario.RunChange) bool { return slices.Contains(r.Assets, a.Key) })
	if a.ExecutionSet != "" || planned || !d.repartitioned(a, pick(d, pick(d, d.kinds...), pick(d, d.all...))) {
		return nil
	}
	return one(scenario.EditPartitions{Asset: a.Key, To: a.Definition})
}

// repartitioned gives an asset other partitions if the mappings around it allow them.
func (d *drawer) repartitioned(a *scenario.Asset, to *graphdoc.Definition) bool {
	before := a.Definition
	a.Definition, a.Partitions = to, partitions(to)
	for _, down := range d.Assets {
		for _, dep := range down.Deps {
			if (down == a || dep.Key == a.Key) && !fits(dep.Mapping, d.assetOf(dep.Key), down) {
				a.Definition, a.Partitions = before, partitions(before)
				return false
			}
		}
	}
	return true
}
