package play

import (
	"encoding/json"

	"auto/vm"
)

// Reload has the next tick go on from what the cursor says as text, in a new engine.
func (m *Machine) Reload() error {
	text, err := json.Marshal(m.engine.Cursor())
	if err != nil {
		return err
	}
	var c *vm.Cursor
	if err := json.Unmarshal(text, &c); err != nil {
		return err
	}
	m.engine.Resume(c)
	return nil
}

// Asked gives the oldest event that conditions ask about what is new since.
func (m *Machine) Asked() int64 { return m.engine.Asked() }

// Fork gives another machine that goes on from where this one is.
func (m *Machine) Fork() *Machine {
	other := &Machine{}
	other.engine.Resume(m.engine.Cursor())
	return other
}
