package play

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"auto/compiler"
	"auto/runtime/backlog"
	"auto/runtime/journal"
	"auto/runtime/live"
	"auto/runtime/project"
	"auto/runtime/scenario"
	"auto/vm/bits"
)

// Daemon plays a scenario with policies: it is what `auto run` is without a clock, a store
// and a launcher. It implements scenario.Driver.
type Daemon struct {
	// Now is the clock that ticks are timed with; nil does not time them.
	Now func() time.Time

	project *live.Project
	seq     int64
}

// NewDaemon gives a daemon that knows nothing.
func NewDaemon() *Daemon { return &Daemon{project: live.NewProject(nil)} }

// next gives a record with the next number of the journal.
func (d *Daemon) next(at time.Time, body any) live.Record {
	d.seq++
	return live.Record{Seq: d.seq, At: at, Body: body}
}

// Deploy implements scenario.Driver.
func (d *Daemon) Deploy(at time.Time, in scenario.Deployment) error {
	setup := live.NewSetup(&project.Project{Graph: in.Graph, Policies: in.Policies, Env: in.Env})
	return d.project.Put(d.next(at, &journal.Policies{Fingerprint: setup.Fingerprint, Env: in.Env}), setup)
}

// Record implements scenario.Driver.
func (d *Daemon) Record(at time.Time, body any) error {
	switch b := body.(type) {
	case journal.Events:
		body = &b
	case journal.Pause:
		body = &b
	case journal.Resume:
		body = &b
	case journal.Down:
		body = &b
	}
	_, err := d.project.Play(d.next(at, body), live.Options{})
	return err
}

// Sensors implements scenario.Driver.
func (d *Daemon) Sensors() []string {
	var names []string
	for _, s := range d.project.Sensors {
		if s.Name == compiler.DefaultSensor {
			names = slices.Insert(names, 0, s.Name)
			continue
		}
		names = append(names, s.Name)
	}
	return names
}

// Tick implements scenario.Driver. After a gap, the ticks that were missed come first for
// policies that want every moment.
func (d *Daemon) Tick(sensor string, at time.Time) (scenario.SensorTick, error) {
	if err := d.project.Settle(); err != nil {
		return scenario.SensorTick{}, err
	}
	s := d.project.Sensor(sensor)
	if s == nil {
		return scenario.SensorTick{}, fmt.Errorf("there is no sensor `%s`", sensor)
	}
	if !at.After(s.Last()) && !s.Last().IsZero() {
		return scenario.SensorTick{}, fmt.Errorf("the sensor `%s` has ticked at %s already", sensor, s.Last().UTC().Format(time.RFC3339Nano))
	}
	var out scenario.SensorTick
	for _, missed := range s.Missed(at) {
		if err := d.tick(s, missed, live.Options{CatchUp: true}, &out); err != nil {
			return out, err
		}
	}
	return out, d.tick(s, at, live.Options{}, &out)
}

// tick makes one tick, and adds what it gave.
func (d *Daemon) tick(s *live.Sensor, at time.Time, o live.Options, to *scenario.SensorTick) error {
	began := d.now()
	out, err := s.Tick(at, o)
	if err != nil {
		return err
	}
	to.Took += d.now().Sub(began)
	d.seq++
	s.Stored(d.seq)
	to.Requested = requestedOf(out, to.Requested)
	for _, one := range out.Sent {
		sent := scenario.Sent{Request: one.Request}
		for _, l := range one.Launches {
			sent.Retry = max(sent.Retry, l.Retry)
		}
		to.Sent = append(to.Sent, sent)
	}
	to.Dropped = append(to.Dropped, out.Body.Dropped...)
	to.Halted = append(to.Halted, out.Body.Halted...)
	return nil
}

func (d *Daemon) now() time.Time {
	if d.Now == nil {
		return time.Time{}
	}
	return d.Now()
}

// requestedOf adds what a tick requested to what the ticks before it did.
func requestedOf(out *live.Outcome, all map[string]scenario.Subset) map[string]scenario.Subset {
	if all == nil {
		all = map[string]scenario.Subset{}
	}
	s := out.Result.Space
	out.Result.EachRequested(func(entity int, set bits.Set) {
		key, one := s.Entities[entity].Key, Subset(s, entity, set)
		if one.IsEmpty() {
			return
		}
		one.Keys = append(all[key].Keys, one.Keys...)
		all[key] = one
	})
	return all
}

// Owed implements scenario.Driver.
func (d *Daemon) Owed(at time.Time) []backlog.Owed {
	var all []backlog.Owed
	for _, s := range d.project.Sensors {
		all = append(all, s.Waiting(at)...)
	}
	slices.SortStableFunc(all, func(a, b backlog.Owed) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Key, b.Key)) })
	return all
}
