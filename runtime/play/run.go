package play

import (
	"fmt"

	"auto/runtime/scenario"
)

// Until plays the first ticks of a scenario, up to a count of them. The error says which
// tick was refused, and why.
func (m *Machine) Until(s *scenario.Scenario, ticks int) (*scenario.Session, error) {
	session := scenario.NewSession(s, m)
	for i, t := range s.Ticks[:ticks] {
		out, err := session.Tick(t, false)
		if err == nil {
			err = out.Err
		}
		if err != nil {
			return nil, fmt.Errorf("tick %d: %w", i+1, err)
		}
	}
	return session, nil
}
