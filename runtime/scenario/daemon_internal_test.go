package scenario

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/lang/source"
	"auto/runtime/backlog"
	"auto/runtime/journal"
	"auto/runtime/request"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// scripted is a driver that gives what the ticks of another scenario expect, and writes
// down what it is told.
type scripted struct {
	ticks   []*Tick
	next    int
	sensors []string
	log     strings.Builder
	owed    []backlog.Owed
}

func (s *scripted) Deploy(at time.Time, d Deployment) error {
	var names []string
	for _, p := range d.Policies.Policies {
		names = append(names, p.Name+" for "+strings.Join(p.Keys, ", "))
	}
	s.sensors = nil
	for _, d := range d.Policies.Sensors {
		s.sensors = append(s.sensors, d.Name)
	}
	fmt.Fprintf(&s.log, "%s policies: %s\n", formatTime(at), strings.Join(names, "; "))
	return nil
}

func (s *scripted) Record(at time.Time, body any) error {
	text, err := json.Marshal(body)
	fmt.Fprintf(&s.log, "%s %T %s\n", formatTime(at), body, text)
	return err
}

func (s *scripted) Sensors() []string { return s.sensors }

// Tick gives on the first sensor's tick what is expected.
func (s *scripted) Tick(sensor string, at time.Time) (SensorTick, error) {
	fmt.Fprintf(&s.log, "%s tick of %s\n", formatTime(at), sensor)
	if s.next < len(s.ticks) && !s.ticks[s.next].At.After(at) {
		want := s.ticks[s.next].Expect
		s.next++
		return s.gives(want), nil
	}
	return SensorTick{}, nil
}

func (s *scripted) gives(want *Expect) SensorTick {
	out := SensorTick{Requested: want.Requested, Halted: want.Halted, Took: 1500 * time.Nanosecond}
	for _, l := range want.Launched {
		r := request.Request{Selection: l.Assets, Checks: l.Checks, Policies: l.Policies, Tags: l.Tags}
		if l.Priority != nil {
			r.Priority = *l.Priority
		}
		sent := Sent{Request: r}
		if l.Retry != nil {
			sent.Retry = *l.Retry
		}
		for _, key := range append(slices.Clone(l.Partitions), make([]string, max(1-len(l.Partitions), 0))...) {
			sent.Request.Partition = key
			out.Sent = append(out.Sent, sent)
		}
	}
	for _, w := range want.Dropped {
		out.Dropped = append(out.Dropped, journal.Dropped{Policy: w.Policy, Asset: w.Asset, Partition: strings.Join(w.Partitions, ""), Reason: w.Why})
	}
	s.owed = nil
	for _, w := range want.Owed {
		s.owed = append(s.owed, backlog.Owed{Pair: backlog.Pair{Key: w.Asset, Partition: strings.Join(w.Partitions, "")}, Policy: w.Policy, Why: w.Why, NotBefore: w.Until})
	}
	return out
}

func (s *scripted) Owed(time.Time) []backlog.Owed { return s.owed }

// TestDaemon plays in.yaml with a driver that gives what gives.yaml expects.
func TestDaemon(t *testing.T) {
	archives(t, "testdata/daemon/*.txtar", func(t *testing.T, path string, a *txtar.Archive, files map[string]string) {
		s := mustRead(t, "in.yaml", files["in.yaml"])
		gives := mustRead(t, "gives.yaml", files["gives.yaml"])
		driver := &scripted{ticks: gives.Ticks}
		r, err := Run(s, Options{Driver: driver})
		if err != nil {
			t.Fatal(err)
		}
		golden(t, path, a, "journal", driver.log.String())
		golden(t, path, a, "diff", Diff(r.Differences()))
		line, err := json.MarshalIndent(r, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		golden(t, path, a, "json", string(line))
		updated, err := Update(s, r)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, path, a, "updated.yaml", updated)
		again, err := Run(mustRead(t, "updated.yaml", updated), Options{Driver: &scripted{ticks: gives.Ticks}})
		if err != nil || !again.Passed() {
			t.Errorf("the updated scenario does not pass: %v\n%s", err, Diff(again.Differences()))
		}
		written := Write(s)
		rewritten := Write(mustRead(t, "written.yaml", written))
		if diff := cmp.Diff(written, rewritten); diff != "" {
			t.Error(diff)
		}
	})
}

func TestNoDriver(t *testing.T) {
	s := mustRead(t, "in.yaml", "assets: [{key: A}]\npolicies: 'policy p for assets(\"A\") { when eager() }'\nticks: []\n")
	if _, err := Run(s, Options{Evaluator: quiet{}}); err != errNoDriver {
		t.Error(err)
	}
}

// TestInPlace: findings about policies point into the scenario file.
func TestInPlace(t *testing.T) {
	for _, text := range []string{
		"assets: [{key: A}]\npolicies: |\n  # Ü\n  policy p for assets(\"A\") {\n      when eagr()\n  }\nticks: []\n",
		"assets: [{key: A}]\npolicies: >\n\n  policy p for assets(\"A\") { when\n  eagr() }\nticks: []\n",
		"assets: [{key: A}]\npolicies: 'policy p for assets(\"A\") { when eagr() }'\nticks: []\n",
		"assets: [{key: A}]\npolicies: |4\n    policy p for assets(\"A\") { when eagr() }\nticks: []\n",
		"assets: [{key: A}]\r\npolicies: |\r\n  policy p for assets(\"A\") {\r\n      when eagr()\r\n  }\r\nticks: []\r\n",
		"assets: [{key: A}]\npolicies: |\n  policy p for assets(\"A\") { when eager() }\nticks:\n- at: 2026-01-01\n  events:\n  - reload: |\n      policy p for assets(\"A\") {\n        when eagr()\n      }\n",
	} {
		_, found := Read(source.New("in.yaml", text))
		if len(found) != 1 || found[0].Span.Text() != "eagr" {
			t.Errorf("%q: %v", text, found)
			continue
		}
		line := found[0].Span.From().Line
		if !strings.Contains(strings.Split(text, "\n")[line-1], "eagr") && !strings.Contains(text, ">") {
			t.Errorf("%q: line %d", text, line)
		}
	}
}
