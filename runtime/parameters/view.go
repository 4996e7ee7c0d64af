package parameters

import (
	"auto/runtime/params"
)

// JobForm is a job as commands and the API show it.
type JobForm struct {
	Name   string   `json:"name"`
	Assets []string `json:"assets"`
	Strict bool     `json:"strict,omitempty"`
	// Version counts the edits.
	Version int64 `json:"version"`
	// Schema has the declarations by the name that people write, in short form.
	Schema map[string]string `json:"params_schema"`
	// Missing are the parameters without a value for which a run would be refused.
	Missing []string `json:"missing,omitempty"`
}

// FormOf gives a job as people see it.
func FormOf(j *params.Job, s params.Stored) JobForm {
	f := JobForm{Name: j.Name, Assets: append([]string{}, j.Assets...), Strict: j.Strict, Version: s.Version, Schema: j.With(s).Schema.Shorthand()}
	for _, p := range Describe(j, s) {
		if p.Missing {
			f.Missing = append(f.Missing, p.Name)
		}
	}
	return f
}

// Parameter is a parameter as commands and the API show it.
type Parameter struct {
	// Name is `asset.param`, or `param` where it is shared.
	Name string `json:"name"`
	// Type is the declaration in short form, "" where there is none.
	Type        string `json:"type,omitempty"`
	Description string `json:"description,omitempty"`
	// Set tells whether it has a value; that of a secret is left out.
	Set    bool `json:"set"`
	Value  any  `json:"value,omitempty"`
	Secret bool `json:"secret,omitempty"`
	// Layer is where the value comes from, such as `yaml/asset`; `missing` for one
	// without that a run needs, `unset` for another.
	Layer   string `json:"layer"`
	Missing bool   `json:"missing,omitempty"`
	// Overrides are the values that lost, the next one first.
	Overrides []Given `json:"overrides,omitempty"`
	// Status is `undeclared` or `stale_asset` where something is odd.
	Status params.Status `json:"status,omitempty"`
}

// Given is a value that a layer gives.
type Given struct {
	Layer string `json:"layer"`
	Value any    `json:"value,omitempty"`
}

// Describe gives the parameters of a job as people see them, see [params.Job.View]. That
// values are templates over each other is told where the job is checked.
func Describe(j *params.Job, s params.Stored) []Parameter {
	rows, _ := j.View(s)
	out := make([]Parameter, len(rows))
	for i, r := range rows {
		out[i] = shown(r)
	}
	return out
}

// OfAsset gives what an asset of a job uses, as it sees it, in the order of [params.Job.Matrix].
func OfAsset(j *params.Job, s params.Stored, asset string) []Parameter {
	lines, _ := j.Matrix(s)
	var out []Parameter
	for _, l := range lines {
		for _, c := range l.Assets {
			if c.Name.Asset == asset && c.Used {
				out = append(out, shown(c.Row))
			}
		}
	}
	return out
}

// Explain gives one parameter in one place, with all that is given for it, and false where
// the job has nothing to do with it, as a strict one with what it does not declare.
func Explain(j *params.Job, s params.Stored, n params.Name) (Parameter, bool) {
	lines, _ := j.Matrix(s) // what is wrong beside is not asked
	for _, l := range lines {
		for _, c := range append(l.Assets, l.Shared) {
			if c.Name == n {
				return shown(c.Row), c.Set() || j.With(s).Declared(n) == nil
			}
		}
	}
	rows, _ := j.View(s)
	for _, r := range rows {
		if r.Name == n {
			return shown(r), true
		}
	}
	return Parameter{}, false
}

// shown gives a row.
func shown(r params.Row) Parameter {
	p := Parameter{Name: r.Name.String(), Description: r.Decl.Description, Set: r.Set(), Value: r.Value.Value, Secret: r.Masked,
		Layer: r.Origin(), Missing: r.Missing, Status: r.Status}
	if r.Declared {
		p.Type = r.Decl.String()
	}
	for _, c := range r.Overrides {
		p.Overrides = append(p.Overrides, Given{c.String(), c.Value})
	}
	return p
}
