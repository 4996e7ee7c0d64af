package bench_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"auto/runtime/automation"
	"auto/runtime/clock"
	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/history"
	"auto/runtime/project"
	"auto/runtime/store"

	"golang.org/x/tools/txtar"
)

// BenchmarkReplay plays the journal of 90 days again: 1,000 assets, a sensor that ticks
// every 30 seconds, and runs that make what it launches (as BenchmarkDays). The journal is
// in memory, so that the disk is not measured.
func BenchmarkReplay(b *testing.B) {
	const days = 90
	j := newJournal(b)
	for range days * 24 * 60 * 2 {
		j.tick(b)
	}
	b.ResetTimer()
	var replayed *history.Replayed
	for b.Loop() {
		var err error
		replayed, err = history.Replay(b.Context(), j, history.Loader(b.Context(), j, "."), time.Time{})
		if err != nil {
			b.Fatal(err)
		}
	}
	if len(replayed.Differences) > 0 || replayed.Requests != j.requests {
		b.Errorf("%d differences, %d requests of %d", len(replayed.Differences), replayed.Requests, j.requests)
	}
	b.ReportMetric(float64(replayed.Events), "events")
	b.ReportMetric(float64(replayed.Ticks), "ticks-written")
	b.ReportMetric(float64(j.ticks), "ticks")
	b.ReportMetric(float64(replayed.Requests)/days, "requests/day")
	b.ReportMetric(j.live.Seconds(), "live-s")
}

// memory is a store of conditions that keeps everything in memory.
type memory struct {
	store.Conditions
	records  []store.Record
	texts    map[string][]byte
	snapshot store.Snapshot
	decided  []store.Entry
}

func (m *memory) Note(_ context.Context, r store.Record) (int64, error) {
	r.Seq = int64(len(m.records) + 1)
	m.records = append(m.records, r)
	return r.Seq, nil
}

func (m *memory) Take(ctx context.Context, at time.Time, kind string, items []store.Item) (store.Taken, error) {
	list := make([]json.RawMessage, len(items))
	for i, item := range items {
		list[i] = item.Body
	}
	body, err := json.Marshal(map[string]any{"events": list})
	if err != nil {
		return store.Taken{}, err
	}
	seq, err := m.Note(ctx, store.Record{At: at, Kind: kind, Body: body})
	return store.Taken{Seq: seq}, err
}

func (m *memory) Decide(ctx context.Context, r store.Record, entries []store.Entry) (int64, error) {
	m.decided = append(m.decided, entries...)
	return m.Note(ctx, r)
}

func (m *memory) Records(_ context.Context, after int64, kinds []string, yield func(store.Record) error) error {
	for _, r := range m.records[min(int(after), len(m.records)):] {
		for _, kind := range kinds {
			if r.Kind == kind {
				if err := yield(r); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (m *memory) PutText(_ context.Context, text []byte) (string, error) {
	name := fmt.Sprint(len(m.texts))
	m.texts[name] = text
	return name, nil
}

func (m *memory) Text(_ context.Context, name string) ([]byte, error) { return m.texts[name], nil }

func (m *memory) PutSnapshot(_ context.Context, s store.Snapshot) error { m.snapshot = s; return nil }

func (m *memory) Snapshot(context.Context, time.Time) (store.Snapshot, bool, error) {
	return m.snapshot, m.snapshot.Body != nil, nil
}

func (m *memory) LastAlive(context.Context) (time.Time, error) { return time.Time{}, nil }

// kept is a journal with the daemon that writes it.
type kept struct {
	*memory
	clock  *clock.Manual
	runner *automation.Runner
	// due are events by the tick before which they come.
	due             map[int][]events.Event
	ticks, requests int
	live            time.Duration
}

func newJournal(b *testing.B) *kept {
	var assets strings.Builder
	assets.WriteString("assets:\n")
	for chain := range 100 {
		for i := range 10 {
			deps := ""
			if i > 0 {
				deps = fmt.Sprintf(", group: derived, deps: [c%d_%d]", chain, i-1)
			}
			fmt.Fprintf(&assets, "  - {key: c%d_%d%s}\n", chain, i, deps)
		}
	}
	files, err := txtar.FS(&txtar.Archive{Files: []txtar.File{
		{Name: "auto.yaml", Data: []byte("launcher: {type: stdout}\n")},
		{Name: "assets/all.yaml", Data: []byte(assets.String())},
		{Name: "policies/all.auto", Data: []byte("policy derived for groups(\"derived\") { when eager() }\n")},
	}})
	if err != nil {
		b.Fatal(err)
	}
	p, found := project.Load(".", project.Options{FS: files})
	if found.HasErrors() {
		b.Fatal(found)
	}
	j := &kept{memory: &memory{texts: map[string][]byte{}}, clock: clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), nil), due: map[int][]events.Event{}}
	for _, key := range p.Graph.Keys() {
		j.later(0, events.Event{Type: events.Materialization, Asset: key})
	}
	j.runner, err = automation.Open(b.Context(), automation.Options{Store: j, Clock: j.clock, Log: slog.New(slog.DiscardHandler), Notify: func() {}}, p)
	if err != nil {
		b.Fatal(err)
	}
	return j
}

func (j *kept) later(ticks int, e events.Event) {
	e.At = j.clock.Now().Add(time.Duration(ticks)*30*time.Second + time.Second)
	j.due[j.ticks+ticks] = append(j.due[j.ticks+ticks], e)
}

// tick has everything happen that is due, and the sensor tick.
func (j *kept) tick(b *testing.B) {
	for i := range 100 {
		if (j.ticks+i*29)%(24*60*2/4) == 0 {
			j.later(0, events.Event{Type: events.Materialization, Asset: fmt.Sprintf("c%d_0", i)})
		}
	}
	began := time.Now()
	if _, err := j.runner.Events(b.Context(), j.due[j.ticks]); err != nil {
		b.Fatal(err)
	}
	delete(j.due, j.ticks)
	if err := j.runner.Once(b.Context()); err != nil {
		b.Fatal(err)
	}
	j.live += time.Since(began)
	for _, e := range j.decided {
		j.launch(e)
	}
	j.requests += len(j.decided)
	j.decided = nil
	j.ticks++
	j.clock.Set(j.clock.Now().Add(30 * time.Second))
}

// launch starts a run, which makes an asset on every tick.
func (j *kept) launch(e store.Entry) {
	run := "run-" + e.Request.ID
	j.later(1, events.Event{Type: events.Run, RunID: run, Status: facts.Started, Assets: e.Request.Selection, Tags: e.Request.Tags})
	for i, key := range e.Request.Selection {
		j.later(i+2, events.Event{Type: events.Materialization, Asset: key, RunID: run})
	}
	j.later(len(e.Request.Selection)+2, events.Event{Type: events.Run, RunID: run, Status: facts.Success})
}

var _ history.Source = (*memory)(nil)
