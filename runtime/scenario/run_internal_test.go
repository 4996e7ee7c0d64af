package scenario

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/lang/source"
	"auto/runtime/facts"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// script is an evaluator that gives what the ticks of another scenario expect.
type script struct {
	ticks []*Tick
	next  int
}

func (s *script) Tick(TickInput) (TickOutput, error) {
	want := s.ticks[s.next].Expect
	s.next++
	if want.Error != "" {
		return TickOutput{Err: errors.New(want.Error)}, nil
	}
	return TickOutput{Requested: want.Requested, Runs: want.Runs, Evaluations: want.Evaluations, EvaluationTime: 1500 * time.Nanosecond}, nil
}

// history is a store that keeps the events.
type history struct {
	events  []facts.Event
	dynamic map[string][]string
}

func (h *history) Apply(e facts.Event) error {
	h.events = append(h.events, e)
	if d, ok := e.(facts.DynamicPartitions); ok {
		if h.dynamic == nil {
			h.dynamic = map[string][]string{}
		}
		h.dynamic[d.Name] = append(h.dynamic[d.Name], d.Add...)
	}
	return nil
}

func (h *history) Dynamic(name string) []string { return h.dynamic[name] }

func mustRead(t *testing.T, name, text string) *Scenario {
	t.Helper()
	s, findings := Read(source.New(name, text))
	if findings.HasErrors() {
		t.Fatal(findings[0])
	}
	return s
}

func play(t *testing.T, s *Scenario, e Evaluator) *Result {
	t.Helper()
	r, err := Run(s, Options{Evaluator: e})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var update = os.Getenv("UPDATE") != ""

// golden compares a file of an archive with what was made, and rewrites it with UPDATE=1.
func golden(t *testing.T, path string, a *txtar.Archive, name, got string) {
	t.Helper()
	i := slices.IndexFunc(a.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		a.Files = append(a.Files, txtar.File{Name: name})
		i = len(a.Files) - 1
	}
	if got != "" && !strings.HasSuffix(got, "\n") {
		got += "\n"
	}
	if update {
		a.Files[i].Data = []byte(got)
		if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(a.Files[i].Data), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func archives(t *testing.T, pattern string, test func(t *testing.T, path string, a *txtar.Archive, files map[string]string)) {
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatal(pattern, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			files := map[string]string{}
			for _, f := range a.Files {
				files[f.Name] = string(f.Data)
			}
			test(t, path, a, files)
		})
	}
}

// TestRun runs in.yaml with an evaluator that gives what gives.yaml expects.
func TestRun(t *testing.T) {
	archives(t, "testdata/run/*.txtar", func(t *testing.T, path string, a *txtar.Archive, files map[string]string) {
		s := mustRead(t, "in.yaml", files["in.yaml"])
		r := play(t, s, &script{ticks: mustRead(t, "gives.yaml", files["gives.yaml"]).Ticks})
		golden(t, path, a, "diff", Diff(r.Differences()))
		line, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, path, a, "json", string(line))
		updated, err := Update(s, r)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, path, a, "updated.yaml", updated)
		again := mustRead(t, "updated.yaml", updated)
		r = play(t, again, &script{ticks: mustRead(t, "gives.yaml", files["gives.yaml"]).Ticks})
		if !r.Passed() {
			t.Errorf("the updated scenario does not pass:\n%s", Diff(r.Differences()))
		}
	})
}

// TestEvents names the events that reach the world.
func TestEvents(t *testing.T) {
	archives(t, "testdata/events/*.txtar", func(t *testing.T, path string, a *txtar.Archive, files map[string]string) {
		s := mustRead(t, "in.yaml", files["in.yaml"])
		store := &history{}
		session := newSession(s, quiet{}, store)
		var b strings.Builder
		for _, tick := range s.Ticks {
			before := len(store.events)
			out, err := session.Tick(tick, false)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range store.events[before:] {
				b.WriteString(show(e) + "\n")
			}
			if out.Err != nil {
				b.WriteString("refused: " + out.Err.Error() + "\n")
			}
			b.WriteString("tick " + formatTime(tick.At) + "\n")
		}
		golden(t, path, a, "events", b.String())
	})
}

// quiet is an evaluator that requests nothing.
type quiet struct{}

func (quiet) Tick(TickInput) (TickOutput, error) { return TickOutput{}, nil }
