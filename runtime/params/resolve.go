package params

import (
	"fmt"
	"slices"
	"strings"
)

// Layer is where a value comes from; a higher one wins.
type Layer int

// The layers from low to high: nothing, the declaration, the job's file, the edits of
// people, the launch (a policy, or who starts a run), and the file that arrived.
const (
	None Layer = iota
	Default
	YAML
	Operations
	Launch
	Trigger
)

// String gives the word of the layer.
func (l Layer) String() string {
	return [...]string{"none", "default", "yaml", "operations", "launch", "trigger"}[l]
}

// Layers are the values that are given beside those of the job's file.
type Layers struct {
	Operations, Launch, Trigger Values
}

// Candidate is a value that a layer gives for a name.
type Candidate struct {
	Layer Layer
	// Name is the one that has the value: the asset's own, or the shared one.
	Name Name
	// Value is as it was given: templates are not filled in (of Trigger there are none).
	Value any
}

// String gives the layer and the scope, such as `yaml/asset`, and `default` alone for a
// default.
func (c Candidate) String() string {
	switch {
	case c.Layer <= Default:
		return c.Layer.String()
	case c.Name.Shared():
		return c.Layer.String() + "/shared"
	}
	return c.Layer.String() + "/asset"
}

// Value is what a name stands for in a run.
type Value struct {
	Name Name
	// Value is the value with its templates filled in, as the declaration has it; nil
	// where there is none.
	Value any
	// From is what won, its Layer None where there is no value. Overrides are those that
	// lost, the next one first.
	From      Candidate
	Overrides []Candidate
	// Decl is the declaration that is for the name, and Declared whether there is one.
	Decl     Decl
	Declared bool
}

// Set reports whether there is a value.
func (v Value) Set() bool { return v.From.Layer != None }

// Candidates gives the values that are given for a name, the one that wins first.
//
// What is given for an asset goes before what is given for all, and of each the higher
// layer. Defaults come last, the asset's own before the shared one: a default is for where
// nobody gave a value.
func (j *Job) Candidates(n Name, l Layers) []Candidate {
	return newResolver(j, l, []string{n.Asset}).candidates(n)
}

func (r *resolver) candidates(n Name) []Candidate {
	var found []Candidate
	for _, of := range scopes(n) {
		for layer, values := range r.job.layers(r.layers) {
			if value, ok := values.Get(of); ok {
				found = append(found, Candidate{Trigger - Layer(layer), of, value})
			}
		}
	}
	for _, of := range scopes(n) {
		d, _ := r.decls.find(of)
		if value, ok := d.DefaultValue(); ok {
			found = append(found, Candidate{Default, of, value})
		}
	}
	return found
}

// scopes gives the names that have values for a name, the nearest first.
func scopes(n Name) []Name {
	if n.Shared() {
		return []Name{n}
	}
	return []Name{n, {Param: n.Param}}
}

// layers gives the layers above Default, the highest first.
func (j *Job) layers(l Layers) []Values {
	return []Values{l.Trigger, l.Launch, l.Operations, j.Values}
}

// resolver resolves names, each once.
type resolver struct {
	job      *Job
	layers   Layers
	decls    decls
	done     map[Name]Value
	path     []Name
	problems Problems
}

// newResolver gives what resolves names, of some assets mostly.
func newResolver(j *Job, l Layers, assets []string) *resolver {
	return &resolver{job: j, layers: l, decls: j.Schema.decls(assets), done: map[Name]Value{}}
}

// resolve gives what a name stands for.
func (r *resolver) resolve(n Name) Value {
	if v, ok := r.done[n]; ok {
		return v
	}
	v := Value{Name: n}
	v.Decl, v.Declared = r.decls.of(n)
	if found := r.candidates(n); len(found) > 0 {
		v.From, v.Overrides = found[0], found[1:]
		r.fill(&v)
	}
	r.done[n] = v
	return v
}

