package facts

import (
	"slices"
	"time"

	"auto/vm"
	"auto/vm/bits"
	"auto/vm/code"
)

// known answers what a machine asks.
type known struct{ *view }

// Set implements vm.Facts. Facts about what is new are empty for an evaluation without an
// instant, which is none.
func (k known) Set(f code.Fact, since vm.Since) bits.Set {
	switch f.Kind {
	case code.InLatestTimeWindow:
		return k.latestWindow(f.Lookback)
	case code.NewlyUpdated, code.DataVersionChanged, code.AnyNewUpdateHasRunTags, code.AllNewUpdatesHaveTags:
		return k.recentSet(f, since)
	case code.ExecutedWithTags:
		text := tagsText(f)
		if _, ok := k.overRuns[text]; !ok {
			k.overRuns[text] = k.executedWith(f)
		}
		return k.overRuns[text]
	}
	if int(f.Kind) >= len(k.some) || !k.some[f.Kind] {
		return nil
	}
	return k.now[f.Kind]
}

func (k known) latestWindow(lookback time.Duration) bits.Set {
	if set, ok := k.windows[lookback]; ok {
		return set
	}
	set := bits.New(k.space.Bits)
	for i := range k.bound {
		if b := &k.bound[i]; b.keys == nil {
			set.Add(b.bit)
		} else {
			b.keys.AddLatest(set[b.bit/64:bits.Words(b.bit+b.total)], lookback)
		}
	}
	k.windows[lookback] = set
	return set
}

func (k known) recentSet(f code.Fact, since vm.Since) bits.Set {
	if since.At.IsZero() {
		return nil
	}
	key := recentKey{kind: f.Kind, event: since.Event}
	switch f.Kind {
	case code.NewlyUpdated:
		key.at = micros(since.At)
	case code.AnyNewUpdateHasRunTags, code.AllNewUpdatesHaveTags:
		key.tags = tagsText(f)
	}
	set, ok := k.recent[key]
	if !ok {
		set = k.news(f, since)
		k.recent[key] = set
	}
	return set
}

func (k known) news(f code.Fact, since vm.Since) bits.Set {
	n := &news{view: k.view, since: since}
	switch f.Kind {
	case code.NewlyUpdated:
		n.updated(false)
		n.checks()
	case code.DataVersionChanged:
		n.updated(true)
	default:
		n.runsWith(f)
	}
	return n.set
}

// UpdatedAt implements vm.Facts, to the microsecond. Of observable assets with partitions
// it knows none: Dagster looks for materializations with the ids of observations.
func (k known) UpdatedAt(entity, number int) (time.Time, bool) {
	b := &k.bound[entity]
	latest := k.latest(b, number)
	if latest == 0 {
		return time.Time{}, false
	}
	return time.UnixMicro(b.asset.log.at(latest).at).UTC(), true
}

func (k known) latest(b *bound, number int) int32 {
	switch {
	case b.check != nil || b.keys != nil && b.source == observable:
		return 0
	case b.keys == nil:
		return b.asset.record()
	}
	return b.asset.materialized.at(b.way.slot(k.world.names, number))
}

// LatestRunSelects implements vm.Facts. No run counts as having another entity where that
// is the entity itself.
func (k known) LatestRunSelects(entity, root int) (number int, ok bool) {
	if entity == root {
		return 0, false
	}
	run, number, ok := k.latestRun(&k.bound[entity])
	if !ok || !k.world.known(run).known {
		return 0, false
	}
	_, selected := slices.BinarySearch(k.world.known(run).selects, k.space.Entities[root].Key)
	return number, selected
}

// LastEvent implements vm.Facts.
func (k known) LastEvent() int64 { return k.world.last }

// Changed implements vm.Changing.
func (k known) Changed(since uint64) (entities []int, version uint64, ok bool) {
	return k.changed, k.version, since > 0 && since+1 == k.version
}
