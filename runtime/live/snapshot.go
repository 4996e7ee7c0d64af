package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

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
	Last     time.Time       `json:"last"`
	Fresh    bool            `json:"fresh"`
	Down     time.Time       `json:"down,omitzero"`
	Newest   time.Time       `json:"newest"`
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
		Name: s.Name, Happened: s.happened, Taken: s.taken, Ticked: s.ticked, Last: s.last, Fresh: s.fresh, Down: s.down, Newest: s.newest, Marks: s.marks,
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
// in are not taken in again.
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
	setup, err := load(in.Policies)
	if err != nil {
		return nil, fmt.Errorf("the policies of the snapshot cannot be loaded: %w", err)
	}
	p.Setup, p.Policies, p.Since = setup, in.Policies, in.Since
	if len(setup.Sensors) != len(in.Sensors) {
		return nil, fmt.Errorf("the snapshot has %d sensors, and its policies %d", len(in.Sensors), len(setup.Sensors))
	}
	for i, d := range setup.Sensors {
		var one sensorSnapshot
		s, err := one.restore(in.Sensors[i])
		if err != nil {
			return nil, fmt.Errorf("the snapshot of the sensor `%s` cannot be read: %w", d.Name, err)
		}
		s.put(setup, d)
		s.fresh = one.Fresh
		p.Sensors = append(p.Sensors, s)
	}
	return p, nil
}

func (in *sensorSnapshot) restore(text []byte) (*Sensor, error) {
	if err := json.Unmarshal(text, in); err != nil {
		return nil, err
	}
	s := newSensor()
	if in.Stale == nil || in.Ledger == nil {
		return nil, fmt.Errorf("a part is missing")
	}
	s.stale, s.ledger = in.Stale, in.Ledger
	var err error
	if s.world, err = facts.Load(bytes.NewReader(in.World)); err != nil {
		return nil, err
	}
	if in.Cursor != nil {
		s.engine.Resume(in.Cursor)
	}
	s.happened, s.taken, s.ticked, s.last, s.down, s.newest, s.marks = in.Happened, in.Taken, in.Ticked, in.Last, in.Down, in.Newest, in.Marks
	s.params = in.Params
	return s, nil
}

// Branch gives a state of its own that goes on from this one.
func (p *Project) Branch() (*Project, error) {
	body, _, err := p.Save(func(_ int, save func() error) error { return save() })
	if err != nil {
		return nil, err
	}
	out, err := Restore(body, func(*journal.Policies) (*Setup, error) { return p.Setup, nil })
	if err != nil {
		return nil, err
	}
	out.load, out.Seq = p.load, p.Seq
	return out, nil
}
