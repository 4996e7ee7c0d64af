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
	// Added are declarations of names that edits added and the job's file does not have
	// yet, sorted, each of the type of its value.
	Added Schema
}

// AnyVersion is the version of an edit that is made whatever the stored one is.
const AnyVersion = -1

// Change is what one edit did to one name. A nil value is none.
type Change struct {
	Name     Name
	Old, New any
}

// With gives the job with the declarations that edits added. What its file declares by now,
// by the name itself or for all assets, goes before them.
func (j *Job) With(s Stored) *Job {
	if len(s.Added) == 0 {
		return j
	}
	with := *j
	for _, e := range s.Added {
		if !j.declares(e) {
			with.Schema = with.Schema.With(e.Name, e.Decl)
		}
	}
	return &with
}

// declares reports whether the schema has a declaration that is for the name of an entry.
func (j *Job) declares(e Entry) bool {
	_, ok := j.Schema.Of(e.Name)
	return ok
}

// Patch makes an edit that was written when the stored version was version, and gives what
// is stored then and what changed, by name. Prefixed names are set for the asset, simple
// ones are shared. What is not in the edit stays as it is, set or not. A name that is set
// without a declaration gets one. An edit that changes nothing makes no version.
//
// The error is [Problems] with all that is wrong: another version, a value that does not
// fit, a name that a strict job does not declare, a template that can stand for nothing, the
// last value of a required parameter removed. Nothing is changed then.
func (j *Job) Patch(s Stored, version int64, e Edit) (Stored, []Change, error) {
	p := patcher{job: j, strict: j.With(s)}
	return p.patch(s, version, e)
}

// Restore makes the values those of an earlier version, as a further version, and gives
// what Patch does. They are taken as they were, whatever the job's file says by now: what
// does not fit is shown by [Job.View], and refuses a launch. The error is [Problems] with
// the other version.
func (j *Job) Restore(s Stored, version int64, to Values) (Stored, []Change, error) {
	p := patcher{job: j, verbatim: true}
	return p.patch(s, version, Between(s.Values, to))
}

type patcher struct {
	// job is as its file has it; strict has the declarations that edits added, too.
	job, strict *Job
	// verbatim: nothing is checked.
	verbatim bool
	to       Values
	added    Schema
	problems Problems
}

func (p *patcher) patch(s Stored, version int64, e Edit) (Stored, []Change, error) {
	if version != AnyVersion && version != s.Version {
		return s, nil, Problems{staleProblem(s.Version, version)}
	}
	p.to, p.added = s.Values.Clone(), slices.DeleteFunc(slices.Clone(s.Added), p.job.declares)
	p.apply(e)
	if !p.verbatim {
		p.checkTemplates(s.Values, e)
		if !slices.ContainsFunc(p.problems, func(p Problem) bool { return p.Kind == Cycle }) { // whose names have no value
			p.checkRequired(s.Values)
		}
	}
	if err := p.problems.err(); err != nil {
		return s, nil, err
	}
	changes := Changed(s.Values, p.to)
	if len(changes) == 0 {
		return s, nil, nil
	}
	return Stored{Version: s.Version + 1, Values: p.to, Added: p.added}, changes, nil
}

func staleProblem(stored, version int64) Problem {
	if version > stored {
		return Problem{Kind: Stale, Message: fmt.Sprintf("There is no version %d: the parameters are at version %d.", version, stored), Help: "Look at them again, and edit what is there."}
	}
	return Problem{Kind: Stale, Message: fmt.Sprintf("The parameters were changed: they are at version %d, and the edit is of version %d.", stored, version), Help: "Look at what changed, and save again."}
}

func (p *patcher) apply(e Edit) {
	for _, n := range e.Set.Names() {
		value, _ := e.Set.Get(n)
		p.set(n, value)
	}
	for _, n := range e.Unset {
		p.to.Unset(n)
		p.added = slices.DeleteFunc(p.added, func(e Entry) bool { return e.Name == n })
	}
}

func (p *patcher) set(n Name, value any) {
	if !p.verbatim {
		var ok bool
		if value, ok = p.accept(n, value); !ok {
			return
		}
	}
	before, had := p.to.Get(n)
	if had && Same(before, value) {
		return
	}
	p.to.Set(n, value)
	_, declared := p.job.Schema.Of(n)
	if _, added := p.added.Find(n); !declared && (added || !had) {
		p.added = p.added.With(n, Infer(value))
		slices.SortFunc(p.added, func(a, b Entry) int { return compareNames(a.Name, b.Name) })
	}
}

// accept gives a value as its declaration has it, and false where it is refused.
func (p *patcher) accept(n Name, value any) (any, bool) {
	if p.problems.add(p.job.checkAsset(n)) || p.problems.add(p.strict.Declared(n)) {
		return nil, false
	}
	accepted, err := p.job.Accept(n, value)
	return accepted, !p.problems.add(err)
}

// checkRequired finds required parameters that had a value and lose it.
func (p *patcher) checkRequired(from Values) {
	before := p.job.required(Layers{Operations: from})
	for _, n := range p.job.required(Layers{Operations: p.to}) {
		if !slices.Contains(before, n) {
			p.problems = append(p.problems, missingProblem(n))
		}
	}
}

// checkTemplates finds templates of an edit over names that there cannot be, and what can
// stand for nothing whatever is given beside: cycles, and secrets inside a text. What was
// wrong before is nobody's fault now.
func (p *patcher) checkTemplates(from Values, e Edit) {
	for _, of := range e.Set.Names() {
		value, _ := e.Set.Get(of)
		for _, r := range refsOf(value) {
			if !p.problems.add(About(of, p.strict.checkAsset(r.name))) {
				p.problems.add(About(of, p.strict.Declared(r.name)))
			}
		}
	}
	if !slices.ContainsFunc(p.to.Names(), func(n Name) bool { value, _ := p.to.Get(n); return len(refsOf(value)) > 0 }) {
		return // the templates of the file are checked with it
	}
	before := p.strict.hopeless(from)
	for _, problem := range p.strict.hopeless(p.to) {
		if !slices.ContainsFunc(before, func(b Problem) bool { return b.Kind == problem.Kind && b.Subject == problem.Subject }) {
			p.problems = append(p.problems, problem)
		}
	}
}

// hopeless gives the templates under edits that can stand for nothing.
func (j *Job) hopeless(edits Values) Problems {
	var found Problems
	_, err := j.Resolve(Layers{Operations: edits}, nil)
	found.add(err)
	return slices.DeleteFunc(found, func(p Problem) bool { return p.Kind != Cycle && p.Kind != NotReference })
}

// Changed gives what differs between values, by name.
func Changed(from, to Values) []Change {
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
