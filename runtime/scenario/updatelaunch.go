package scenario

import (
	"slices"
	"time"
)

// likeBefore gives a block of what a daemon did as it stands in for another: with the parts
// that were there and those that are not empty, and of each item what was said before.
func (e *Expect) likeBefore(before *Expect) *Expect {
	if e.Launched == nil {
		return e // no daemon played
	}
	if before == nil {
		before = &Expect{}
	}
	out := *e
	if before.Requested == nil && before.says() && before.Error == "" {
		out.Requested = nil
	}
	if before.Runs == nil {
		out.Runs = nil
	}
	out.Launched = nil
	if before.Launched != nil || before.Runs == nil {
		out.Launched = joined(launchesLike(e.Launched, before.Launched))
	}
	out.Owed, out.Dropped = joined(workLike(e.Owed, before.Owed)), joined(workLike(e.Dropped, before.Dropped))
	if len(e.Halted) == 0 && before.Halted == nil {
		out.Halted = nil
	}
	return &out
}

// launchesLike tells of requests their policies and tags where those were told before.
func launchesLike(got, before []Launch) []Launch {
	policies, tags := false, map[string]bool{}
	for _, l := range before {
		policies = policies || l.Policies != nil
		for name := range l.Tags {
			tags[name] = true
		}
	}
	out := []Launch{}
	for _, l := range got {
		l = l.keeping(func(tag string) bool { return tags[tag] })
		if !policies {
			l.Policies = nil
		}
		out = append(out, l)
	}
	return out
}

// workLike tells of work what was told before, all where nothing was.
func workLike(got, before []Work) []Work {
	if len(got) == 0 && before == nil {
		return nil
	}
	told := func(has func(Work) bool) bool { return len(before) == 0 || slices.ContainsFunc(before, has) }
	policy, why := told(func(w Work) bool { return w.Policy != "" }), told(func(w Work) bool { return w.Why != "" })
	until := told(func(w Work) bool { return !w.Until.IsZero() })
	out := []Work{}
	for _, w := range got {
		if !policy {
			w.Policy = ""
		}
		if !why {
			w.Why = ""
		}
		if !until {
			w.Until = time.Time{}
		}
		out = append(out, w)
	}
	return out
}

// joined puts items together that follow each other and differ in the partition alone; nil
// stays nil.
func joined[T item[T]](items []T) []T {
	var out []T
	if items != nil {
		out = []T{}
	}
	for _, it := range items {
		_, partitions := it.of()
		if n := len(out); n > 0 && partitions != nil {
			if _, before := out[n-1].of(); before != nil && flowText(out[n-1].with(nil).text) == flowText(it.with(nil).text) {
				out[n-1] = out[n-1].with(slices.Concat(before, partitions))
				continue
			}
		}
		out = append(out, it)
	}
	return out
}
