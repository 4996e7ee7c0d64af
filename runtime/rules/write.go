package rules

import (
	"fmt"
	"slices"

	"auto/compiler/files"
	"auto/runtime/request"
	"auto/vm/graph"
)

// writer fills the request of one file.
type writer struct {
	d       *Decider
	in      Input
	request request.Request
	// config is by asset, in which nearer values win.
	config map[string]map[string]any
	// partitioned is the target that named the partition first, definition that of its
	// asset.
	partitioned string
	definition  *graph.Partitions
	reason      string
}

// park notes why the file cannot be decided; the first reason stays.
func (w *writer) park(format string, args ...any) {
	if w.reason == "" {
		w.reason = fmt.Sprintf(format, args...)
	}
}

// block writes what the block says.
func (w *writer) block(f fields) {
	p := w.d.Program
	for _, key := range p.Always {
		w.selectAsset(key)
	}
	w.tags(f, p.Tags)
	w.params(f, p.Params)
	w.configs(f, p.Config)
}

// values writes what a rule's own block says.
func (w *writer) values(r *files.Rule, f fields) {
	w.tags(f, r.Tags)
	w.params(f, r.Params)
	w.configs(f, r.Config)
}

func (w *writer) selectAsset(key string) {
	if !slices.Contains(w.request.Selection, key) {
		w.request.Selection = append(w.request.Selection, key)
	}
}

func (w *writer) tags(f fields, entries []files.Entry) {
	for _, e := range entries {
		if w.request.Tags == nil {
			w.request.Tags = map[string]string{}
		}
		w.request.Tags[e.Key] = fmt.Sprint(f.eval(e.Value))
	}
}

func (w *writer) params(f fields, entries []files.Entry) {
	for _, e := range entries {
		if w.request.Params == nil {
			w.request.Params = map[string]any{}
		}
		w.request.Params[e.Key] = f.eval(e.Value)
	}
}

func (w *writer) configs(f fields, configs []files.Config) {
	for _, c := range configs {
		if w.config[c.Asset] == nil {
			w.config[c.Asset] = map[string]any{}
		}
		for _, e := range c.Entries {
			w.config[c.Asset][e.Key] = f.eval(e.Value)
		}
	}
}

// eval gives a value as JSON knows it.
func (f fields) eval(v files.Value) any {
	switch {
	case v.Field != "":
		return f.plain(v.Field)
	case v.Template != nil:
		return v.Template.Expand(f.text)
	case v.Secret != "":
		return map[string]any{"secret": v.Secret}
	case v.Items != nil:
		items := make([]any, len(v.Items))
		for i, item := range v.Items {
			items[i] = f.eval(item)
		}
		return items
	case v.Entries != nil:
		entries := map[string]any{}
		for _, e := range v.Entries {
			entries[e.Key] = f.eval(e.Value)
		}
		return entries
	}
	return v.Const
}

// target selects a rule's asset with its partition.
func (w *writer) target(t files.Target, f fields) {
	key := t.Key.Expand(f.text)
	w.selectAsset(key)
	asset := w.asset(key)
	if w.reason != "" || len(t.Parts) == 0 {
		return
	}
	partition, ok := w.partition(key, asset, t.Parts, f)
	switch {
	case !ok:
	case w.partitioned != "" && partition != w.request.Partition:
		w.park("The targets name different partitions, and one file is one run: `%s` in `%s`, `%s` in `%s`.", w.request.Partition, w.partitioned, partition, key)
	case w.partitioned == "":
		w.partitioned, w.request.Partition = key, partition
		if asset != nil {
			w.definition = asset.Partitions
		}
	case asset != nil && !asset.Partitions.Same(w.definition):
		w.park("The targets `%s` and `%s` have different partitions, and one file is one run.", w.partitioned, key)
	}
}

// asset gives the asset of a key, nil without a graph. A key that a template made may
// be none, or outside the job.
func (w *writer) asset(key string) *graph.Asset {
	g := w.d.Graph
	if g == nil {
		return nil
	}
	asset, ok := g.Asset(key)
	switch job := w.request.Job; {
	case !ok:
		w.park("No asset is called `%s`.", key)
	case job != "" && !g.InJob(job, key):
		w.park("The job `%s` does not select the asset `%s`.", job, key)
	}
	return asset
}

