package rules

import (
	"fmt"
	"slices"

	"auto/compiler/files"
	"auto/runtime/request"
	"auto/runtime/values"
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
	w.d.Params.Tell(&w.request, w.lookup, w.config)
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
	of := values.Fields(f.value)
	if len(tags) > 0 && w.request.Tags == nil {
		w.request.Tags = map[string]string{}
	}
	of.PutTags(w.request.Tags, tags)
	if len(params) > 0 && w.request.Params == nil {
		w.request.Params = map[string]any{}
	}
	of.Put(w.request.Params, params)
	for _, c := range configs {
		if w.config[c.Asset] == nil {
			w.config[c.Asset] = map[string]any{}
		}
		of.Put(w.config[c.Asset], c.Entries)
	}
}

// lookup gives the asset of a key, and false where the graph has none or there is none.
func (w *writer) lookup(key string) (*graph.Asset, bool) {
	if w.d.Graph == nil {
		return nil, false
	}
	return w.d.Graph.Asset(key)
}
