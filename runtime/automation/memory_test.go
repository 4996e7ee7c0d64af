package automation_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"time"

	"auto/runtime/store"
)

// memory is a store of conditions that fails when it is told to.
type memory struct {
	mu        sync.Mutex
	records   []store.Record
	entries   map[string]store.Entry
	texts     map[string][]byte
	snapshots []store.Snapshot
	ids       map[string]bool
	alive     time.Time
	// fault is asked before each call, by its name: what it gives fails the call, before or
	// after it was done.
	fault func(call string) (before, after error)
}

func newMemory() *memory {
	return &memory{entries: map[string]store.Entry{}, texts: map[string][]byte{}, ids: map[string]bool{}, fault: func(string) (error, error) { return nil, nil }}
}

// do does something unless it fails before, and fails afterwards where it does.
func (m *memory) do(call string, what func()) error {
	before, after := m.fault(call)
	if before != nil {
		return before
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	what()
	return after
}

func (m *memory) append(r store.Record) int64 {
	r.Seq = int64(len(m.records) + 1)
	m.records = append(m.records, r)
	return r.Seq
}

func (m *memory) Take(_ context.Context, at time.Time, kind string, items []store.Item) (taken store.Taken, err error) {
	err = m.do("Take", func() {
		var bodies []json.RawMessage
		for _, item := range items {
			if item.ID != "" && m.ids[item.ID] {
				taken.Duplicates++
				continue
			}
			m.ids[item.ID] = true
			bodies = append(bodies, item.Body)
		}
		if len(bodies) == 0 {
			return
		}
		body, wrong := json.Marshal(map[string]any{"events": bodies})
		if wrong != nil {
			panic(wrong)
		}
		taken.Seq = m.append(store.Record{At: at, Kind: kind, Body: body})
	})
	if err != nil {
		return store.Taken{}, err
	}
	return taken, nil
}

func (m *memory) Decide(_ context.Context, r store.Record, entries []store.Entry) (seq int64, err error) {
	err = m.do("Decide", func() {
		seq = m.append(r)
		for _, e := range entries {
			if _, known := m.entries[e.Request.ID]; !known {
				m.entries[e.Request.ID] = e
			}
		}
	})
	return seq, err
}

func (m *memory) Note(_ context.Context, r store.Record) (seq int64, err error) {
	err = m.do("Note", func() { seq = m.append(r) })
	return seq, err
}

func (m *memory) PutText(_ context.Context, text []byte) (string, error) {
	sum := sha256.Sum256(text)
	name := hex.EncodeToString(sum[:])
	return name, m.do("PutText", func() { m.texts[name] = text })
}

func (m *memory) PutSnapshot(_ context.Context, s store.Snapshot) error {
	return m.do("PutSnapshot", func() {
		m.snapshots = slices.DeleteFunc(m.snapshots, func(o store.Snapshot) bool { return o.Seq == s.Seq })
		m.snapshots = append(m.snapshots, s)
	})
}

func (m *memory) Alive(_ context.Context, at time.Time) error {
	return m.do("Alive", func() { m.alive = at })
}

func (m *memory) PruneConditions(context.Context, time.Time) (int, error) {
	return 0, errors.New("this store forgets nothing")
}

func (m *memory) Records(_ context.Context, after int64, kinds []string, yield func(store.Record) error) error {
	var list []store.Record
	if err := m.do("Records", func() { list = slices.Clone(m.records[min(int(after), len(m.records)):]) }); err != nil {
		return err
	}
	for _, r := range list {
		if len(kinds) > 0 && !slices.Contains(kinds, r.Kind) {
			continue
		}
		if err := yield(r); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) Text(_ context.Context, name string) (text []byte, err error) {
	found := false
	if err := m.do("Text", func() { text, found = m.texts[name] }); err != nil {
		return nil, err
	}
	if !found {
		return nil, store.ErrNotFound
	}
	return text, nil
}

func (m *memory) Snapshot(_ context.Context, at time.Time) (out store.Snapshot, ok bool, err error) {
	err = m.do("Snapshot", func() {
		for _, s := range m.snapshots {
			if !ok || !s.At.After(at) && s.Seq > out.Seq {
				out, ok = s, true
			}
		}
	})
	return out, ok, err
}

func (m *memory) LastAlive(context.Context) (at time.Time, err error) {
	err = m.do("LastAlive", func() { at = m.alive })
	return at, err
}
