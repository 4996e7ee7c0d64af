package rules

import (
	"fmt"
	"maps"
	"slices"

	"auto/compiler/files"
	"auto/runtime/request"
	"auto/vm/graph"
)

// writer fills the request of one file. Its own fields have the captures of all rules
// that match.
type writer struct {
	fields
	request request.Request
	// config is by asset; what is nearer is written later.
	config map[string]map[string]any
	// partitioned is the first target that names a partition, definition that of its
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

// write fills in what the block and the rules that match say.
func (w *writer) write(hits []hit, targets []int32) {
	p := w.d.Program
	w.request = w.d.request(w.fields)
	w.targets(targets, hits)
	w.agree()
	w.values(w.fields, p.Tags, p.Params, p.Config)
	// A rule's values are nearer than the block's, and an earlier rule's nearer than a
	// later one's.
	for _, h := range slices.Backward(hits) {
		w.values(h.fields, h.rule.Tags, h.rule.Params, h.rule.Config)
	}
	w.runConfig()
}

// targets selects what the program requests: base assets, then the rules' targets.
func (w *writer) targets(targets []int32, hits []hit) {
	for _, t := range targets {
		if int(t) < len(w.d.Program.Always) {
			w.selectAsset(w.d.Program.Always[t])
			continue
		}
		for int(t) >= hits[0].target+len(hits[0].rule.Targets) {
			hits = hits[1:]
		}
		w.target(hits[0].rule.Targets[int(t)-hits[0].target], hits[0].fields)
	}
}

func (w *writer) selectAsset(key string) {
	if !slices.Contains(w.request.Selection, key) {
		w.request.Selection = append(w.request.Selection, key)
	}
}

// values writes maps over what is written already.
func (w *writer) values(f fields, tags, params []files.Entry, configs []files.Config) {
	for _, e := range tags {
		if w.request.Tags == nil {
			w.request.Tags = map[string]string{}
		}
		w.request.Tags[e.Key] = fmt.Sprint(f.eval(e.Value))
	}
	for _, e := range params {
		if w.request.Params == nil {
			w.request.Params = map[string]any{}
		}
		w.request.Params[e.Key] = f.eval(e.Value)
	}
	for _, c := range configs {
		if w.config[c.Asset] == nil {
			w.config[c.Asset] = map[string]any{}
		}
		for _, e := range c.Entries {
			w.config[c.Asset][e.Key] = f.eval(e.Value)
		}
	}
}

// runConfig turns the config by asset into run config by op; below it lies the config
// that the asset itself has. Config of an asset that is not selected is left out.
func (w *writer) runConfig() {
	ops := map[string]any{}
	for _, key := range w.request.Selection {
		config, op := map[string]any{}, graph.OpName(key)
		if asset, ok := w.lookup(key); ok {
			op = asset.Op
			maps.Copy(config, asset.Config)
		}
		maps.Copy(config, w.config[key])
		if len(config) > 0 {
			ops[op] = map[string]any{"config": config}
		}
	}
	w.request.RunConfig = map[string]any{"ops": ops}
}

// lookup gives the asset of a key, and false where the graph has none or there is none.
func (w *writer) lookup(key string) (*graph.Asset, bool) {
	if w.d.Graph == nil {
		return nil, false
	}
	return w.d.Graph.Asset(key)
}
