package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"auto/compiler"
	"auto/runtime/backlog"
	"auto/runtime/facts"
	"auto/runtime/journal"
	"auto/runtime/params"
	"auto/runtime/stale"
	"auto/vm"
)

// SnapshotVersion is the version of the form of snapshots.
const SnapshotVersion = 1

// snapshot is the state of a project.
type snapshot struct {
	Version int `json:"version"`
	// Seq is the last record that all sensors have taken in.
	Seq      int64             `json:"seq"`
	Policies *journal.Policies `json:"policies"`
	Since    time.Time         `json:"since"`
	Sensors  []json.RawMessage `json:"sensors"`
}

type sensorSnapshot struct {
	Name     string          `json:"name"`
	Happened int64           `json:"happened"`
	Taken    int64           `json:"taken"`
	Ticked   int64           `json:"ticked"`
	Every    time.Duration   `json:"every"`
	Last     time.Time       `json:"last"`
	Fresh    bool            `json:"fresh"`
	Down     time.Time       `json:"down,omitzero"`
	Marks    []mark          `json:"marks"`
	World    []byte          `json:"world"`
	Cursor   *vm.Cursor      `json:"cursor"`
	Stale    *stale.Tracker  `json:"stale"`
	Ledger   *backlog.Ledger `json:"ledger"`

	Params map[string]params.Stored `json:"params,omitempty"`
}

// save gives a sensor's state as JSON.
func (s *Sensor) save() (json.RawMessage, error) {
	s.settle()
	var world bytes.Buffer
	if err := s.world.Save(&world); err != nil {
		return nil, err
	}
	return json.Marshal(sensorSnapshot{
		Name: s.Name, Every: s.Every, Happened: s.happened, Taken: s.taken, Ticked: s.ticked, Last: s.last, Fresh: s.fresh, Down: s.down, Marks: s.marks,
		World: world.Bytes(), Cursor: s.engine.Cursor(), Stale: s.stale, Ledger: s.ledger, Params: s.params,
	})
}

// Save gives the state, from which Restore goes on; hold keeps the sensor of a number from
// ticking while it calls save. Seq is the record up to which nothing has to be folded
// again.
func (p *Project) Save(hold func(sensor int, save func() error) error) (body []byte, seq int64, err error) {
	out := snapshot{Version: SnapshotVersion, Seq: p.Seq, Policies: p.Policies, Since: p.Since}
	for i, s := range p.Sensors {
		err := hold(i, func() error {
			saved, err := s.save()
			out.Seq = min(out.Seq, s.taken)
			out.Sensors = append(out.Sensors, saved)
			return err
		})
		if err != nil {
			return nil, 0, err
		}
	}
	body, err = json.Marshal(out)
	return body, out.Seq, err
}

// Restore gives the state that Save gave. Records after its Seq that a sensor had taken
// in are not taken in again. Policies that cannot be loaded any more (*BrokenError) are
// none yet: the error is that of the first tick that is played, unless others come before.
func Restore(body []byte, load Loader) (*Project, error) {
	var in snapshot
	if err := json.Unmarshal(body, &in); err != nil {
		return nil, fmt.Errorf("the snapshot cannot be read: %w", err)
	}
	if in.Version != SnapshotVersion {
		return nil, fmt.Errorf("the snapshot has the version %d, and this auto reads version %d", in.Version, SnapshotVersion)
	}
	p := NewProject(load)
	p.Seq = in.Seq
	if in.Policies == nil {
		return p, nil
	}
	for i, text := range in.Sensors {
		s, err := restored(text)
		if err != nil {
			return nil, fmt.Errorf("the snapshot of the sensor %d cannot be read: %w", i+1, err)
		}
		p.Sensors = append(p.Sensors, s)
	}
	return p, p.wake(&in)
}

// wake puts the policies of a snapshot in force.
func (p *Project) wake(in *snapshot) error {
	setup, err := p.load(in.Policies)
	var broken *BrokenError
	switch {
	case errors.As(err, &broken):
		p.sleep(Record{Seq: in.Seq, At: in.Since}, in.Policies, broken)
		return nil
	case err != nil:
		return fmt.Errorf("the policies of the snapshot cannot be loaded: %w", err)
	case !slices.EqualFunc(setup.Sensors, p.Sensors, func(d compiler.Sensor, s *Sensor) bool { return d.Name == s.Name }):
		return errors.New("the snapshot has other sensors than its policies")
	}
	p.Setup, p.Policies, p.Since = setup, in.Policies, in.Since
	for i, s := range p.Sensors {
		fresh := s.fresh
		s.put(setup, setup.Sensors[i])
		s.fresh = fresh
	}
	return nil
}

func restored(text []byte) (*Sensor, error) {
	var in sensorSnapshot
	if err := json.Unmarshal(text, &in); err != nil {
		return nil, err
	}
	s := newSensor()
	if in.Stale == nil || in.Ledger == nil {
		return nil, errors.New("a part is missing")
	}
	s.stale, s.ledger = in.Stale, in.Ledger
	var err error
	if s.world, err = facts.Load(bytes.NewReader(in.World)); err != nil {
		return nil, err
	}
	if in.Cursor != nil {
		s.engine.Resume(in.Cursor)
	}
	s.Name, s.Every = in.Name, in.Every
	s.happened, s.taken, s.ticked, s.last, s.fresh, s.down, s.marks = in.Happened, in.Taken, in.Ticked, in.Last, in.Fresh, in.Down, in.Marks
	s.params = in.Params
	return s, nil
}

// Branch gives a state of its own that goes on from this one. A *BrokenError says that
// there are no policies in force.
func (p *Project) Branch() (*Project, error) {
	if p.broken != nil {
		return nil, p.broken
	}
	body, _, err := p.Save(func(_ int, save func() error) error { return save() })
	if err != nil {
		return nil, err
	}
	out, err := Restore(body, func(*journal.Policies) (*Setup, error) { return p.Setup, nil })
	if err != nil {
		return nil, err
	}
	out.load, out.Seq, out.pending = p.load, p.Seq, slices.Clone(p.pending)
	return out, nil
}
