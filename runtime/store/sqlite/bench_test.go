package sqlite

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"auto/runtime/request"
	"auto/runtime/store"
)

// BenchmarkDue asks for the next 8 of 100,000 due requests.
func BenchmarkDue(b *testing.B) {
	s, err := Open(b.Context(), b.TempDir(), Owner{PID: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	tick := store.Tick{Block: store.Block{Name: "x"}, At: at}
	for i := range 100_000 {
		f := request.File{Bucket: "b", Key: fmt.Sprintf("landing/sales/file_%06d.csv", i), ETag: "1", LastModified: at}
		tick.Entries = append(tick.Entries, store.Entry{Delivery: store.Due, NextAt: at, ReleasedAt: at,
			Request: request.Request{ID: request.ID("x", f, at), Block: "x", RunKey: f.Key, Selection: []string{"a"}, RunConfig: map[string]any{}, File: f, DecidedAt: at}})
	}
	if err := s.Commit(b.Context(), tick); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		due, err := s.Due(b.Context(), at.Add(time.Minute), 8)
		if err != nil || len(due) != 8 {
			b.Fatal(len(due), err)
		}
	}
}

// BenchmarkCommit stores ticks of 10 new files with their requests.
func BenchmarkCommit(b *testing.B) {
	s, err := Open(b.Context(), b.TempDir(), Owner{PID: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	n := 0
	for b.Loop() {
		tick := store.Tick{Block: store.Block{Name: "x"}, At: at}
		for range 10 {
			n++
			f := request.File{Bucket: "b", Key: fmt.Sprintf("landing/sales/file_%06d.csv", n), ETag: "1", LastModified: at}
			id := request.ID("x", f, at)
			tick.Versions = append(tick.Versions, store.Version{Block: "x", File: f, State: store.Requested, Request: id, FirstSeen: at, DecidedAt: at, Current: true})
			tick.Entries = append(tick.Entries, store.Entry{Delivery: store.Due, NextAt: at, ReleasedAt: at,
				Request: request.Request{ID: id, Block: "x", RunKey: f.Key, Selection: []string{"a"}, RunConfig: map[string]any{}, File: f, DecidedAt: at}})
		}
		if err := s.Commit(b.Context(), tick); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkTake takes events in, in batches of 100, one by one, and one by one from 8
// senders at once. It reports events a second.
func BenchmarkTake(b *testing.B) {
	for _, test := range []struct {
		name          string
		batch, sender int
	}{{"batches", 100, 1}, {"single", 1, 1}, {"senders", 1, 8}} {
		b.Run(test.name, func(b *testing.B) {
			s, err := Open(b.Context(), b.TempDir(), Owner{PID: 1})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			var n atomic.Int64
			b.SetParallelism(test.sender)
			b.RunParallel(func(p *testing.PB) {
				for p.Next() {
					var items []store.Item
					for range test.batch {
						id := fmt.Sprintf("airflow/sales/load_%07d", n.Add(1))
						items = append(items, store.Item{ID: id, Body: fmt.Appendf(nil, `{"id":%q,"type":"materialization","at":"2026-01-01T00:00:00Z","asset":"sales/orders","partition":"2026-01-01","run_id":"0f9e1d"}`, id)})
					}
					if _, err := s.Take(b.Context(), at, "events", items); err != nil {
						b.Error(err)
					}
				}
			})
			b.ReportMetric(float64(n.Load())/b.Elapsed().Seconds(), "events/s")
		})
	}
}
