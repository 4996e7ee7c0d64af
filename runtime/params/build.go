package params

import "slices"

// Build gives the schema of a job that is written anew: what it declares already, then what
// its assets use, then the shared parameters, then what else has a value. A name that is
// declared, itself or shared, keeps its type and default; any other is required where an
// asset uses it or it is listed in shared, and of the type of its value, text where it has
// none. What an asset uses of a shared parameter is not listed beside that, unless an asset
// has a value of its own.
func (j *Job) Build(values Values, shared ...string) Schema {
	b := newBuilder(j, values, shared)
	for _, n := range j.Discover() {
		if !b.isShared(n.Param) || b.owned[n.Param] {
			b.add(n, true)
		}
	}
	for _, param := range shared {
		b.add(Name{Param: param}, true)
	}
	for _, n := range values.Names() {
		b.add(n, false)
	}
	return b.schema
}

type builder struct {
	values Values
	shared []string
	decls  decls // those of the job
	// owned are the parameters that any asset has a value for, and known the names that the
	// schema has.
	owned  map[string]bool
	known  map[Name]bool
	schema Schema
}

func newBuilder(j *Job, values Values, shared []string) *builder {
	b := &builder{values: values, shared: shared, decls: j.Schema.decls(j.Assets), owned: map[string]bool{}, known: map[Name]bool{}, schema: slices.Clone(j.Schema)}
	for _, of := range values.Assets {
		for param := range of {
			b.owned[param] = true
		}
	}
	for _, e := range j.Schema {
		b.known[e.Name] = true
	}
	return b
}

func (b *builder) isShared(param string) bool {
	_, declared := b.decls.find(Name{Param: param})
	_, given := b.values.Shared[param]
	return declared || given || slices.Contains(b.shared, param)
}

// add declares a name unless it is.
func (b *builder) add(n Name, required bool) {
	if b.known[n] {
		return
	}
	b.known[n] = true
	d, ok := b.decls.of(n)
	if !ok {
		value, _ := b.values.Get(n)
		d = Infer(value)
		d.Required = required
	}
	b.schema = append(b.schema, Entry{n, d})
}

// Define gives the schema and the values of a job's file after an edit of the file itself,
// as when a job is created or updated: the edit over the values that it has, and the schema
// that Build gives, in which shared names that the edit sets are required. The error is
// [Problems]; nothing is to be written then.
func (j *Job) Define(e Edit) (Schema, Values, error) {
	values := j.Values.Clone()
	var problems Problems
	for _, n := range e.Set.Names() {
		value, _ := e.Set.Get(n)
		accepted, err := j.Accept(n, value)
		if !problems.add(j.checkAsset(n)) && !problems.add(err) {
			values.Set(n, accepted)
		}
	}
	for _, n := range e.Unset {
		values.Unset(n)
	}
	if err := problems.err(); err != nil {
		return nil, Values{}, err
	}
	with := *j
	with.Values, with.Schema = values, j.Build(values, sortedKeys(e.Set.Shared)...)
	if err := with.Check(); err != nil {
		return nil, Values{}, err
	}
	return with.Schema, values, nil
}
