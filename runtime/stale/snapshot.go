package stale

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"auto/vm/bits"
	"auto/vm/space"
)

// snapshotVersion is the version of the form of snapshots.
const snapshotVersion = 1

// snapshot is a tracker in JSON, by names and keys.
type snapshot struct {
	Version  int                          `json:"version"`
	Now      time.Time                    `json:"now"`
	Last     int64                        `json:"last"`
	Dynamic  map[string][]string          `json:"dynamic,omitempty"`
	Versions map[string]map[string]string `json:"data_versions,omitempty"`
	Runs     []storedRun                  `json:"runs,omitempty"`
	Recent   []string                     `json:"recent,omitempty"`
	Assets   []*storedAsset               `json:"assets,omitempty"`
}

type storedRun struct {
	ID    string              `json:"id"`
	Start int64               `json:"start"`
	Phase phase               `json:"phase,omitempty"`
	Begun bool                `json:"begun,omitempty"`
	Plans map[string][]string `json:"plans,omitempty"`
}

type storedAsset struct {
	Key       string          `json:"key"`
	Asked     bool            `json:"asked,omitempty"`
	Updates   []storedUpdates `json:"updates,omitempty"`
	Decided   []storedID      `json:"decided,omitempty"`
	Attempted []storedID      `json:"attempted,omitempty"`
	Opens     []storedOpen    `json:"open,omitempty"`
	Successes []storedSuccess `json:"made,omitempty"`
}

type storedUpdates struct {
	By     string     `json:"by,omitempty"`
	Latest bool       `json:"latest,omitempty"`
	Start  int64      `json:"start,omitempty"`
	IDs    []storedID `json:"ids"`
	Own    keyRanges  `json:"own,omitempty"`
}

// storedID is an id with the partitions that have it.
type storedID struct {
	ID   int64     `json:"id"`
	Keys keyRanges `json:"keys"`
}

type storedOpen struct {
	Key  string   `json:"key"`
	Runs []string `json:"runs"`
}

type storedSuccess struct {
	Key   string `json:"key"`
	By    string `json:"by,omitempty"`
	Start int64  `json:"start"`
}

// keyRanges are partitions, from and up to a key in the order of the definition.
type keyRanges [][2]string

func rangesOf(k *space.Keys, s bits.Set) (out keyRanges) {
	for lo := s.Next(0); lo >= 0; {
		hi := lo
		for s.Has(hi + 1) {
			hi++
		}
		out = append(out, [2]string{k.Key(lo), k.Key(hi)})
		lo = s.Next(hi + 1)
	}
	return out
}

// set gives the numbers of the partitions; ranges whose ends are no more are left out.
func (r keyRanges) set(k *space.Keys) bits.Set {
	s := bits.New(k.Len())
	for _, ends := range r {
		lo, okLo := number(k, ends[0])
		hi, okHi := number(k, ends[1])
		if okLo && okHi && lo <= hi {
			s.AddRange(lo, hi+1)
		}
	}
	return s
}

func storedIDs(k *space.Keys, c column) []storedID {
	of := map[int64]bits.Set{}
	c.each(func(n int, id int64) {
		if of[id] == nil {
			of[id] = bits.New(k.Len())
		}
		of[id].Add(n)
	})
	out := make([]storedID, 0, len(of))
	for _, id := range slices.Sorted(maps.Keys(of)) {
		out = append(out, storedID{id, rangesOf(k, of[id])})
	}
	return out
}

func columnOf(k *space.Keys, list []storedID) (c column) {
	for _, s := range list {
		c.putAll(s.Keys.set(k), s.ID)
	}
	return c
}