// partition gives the key that a target's parts name, and notes what has to be added.
func (w *writer) partition(key string, asset *graph.Asset, parts []files.Part, f fields) (string, bool) {
	if asset == nil {
		return joined(parts, func(p files.Part) string { return f.captureText(p) }), true
	}
	definition := asset.Partitions
	if definition == nil {
		w.park("The asset `%s` has no partitions.", key)
		return "", false
	}
	if definition.Type != graph.Multi {
		return w.dimension(key, definition, parts[0], f)
	}
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
	}
	if len(keys) != 2 {
		w.park("The partitions of `%s` have two dimensions, and the target names %d.", key, len(keys))
		return "", false
	}
	return definition.MultiKey(keys), true
}

// joined gives the parts' keys in the order of their dimensions' names.
func joined(parts []files.Part, text func(files.Part) string) string {
	sorted := slices.Clone(parts)
	slices.SortStableFunc(sorted, func(a, b files.Part) int {
		switch {
		case a.Dimension < b.Dimension:
			return -1
		case a.Dimension > b.Dimension:
			return 1
		}
		return 0
	})
	out := ""
	for i, p := range sorted {
		if i > 0 {
			out += "|"
		}
		out += text(p)
	}
	return out
}

func (f fields) captureText(p files.Part) string {
	for _, v := range f.captures {
		if v.Name == p.Capture {
			return v.Text
		}
	}
	return ""
}

// dimension gives the key of one definition that a part names: of a time the window
// that contains it, else the text that was captured.
func (w *writer) dimension(asset string, definition *graph.Partitions, part files.Part, f fields) (string, bool) {
	key, ok := w.keyOf(definition, part, f)
	if !ok {
		return "", false
	}
	exists := w.d.Exists
	if exists == nil {
		exists = func(string, string) bool { return false }
	}
	membership, why := definition.Has(key, w.in.Tick, exists)
	switch membership {
	case graph.Absent:
		w.park("`%s` has no partition `%s`. %s", asset, key, why)
		return "", false
	case graph.Addable:
		w.addPartition(definition.Name, key)
	}
	return key, true
}

func (w *writer) keyOf(definition *graph.Partitions, part files.Part, f fields) (string, bool) {
	for _, v := range f.captures {
		if v.Name != part.Capture {
			continue
		}
		at, timed := v.Time, !v.Time.IsZero()
		if part.As != nil {
			var ok bool
			if at, ok = part.As.Parse(v.Text); !ok {
				w.park("`%s` is no time in the format `%s`.", v.Text, part.As)
				return "", false
			}
			timed = true
		}
		if timed && definition.IsTime() {
			return definition.KeyOf(at), true
		}
		return v.Text, true
	}
	w.park("Nothing was captured as `%s`.", part.Capture)
	return "", false
}

func (w *writer) addPartition(definition, key string) {
	if w.request.AddPartitions == nil {
		w.request.AddPartitions = map[string][]string{}
	}
	if !slices.Contains(w.request.AddPartitions[definition], key) {
		w.request.AddPartitions[definition] = append(w.request.AddPartitions[definition], key)
	}
}

// finish turns the config by asset into run config by op; below it lies the config that
// the asset file gives. Config of an asset that is not selected is left out.
func (w *writer) finish() {
	ops := map[string]any{}
	for _, key := range w.request.Selection {
		config, op := map[string]any{}, graph.OpName(key)
		if w.d.Graph != nil {
			if asset, ok := w.d.Graph.Asset(key); ok {
				op = asset.Op
				for field, value := range asset.Config {
					config[field] = value
				}
			}
		}
		for field, value := range w.config[key] {
			config[field] = value
		}
		if len(config) > 0 {
			ops[op] = map[string]any{"config": config}
		}
	}
	w.request.RunConfig = map[string]any{"ops": ops}
}
