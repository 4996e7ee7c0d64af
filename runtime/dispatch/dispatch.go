// Package dispatch makes run requests of pairs that are to be launched: what shares a
// run, and what the run is told.
package dispatch

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"auto/compiler"
	"auto/runtime/backlog"
	"auto/runtime/params"
	"auto/runtime/request"
	"auto/vm/space"
)

// Input is what the requests of one tick are made of.
type Input struct {
	Sensor string
	At     time.Time
	Space  *space.Space
	// Launches are in the order of the backlog.
	Launches []backlog.Launch
	// Policies are those in force, by name.
	Policies map[string]*compiler.Policy
	// Whole reports of which entities all partitions are requested, so that checks join
	// them; Conditioned which keys have a condition of their own (vm/runs). A nil func
	// reports none.
	Whole       func(entity int) bool
	Conditioned func(key string) bool
	Env         map[string]string
	// Params decides about the parameters of runs of jobs.
	Params params.InForce
}

// Sent is a request with the launches that it carries out, in their order.
type Sent struct {
	Request  request.Request
	Launches []backlog.Launch
}

// PolicyTag is the tag of a run with the name of the policy that it was launched for; a
// run of several policies has none.
const PolicyTag = "auto/policy"

// Requests gives the requests, in order: of higher priority first, then those of the
// first launch. Equal inputs give equal requests, with equal IDs.
//
// Launches share a run where Dagster would have them share one, or as `group by` says;
// but only those that agree on the job, the tags, the params, the priority, `group by` and
// `max per run`. A run over `max per run` is parted: no asset is in an earlier part than
// one that it depends on, and assets that execute as one unit are in one part. A pair that
// is to be launched more than once is in as many requests.
//
// Every launch is in one request, but for a check that joins an asset of which all
// partitions are requested while there are none: as in Dagster it has no run.
//
// Where a policy has no job, each asset goes into a run of the job that selects it, if
// that has parameters, so that it sees them. A request that lacks parameters is refused:
// see request.Refused.
//
// It fails where a launch is of a policy, asset or check that is not there.
func Requests(in Input) ([]Sent, error) {
	g := newGrouping(in)
	for i := range in.Launches {
		if err := g.add(i); err != nil {
			l := &in.Launches[i]
			return nil, fmt.Errorf("%s of policy %s: %w", l.Key, l.Policy, err)
		}
	}
	g.joinChecks()
	slices.SortStableFunc(g.drafts, func(a, b *draft) int {
		return cmp.Or(cmp.Compare(b.profile.clauses.Priority, a.profile.clauses.Priority), cmp.Compare(a.first, b.first))
	})
	w := writer{Input: in, splitter: newSplitter(in.Space)}
	for _, d := range g.drafts {
		w.send(d)
	}
	return w.sent, nil
}
