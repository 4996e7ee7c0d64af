package automation_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"auto/runtime/automation"
	"auto/runtime/clock"
	"auto/runtime/live"

	"github.com/google/go-cmp/cmp"
)

// reopen starts again over a store.
func reopen(t *testing.T, s *memory, at time.Time, policies string) (*rig, error) {
	t.Helper()
	r := &rig{store: s, now: clock.NewManual(at, nil), log: &lines{}}
	var err error
	r.Runner, err = automation.Open(t.Context(), automation.Options{Store: s, Clock: r.now, Log: slog.New(slog.NewTextHandler(r.log, nil)), Notify: func() {}}, fixture(t, policies))
	return r, err
}

// lived is a store with a life in it: two snapshots besides the first, and ticks after.
func lived(t *testing.T) *memory {
	s := newMemory()
	r := open(t, t.Context(), s, start, two, nil)
	for range 3 {
		if err := r.update(t.Context(), r.now.Now().String()); err != nil {
			t.Fatal(err)
		}
		if err := r.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := r.Save(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.now.Set(r.now.Now().Add(time.Minute))
	}
	return s
}

// TestDamagedSnapshots: an older snapshot serves in place of one that cannot be read, and
// where none can the error names the newest.
func TestDamagedSnapshots(t *testing.T) {
	for _, body := range []string{"", "{", `{"version":99}`, `{"version":1,"policies":{},"sensors":[{"name":"one"}]}`} {
		t.Run(body, func(t *testing.T) {
			s := lived(t)
			launched := s.launched()
			for _, i := range []int{3, 2} {
				s.snapshots[i].Body = []byte(body)
			}
			r, err := reopen(t, s, start.Add(time.Hour), two)
			if err != nil {
				t.Fatal(err)
			}
			if n := r.log.count("a snapshot cannot be read"); n != 2 {
				t.Errorf("it is said %d times", n)
			}
			if err := r.Once(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(launched, s.launched()); diff != "" {
				t.Error(diff)
			}
			sound(t, lived(t))
			for i := range s.snapshots {
				s.snapshots[i].Body = []byte(body)
			}
			var state *automation.StateError
			if _, err := reopen(t, s, start.Add(2*time.Hour), two); !errors.As(err, &state) {
				t.Error(err)
			}
		})
	}
}

// TestBrokenPolicies: policies of the journal that this version of auto does not accept are
// no matter where no tick came after the last snapshot, as after a daemon that ended well;
// else the error says which, and what to do.
func TestBrokenPolicies(t *testing.T) {
	for _, ended := range []bool{true, false} {
		s := lived(t)
		if !ended {
			s.snapshots = s.snapshots[:2]
		}
		for name, text := range s.texts {
			if strings.Contains(string(text), "policy") {
				s.texts[name] = []byte("policy a for assets(\"a\") { when no_longer_known() }")
			}
		}
		launched := s.launched()
		r, err := reopen(t, s, start.Add(time.Hour), two+"# accepted\n")
		if !ended {
			var broken *live.BrokenError
			if !errors.As(err, &broken) || len(broken.Findings) == 0 || !strings.Contains(err.Error(), "no_longer_known") {
				t.Error(err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(launched, s.launched()); diff != "" {
			t.Error("something is launched twice:", diff)
		}
		if err := r.update(t.Context(), "after"); err != nil {
			t.Fatal(err)
		}
		r.now.Set(r.now.Now().Add(time.Minute))
		if err := r.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := len(s.launched()); got != len(launched)+2 {
			t.Errorf("%d requests, and %d before", got, len(launched))
		}
	}
}

// TestLostText: a text that is gone is as one that is not accepted any more.
func TestLostText(t *testing.T) {
	s := lived(t)
	s.snapshots = s.snapshots[:1]
	clear(s.texts)
	var broken *live.BrokenError
	if _, err := reopen(t, s, start.Add(time.Hour), two); !errors.As(err, &broken) || !strings.Contains(err.Error(), "is lost") {
		t.Error(err)
	}
}

// TestMending: a sensor whose state was spoiled by a fault makes it from the journal again.
func TestMending(t *testing.T) {
	s := newMemory()
	r := open(t, t.Context(), s, start, two, nil)
	if err := r.update(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	good := s.records[len(s.records)-1].Body
	s.records[len(s.records)-1].Body = []byte(`{"events":[{"type":"materialization","asset":"raw","at":"2026-01-01T00:00:00Z"},{"type":"strange"}]}`)
	for range 2 {
		if err := r.Once(t.Context()); err == nil || !strings.Contains(err.Error(), "`strange` is no type of event") {
			t.Error(err)
		}
	}
	s.records[len(s.records)-1].Body = good
	if err := r.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b"}, s.launched()); diff != "" {
		t.Error(diff)
	}
	sound(t, s)
}
