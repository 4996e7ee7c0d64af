package params

import (
	"fmt"
	"slices"
)

// Stored is what a store keeps of a job: the edits of people, which are the layer
// Operations.
type Stored struct {
	// Version counts the edits, 0 before the first.
	Version int64
	Values  Values
	// Added are declarations that edits added and the job's file does not have yet.
	Added Schema
}

// AnyVersion is the version of an edit that is made whatever the stored one is.
const AnyVersion = -1

// Change is what one edit did to one name. A nil value is none.
type Change struct {
	Name     Name
	Old, New any
}

// With gives the job with the declarations that edits added.
func (j *Job) With(s Stored) *Job {
	if len(s.Added) == 0 {
		return j
	}
	with := *j
	for _, e := range s.Added {
		if _, ok := j.Schema.Find(e.Name); !ok {
			with.Schema = with.Schema.With(e.Name, e.Decl)
		}
	}
	return &with
}

// Patch makes an edit that was written when the stored version was version, and gives what
// is stored then and what changed, by name. Prefixed names are set for the asset, simple
// ones are shared. What is not in the edit stays as it is, set or not. A name that is set
// without a declaration gets one. An edit that changes nothing makes no version.
//
// The error is [Problems] with all that is wrong: another version, a value that does not
// fit, a name that a strict job does not declare, the last value of a required parameter
// removed. Nothing is changed then.
func (j *Job) Patch(s Stored, version int64, e Edit) (Stored, []Change, error) {
	if version != AnyVersion && version != s.Version {
		return s, nil, Problems{{Kind: Stale, Message: fmt.Sprintf("The parameters were changed: they are at version %d, and the edit is of version %d.", s.Version, version), Help: "Look at what changed, and save again."}}
	}
	job := j.With(s)
	p := patcher{job: job, to: s.Values.Clone()}
	p.apply(e)
	p.checkRequired(s.Values)
	if err := p.problems.err(); err != nil {
		return s, nil, err
	}
	changes := changed(s.Values, p.to)
	if len(changes) == 0 {
		return s, nil, nil
	}
	return Stored{Version: s.Version + 1, Values: p.to, Added: append(slices.Clip(s.Added), p.added...)}, changes, nil
}

type patcher struct {
	job      *Job
	to       Values
	added    Schema
	problems Problems
}

func (p *patcher) apply(e Edit) {
	for _, n := range e.Set.Names() {
		value, _ := e.Set.Get(n)
		p.set(n, value)
	}
	for _, n := range e.Unset {
		p.to.Unset(n)
	}
}

func (p *patcher) set(n Name, value any) {
	if p.problems.add(p.job.checkAsset(n)) || p.problems.add(p.job.Declared(n)) {
		return
	}
	accepted, err := p.job.Accept(n, value)
	if p.problems.add(err) {
		return
	}
	p.to.Set(n, accepted)
	if _, ok := p.job.Schema.Of(n); !ok {
		p.added = append(p.added, Entry{n, Infer(accepted)})
	}
}

// checkRequired finds required parameters that had a value and lose it.
func (p *patcher) checkRequired(from Values) {
	before := p.job.missing(Layers{Operations: from})
	for _, n := range p.job.missing(Layers{Operations: p.to}) {
		if !slices.Contains(before, n) {
			p.problems = append(p.problems, missingProblem(n))
		}
	}
}

// changed gives what differs between values, by name.
func changed(from, to Values) []Change {
	var changes []Change
	e := Between(from, to)
	for _, n := range slices.Concat(e.Set.Names(), e.Unset) {
		before, _ := from.Get(n)
		after, _ := to.Get(n)
		changes = append(changes, Change{n, before, after})
	}
	slices.SortFunc(changes, func(a, b Change) int { return compareNames(a.Name, b.Name) })
	return changes
}

// Inverse gives the edit that takes changes back.
func Inverse(changes []Change) Edit {
	var e Edit
	for _, c := range changes {
		if c.Old == nil {
			e.Unset = append(e.Unset, c.Name)
		} else {
			e.Set.Set(c.Name, c.Old)
		}
	}
	return e
}
