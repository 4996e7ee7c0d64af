package history

import (
	"context"
	"time"

	"auto/runtime/journal"
	"auto/runtime/live"
	"auto/runtime/store"
)

// work is when sensors ticked.
type work struct {
	// ticks are those that are written, by sensor, in order.
	ticks map[string][]ticked
	// gaps are when nothing ticked.
	gaps []gap
	// end is until when anything ticked.
	end time.Time
}

type ticked struct {
	at   time.Time
	seen int64
}

type gap struct{ from, until time.Time }

// worked reads when sensors ticked.
func worked(ctx context.Context, s Source) (*work, error) {
	w := &work{ticks: map[string][]ticked{}}
	var err error
	if w.end, err = s.LastAlive(ctx); err != nil {
		return nil, err
	}
	return w, s.Records(ctx, 0, []string{journal.KindTick, journal.KindDown}, func(r store.Record) error {
		read, err := live.Read(r)
		if err != nil {
			return err
		}
		switch body := read.Body.(type) {
		case *journal.Down:
			w.gaps = append(w.gaps, gap{body.From, r.At})
		case *journal.Tick:
			if r.At.After(w.end) {
				w.end = r.At
			}
			if list := w.ticks[body.Sensor]; !body.CatchUp && (len(list) == 0 || r.At.After(list[len(list)-1].at)) {
				w.ticks[body.Sensor] = append(list, ticked{r.At, body.Seen})
			}
		}
		return nil
	})
}

// up gives the last instant at or before one at which sensors ticked.
func (w *work) up(at time.Time) time.Time {
	if w.end.Before(at) {
		at = w.end
	}
	for _, g := range w.gaps {
		if at.After(g.from) && at.Before(g.until) {
			return g.from
		}
	}
	return at
}

// simulated is a sensor that ticks over inputs that are kept. One of a name that ticked
// then ticks at the instants that are written, over what it knew then, and between them at
// its pace: those ticks brought nothing in. Another one ticks at its pace, over all that
// had come by then.
type simulated struct {
	*live.Sensor
	work   *work
	until  time.Time
	script []ticked
	named  bool
	// inputs are what it has not taken in, due when it ticks at its pace.
	inputs []live.Record
	due    time.Time
	made   []Launch
}

// simulate has all sensors of a state tick after a record, until an instant. None of them
// has a say in the ticks of another.
func simulate(ctx context.Context, s Source, w *work, p *live.Project, after int64, until time.Time) ([]Launch, error) {
	var made []Launch
	for _, sensor := range p.Sensors {
		sim := &simulated{Sensor: sensor, work: w, until: until, due: p.Since.Add(sensor.Every)}
		sim.script, sim.named = w.ticks[sensor.Name]
		for len(sim.script) > 0 && !sim.script[0].at.After(p.Since) {
			sim.script = sim.script[1:]
		}
		err := s.Records(ctx, after, live.Inputs, func(r store.Record) error {
			read, err := live.Read(r)
			if err != nil {
				return err
			}
			err = sim.advance(ctx, &read)
			sim.inputs = append(sim.inputs, read)
			return err
		})
		if err == nil {
			err = sim.advance(ctx, nil)
		}
		if err != nil {
			return nil, err
		}
		made = append(made, sim.made...)
	}
	return made, nil
}

// advance makes the ticks that do not know a record, all where it is nil.
func (s *simulated) advance(ctx context.Context, before *live.Record) error {
	for ctx.Err() == nil {
		at, seen, scripted := s.next()
		if at.After(s.until) || before != nil && (seen >= before.Seq || seen < 0 && before.At.Before(at)) {
			return nil
		}
		if scripted {
			s.script = s.script[1:]
		}
		if err := s.step(at, seen); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// step makes a tick, unless one was made at that instant or later.
func (s *simulated) step(at time.Time, seen int64) error {
	if err := s.take(seen, at); err != nil {
		return err
	}
	s.due = at.Add(s.Every)
	if !at.After(s.Last()) {
		return nil
	}
	made, err := tick(s.Sensor, at)
	s.made = append(s.made, made...)
	return err
}

// next gives the instant of the next tick, and the last record that it knows; -1 for all
// that came before it. The first tick after a gap is always written.
func (s *simulated) next() (at time.Time, seen int64, scripted bool) {
	due, gone := s.due, false
	for _, g := range s.work.gaps {
		if due.After(g.from) && due.Before(g.until) {
			due, gone = g.until, true
		}
	}
	switch {
	case !s.named:
		return due, -1, false
	case len(s.script) > 0 && (gone || due.After(s.script[0].at.Add(-s.Every/2))):
		return s.script[0].at, s.script[0].seen, true
	}
	return due, 0, false
}

// take has the sensor take in what a tick knows.
func (s *simulated) take(seen int64, at time.Time) error {
	for len(s.inputs) > 0 && (s.inputs[0].Seq <= seen || seen < 0 && s.inputs[0].At.Before(at)) {
		if err := s.Take(s.inputs[0]); err != nil {
			return err
		}
		s.inputs = s.inputs[1:]
	}
	return nil
}
