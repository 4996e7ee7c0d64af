package repl

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"auto/lang/diag"
	"auto/runtime/play"
	"auto/runtime/scenario"
	"auto/vm/graph"
	"auto/vm/space"
)

// state is all that was typed, as a scenario, and what happened since its last tick. It is
// not changed once it is made.
type state struct {
	scenario *scenario.Scenario
	pending  []*scenario.Event
	start    time.Time
}

// next is the instant of the next tick where none is named: a minute after the last one.
func (s state) next() time.Time {
	if n := len(s.scenario.Ticks); n > 0 {
		return s.scenario.Ticks[n-1].At.Add(time.Minute)
	}
	return s.start
}

// with gives the scenario with one tick more, before which what is pending has happened.
func (s state) with(at time.Time) *scenario.Scenario {
	out := *s.scenario
	out.Ticks = append(slices.Clone(out.Ticks), &scenario.Tick{At: at, Events: s.pending})
	return &out
}

// ticked reports whether nothing has happened since the last tick.
func (s state) ticked() bool { return len(s.scenario.Ticks) > 0 && len(s.pending) == 0 }

// current gives the scenario whose last tick is the state to look at: the last tick, or
// where something happened since or there was none, the one that comes next.
func (s state) current() *scenario.Scenario {
	if s.ticked() {
		return s.scenario
	}
	return s.with(s.next())
}

// describe says which tick current ends with.
func (s state) describe() string {
	n := len(s.scenario.Ticks)
	if s.ticked() {
		return fmt.Sprintf("tick %d, %s", n, timeText(s.scenario.Ticks[n-1].At))
	}
	return fmt.Sprintf("tick %d, which comes next, %s", n+1, timeText(s.next()))
}

// become takes over a new state that can be undone.
func (r *REPL) become(s state) {
	r.before = append(r.before, r.state)
	r.state, r.shown = s, nil
}

// shown is what a state comes to.
type shown struct {
	session    *scenario.Session
	graph      *graph.Graph
	conditions map[string]*scenario.Condition
	at         time.Time
}

// keys gives the partitions of an asset or check, nil where it has none.
func (s *shown) keys(key string) *space.Keys {
	if i := strings.LastIndexByte(key, ':'); i >= 0 {
		if c, ok := s.graph.Check(key[:i], key[i+1:]); !ok || !c.Partitioned {
			return nil
		}
	}
	keys, _ := s.session.Keys(key, s.at)
	return keys
}

// entities gives the keys of all assets, each followed by those of its checks.
func (s *shown) entities() []string {
	var out []string
	for _, key := range s.graph.Keys() {
		out = append(out, key)
		a, _ := s.graph.Asset(key)
		for _, c := range a.Checks {
			out = append(out, key+":"+c.Name)
		}
	}
	return out
}

// now gives what the state comes to.
func (r *REPL) now() (*shown, error) {
	if r.shown != nil {
		return r.shown, nil
	}
	now, err := look(r.state.current())
	if err == nil {
		r.shown = now
	}
	return now, err
}

// look lets all events of a scenario happen, and evaluates nothing.
func look(s *scenario.Scenario) (*shown, error) {
	session := scenario.NewSession(s, nil)
	for _, t := range s.Ticks {
		for _, e := range t.Events {
			if err := session.Happen(e, t.At); err != nil {
				return nil, err
			}
		}
	}
	g, conditions, err := session.Graph()
	if err != nil {
		return nil, err
	}
	out := &shown{session: session, graph: g, conditions: conditions}
	if n := len(s.Ticks); n > 0 {
		out.at = s.Ticks[n-1].At
	}
	return out, nil
}

// play plays a scenario to its end, and gives the output of its last tick, if any.
func (r *REPL) play(s *scenario.Scenario, m *play.Machine) (*play.Machine, scenario.TickOutput, error) {
	session, err := m.Until(s, max(len(s.Ticks)-1, 0))
	if err != nil || len(s.Ticks) == 0 {
		return m, scenario.TickOutput{}, err
	}
	out, err := session.Tick(s.Ticks[len(s.Ticks)-1], false)
	if err == nil {
		err = out.Err
	}
	return m, out, err
}

// warn writes findings that are no errors.
func (r *REPL) warn(list diag.List) {
	for _, d := range list {
		r.printf("%s %s: %s %s\n", d.Severity(), d.Code, d.Message, d.Help)
	}
}
