package scenario

import (
	"fmt"
	"slices"
	"strings"

	"auto/runtime/facts"
	"auto/runtime/request"
)

// ofLaunched gives an event with the name of the launched run that it refers to. A run that
// has not started begins.
func (m *moment) ofLaunched(w What) (What, error) {
	ref := refOf(w)
	if ref.IsZero() || m.daemon == nil {
		return w, nil
	}
	sent, run, err := m.daemon.find(ref)
	if err != nil {
		return nil, err
	}
	status := facts.Started
	change, ok := w.(RunChange)
	if ok && change.Status == facts.Queued {
		status = facts.Queued
	}
	if !m.runs[run] {
		if err := m.begin(sent.Request, run, status); err != nil {
			return nil, err
		}
	}
	if ok && change.Status == facts.Success {
		if err := m.makeAll(sent.Request, run); err != nil {
			return nil, err
		}
	}
	return withRun(w, run), nil
}

// begin makes the run of a request known.
func (m *moment) begin(r request.Request, run string, status facts.Status) error {
	checks := r.Checks
	if checks == nil {
		checks = m.checksOf(r.Selection)
	}
	return m.run(RunChange{Run: run, Assets: r.Selection, Checks: checks, Partition: r.Partition, Tags: r.Tags, Status: status})
}

// checksOf gives all checks of assets.
func (m *moment) checksOf(assets []string) []string {
	var out []string
	for _, key := range assets {
		if a := m.defs.index[key]; a != nil {
			for _, c := range a.Checks {
				out = append(out, checkKey(key, c.Name))
			}
		}
	}
	return out
}

// makeAll materializes what a successful run selects and no event of its own has: a run
// does not succeed otherwise.
func (m *moment) makeAll(r request.Request, run string) error {
	for _, key := range r.Selection {
		if m.daemon.materialized(run)[key] {
			continue
		}
		partition := r.Partition
		if m.defs.definition(key) == nil {
			partition = ""
		}
		if err := m.store.Apply(facts.Materialized{Asset: key, Partition: partition, Run: run, At: m.at}); err != nil {
			return err
		}
	}
	return nil
}

// find gives the request that a reference names, and the name of its run.
func (d *daemon) find(ref Ref) (Sent, string, error) {
	for i, tick := range slices.Backward(d.sent) {
		for j, s := range slices.Backward(tick) {
			number := fmt.Sprintf("%d.%d", i+1, j+1)
			if ref.Of == number || ref.Launched != "" && executes(s.Request, ref.Launched) {
				return s, "run-" + number, nil
			}
		}
	}
	if ref.Of != "" {
		return Sent{}, "", problem{"There is no request " + ref.Of + " so far.", d.sentHelp()}
	}
	return Sent{}, "", problem{"Nothing has launched `" + ref.Launched + "` so far.", d.sentHelp()}
}

// sentHelp says what was launched last.
func (d *daemon) sentHelp() string {
	for i, tick := range slices.Backward(d.sent) {
		if n := len(tick); n > 0 {
			r := tick[n-1].Request
			return fmt.Sprintf("The last one is %d.%d, of `%s`.", i+1, n, strings.Join(slices.Concat(r.Selection, r.Checks), "`, `"))
		}
	}
	return "No tick before it has launched anything."
}

// executes reports whether a request executes an asset or check, of a partition where one is
// written behind it: KEY[PARTITION].
func executes(r request.Request, what string) bool {
	key, partition, ok := strings.Cut(strings.TrimSuffix(what, "]"), "[")
	if ok && partition != r.Partition {
		return false
	}
	return slices.Contains(r.Selection, key) || slices.Contains(r.Checks, key)
}
