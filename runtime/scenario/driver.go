package scenario

import (
	"maps"
	"slices"
	"time"

	"auto/runtime/backlog"
	"auto/runtime/facts"
	"auto/runtime/journal"
	"auto/runtime/request"
)

// Driver is a daemon that is told what happens and when to tick. Errors are refusals: the
// scenario ends with them.
type Driver interface {
	// Deploy puts policies over a graph in force; what is known and owed stays.
	Deploy(at time.Time, d Deployment) error
	// Record appends to the journal: the body is a journal.Events, Pause, Resume or Down.
	Record(at time.Time, body any) error
	// Sensors names those of the policies in force, sorted, after `default`.
	Sensors() []string
	// Tick evaluates what a sensor is for.
	Tick(sensor string, at time.Time) (SensorTick, error)
	// Owed gives what waits at an instant, the oldest first.
	Owed(at time.Time) []backlog.Owed
}

// SensorTick is what a tick of a sensor gave.
type SensorTick struct {
	// Requested has what conditions requested, before clauses.
	Requested map[string]Subset
	// Sent are the requests that go out, in order.
	Sent    []Sent
	Dropped []journal.Dropped
	Halted  []string
	// Took is the time of the evaluation.
	Took time.Duration
}

// Sent is a request, with the number of launches of its decision before this one.
type Sent struct {
	Request request.Request
	Retry   int
}

// daemon plays a scenario with policies.
type daemon struct {
	*Session
	driver   Driver
	env      map[string]string
	policies *Policies
	// stale: assets or policies are others than those in force.
	stale bool
	in    Deployment
	// sent has the requests of each tick so far.
	sent [][]Sent
	// made has what runs materialized.
	made map[string]map[string]bool
	// told are events that are not in the journal yet.
	told []facts.Event
}

// Apply implements store: what happens is known to the session, and told to the daemon.
func (d *daemon) Apply(e facts.Event) error {
	if err := d.world.Apply(e); err != nil {
		return err
	}
	if m, ok := e.(facts.Materialized); ok && m.Run != "" {
		d.materialized(m.Run)[m.Asset] = true
	}
	d.told = append(d.told, e)
	return nil
}

// Dynamic implements store.
func (d *daemon) Dynamic(name string) []string { return d.world.Dynamic(name) }

func (d *daemon) materialized(run string) map[string]bool {
	if d.made[run] == nil {
		d.made[run] = map[string]bool{}
	}
	return d.made[run]
}

// sync puts in force what was edited.
func (d *daemon) sync(at time.Time) error {
	if !d.stale {
		return nil
	}
	in, found := d.defs.deploy(d.policies, d.env)
	if found.HasErrors() {
		return &Refused{errorsOf(found)}
	}
	d.in, d.stale = in, false
	return d.driver.Deploy(at, in)
}

// happened carries out an event that the session has taken in.
func (d *daemon) happened(e *Event, at time.Time) error {
	switch w := e.What.(type) {
	case Reload:
		return d.reload(w, at)
	case Pause, Resume, Down:
		return d.control(w, at)
	}
	if isEdit(e.What) {
		d.stale = true
		return nil
	}
	if err := d.sync(at); err != nil {
		return err
	}
	list := inJournal(d.told)
	d.told = nil
	if len(list) == 0 {
		return nil
	}
	return d.driver.Record(at, journal.Events{Events: list})
}

func (d *daemon) reload(w Reload, at time.Time) error {
	if _, found := d.defs.with(w.Assets).deploy(w.Policies, d.env); found.HasErrors() {
		if w.Broken {
			return nil
		}
		return &Refused{errorsOf(found)}
	}
	d.defs.add(w.Assets)
	d.graph, d.policies, d.stale = nil, w.Policies, true
	return d.sync(at)
}

func (d *daemon) control(w What, at time.Time) error {
	if err := d.sync(at); err != nil {
		return err
	}
	switch e := w.(type) {
	case Down:
		return d.driver.Record(at, journal.Down{From: e.From})
	case Pause:
		keys, err := e.Selection.resolve(d.in.Graph)
		if err != nil {
			return err
		}
		return d.driver.Record(at, journal.Pause{Selection: e.Selection.Text, Keys: keys, Until: e.Until, Reason: e.Reason})
	case Resume:
		keys, err := e.Selection.resolve(d.in.Graph)
		if err != nil {
			return err
		}
		return d.driver.Record(at, journal.Resume{Selection: e.Selection.Text, Keys: keys, Missed: e.Missed})
	}
	return nil
}

// tick ticks the sensors of a tick.
func (d *daemon) tick(t *Tick) (TickOutput, error) {
	if err := d.sync(t.At); err != nil {
		return TickOutput{Err: err}, nil
	}
	out := TickOutput{Requested: map[string]Subset{}, Launched: []Launch{}, Owed: []Work{}, Dropped: []Work{}, Halted: []string{}}
	d.sent = append(d.sent, nil)
	for _, name := range d.driver.Sensors() {
		if t.Sensors != nil && !slices.Contains(t.Sensors, name) {
			continue
		}
		r, err := d.driver.Tick(name, t.At)
		if err != nil {
			return TickOutput{Err: err}, nil
		}
		d.add(&out, r)
	}
	for _, o := range d.driver.Owed(t.At) {
		if o.Running == "" {
			out.Owed = append(out.Owed, Work{Asset: o.Key, Partitions: partition(o.Partition), Policy: o.Policy, Why: o.Why, Until: o.NotBefore})
		}
	}
	return out, nil
}

// add takes in what one sensor gave.
func (d *daemon) add(out *TickOutput, r SensorTick) {
	maps.Copy(out.Requested, r.Requested)
	for _, s := range r.Sent {
		out.Launched = append(out.Launched, launched(s))
		out.Runs = append(out.Runs, RunRequest{Assets: s.Request.Selection, Checks: s.Request.Checks, Partitions: partition(s.Request.Partition)})
	}
	for _, o := range r.Dropped {
		out.Dropped = append(out.Dropped, Work{Asset: o.Asset, Partitions: partition(o.Partition), Policy: o.Policy, Why: o.Reason})
	}
	out.Halted = append(out.Halted, r.Halted...)
	out.EvaluationTime += r.Took
	last := len(d.sent) - 1
	d.sent[last] = append(d.sent[last], r.Sent...)
}

func launched(s Sent) Launch {
	priority, retry := s.Request.Priority, s.Retry
	return Launch{
		Assets: s.Request.Selection, Checks: s.Request.Checks, Partitions: partition(s.Request.Partition), Policies: s.Request.Policies,
		Tags: s.Request.Tags, Priority: &priority, Retry: &retry,
	}
}

// partition gives a list of a partition key, nil for none.
func partition(key string) []string {
	if key == "" {
		return nil
	}
	return []string{key}
}
