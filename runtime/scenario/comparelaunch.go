package scenario

import (
	"maps"
	"slices"
	"strings"
)

// daemonParts compares what a daemon did.
func (c *comparison) daemonParts(want *Expect, out TickOutput) {
	if want.Launched != nil {
		differInOrder(c, "launched", expanded(c, want.Launched), out.Launched)
	}
	if want.Owed != nil {
		differInOrder(c, "owed", expanded(c, want.Owed), out.Owed)
	}
	if want.Dropped != nil {
		differInOrder(c, "dropped", expanded(c, want.Dropped), out.Dropped)
	}
	if want.Halted != nil && !slices.Equal(sorted(want.Halted), sorted(out.Halted)) {
		c.differ("halted", "", nil, textOf(want.Halted), textOf(out.Halted))
	}
}

func textOf(texts []string) string {
	if len(texts) == 0 {
		return ""
	}
	return flowText(func(f *flow) { f.scalars(texts) })
}

// item is something of a list that may stand for several partitions.
type item[T any] interface {
	written
	// of gives an asset or check with the listed partitions, with others those instead.
	of() (key string, partitions []string)
	with(partitions []string) T
	// fits reports whether something that came is as expected, plain what is told of it.
	fits(got T) bool
	plain() T
}

// expanded gives one item for each listed partition, in the order in which they are
// written; the item itself where it lists none.
func expanded[T item[T]](c *comparison, items []T) []T {
	var out []T
	for _, it := range items {
		key, partitions := it.of()
		if partitions == nil {
			out = append(out, it)
		}
		for _, written := range partitions {
			for _, one := range c.between(key, written) {
				out = append(out, it.with([]string{one}))
			}
		}
	}
	return out
}

// between gives the keys of a range, or the key that it is.
func (c *comparison) between(key, written string) []string {
	if isRange(written) {
		if all, ok := c.Keys(key, c.tick.At); ok {
			if keys, err := all.Expand([]string{written}); err == nil {
				return keys
			}
		}
	}
	return []string{written}
}

// of implements item.
func (l Launch) of() (string, []string) {
	for _, key := range slices.Concat(l.Assets, l.Checks) {
		return key, l.Partitions
	}
	return "", l.Partitions
}

func (l Launch) with(partitions []string) Launch {
	l.Partitions = partitions
	return l
}

// of implements item.
func (w Work) of() (string, []string) { return w.Asset, w.Partitions }

func (w Work) with(partitions []string) Work {
	w.Partitions = partitions
	return w
}

func (w Work) plain() Work { return w }

// fits reports whether a request is as expected.
func (l Launch) fits(got Launch) bool {
	return sameSet(l.Assets, got.Assets) && sameSet(l.Checks, got.Checks) && (l.Partitions == nil || slices.Equal(l.Partitions, got.Partitions)) &&
		sameSet(l.Policies, got.Policies) && sameNumber(l.Priority, got.Priority) && sameNumber(l.Retry, got.Retry) && hasTags(got.Tags, l.Tags)
}

// sameSet compares lists whose order does not count; nil is not compared.
func sameSet(want, got []string) bool {
	return want == nil || slices.Equal(sorted(want), sorted(got))
}

func sameNumber(want, got *int) bool { return want == nil || got != nil && *want == *got }

func hasTags(tags, wanted map[string]string) bool {
	for name, value := range wanted {
		if got, ok := tags[name]; !ok || got != value {
			return false
		}
	}
	return true
}

// fits reports whether owed or dropped work is as expected.
func (w Work) fits(got Work) bool {
	return w.Asset == got.Asset && (w.Partitions == nil || slices.Equal(w.Partitions, got.Partitions)) && (w.Policy == "" || w.Policy == got.Policy) &&
		strings.Contains(got.Why, w.Why) && (w.Until.IsZero() || w.Until.Equal(got.Until))
}

// plain leaves out what says nothing: numbers that are zero, and tags that the daemon or
// Dagster adds to every request.
func (l Launch) plain() Launch {
	return l.keeping(func(tag string) bool { return !strings.HasPrefix(tag, "auto/") && !strings.HasPrefix(tag, "dagster/") })
}

func (l Launch) keeping(tag func(name string) bool) Launch {
	l.Assets, l.Checks = sorted(l.Assets), sorted(l.Checks)
	l.Priority, l.Retry = notZero(l.Priority), notZero(l.Retry)
	l.Tags = maps.Clone(l.Tags)
	maps.DeleteFunc(l.Tags, func(name, _ string) bool { return !tag(name) })
	return l
}

func notZero(n *int) *int {
	if n == nil || *n == 0 {
		return nil
	}
	return n
}
