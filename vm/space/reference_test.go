package space_test

import (
	"slices"
	"strings"
	"time"

	"auto/vm/graph"
	"auto/vm/space"
)

// This file defines mappings key by key, as Dagster's code reads and without regard to
// speed: sets are lists of keys, and time windows intervals of time.

// side is a side of a mapping: a definition and the keys that it has.
type side struct {
	definition *graph.Partitions
	keys       []string
	// starts are those of all windows and of some before and after.
	starts []int64
}

func sideOf(k *space.Keys) side {
	s := side{definition: k.Definition()}
	for i := range k.Len() {
		s.keys = append(s.keys, k.Key(i))
	}
	if s.definition != nil && s.definition.IsTime() {
		s.starts = s.definition.Starts(-20, len(s.keys)+20)
	}
	return s
}

func (s side) has(key string) bool { return slices.Contains(s.keys, key) }

func (s side) dimension(name string, at time.Time) side {
	return sideOf(space.NewKeys(s.definition.Dimensions[name], at, dynamicKeys, nil))
}

// mapped gives the keys of the target that those of the source relate to.
func mapped(m graph.Mapping, source, target side, from []string, upward bool, at time.Time) []string {
	switch {
	case len(from) == 0:
		return nil
	case target.definition == nil || source.definition == nil && !upward:
		return target.keys
	}
	switch m.Kind {
	case graph.MapAll:
		return target.keys
	case graph.MapLast:
		return special(source, target, from, upward, func(s side) []string { return s.keys[max(len(s.keys)-1, 0):] })
	case graph.MapSpecific:
		return special(source, target, from, upward, func(side) []string { return m.Keys })
	case graph.MapStatic:
		return staticKeys(m, from, upward)
	case graph.MapTimeWindow:
		return windowKeys(m, source, target, from, upward)
	case graph.MapMulti, graph.MapMultiToSingle:
		return dimensionKeys(m, source, target, from, upward, at)
	}
	if source.definition.Same(target.definition) {
		return from
	}
	return slices.DeleteFunc(slices.Clone(from), func(key string) bool { return !target.has(key) })
}

// special relates everything downstream to some keys upstream.
func special(source, target side, from []string, upward bool, keys func(side) []string) []string {
	if upward {
		return keys(target)
	}
	if slices.ContainsFunc(keys(source), func(key string) bool { return slices.Contains(from, key) }) {
		return target.keys
	}
	return nil
}

func staticKeys(m graph.Mapping, from []string, upward bool) (to []string) {
	for up, downs := range m.Static {
		for _, down := range downs {
			switch {
			case upward && slices.Contains(from, down):
				to = append(to, up)
			case !upward && slices.Contains(from, up):
				to = append(to, down)
			}
		}
	}
	return to
}

// windowKeys maps each run of windows that follow each other.
func windowKeys(m graph.Mapping, source, target side, from []string, upward bool) (to []string) {
	if len(source.keys) == 0 || len(target.keys) == 0 {
		return nil
	}
	for first := 0; first < len(source.keys); first++ {
		if !slices.Contains(from, source.keys[first]) {
			continue
		}
		last := first
		for last+1 < len(source.keys) && slices.Contains(from, source.keys[last+1]) {
			last++
		}
		begin, _, _ := source.definition.Window(source.keys[first])
		_, end, _ := source.definition.Window(source.keys[last])
		if upward {
			begin, end = aligned(target, moved(source, begin, m.StartOffset), moved(source, end, m.EndOffset))
		} else {
			begin, end = aligned(target, begin, end)
			begin, end = moved(target, begin, -m.EndOffset), moved(target, end, -m.StartOffset)
		}
		to = append(to, within(target, begin, end)...)
		first = last
	}
	return to
}

// moved gives the start of the window that is so many windows after the one at t.
func moved(s side, t time.Time, windows int) time.Time {
	return time.Unix(s.starts[min(max(slices.Index(s.starts, t.Unix())+windows, 0), len(s.starts)-1)], 0)
}

// aligned widens an interval to whole windows.
func aligned(s side, begin, end time.Time) (time.Time, time.Time) {
	lo, hi := s.starts[0], s.starts[len(s.starts)-1]
	for _, start := range s.starts {
		if start <= begin.Unix() {
			lo = start
		}
	}
	for _, start := range slices.Backward(s.starts) {
		if start >= end.Unix() {
			hi = start
		}
	}
	return time.Unix(lo, 0), time.Unix(hi, 0)
}

// within gives the keys of the windows in an interval.
func within(s side, begin, end time.Time) (keys []string) {
	for _, key := range s.keys {
		if start, stop, _ := s.definition.Window(key); !start.Before(begin) && !stop.After(end) {
			keys = append(keys, key)
		}
	}
	return keys
}

// dimensionKeys maps each key by its parts. Parts of dimensions that the mapping does not
// link are any.
func dimensionKeys(m graph.Mapping, source, target side, from []string, upward bool, at time.Time) (to []string) {
	for _, key := range from {
		parts := partsOf(source, key)
		choices := map[string][]string{}
		for _, name := range dimensionNames(target) {
			choices[name] = target.part(name, at).keys
		}
		for _, l := range links(m, source, target, upward) {
			choices[l.to] = mapped(l.mapping, source.part(l.from, at), target.part(l.to, at), []string{parts[l.from]}, upward, at)
		}
		keys := []string{""}
		for i, name := range dimensionNames(target) {
			var longer []string
			for _, head := range keys {
				for _, part := range choices[name] {
					longer = append(longer, head+strings.Repeat("|", min(i, 1))+part)
				}
			}
			keys = longer
		}
		to = append(to, keys...)
	}
	return to
}

// part is a dimension, or the side itself where it has none.
func (s side) part(name string, at time.Time) side {
	if name == "" {
		return s
	}
	return s.dimension(name, at)
}

func dimensionNames(s side) []string {
	if s.definition.Type != graph.Multi {
		return []string{""}
	}
	return s.definition.DimensionNames()
}

func partsOf(s side, key string) map[string]string {
	if s.definition.Type != graph.Multi {
		return map[string]string{"": key}
	}
	parts := map[string]string{}
	for i, part := range strings.Split(key, "|") {
		parts[s.definition.DimensionNames()[i]] = part
	}
	return parts
}

type linkOf struct {
	from, to string
	mapping  graph.Mapping
}

func links(m graph.Mapping, source, target side, upward bool) (all []linkOf) {
	if m.Kind == graph.MapMultiToSingle {
		up, down := target.definition, source.definition
		if !upward {
			up, down = down, up
		}
		name := graph.DefaultMapping(up, down).Dimension
		single := linkOf{from: name, mapping: graph.Mapping{Kind: graph.MapIdentity}}
		multi, other := source, target
		if target.definition.Type == graph.Multi {
			single, multi, other = linkOf{to: name, mapping: single.mapping}, target, source
		}
		if !multi.definition.Dimensions[name].Same(other.definition) {
			single.mapping.Kind = graph.MapTimeWindow
		}
		return []linkOf{single}
	}
	for name, d := range m.Dimensions {
		l := linkOf{d.Dimension, name, graph.Mapping{Kind: graph.MapIdentity}}
		if d.Mapping != nil {
			l.mapping = *d.Mapping
		}
		if !upward {
			l.from, l.to = l.to, l.from
		}
		all = append(all, l)
	}
	return all
}
