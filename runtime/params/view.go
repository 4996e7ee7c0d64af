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
	// Missing: it has no value, and a launch would be refused for that.
	Missing bool
	// Masked: the value is a secret, or a reference to one. Value.Value is nil then.
	Masked bool
	Status Status
}

// Origin gives the layer and scope of the value as a word: `yaml/asset`, `default`,
// `missing` for one without that a run needs, `unset` for another.
func (r Row) Origin() string {
	switch {
	case r.Set():
		return r.Value.From.String()
	case r.Missing || r.Decl.Required:
		return "missing"
	}
	return "unset"
}

// View gives the parameters of a job as people see them: what its schema declares, shown
// prefixed where assets have values of their own (see [Job.Convert]), and then what nothing
// declares or selects: what assets use, and every value that the file gives or that is
// stored, which is never dropped. Values of secrets are left out. The error is that of
// [Job.Resolve], beside the rows.
func (j *Job) View(s Stored) ([]Row, error) {
	l := Layers{Operations: s.Values}
	j = j.With(s)
	with := *j
	with.Schema = j.Convert(s.Values)
	r, err := with.Resolve(l, nil)
	missing := r.Missing()
	names := slices.DeleteFunc(with.Schema.Names(), func(n Name) bool { return !r.concerns(n) })
	var rows []Row
	for _, n := range append(names, r.undeclared(missing)...) {
		_, lacks := slices.BinarySearchFunc(missing, n, compareNames)
		rows = append(rows, r.row(n, lacks))
	}
	for _, n := range s.Values.Names() {
		if !r.concerns(n) {
			rows = append(rows, j.stale(n, s.Values))
		}
	}
	return rows, err
}

// undeclared gives the names that are used, have a value or are missing and that nothing
// declares, sorted. What an asset uses of a shared declaration is shown as that.
func (r *Resolution) undeclared(missing []Name) []Name {
	names := append(r.job.names(r.resolver.layers, r.assets), missing...)
	slices.SortFunc(names, compareNames)
	return slices.DeleteFunc(slices.Compact(names), func(n Name) bool { return r.resolver.resolve(n).Declared })
}

// row gives a name as people see it.
func (r *Resolution) row(n Name, missing bool) Row {
	row := Row{Value: r.resolver.resolve(n), Missing: missing}
	if !row.Declared && row.Set() {
		row.Status = StatusUndeclared
	}
	return masked(row)
}

// stale gives a stored value of an asset that the job does not select.
func (j *Job) stale(n Name, stored Values) Row {
	value, _ := stored.Get(n)
	d, _ := j.Schema.Of(n) // may be a secret
	return masked(Row{Value: Value{Name: n, Value: value, From: Candidate{Operations, n, value}, Decl: d}, Status: StatusStale})
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
