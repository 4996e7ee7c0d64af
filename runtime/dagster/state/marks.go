package state

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/failpoint"
	"auto/runtime/store"
)

// Names of marks: this prefix, then the kind and, but for that of runs, a key.
const (
	prefix     = "dagster/state/"
	markRuns   = prefix + "runs"
	markAsset  = prefix + "asset/"
	markCheck  = prefix + "check/"
	markKeys   = prefix + "partitions/"
	markFilled = prefix + "backfill/"
	markEnd    = prefix + "end/"
)

// memory is how far everything is told.
type memory struct {
	// runs is nil before the first poll.
	runs      *runsMark
	assets    map[string]assetMark
	checks    map[string]checkMark
	keys      map[string]keysMark
	backfills map[string]backfillMark
	// ends are those of runs that the first load has told the begin of, by run.
	ends map[string]events.Event
}

// runsMark is how far runs are told.
type runsMark struct {
	// Since is the newest update that was seen, in seconds of Dagster's clocks: a new run's
	// is of the database's, later ones of those that run it.
	Since float64 `json:"since"`
	// Recent are the runs that were created last, the newest first: told, or over before the
	// first poll.
	Recent []recentRun `json:"recent"`
	// Runs are those that go, and those that were updated lately, by ID.
	Runs map[string]runMark `json:"runs"`
	// Loaded: the first load is complete.
	Loaded bool `json:"loaded"`
}

// runMark is a run that is told.
type runMark struct {
	Status  facts.Status `json:"status"`
	Updated float64      `json:"updated"`
	Created float64      `json:"created"`
	// Request: it was launched for a request.
	Request bool `json:"request,omitempty"`
	// Assets and Checks are those of the graph that it makes.
	Assets []string `json:"assets,omitempty"`
	Checks []string `json:"checks,omitempty"`
}

// assetMark is how far the events of an asset are told: all up to the storage id Floor, and
// those above it that Told names.
type assetMark struct {
	// Head is the greatest storage id that was the head, and Shown the last one: where one
	// is stored late, the head goes back. Seen is one that was the greatest at Moved, above
	// Floor; 0 where nothing is above it.
	Head  int64     `json:"head"`
	Shown int64     `json:"shown"`
	Floor int64     `json:"floor"`
	Seen  int64     `json:"seen,omitempty"`
	Moved time.Time `json:"moved"`
	// Anchor is the event at Floor, "" where that is not known.
	Anchor string   `json:"anchor,omitempty"`
	Told   []string `json:"told,omitempty"`
	// Last is the newest instant of all that is told, zero for nothing.
	Last time.Time `json:"last"`
	// Wiped is the instant of the last wipe that was told: what is told after it is later.
	Wiped time.Time `json:"wiped"`
}

// checkMark is how far the executions of a check are told: those up to Floor and Told.
type checkMark struct {
	Floor int64   `json:"floor"`
	Told  []int64 `json:"told,omitempty"`
}

// keysMark are the keys of a dynamic definition. With Next, it is these or those.
type keysMark struct {
	Keys []string `json:"keys"`
	Next []string `json:"next,omitempty"`
	// Moving: Next counts.
	Moving bool `json:"moving,omitempty"`
}

// backfillMark is a backfill that goes.
type backfillMark struct {
	Status BulkActionStatus `json:"status"`
	// Ours: it targets assets of the graph.
	Ours bool `json:"ours"`
}

func newMemory() *memory {
	return &memory{
		assets: map[string]assetMark{}, checks: map[string]checkMark{}, keys: map[string]keysMark{},
		backfills: map[string]backfillMark{}, ends: map[string]events.Event{},
	}
}

// remember reads the marks.
func (p *poll) remember() error {
	if p.memory == nil {
		m := newMemory()
		if err := p.Marks.Marks(p.ctx, prefix, m.read); err != nil {
			return err
		}
		p.memory = m
	}
	p.change = newChange()
	return nil
}

func (m *memory) read(mark store.Mark) error {
	var err error
	switch key := mark.Name; {
	case key == markRuns:
		m.runs = &runsMark{}
		err = json.Unmarshal(mark.Body, m.runs)
	case strings.HasPrefix(key, markAsset):
		err = readInto(m.assets, key[len(markAsset):], mark.Body)
	case strings.HasPrefix(key, markCheck):
		err = readInto(m.checks, key[len(markCheck):], mark.Body)
	case strings.HasPrefix(key, markKeys):
		err = readInto(m.keys, key[len(markKeys):], mark.Body)
	case strings.HasPrefix(key, markFilled):
		err = readInto(m.backfills, key[len(markFilled):], mark.Body)
	case strings.HasPrefix(key, markEnd):
		err = readInto(m.ends, key[len(markEnd):], mark.Body)
	}
	if err != nil {
		return fmt.Errorf("the mark `%s` cannot be read: %w", mark.Name, err)
	}
	return nil
}

