package openlineage

import (
	"slices"
	"time"

	"auto/vm/graph"
)

// partitionTag is the tag that Dagster gives a run of one partition.
const partitionTag = "dagster/partition"

// partitions gives the partition keys of an asset that an output is about, [""] for an
// asset without partitions; and false where the event does not say. It says so in the
// facet that the project names, of the output or of the run, in a tag of the run, or, for
// time windows, by the run's nominal time.
func (t *Translator) partitions(p *graph.Partitions, e *event, d dataset) ([]string, bool) {
	if p == nil {
		return []string{""}, true
	}
	facet, field := t.options.Facet, t.options.Field
	for _, facets := range []map[string]object{d.OutputFacets, d.Facets, e.Run.Facets} {
		if keys := keysOf(p, facets[facet][field]); len(keys) > 0 {
			return keys, true
		}
	}
	if keys := keysOf(p, tags(e.Run)[partitionTag]); len(keys) > 0 {
		return keys, true
	}
	start, ok := instant(e.Run.Facets["nominalTime"].text("nominalStartTime"))
	if !ok || !p.IsTime() || !plausible(start) {
		return nil, false
	}
	return []string{windowOf(p, start)}, true
}

// plausible keeps times away that no calendar of windows reaches.
func plausible(at time.Time) bool { return at.Year() >= 1970 && at.Year() < 2200 }

// windowOf gives the key of the window that an instant lies in.
func windowOf(p *graph.Partitions, at time.Time) string {
	if zone, err := time.LoadLocation(p.Timezone); err == nil {
		at = at.In(zone)
	}
	return p.KeyOf(at)
}

// keysOf reads partition keys: a text, a list of texts, or, for several dimensions, an
// object with a key for each.
func keysOf(p *graph.Partitions, given any) []string {
	switch given := given.(type) {
	case string:
		if key := clean(given); key != "" {
			return []string{key}
		}
	case []any:
		var keys []string
		for _, item := range given {
			for _, key := range keysOf(p, item) {
				if !slices.Contains(keys, key) {
					keys = append(keys, key)
				}
			}
		}
		return keys
	case map[string]any:
		keys := map[string]string{}
		for _, name := range p.DimensionNames() {
			keys[name] = clean(object(given).text(name))
			if keys[name] == "" {
				return nil
			}
		}
		if len(keys) > 0 {
			return []string{p.MultiKey(keys)}
		}
	}
	return nil
}

// tags gives the tags of a run, from its facet `tags`.
func tags(r *run) map[string]string {
	out := map[string]string{}
	list, _ := r.Facets["tags"]["tags"].([]any)
	for _, item := range list {
		fields, _ := item.(map[string]any)
		tag := object(fields)
		if key := clean(tag.text("key")); key != "" {
			out[key] = clean(tag.text("value"))
		}
	}
	return out
}
