package sqlite

import (
	"fmt"
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
