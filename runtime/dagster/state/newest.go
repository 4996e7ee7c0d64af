package state

import (
	"cmp"
	"slices"
)

// recentRun is one of the runs that were created last.
type recentRun struct {
	ID      string  `json:"id"`
	Created float64 `json:"created"`
}

// noteNewest begins the mark of runs: those that there are need not be told as new.
func (p *poll) noteNewest() error {
	answer, err := Newest(p.ctx, p.calls, p.recent, "")
	if err != nil {
		return err
	}
	list, err := statesOf(answer.RunsOrError)
	p.change.runs = &runsMark{Runs: map[string]runMark{}}
	p.recall(list)
	for i := range list {
		p.change.runs.Since = max(p.change.runs.Since, list[i].UpdateTime)
	}
	return err
}

// newest is what there is of the runs that were created last.
type newest struct {
	// list is the newest first, down to one that is noted.
	list []RunState
	// fresh are those that are not told. A run is one by its place before one that is noted,
	// whatever clocks show; where none of them is left, by its creation.
	fresh map[string]bool
}

// newestRuns goes on from a first page of the runs that were created last.
func (p *poll) newestRuns(first RunStates) (newest, error) {
	page, err := statesOf(first)
	n := newest{list: page, fresh: map[string]bool{}}
	for size := p.peek; err == nil && len(page) == size && !p.enough(n.list, page); {
		size = min(2*size, p.page) // after a pause there may be very many
		var answer *NewestResponse
		if answer, err = Newest(p.ctx, p.calls, size, page[len(page)-1].RunId); err != nil {
			break
		}
		page, err = statesOf(answer.RunsOrError)
		n.list = append(n.list, page...)
	}
	below := len(n.list) // after the last one that is noted
	for below > 0 && !p.noted(n.list[below-1].RunId) {
		below--
	}
	if below > 0 && p.full() {
		n.list = n.list[:below] // what is older was told, and forgotten
	}
	for i := range n.list {
		if run := &n.list[i]; !p.known(run.RunId) && (i < below || !p.before(run.CreationTime)) {
			n.fresh[run.RunId] = true
		}
	}
	return n, err
}

// enough reports whether a list with its last page goes down to what is not new: to a run that
// is noted, or, where those are deleted, to one that is older by its creation.
func (p *poll) enough(list, page []RunState) bool {
	return slices.ContainsFunc(page, func(run RunState) bool { return p.noted(run.RunId) }) ||
		len(list) >= p.recent && p.before(page[len(page)-1].CreationTime)
}

// known reports whether a run is told, or was one of the newest at the first poll.
func (p *poll) known(id string) bool { return p.mark().Runs[id].Status != "" || p.noted(id) }

// noted reports whether all runs before a run are known. Of others that are known they may not
// be: one that is told by what it made, or goes on for long.
func (p *poll) noted(id string) bool {
	return slices.ContainsFunc(p.mark().Recent, func(r recentRun) bool { return r.ID == id })
}

// mark gives the mark of runs as it is going to be.
func (p *poll) mark() *runsMark { return cmp.Or(p.change.runs, p.memory.runs) }

// full reports whether Recent may leave runs out. As long as it does not, a run that is not in
// it is new.
func (p *poll) full() bool { return len(p.mark().Recent) == p.recent }

// before reports whether a run that is not known was created too long ago to be new.
func (p *poll) before(created float64) bool {
	return p.full() && created <= p.mark().Recent[p.recent-1].Created
}

// recall notes the runs that were created last, the newest first.
func (p *poll) recall(list []RunState) {
	var out []recentRun
	listed := map[string]bool{}
	for i := range list {
		listed[list[i].RunId] = true
		out = append(out, recentRun{list[i].RunId, list[i].CreationTime})
	}
	for _, r := range p.change.runs.Recent {
		if !listed[r.ID] {
			out = append(out, r)
		}
	}
	p.change.runs.Recent = out[:min(len(out), p.recent)]
}

// places gives the places of runs in a list that has the newest first.
func (n *newest) places() map[string]int {
	out := map[string]int{}
	for i := range n.list {
		out[n.list[i].RunId] = len(n.list) - i
	}
	return out
}
