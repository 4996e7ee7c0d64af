package stale

import "slices"

// run is a run that has not finished, or that was heard of lately.
type run struct {
	id string
	// start is the id of the event by which it began: of the one that says so, else of the
	// first that mentions it.
	start int64
	phase phase
	// begun: its start is known and stays.
	begun bool
	// plans are the partitions that it is going to make, by asset; of open runs only.
	plans map[string][]string
}

// phase is how far a run is.
type phase uint8

const (
	mentioned phase = iota // by something that it made
	open
	finished
)

// mayMake reports whether a run may make partitions of an asset: it says so, or has not
// said what it makes.
func (r *run) mayMake(asset string) bool {
	if r == nil {
		return false
	}
	_, planned := r.plans[asset]
	return planned || len(r.plans) == 0
}

// isOver reports whether a run makes nothing any more, as far as is known.
func (r *run) isOver() bool { return r == nil || r.phase != open }

// mostRemembered is of how many runs that are not open the start is remembered, for events
// that come late.
const mostRemembered = 4096

// run gives the run of an id, a new one that begins now where it was not heard of; nil
// for "".
func (t *Tracker) run(id string, seq int64) *run {
	if id == "" {
		return nil
	}
	r := t.runs[id]
	if r == nil {
		r = &run{id: id, start: seq}
		t.runs[id] = r
		t.remember(id)
	}
	return r
}

// remember puts a run last among those that are forgotten unless they are open.
func (t *Tracker) remember(id string) {
	t.recent = append(t.recent, id)
	if len(t.recent) <= mostRemembered {
		return
	}
	oldest := t.recent[0]
	t.recent = t.recent[1:]
	if r := t.runs[oldest]; r != nil && r.phase != open && !slices.Contains(t.recent, oldest) {
		delete(t.runs, oldest)
	}
}

// openRun makes a run known that has not finished; begun says that it has started.
func (t *Tracker) openRun(id string, seq int64, begun bool) *run {
	r := t.run(id, seq)
	if r != nil && r.phase == mentioned {
		r.phase = open
		r.begun = r.begun || begun
	}
	return r
}

// changeRun gives a run a status.
func (t *Tracker) changeRun(r *run, seq int64, is status) {
	switch {
	case r == nil || r.phase == finished:
	case is == over:
		t.finish(r)
	case is == waiting:
		r.begun = false
	case !r.begun:
		r.begun, r.start = true, seq
	}
}

// plan says that an open run is going to make a partition.
func (t *Tracker) plan(r *run, asset, partition string) {
	if r == nil || r.phase != open {
		return
	}
	if r.plans == nil {
		r.plans = map[string][]string{}
	}
	r.plans[asset] = append(r.plans[asset], partition)
	if a := t.assets[asset]; a != nil && a.asked {
		a.opened(t, r, partition)
	}
}

// finish ends a run: what it did not make, it will not make.
func (t *Tracker) finish(r *run) {
	if r.phase != open {
		r.phase = finished
		return
	}
	r.phase = finished
	if len(r.plans) == 0 {
		for _, a := range t.assets {
			a.closed(t, r)
		}
	}
	for key := range r.plans {
		if a := t.assets[key]; a != nil {
			a.closed(t, r)
		}
	}
	r.plans = nil
	t.remember(r.id)
}