// fill fills the templates of a value in.
func (r *resolver) fill(v *Value) {
	if v.From.Name != v.Name {
		v.Value = r.resolve(v.From.Name).Value // a shared value is filled in once
		if v.Value == nil {
			v.From, v.Overrides = Candidate{}, nil
		}
		if _, own := r.decls.find(v.Name); !own || v.Value == nil {
			return
		}
	} else if !r.expand(v) {
		return
	}
	accepted, err := acceptAs(v.Decl, v.Declared, v.Name, v.Value)
	if !r.problems.add(err) || v.Decl.Type == Secret {
		v.Value = accepted // nil for a secret that was written itself, so that nothing is made of it
	}
}

// expand fills the templates of a value that is the name's own in, and reports whether it
// has one then. What a file gives is none, whatever its key looks like: whoever may write a
// file may not read parameters.
func (r *resolver) expand(v *Value) bool {
	if v.From.Layer == Trigger || len(refsOf(v.From.Value)) == 0 {
		v.Value = v.From.Value
		return true
	}
	r.path = append(r.path, v.Name)
	x := r.expander(v.Name)
	value, ok := x.value(v.From.Value)
	r.path = r.path[:len(r.path)-1]
	ok = ok && *x.room >= 0
	if v.Value = value; !ok {
		v.Value, v.From, v.Overrides = nil, Candidate{}, nil
	}
	return ok
}

func (r *resolver) expander(of Name) expander {
	return expander{
		lookup: func(ref ref) (any, bool) {
			if r.closes(ref.name) {
				return nil, false
			}
			v := r.resolve(ref.name)
			return v.Value, v.Set()
		},
		missing: func(ref ref) { r.problems = append(r.problems, noValue(of, ref)) },
		secret:  func(ref ref) { r.problems = append(r.problems, secretInText(of, ref)) },
		large:   func(ref ref) { r.problems = append(r.problems, tooLarge(of, ref)) },
		room:    newRoom(),
	}
}

// closes finds a reference to what is being resolved.
func (r *resolver) closes(n Name) bool {
	for _, scope := range scopes(n) {
		if at := slices.Index(r.path, scope); at >= 0 {
			r.problems = append(r.problems, cycleOf(r.path[at:]))
			return true
		}
	}
	return false
}

func cycleOf(path []Name) Problem {
	first := slices.IndexFunc(path, func(n Name) bool { return n == slices.MinFunc(path, compareNames) })
	var names []string
	for i := range len(path) + 1 {
		names = append(names, path[(first+i)%len(path)].String())
	}
	return Problem{Kind: Cycle, Subject: strings.Join(names, "->"), Name: path[first], Message: "Parameters are templates over each other: `" + strings.Join(names, "` over `") + "`.", Help: "Write a plain value for one of them."}
}

func noValue(of Name, r ref) Problem {
	return Problem{Kind: NoValue, Subject: of.String(), Name: of, Message: fmt.Sprintf("`%s` is made of `%s`, which has no value.", of, r.name), Help: "Give it a value, or write `| default(…)` in the template."}
}

func secretInText(of Name, r ref) Problem {
	return Problem{Kind: NotReference, Subject: of.String(), Name: of, Message: fmt.Sprintf("`%s` has the secret `%s` inside a text.", of, r.name), Help: "Write the template alone, so that the reference is passed on."}
}

func tooLarge(of Name, r ref) Problem {
	return Problem{Kind: TooLarge, Subject: of.String(), Name: of, Message: fmt.Sprintf("`%s` comes to more than 1 MiB with `%s` filled in.", of, r.name), Help: "Put less into its templates."}
}

func missingProblem(n Name) Problem {
	return Problem{Kind: Required, Subject: n.String(), Name: n, Message: fmt.Sprintf("The required parameter `%s` has no value.", n), Help: "Give one by `auto params set`, the Operations page, the job's file, or at launch."}
}