// MarshalJSON gives a snapshot: what Decided and events made of the tracker, in one form
// whatever was asked of it.
func (t *Tracker) MarshalJSON() ([]byte, error) {
	s := snapshot{Version: snapshotVersion, Now: t.definitions.now, Last: t.last, Dynamic: t.definitions.dynamic, Versions: t.versions, Recent: t.recent}
	for _, id := range slices.Sorted(maps.Keys(t.runs)) {
		r := t.runs[id]
		s.Runs = append(s.Runs, storedRun{id, r.start, r.phase, r.begun, r.plans})
	}
	all := maps.Clone(t.stored)
	if all == nil {
		all = map[string]*storedAsset{}
	}
	for key, a := range t.assets {
		if a.asked || !a.isPlain() {
			all[key] = a.store()
		}
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		s.Assets = append(s.Assets, all[key])
	}
	return json.Marshal(s)
}

func (a *asset) store() *storedAsset {
	out := &storedAsset{
		Key: a.key, Asked: a.asked,
		Decided: storedIDs(a.keys, a.decided), Attempted: storedIDs(a.keys, a.attempted),
	}
	for _, u := range a.updates {
		out.Updates = append(out.Updates, storedUpdates{u.by, u.latest, u.start, storedIDs(a.keys, u.ids), rangesOf(a.keys, u.own)})
	}
	for _, n := range slices.Sorted(maps.Keys(a.opens)) {
		o := storedOpen{Key: a.keys.Key(n)}
		for _, r := range a.opens[n] {
			o.Runs = append(o.Runs, r.id)
		}
		out.Opens = append(out.Opens, o)
	}
	for _, n := range slices.Sorted(maps.Keys(a.successes)) {
		out.Successes = append(out.Successes, storedSuccess{a.keys.Key(n), a.successes[n].by, a.successes[n].start})
	}
	return out
}

// UnmarshalJSON reads a snapshot in place of what the tracker knew. What it says of assets
// is taken up by the next Follow.
func (t *Tracker) UnmarshalJSON(text []byte) error {
	var s snapshot
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("the snapshot of what is stale cannot be read: %w", err)
	}
	if s.Version != snapshotVersion {
		return fmt.Errorf("the snapshot of what is stale has version %d, and this program reads %d; start from the journal", s.Version, snapshotVersion)
	}
	*t = *New()
	t.definitions.now, t.last, t.recent = s.Now, s.Last, s.Recent
	if s.Dynamic != nil {
		t.definitions.dynamic = s.Dynamic
	}
	if s.Versions != nil {
		t.versions = s.Versions
	}
	for _, r := range s.Runs {
		t.runs[r.ID] = &run{r.ID, r.Start, r.Phase, r.Begun, r.Plans}
	}
	t.stored = map[string]*storedAsset{}
	for _, a := range s.Assets {
		t.stored[a.Key] = a
	}
	return nil
}

// restore takes up what a snapshot says of the assets of the graph.
func (t *Tracker) restore() {
	for _, key := range slices.Sorted(maps.Keys(t.stored)) {
		if g, ok := t.graph.Asset(key); ok {
			t.assets[key] = t.stored[key].asset(t, t.definitions.of(g.Partitions))
			delete(t.stored, key)
		}
	}
}

func (s *storedAsset) asset(t *Tracker, k *space.Keys) *asset {
	a := &asset{
		key: s.Key, asked: s.Asked, keys: k, numbered: s.Asked && !t.definitions.now.IsZero(),
		decided: columnOf(k, s.Decided), attempted: columnOf(k, s.Attempted),
		opens: map[int][]*run{}, successes: map[int]success{},
	}
	for _, u := range s.Updates {
		a.updates = append(a.updates, &updates{by: u.By, latest: u.Latest, start: u.Start, ids: columnOf(k, u.IDs), own: u.Own.set(k)})
	}
	for _, o := range s.Opens {
		if n, ok := a.number(o.Key); ok {
			for _, id := range o.Runs {
				if r := t.runs[id]; r != nil {
					a.opens[n] = append(a.opens[n], r)
				}
			}
		}
	}
	for _, m := range s.Successes {
		if n, ok := a.number(m.Key); ok {
			a.successes[n] = success{m.By, m.Start}
		}
	}
	a.tidy()
	t.touch(a)
	return a
}
