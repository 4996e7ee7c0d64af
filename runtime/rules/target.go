package rules

import (
	"slices"
	"strings"

	"auto/compiler/files"
	"auto/vm/graph"
)

// target selects a rule's asset with its partition.
func (w *writer) target(t files.Target, f fields) {
	key := t.Key.Expand(f.text)
	w.selectAsset(key)
	asset, ok := w.asset(key)
	if !ok || len(t.Parts) == 0 {
		return
	}
	partition, ok := w.partition(key, asset, t.Parts, f)
	switch {
	case !ok:
	case w.partitioned == "":
		w.partitioned, w.request.Partition = key, partition
		if asset != nil {
			w.definition = asset.Partitions
		}
	case partition != w.request.Partition:
		w.park("The targets name different partitions, and one file is one run: `%s` in `%s`, `%s` in `%s`.", w.request.Partition, w.partitioned, partition, key)
	}
}

// asset gives the asset of a key, nil without a graph; and false where it parks the file,
// because a key that a template made is none, or outside the job.
func (w *writer) asset(key string) (*graph.Asset, bool) {
	if w.d.Graph == nil {
		return nil, true
	}
	asset, known := w.d.Graph.Asset(key)
	switch job := w.request.Job; {
	case !known:
		w.park("No asset is called `%s`.", key)
	case job != "" && !w.d.Graph.InJob(job, key):
		w.park("The job `%s` does not select the asset `%s`.", job, key)
	default:
		return asset, true
	}
	return nil, false
}

// agree parks a file whose assets cannot share the partition of the run.
func (w *writer) agree() {
	if w.definition == nil {
		return
	}
	for _, key := range w.request.Selection {
		asset, ok := w.lookup(key)
		if ok && asset.Partitions != nil && asset.Partitions != w.definition && !asset.Partitions.Same(w.definition) {
			w.park("`%s` and `%s` have different partitions, and one file is one run.", w.partitioned, key)
		}
	}
}

// partition gives the key that a target's parts name, and notes what has to be added.
func (w *writer) partition(key string, asset *graph.Asset, parts []files.Part, f fields) (string, bool) {
	if asset == nil {
		return joined(parts, f), true
	}
	switch definition := asset.Partitions; {
	case definition == nil:
		w.park("The asset `%s` has no partitions.", key)
		return "", false
	case definition.Type == graph.Multi:
		return w.dimensions(key, definition, parts, f)
	case len(parts) > 1 || parts[0].Dimension != "":
		w.park("The partitions of `%s` have one dimension.", key)
		return "", false
	default:
		return w.dimension(key, definition, parts[0], f)
	}
}

// joined gives what was captured, in the order of the dimensions' names.
func joined(parts []files.Part, f fields) string {
	sorted := slices.Clone(parts)
	slices.SortStableFunc(sorted, func(a, b files.Part) int { return strings.Compare(a.Dimension, b.Dimension) })
	texts := make([]string, len(sorted))
	for i, p := range sorted {
		v, _ := f.capture(p.Capture)
		texts[i] = v.Text
	}
	return strings.Join(texts, "|")
}

// dimensions gives the key of a definition with two dimensions.
func (w *writer) dimensions(key string, definition *graph.Partitions, parts []files.Part, f fields) (string, bool) {
	keys := map[string]string{}
	for _, part := range parts {
		inner, ok := definition.Dimensions[part.Dimension]
		if !ok {
			w.park("The partitions of `%s` have no dimension `%s`.", key, part.Dimension)
			return "", false
		}
		if keys[part.Dimension], ok = w.dimension(key, inner, part, f); !ok {
			return "", false
		}
		if strings.Contains(keys[part.Dimension], "|") {
			w.park("`%s` has no partition `%s`: `|` stands between the keys of two dimensions.", key, keys[part.Dimension])
			return "", false
		}
	}
	if len(keys) != len(definition.Dimensions) {
		w.park("The partitions of `%s` have two dimensions, and the target names %d.", key, len(keys))
		return "", false
	}
	return definition.MultiKey(keys), true
}

// dimension gives the key of one definition that a part names: of a time the window
// that contains it, else the text that was captured.
func (w *writer) dimension(asset string, definition *graph.Partitions, part files.Part, f fields) (string, bool) {
	key, ok := w.keyOf(definition, part, f)
	if !ok {
		return "", false
	}
	switch membership, why := definition.Has(key, w.in.Tick, w.exists); membership {
	case graph.Absent:
		w.park("`%s` has no partition `%s`. %s", asset, key, why)
		return "", false
	case graph.Addable:
		w.addPartition(definition.Name, key)
	}
	return key, true
}

func (w *writer) exists(definition, key string) bool {
	return w.d.Exists != nil && w.d.Exists(definition, key)
}

func (w *writer) keyOf(definition *graph.Partitions, part files.Part, f fields) (string, bool) {
	v, ok := f.capture(part.Capture)
	if !ok {
		w.park("Nothing was captured as `%s`.", part.Capture)
		return "", false
	}
	at, timed := v.Time, !v.Time.IsZero()
	if part.As != nil {
		if at, timed = part.As.Parse(v.Text); !timed {
			w.park("`%s` is no time in the format `%s`.", v.Text, part.As)
			return "", false
		}
	}
	if timed && definition.IsTime() {
		return definition.KeyOf(at), true
	}
	return v.Text, true
}

// addPartition notes a key that has to be added to a dynamic definition.
func (w *writer) addPartition(definition, key string) {
	if w.request.AddPartitions == nil {
		w.request.AddPartitions = map[string][]string{}
	}
	if !slices.Contains(w.request.AddPartitions[definition], key) {
		w.request.AddPartitions[definition] = append(w.request.AddPartitions[definition], key)
	}
}
