package control

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"auto/runtime/backlog"
	"auto/runtime/project"
	"auto/runtime/store"
)

// Owing counts what sensors owe, and gives the decision that waits longest, zero for none.
func Owing(sensors []SensorStatus) (count int, oldest time.Time) {
	for _, s := range sensors {
		count += s.Owed
		if !s.OldestOwed.IsZero() && (oldest.IsZero() || s.OldestOwed.Before(oldest)) {
			oldest = s.OldestOwed
		}
	}
	return count, oldest
}

// Owed says what is owed under policies, as a backlog counts it.
func Owed(counts []backlog.Count) []PolicyStatus {
	out := make([]PolicyStatus, len(counts))
	for i, c := range counts {
		out[i] = PolicyStatus{Name: c.Policy, Owed: c.Pairs, OldestOwed: c.Oldest}
	}
	return out
}

// Blocks says how the files blocks of a project are, as the store has them.
func Blocks(ctx context.Context, from store.Reader, p *project.Project) ([]BlockStatus, error) {
	out := []BlockStatus{}
	for _, program := range p.Policies.Files {
		b, err := from.Block(ctx, program.Name)
		if err != nil {
			return nil, err
		}
		out = append(out, BlockStatus{Name: program.Name, Every: program.Every, LastTick: b.LastTick, Held: b.Held, HaltedAt: b.HaltedAt})
	}
	return out, nil
}

// Outbox counts the requests of a status that are to be delivered, and those that the receiver
// refused.
func Outbox(ctx context.Context, from store.Reader, s *Status) error {
	err := from.Entries(ctx, store.EntryFilter{Delivery: store.Due}, func(e store.Entry) error {
		s.Due++
		if e.Attempts > 0 && e.Reason != "" {
			s.fails(e)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return from.Entries(ctx, store.EntryFilter{Delivery: store.Refused}, func(store.Entry) error { s.Parked++; return nil })
}

// fails notes a request whose last attempt failed.
func (s *Status) fails(e store.Entry) {
	if s.Undelivered == nil {
		s.Undelivered = &Undelivered{}
	}
	u := s.Undelivered
	if u.Requests++; e.Attempts > u.Attempts {
		u.Attempts, u.Reason, u.NextAt = e.Attempts, e.Reason, e.NextAt
	}
}

// Late reports whether a sensor's tick should have come long ago.
func (s SensorStatus) Late(now time.Time) bool {
	return !s.NextTick.IsZero() && now.Sub(s.NextTick) > 3*max(s.Every, 10*time.Second)
}

// Troubles gives what is wrong, a sentence each; none where all is well. That no daemon
// runs is not among them.
func (s Status) Troubles() []string {
	var out []string
	add := func(is bool, sentence string, args ...any) {
		if is {
			out = append(out, fmt.Sprintf(sentence, args...))
		}
	}
	add(len(s.Broken) > 0, "The newest policies have findings, and those before them stay in force.")
	add(s.Pending != "", "The newest version of the project is not in force yet, and the one before stays: %s.", strings.TrimSuffix(s.Pending, "."))
	add(s.Waiting != "", "No condition ticks yet: %s.", strings.TrimSuffix(s.Waiting, "."))
	for _, n := range s.Sensors {
		add(n.Late(s.Now), "Sensor %s has not ticked since %s.", n.Name, n.LastTick.UTC().Format(time.RFC3339))
		add(n.Error != "", "Sensor %s fails: %s.", n.Name, strings.TrimSuffix(n.Error, "."))
		for _, policy := range n.Halted {
			add(true, "Policy %s is halted: one tick asked for more than its `halt above`.", policy)
		}
	}
	if s.Dagster != nil {
		s.Dagster.troubles(add)
	}
	if s.Pull != nil {
		s.Pull.troubles(add)
	}
	for _, b := range s.Blocks {
		add(b.Error != "", "Files block %s fails: %s.", b.Name, strings.TrimSuffix(b.Error, "."))
		add(!b.HaltedAt.IsZero(), "Files block %s is halted.", b.Name)
	}
	if s.Undelivered != nil {
		s.Undelivered.troubles(add)
	}
	add(s.Parked > 0, "%s parked.", requests(s.Parked))
	return out
}

// troubles adds a sentence where attempts fail again: one failure may be over soon.
func (u *Undelivered) troubles(add func(is bool, sentence string, args ...any)) {
	add(u.Attempts > 1, "%s not delivered: %s. After %d attempts the next one is at %s.", requests(u.Requests), strings.TrimSuffix(u.Reason, "."), u.Attempts, u.NextAt.UTC().Format(time.RFC3339))
}

func requests(n int) string {
	if n == 1 {
		return "1 request is"
	}
	return fmt.Sprintf("%d requests are", n)
}

// troubles adds a sentence for everything that is wrong.
func (d *DagsterStatus) troubles(add func(is bool, sentence string, args ...any)) {
	add(d.Error != "", "Dagster cannot be read: %s.", strings.TrimSuffix(d.Error, "."))
	for _, location := range slices.Sorted(maps.Keys(d.Down)) {
		add(true, "Code location %s is down, and its assets wait: %s.", location, strings.TrimSuffix(d.Down[location], "."))
	}
	add(len(d.Changed) > 0, "The assets of the project differ from what Dagster defines: %s. `auto graph import dagster` writes them anew.", some(unended(d.Changed)))
	add(len(d.Driven) > 0, "A running sensor of Dagster drives %s, too: stop it, or take them out of the policies.", some(d.Driven))
}

// troubles adds a sentence where requests wait and nobody asks for them.
func (p *PullStatus) troubles(add func(is bool, sentence string, args ...any)) {
	asks := slices.ContainsFunc(p.Sensors, func(n PullSensor) bool { return !n.Lapsed })
	add(p.Waiting > 0 && !asks, "%d requests wait for a sensor of Dagster, and none asks: start the sensor of auto_dagster there.", p.Waiting)
}

// unended gives sentences without their full stops, to be parts of one.
func unended(sentences []string) []string {
	out := make([]string, len(sentences))
	for i, s := range sentences {
		out[i] = strings.TrimSuffix(s, ".")
	}
	return out
}

// some gives the first of several texts, and how many more there are.
func some(texts []string) string {
	const most = 3
	if len(texts) <= most {
		return strings.Join(texts, "; ")
	}
	return fmt.Sprintf("%s; and %d more", strings.Join(texts[:most], "; "), len(texts)-most)
}
