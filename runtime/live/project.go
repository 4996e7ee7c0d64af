package live

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"auto/compiler"
	"auto/runtime/journal"
)

// Project is the state of all sensors. It is not safe for concurrent use, but its sensors
// may tick side by side between calls.
type Project struct {
	// Setup is what is in force, nil before the first record of policies; Policies is that
	// record, and Since its instant.
	Setup    *Setup
	Policies *journal.Policies
	Since    time.Time
	// Sensors are sorted by name.
	Sensors []*Sensor
	// Seq is the last record that was folded.
	Seq int64

	load Loader
	// broken says why the policies in force cannot be loaded, so that nothing can tick before
	// others are.
	broken error
	// pending are the records that not all sensors have taken in: what a tick knew is
	// written in its record, which comes after them.
	pending []Record
}

// NewProject gives the state before the first record. Load makes setups of records of
// policies.
func NewProject(load Loader) *Project { return &Project{load: load} }

// Sensor gives a sensor by its name, nil for none.
func (p *Project) Sensor(name string) *Sensor {
	for _, s := range p.Sensors {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// Play folds a record. A record of a tick is made again, and gives what it gives now; the
// outcome is nil for all others, and for a tick that was made before, or of a sensor that
// is not there.
func (p *Project) Play(r Record, o Options) (*Outcome, error) {
	if r.Seq <= p.Seq {
		return nil, nil
	}
	p.Seq = r.Seq
	switch body := r.Body.(type) {
	case *journal.Policies:
		if body.Texts == nil {
			return nil, nil // from before conditions were run
		}
		return nil, p.put(r, body)
	case *journal.Tick:
		return p.tick(r, body, o)
	}
	p.pending = append(p.pending, r)
	return nil, nil
}

// tick makes a tick again.
func (p *Project) tick(r Record, body *journal.Tick, o Options) (*Outcome, error) {
	s := p.Sensor(body.Sensor)
	switch {
	case s != nil && r.Seq <= s.ticked:
		return nil, nil
	case p.broken != nil:
		return nil, p.broken
	case s == nil:
		return nil, nil
	}
	if err := p.feed(s, body.Seen); err != nil {
		return nil, err
	}
	// A commit of which the outcome was not known may have been made twice.
	if !r.At.After(s.last) {
		s.ticked = r.Seq
		return nil, nil
	}
	o.CatchUp = body.CatchUp
	out, err := s.Tick(r.At, o)
	if err != nil {
		return nil, fmt.Errorf("the tick of `%s` at %s cannot be made again: %w", body.Sensor, r.At.Format(time.RFC3339Nano), err)
	}
	s.ticked = r.Seq
	p.forget()
	return out, nil
}

// feed has a sensor take in what is pending up to a record.
func (p *Project) feed(s *Sensor, upTo int64) error {
	for _, r := range p.pending {
		if r.Seq <= upTo {
			if err := s.Take(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// forget drops what all sensors have taken in.
func (p *Project) forget() {
	if len(p.Sensors) == 0 {
		return
	}
	least := slices.MinFunc(p.Sensors, func(a, b *Sensor) int { return int(a.taken - b.taken) }).taken
	i := 0
	for i < len(p.pending) && p.pending[i].Seq <= least {
		i++
	}
	p.pending = p.pending[i:]
}

// Settle has all sensors take in everything that was folded, as they do before their next
// ticks.
func (p *Project) Settle() error {
	for _, s := range p.Sensors {
		if err := p.feed(s, p.Seq); err != nil {
			return err
		}
	}
	p.forget()
	return nil
}

// put puts policies in force. Of those that cannot be loaded any more only ticks are an
// error: where none follow, the state goes on with the next ones.
func (p *Project) put(r Record, body *journal.Policies) error {
	setup, err := p.load(body)
	var broken *BrokenError
	if errors.As(err, &broken) {
		p.sleep(r, body, broken)
		return p.Settle()
	}
	if err != nil {
		return fmt.Errorf("the policies of the journal's record %d cannot be loaded: %w", r.Seq, err)
	}
	return p.Put(r, setup)
}

// sleep has policies be in force that cannot be loaded.
func (p *Project) sleep(r Record, body *journal.Policies, err *BrokenError) {
	broken := *err
	broken.Record, broken.Since = r.Seq, r.At
	p.Setup, p.Policies, p.Since, p.broken = nil, body, r.At, &broken
}

// Put puts a setup in force that was loaded from a record of policies.
func (p *Project) Put(r Record, setup *Setup) error {
	body, ok := r.Body.(*journal.Policies)
	if !ok {
		return errors.New("a record that is not of policies puts nothing in force")
	}
	p.Seq = r.Seq
	for _, s := range p.Sensors {
		if err := s.Idle(body.Ticked[s.Name]); err != nil {
			return err
		}
	}
	if err := p.Settle(); err != nil {
		return err
	}
	for _, s := range p.Sensors {
		s.settle()
		s.ledger.Settle(r.At)
	}
	if err := p.arrange(setup); err != nil {
		return err
	}
	p.Setup, p.Policies, p.Since, p.broken = setup, body, r.At, nil
	for _, s := range p.Sensors {
		s.taken = r.Seq
	}
	p.pending = nil
	return nil
}

// Ticked gives the instants of the last ticks by sensor.
func (p *Project) Ticked() map[string]time.Time {
	out := map[string]time.Time{}
	for _, s := range p.Sensors {
		if !s.last.IsZero() {
			out[s.Name] = s.last
		}
	}
	return out
}

// arrange gives each sensor of a setup its state: its own where it was there before, and
// what other sensors keep about the keys that come to it.
func (p *Project) arrange(setup *Setup) error {
	old := p.Sensors
	if len(old) == 0 {
		old = []*Sensor{newSensor()}
		old[0].Sensor = compiler.Sensor{Name: setup.Sensors[0].Name}
		for _, r := range p.pending {
			if err := old[0].Take(r); err != nil {
				return err
			}
		}
	}
	fresh := make([]*Sensor, len(setup.Sensors))
	for i, d := range setup.Sensors {
		at := slices.IndexFunc(old, func(s *Sensor) bool { return s.Name == d.Name })
		if at >= 0 {
			fresh[i] = old[at]
			continue
		}
		copied, err := old[0].branch()
		if err != nil {
			return err
		}
		fresh[i] = copied
	}
	if err := remember(old, fresh, setup); err != nil {
		return err
	}
	move(old, fresh, setup)
	for i, d := range setup.Sensors {
		fresh[i].put(setup, d)
	}
	p.Sensors = fresh
	return nil
}
