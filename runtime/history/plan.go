package history

import (
	"cmp"
	"slices"
	"time"

	"auto/runtime/journal"
	"auto/runtime/live"
)

// Launch is a partition of an asset or check that goes out.
type Launch struct {
	Policy    string    `json:"policy"`
	Asset     string    `json:"asset"`
	Partition string    `json:"partition,omitempty"`
	At        time.Time `json:"at"`
	// Request is the request that it goes out with.
	Request string `json:"request"`
}

func compareLaunches(a, b Launch) int {
	return cmp.Or(cmp.Compare(a.Policy, b.Policy), cmp.Compare(a.Asset, b.Asset), cmp.Compare(a.Partition, b.Partition), a.At.Compare(b.At))
}

// Planned is what putting other policies in force comes to.
type Planned struct {
	// New would be launched by the other policies only, Gone by the old ones only, Same by
	// both; Owed counts what the other policies decide and hold back. Sorted.
	New  []Launch `json:"new"`
	Gone []Launch `json:"gone"`
	Same []Launch `json:"same"`
	Owed int      `json:"owed"`
}

// Plan compares what the first ticks at an instant launch when a setup is put in force over
// a state, with what they launch when it is not; the state stays as it is. Old is what is
// in force before; nil for what is in the state.
func Plan(state *live.Project, old, other *live.Setup, at time.Time) (*Planned, error) {
	stays, _, err := first(state, []*live.Setup{old}, at)
	if err != nil {
		return nil, err
	}
	comes, owed, err := first(state, []*live.Setup{old, other}, at)
	if err != nil {
		return nil, err
	}
	out := &Planned{Owed: owed, New: []Launch{}, Gone: []Launch{}, Same: []Launch{}}
	was := counts(stays)
	for _, l := range comes {
		if was[l.pair()] > 0 {
			was[l.pair()]--
			out.Same = append(out.Same, l)
		} else {
			out.New = append(out.New, l)
		}
	}
	for _, l := range stays {
		if was[l.pair()] > 0 {
			was[l.pair()]--
			out.Gone = append(out.Gone, l)
		}
	}
	return out, nil
}

// Runs counts the requests that launches go out with.
func Runs(all []Launch) int {
	requests := map[string]bool{}
	for _, l := range all {
		requests[l.Request] = true
	}
	return len(requests)
}

type pair struct{ asset, partition string }

func (l Launch) pair() pair { return pair{l.Asset, l.Partition} }

func counts(all []Launch) map[pair]int {
	out := map[pair]int{}
	for _, l := range all {
		out[l.pair()]++
	}
	return out
}

// first gives what the ticks at an instant launch over a copy of a state, with setups put in
// force one after the other.
func first(state *live.Project, setups []*live.Setup, at time.Time) (launches []Launch, owed int, err error) {
	p, err := state.Branch()
	if err != nil {
		return nil, 0, err
	}
	for _, setup := range setups {
		if setup == nil || p.Setup != nil && p.Setup.Fingerprint == setup.Fingerprint {
			continue
		}
		rec := live.Record{Seq: p.Seq + 1, At: at, Body: &journal.Policies{Fingerprint: setup.Fingerprint}}
		if err := p.Put(rec, setup); err != nil {
			return nil, 0, err
		}
	}
	for _, s := range p.Sensors {
		made, err := tick(s, at)
		if err != nil {
			return nil, 0, err
		}
		launches = append(launches, made...)
		waiting, _, _ := s.Owed()
		owed += waiting
	}
	slices.SortFunc(launches, compareLaunches)
	return launches, owed, nil
}

// tick ticks a sensor, after those that it missed where its policies want them.
func tick(s *live.Sensor, at time.Time) ([]Launch, error) {
	for _, missed := range s.Missed(at) {
		if _, err := s.Tick(missed, live.Options{CatchUp: true}); err != nil {
			return nil, err
		}
	}
	out, err := s.Tick(at, live.Options{})
	if err != nil {
		return nil, err
	}
	return launchesOf(out), nil
}

func launchesOf(out *live.Outcome) (all []Launch) {
	for _, sent := range out.Sent {
		for _, l := range sent.Launches {
			all = append(all, Launch{Policy: l.Policy, Asset: l.Key, Partition: l.Partition, At: out.At, Request: sent.Request.ID})
		}
	}
	return all
}
