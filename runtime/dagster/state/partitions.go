package state

import (
	"maps"
	"slices"
	"strings"

	"auto/runtime/events"
	"auto/vm/graph"
	"auto/vm/space"
)

// Tags of Dagster.
const (
	partitionTag  = "dagster/partition"
	rangeStartTag = "dagster/asset_partition_range_start"
	rangeEndTag   = "dagster/asset_partition_range_end"
	backfillTag   = "dagster/backfill"
)

// dynamicKeys gives the keys of a dynamic definition as they are going to be known.
func (p *poll) dynamicKeys(name string) []string {
	if m := p.change.keys[name]; m != nil {
		return m.Keys
	}
	return p.memory.keys[name].Keys
}

// keys gives the partitions of an asset now, nil for one without.
func (p *poll) keys(a *graph.Asset) *space.Keys {
	if a.Partitions == nil {
		return nil
	}
	return space.NewKeys(a.Partitions, p.now, p.dynamicKeys, nil)
}

// between gives the keys of a range, both ends included. Of two dimensions it is the
// product of their ranges. What the definition does not have is the ends alone.
func (p *poll) between(d *graph.Partitions, start, end string) []string {
	if d != nil && d.Type == graph.Multi {
		return p.product(d, start, end)
	}
	if d != nil && start != end {
		keys := space.NewKeys(d, p.now, p.dynamicKeys, nil)
		from, begins := keys.Index(start)
		to, ends := keys.Index(end)
		if begins && ends && from <= to {
			out := make([]string, 0, to-from+1)
			for i := from; i <= to; i++ {
				out = append(out, keys.Key(i))
			}
			return out
		}
	}
	return slices.Compact([]string{start, end})
}

func (p *poll) product(d *graph.Partitions, start, end string) []string {
	names := d.DimensionNames()
	from, to := strings.SplitN(start, "|", len(names)), strings.SplitN(end, "|", len(names))
	if len(from) != 2 || len(to) != 2 || len(names) != 2 {
		return slices.Compact([]string{start, end})
	}
	var out []string
	for _, first := range p.between(d.Dimensions[names[0]], from[0], to[0]) {
		for _, second := range p.between(d.Dimensions[names[1]], from[1], to[1]) {
			out = append(out, first+"|"+second)
		}
	}
	return out
}

// partitionsOf gives the partitions that a run is about by its tags, one "" for none.
func (p *poll) partitionsOf(run *RunParts, assets []string) []string {
	tags := tagsOf(run)
	if key := tags[partitionTag]; key != "" {
		return []string{key}
	}
	if start, end := tags[rangeStartTag], tags[rangeEndTag]; start != "" && end != "" {
		return p.between(p.partitioned(assets), start, end)
	}
	return []string{multiKey(tags)}
}

// multiKey puts the key together of tags of dimensions, dagster/partition/NAME; "" for none.
func multiKey(tags map[string]string) string {
	dimensions := map[string]string{}
	for tag, value := range tags {
		if name, ok := strings.CutPrefix(tag, partitionTag+"/"); ok {
			dimensions[name] = value
		}
	}
	if len(dimensions) != 2 {
		return ""
	}
	var keys []string
	for _, name := range slices.Sorted(maps.Keys(dimensions)) {
		keys = append(keys, dimensions[name])
	}
	return strings.Join(keys, "|")
}

// partitioned gives the partitions of the first asset that has some, nil for none.
func (p *poll) partitioned(assets []string) *graph.Partitions {
	for _, key := range assets {
		if a, ok := p.graph.Asset(key); ok && a.Partitions != nil {
			return a.Partitions
		}
	}
	return nil
}

// dynamic tells which keys of dynamic definitions came and went.
func (p *poll) dynamic() []item {
	var out []item
	asked := map[string]bool{}
	for _, key := range p.asked {
		asked[key] = true
	}
	for i := range p.answer.Dynamic {
		node := &p.answer.Dynamic[i]
		key := node.AssetKey.key()
		a, ok := p.graph.Asset(key)
		if !ok {
			continue
		}
		told := true
		for _, d := range dynamicOf(a) {
			keys, ok := keysOfDimension(node, d.name)
			told = told && ok
			if ok {
				out = append(out, p.moved(d.definition, keys)...)
			}
		}
		if told {
			delete(asked, key)
		}
	}
	for key := range asked {
		p.unfit[key] = true
	}
	return out
}

// keysOfDimension gives the keys of one dimension, or of the only one.
func keysOfDimension(node *Defined, name string) ([]string, bool) {
	for _, d := range node.PartitionKeysByDimension {
		if d.Name == name || name == "" && len(node.PartitionKeysByDimension) == 1 {
			return d.PartitionKeys, true
		}
	}
	return nil, false
}

// moved compares the keys of a definition with those that are told. A key that was deleted
// and added again is last.
func (p *poll) moved(definition string, now []string) []item {
	was := p.memory.keys[definition]
	if !was.Moving && slices.Equal(was.Keys, now) {
		return nil
	}
	gone, added := difference(was.Keys, now)
	if was.Moving { // either may be told, and either order
		gone, added = was.all(), now
	}
	p.change.keys[definition] = &keysMark{Keys: now}
	var out []item
	for _, e := range []events.Event{{Delete: gone}, {Add: added}} {
		if len(e.Add)+len(e.Delete) > 0 {
			e.Type, e.Name, e.At = events.Partitions, definition, p.now
			out = append(out, item{group: keysGroup, at: p.now, event: e})
		}
	}
	return out
}

// difference gives what is gone from a list and what is added at its end. What stays keeps
// its order.
func difference(before, now []string) (gone, added []string) {
	place := make(map[string]int, len(before))
	for i, key := range before {
		place[key] = i
	}
	kept := make(map[string]bool, len(before))
	last := -1
	for i, key := range now {
		at, ok := place[key]
		if !ok || at < last {
			added = now[i:]
			break
		}
		last = at
		kept[key] = true
	}
	for _, key := range before {
		if !kept[key] {
			gone = append(gone, key)
		}
	}
	return gone, added
}
