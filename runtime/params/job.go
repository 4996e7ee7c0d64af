package params

import (
	"fmt"
	"slices"
	"strings"

	"auto/internal/spell"
)

// Job is a job with its parameters, as its file and the assets' files have them.
type Job struct {
	Name string
	// Assets are the keys that it selects, in the order in which they are shown.
	Assets []string
	// Known are the keys of all assets of the project; nil where only the selected ones
	// are known.
	Known []string
	// Uses are the parameters that the config of each selected asset uses, in order; nil
	// where no config tells, as when the code of the assets reads them.
	Uses map[string][]string
	// Needs are the parameters that the config of each selected asset cannot be filled in
	// without, declared or not, see [Needs].
	Needs map[string][]Name `json:",omitempty"`
	// Schema is what the job declares, and Values the values of its file.
	Schema Schema
	Values Values
	// Strict: no name has a value that is not declared.
	Strict bool
	// Fillable are names for which an empty text only says that a file sensor fills them
	// in: a run where none did is refused.
	Fillable []Name
	// Unread are parameters with a declaration that cannot be read, which is told where it
	// stands: that they are not declared is not told, too.
	Unread []string `json:",omitempty"`
}

// HasParams reports whether the job has anything to do with parameters.
func (j *Job) HasParams() bool {
	return len(j.Schema) > 0 || !j.Values.Empty() || slices.ContainsFunc(j.Assets, func(a string) bool { return len(j.Uses[a]) > 0 })
}

// ParseName reads `asset.param` or `param`, where the asset is one that the job selects. The
// error is a [Problem].
func (j *Job) ParseName(text string) (Name, error) {
	n, err := ParseName(text)
	if err == nil {
		err = j.checkAsset(n)
	}
	if err != nil {
		return Name{}, err
	}
	return n, nil
}

// Selects finds an asset that the job does not select. The error is a [Problem].
func (j *Job) Selects(asset string) error {
	return j.selects(asset, "Write the key of an asset that the job selects.")
}

// checkAsset finds a name of an asset that the job does not select.
func (j *Job) checkAsset(n Name) error {
	if n.Shared() {
		return nil
	}
	err := j.selects(n.Asset, "Write `asset.param` with an asset of the job, or `param` for a shared parameter.")
	if p, wrong := err.(Problem); wrong {
		p.Name = n
		return p
	}
	return err
}

// selects finds an asset that the job does not select; help says what to write instead of
// one that is like none.
func (j *Job) selects(asset, help string) error {
	switch {
	case slices.Contains(j.Assets, asset):
		return nil
	case slices.Contains(j.Known, asset):
		return Problem{Kind: NotSelected, Subject: asset, Message: fmt.Sprintf("The job `%s` does not select the asset `%s`.", j.Name, asset), Help: "Add it to the selection of the job, or write an asset that is in it."}
	}
	if near, ok := spell.Nearest(asset, j.Assets); ok {
		help = "Did you mean `" + near + "`?"
	}
	return Problem{Kind: UnknownAsset, Subject: asset, Message: "No asset is called `" + asset + "`.", Help: help}
}

// Declared finds a name that a strict job does not declare, itself or shared. The error is
// a [Problem].
func (j *Job) Declared(n Name) error {
	if !j.Strict || slices.Contains(j.Unread, n.Param) {
		return nil
	}
	if _, ok := j.Schema.Of(n); ok {
		return nil
	}
	return Problem{Kind: Undeclared, Subject: n.String(), Name: n, Message: fmt.Sprintf("The job `%s` is strict and does not declare `%s`.", j.Name, n), Help: j.declaredHelp(n)}
}

// declaredHelp says what may be meant by a name that is not declared: the same parameter of
// an asset or of all, one of an asset whose key is written alone, or one spelled like it.
func (j *Job) declaredHelp(n Name) string {
	var known, same []string
	for _, e := range j.Schema {
		known = append(known, e.Name.String())
		if e.Name.Param == n.Param || e.Name.Asset == n.String() {
			same = append(same, e.Name.String())
		}
	}
	if near, ok := spell.Nearest(n.String(), known); ok && len(same) == 0 {
		same = []string{near}
	}
	if len(same) == 0 {
		return fmt.Sprintf("Declare `%s` in `params_schema`.", n)
	}
	return "Did you mean `" + strings.Join(same[:min(len(same), 3)], "` or `") + "`?"
}

// Accept gives a value for a name as its declaration has it, and any value where there is
// no declaration. The error is a [Problem].
func (j *Job) Accept(n Name, value any) (any, error) {
	d, ok := j.Schema.Of(n)
	return acceptAs(d, ok, n, value)
}

// Acceptor gives Accept for many names, by the declarations that there are now.
func (j *Job) Acceptor() func(n Name, value any) (any, error) {
	decls := j.Schema.decls(j.Assets)
	return func(n Name, value any) (any, error) {
		d, ok := decls.of(n)
		return acceptAs(d, ok, n, value)
	}
}

func acceptAs(d Decl, declared bool, n Name, value any) (any, error) {
	if declared {
		accepted, err := d.Accept(value)
		return accepted, About(n, err)
	}
	if r, ok := ReferenceOf(value); ok {
		return r.Value(), nil // in the one form that runs are told
	}
	return Plain(value), nil
}

// About puts a name into the [Problem] of a declaration or value, which has none.
func About(n Name, err error) error {
	p, ok := err.(Problem)
	if !ok {
		return err
	}
	p.Name, p.Subject = n, n.String()
	p.Message = "`" + n.String() + "`: " + p.Message
	return p
}

// Discover gives what the assets of the job use: `asset.param` always, whatever else is
// selected, in the order of the assets.
func (j *Job) Discover() []Name {
	var names []Name
	for _, asset := range j.Assets {
		for _, param := range j.Uses[asset] {
			names = append(names, Name{asset, param})
		}
	}
	return names
}

// Find gives the job of a name, and false where there is none.
func Find(jobs []*Job, name string) (*Job, bool) {
	i := slices.IndexFunc(jobs, func(j *Job) bool { return j.Name == name })
	if i < 0 {
		return nil, false
	}
	return jobs[i], true
}

// ForRun gives the job whose parameters a run of assets takes that names no job: the one
// that selects them all. It is nil where none does. Where several do and any of them has
// parameters, the error is a [Problem].
func ForRun(jobs []*Job, assets []string) (*Job, error) {
	var fit []*Job
	of := setOf(assets)
	for _, j := range jobs {
		missing := len(of) - 1 // that of what is shared is no asset
		for _, asset := range j.Assets {
			if of[asset] {
				missing--
			}
		}
		if missing == 0 {
			fit = append(fit, j)
		}
	}
	switch {
	case len(fit) == 1:
		return fit[0], nil
	case !slices.ContainsFunc(fit, (*Job).HasParams):
		return nil, nil
	}
	var names []string
	for _, j := range fit {
		names = append(names, j.Name)
	}
	slices.Sort(names)
	return nil, Problem{Kind: Ambiguous, Subject: strings.Join(names, ","), Message: "Several jobs select the assets of the run, each with its parameters: `" + strings.Join(names, "`, `") + "`.", Help: "Name one, such as `job " + names[0] + "`."}
}