func readInto[T any](to map[string]T, key string, body []byte) error {
	var v T
	if err := json.Unmarshal(body, &v); err != nil {
		return err
	}
	to[key] = v
	return nil
}

// change is what changes in a memory; a nil value forgets.
type change struct {
	runs      *runsMark
	assets    map[string]*assetMark
	checks    map[string]*checkMark
	keys      map[string]*keysMark
	backfills map[string]*backfillMark
	ends      map[string]*events.Event
}

func newChange() *change {
	return &change{
		assets: map[string]*assetMark{}, checks: map[string]*checkMark{}, keys: map[string]*keysMark{},
		backfills: map[string]*backfillMark{}, ends: map[string]*events.Event{},
	}
}

// asset gives the mark of an asset as it is going to be, nil for none.
func (p *poll) asset(key string) *assetMark {
	if m, ok := p.change.assets[key]; ok {
		return m
	}
	if m, ok := p.memory.assets[key]; ok {
		return &m
	}
	return nil
}

// check gives the mark of a check as it is going to be.
func (p *poll) check(key string) checkMark {
	if m, ok := p.change.checks[key]; ok {
		if m == nil {
			return checkMark{}
		}
		return *m
	}
	return p.memory.checks[key]
}

// commit takes events in, then puts the marks: what is taken in twice is known by its ID.
// What has no other trace once it is gone is marked before.
func (p *poll) commit(list []events.Event) error {
	ahead, err := p.ahead().marks()
	if err != nil {
		return err
	}
	if len(ahead) > 0 {
		if err := p.Marks.PutMarks(p.ctx, ahead); err != nil {
			return err
		}
	}
	// After a failure the memory is read anew: it holds what was marked ahead.
	memory := p.memory
	p.Reader.memory = nil
	for begin := 0; begin < len(list); begin += p.batch {
		if err := p.Take(p.ctx, list[begin:min(begin+p.batch, len(list))]); err != nil {
			return err
		}
	}
	p.told += len(list)
	marks, err := p.change.marks()
	if err != nil {
		return err
	}
	if len(marks) > 0 {
		failpoint.Hit("dagster.read.taken")
		if err := p.Marks.PutMarks(p.ctx, marks); err != nil {
			return err
		}
	}
	memory.adopt(p.change)
	p.Reader.memory, p.change = memory, newChange()
	return nil
}

// ahead gives what is marked before events are taken in: that a run or backfill may be told,
// of a run with what, and to what keys move. When a poll breaks off there, and they are
// deleted before the next one, only the mark tells of them.
func (p *poll) ahead() *change {
	out := newChange()
	for id, b := range p.change.backfills {
		if _, known := p.memory.backfills[id]; b != nil && !known {
			out.backfills[id] = &backfillMark{Ours: b.Ours}
		}
	}
	for name, m := range p.change.keys {
		was := p.memory.keys[name]
		out.keys[name] = &keysMark{Keys: was.all(), Next: m.Keys, Moving: true}
	}
	if p.change.runs != nil && p.memory.runs != nil {
		runs := p.memory.copyRuns()
		for id, m := range p.change.runs.Runs {
			if _, known := runs.Runs[id]; !known && m.ours() {
				m = p.loaded(m)
				m.Status = ""
				runs.Runs[id] = m
				out.runs = runs
			}
		}
	}
	return out
}

// all gives all keys that may be told.
func (m *keysMark) all() []string {
	out := slices.Clone(m.Keys)
	for _, key := range m.Next {
		if !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	return out
}

// marks gives the bodies of all that changes.
func (c *change) marks() (map[string][]byte, error) {
	out := map[string][]byte{}
	if c.runs != nil {
		body, err := json.Marshal(c.runs)
		if err != nil {
			return nil, err
		}
		out[markRuns] = body
	}
	for _, err := range []error{
		put(out, markAsset, c.assets), put(out, markCheck, c.checks), put(out, markKeys, c.keys),
		put(out, markFilled, c.backfills), put(out, markEnd, c.ends),
	} {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func put[T any](out map[string][]byte, kind string, from map[string]*T) error {
	for key, v := range from {
		if v == nil {
			out[kind+key] = nil
			continue
		}
		body, err := json.Marshal(v)
		if err != nil {
			return err
		}
		out[kind+key] = body
	}
	return nil
}

func (m *memory) adopt(c *change) {
	if c.runs != nil {
		m.runs = c.runs
	}
	adopt(m.assets, c.assets)
	adopt(m.checks, c.checks)
	adopt(m.keys, c.keys)
	adopt(m.backfills, c.backfills)
	adopt(m.ends, c.ends)
}

func adopt[T any](to map[string]T, from map[string]*T) {
	for key, v := range from {
		if v == nil {
			delete(to, key)
		} else {
			to[key] = *v
		}
	}
}

// copyRuns gives the mark of runs to change.
func (m *memory) copyRuns() *runsMark {
	out := *m.runs
	out.Runs = maps.Clone(m.runs.Runs)
	return &out
}
