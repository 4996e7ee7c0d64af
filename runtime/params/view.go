package params

import "slices"

// Status tells of a row what is odd about it.
type Status string

// The statuses; a row that is as it should be has "".
const (
	// StatusUndeclared: it has a stored value and no declaration.
	StatusUndeclared Status = "undeclared"
	// StatusStale: it has a stored value for an asset that the job does not select.
	StatusStale Status = "stale_asset"
)

// Row is one parameter as people see it.
type Row struct {
	Value
	// Missing: it is required and has no value, so that a launch would be refused.
	Missing bool
	// Masked: the value is a secret, or a reference to one. Value.Value is nil then.
	Masked bool
	Status Status
}

// Origin gives the layer and scope of the value as a word: `yaml/asset`, `default`,
// `missing` for a required parameter without one, `unset` for another.
func (r Row) Origin() string {
	switch {
	case r.Set():
		return r.Value.From.String()
	case r.Decl.Required:
		return "missing"
	}
	return "unset"
}

// View gives the parameters of a job as people see them: what its schema declares, shown
// prefixed where assets have values of their own (see [Job.Convert]), and then what is
// stored and no longer declared or selected, which is shown and never dropped. Values of
// secrets are left out. The error is that of [Job.Resolve], beside the rows.
func (j *Job) View(s Stored) ([]Row, error) {
	l := Layers{Operations: s.Values}
	j = j.With(s)
	with := *j
	with.Schema = j.Convert(s.Values)
	r, err := with.Resolve(l, nil)
	missing := map[Name]bool{}
	for _, n := range r.Missing() {
		missing[n] = true
	}
	var rows []Row
	for _, n := range with.Schema.Names() {
		row := r.row(n)
		row.Missing = missing[n]
		rows = append(rows, row)
	}
	for _, n := range s.Values.Names() {
		if _, declared := r.resolver.decls.find(n); !declared {
			rows = append(rows, j.stray(n, r))
		}
	}
	return rows, err
}

// row gives a name as people see it.
func (r *Resolution) row(n Name) Row {
	value := r.Shared[n.Param]
	if !n.Shared() {
		value = r.Assets[n.Asset][n.Param]
	}
	return masked(Row{Value: value})
}

// stray gives a stored value that nothing declares.
func (j *Job) stray(n Name, r *Resolution) Row {
	if _, selected := r.Assets[n.Asset]; !selected && !n.Shared() {
		value, _ := r.resolver.layers.Operations.Get(n)
		d, _ := j.Schema.Of(n) // may be a secret
		return masked(Row{Value: Value{Name: n, Value: value, From: Candidate{Operations, n, value}, Decl: d}, Status: StatusStale})
	}
	row := r.row(n)
	if !row.Declared {
		row.Status = StatusUndeclared
	}
	return row
}

// Hidden reports whether a value of a name is never shown: it is a reference, or the name
// is declared a secret.
func (j *Job) Hidden(n Name, value any) bool {
	d, _ := j.Schema.Of(n)
	return hidden(d, value)
}

func hidden(d Decl, value any) bool {
	_, reference := ReferenceOf(value)
	return reference || d.Type == Secret
}

// masked takes the values out of a row of which any is hidden.
func masked(r Row) Row {
	given := append(slices.Clone(r.Overrides), r.From, Candidate{Value: r.Value.Value})
	if !slices.ContainsFunc(given, func(c Candidate) bool { return hidden(r.Decl, c.Value) }) {
		return r
	}
	r.Masked = true
	r.Value.Value, r.From.Value = nil, nil
	r.Overrides = slices.Clone(r.Overrides)
	for i := range r.Overrides {
		r.Overrides[i].Value = nil
	}
	return r
}
