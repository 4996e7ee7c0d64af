package stale

import (
	"maps"
	"slices"
)

// Take moves what is kept about assets out of the tracker, for Give of another that was
// told of the same events, or of none yet.
func (t *Tracker) Take(keys func(key string) bool) *Tracker {
	out := New()
	out.share(t)
	out.stored = map[string]*storedAsset{}
	for key, a := range t.assets {
		if keys(key) {
			out.stored[key] = a.store()
			delete(t.assets, key)
		}
	}
	for key, s := range t.stored {
		if keys(key) {
			out.stored[key] = s
			delete(t.stored, key)
		}
	}
	t.view = nil
	return out
}

// Give adds what another tracker has. It is taken up by the next Follow.
func (t *Tracker) Give(o *Tracker) {
	if len(t.runs) == 0 && t.definitions.now.IsZero() {
		t.share(o)
	}
	if t.stored == nil {
		t.stored = map[string]*storedAsset{}
	}
	maps.Copy(t.stored, o.stored)
	for key, a := range o.assets {
		t.stored[key] = a.store()
	}
}

// share takes over what is not about an asset that is asked of.
func (t *Tracker) share(o *Tracker) {
	d := newDefinitions()
	d.now, d.dynamic = o.definitions.now, maps.Clone(o.definitions.dynamic)
	t.last = o.last
	t.definitions, t.recent = d, slices.Clone(o.recent)
	for key, versions := range o.versions {
		t.versions[key] = maps.Clone(versions)
	}
	for id, r := range o.runs {
		c := *r
		c.plans = cloneLists(r.plans)
		t.runs[id] = &c
	}
}

func cloneLists(in map[string][]string) map[string][]string {
	out := maps.Clone(in)
	for key := range out {
		out[key] = slices.Clone(out[key])
	}
	return out
}
