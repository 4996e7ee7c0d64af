package params

import (
	"fmt"
	"slices"
)

// Resolution is what every name of a job stands for in one run.
type Resolution struct {
	// Shared has the shared parameters, and Assets what each asset of the run sees: every
	// shared parameter and its own.
	Shared map[string]Value
	Assets map[string]map[string]Value

	job      *Job
	assets   []string
	resolver *resolver
}

// Resolve gives what the names stand for in a run of assets, nil for all of the job. The
// error is [Problems]: values that are templates over each other or do not fit their
// types. What could be resolved is given beside it; that required parameters have no value
// is no error here, see [Resolution.Missing].
func (j *Job) Resolve(l Layers, assets []string) (*Resolution, error) {
	if assets == nil {
		assets = j.Assets
	}
	r := &Resolution{Shared: map[string]Value{}, Assets: map[string]map[string]Value{}, job: j, assets: assets}
	r.resolver = newResolver(j, l, assets)
	of := map[string][]Name{}
	for _, n := range j.names(l, assets) {
		of[n.Asset] = append(of[n.Asset], n)
	}
	for _, n := range of[""] {
		r.Shared[n.Param] = r.resolver.resolve(n)
	}
	for _, asset := range assets {
		r.Assets[asset] = map[string]Value{}
		for _, n := range slices.Concat(of[""], of[asset]) {
			r.Assets[asset][n.Param] = r.resolver.resolve(Name{asset, n.Param})
		}
	}
	return r, slices.Clone(r.resolver.problems).err()
}

// names gives every name that is declared, used or has a value and is shared or of some
// assets, sorted.
func (j *Job) names(l Layers, assets []string) []Name {
	of := setOf(assets)
	var names []Name
	for _, e := range j.Schema {
		if of[e.Name.Asset] {
			names = append(names, e.Name)
		}
	}
	for asset := range of {
		for _, param := range j.Uses[asset] {
			names = append(names, Name{asset, param})
		}
		for _, values := range j.layers(l) {
			names = values.appendNames(names, asset)
		}
	}
	slices.SortFunc(names, compareNames)
	return slices.Compact(names)
}

// Missing gives the parameters without a value for which a run is refused, sorted: the
// required ones, and those that the config of an asset needs and nothing declares.
func (r *Resolution) Missing() []Name {
	missing := r.required()
	for _, asset := range r.assets {
		for _, n := range r.job.Needs[asset] {
			if v := r.resolver.resolve(n); !v.Set() && !v.Declared {
				missing = append(missing, n)
			}
		}
	}
	slices.SortFunc(missing, compareNames)
	return slices.Compact(missing)
}

// required gives the required parameters without a value, sorted. A shared one is missing
// only where an asset that uses it has no value of its own.
func (r *Resolution) required() []Name {
	var missing []Name
	for _, e := range r.job.Schema {
		if e.Decl.Required && r.concerns(e.Name) && r.lacks(e.Name) {
			missing = append(missing, e.Name)
		}
	}
	slices.SortFunc(missing, compareNames)
	return missing
}

// concerns reports whether a name is shared or of an asset of the run.
func (r *Resolution) concerns(n Name) bool {
	_, ok := r.Assets[n.Asset]
	return ok || n.Shared()
}

func (r *Resolution) lacks(n Name) bool {
	if !n.Shared() {
		return !r.Assets[n.Asset][n.Param].Set()
	}
	if r.Shared[n.Param].Set() {
		return false
	}
	users := r.users(n.Param)
	return len(r.assets) == 0 || slices.ContainsFunc(users, func(asset string) bool { return !r.Assets[asset][n.Param].Set() })
}

// users gives the assets of the run that use a parameter: those whose config does, or all
// where no config of the job does.
func (r *Resolution) users(param string) []string {
	used := slices.ContainsFunc(r.job.Assets, func(asset string) bool { return slices.Contains(r.job.Uses[asset], param) })
	if !used {
		return r.assets
	}
	return slices.DeleteFunc(slices.Clone(r.assets), func(asset string) bool {
		return !slices.Contains(r.job.Uses[asset], param)
	})
}

// required gives the required parameters that have no value before a launch.
func (j *Job) required(l Layers) []Name {
	r, _ := j.Resolve(l, nil) // that a template has a cycle is found where it is checked
	return r.required()
}

// Ready finds why a run cannot be launched: everything that Resolve finds, what
// [Resolution.Missing] gives, and empty texts that only a file fills in. The error is
// [Problems] with all of them.
func (r *Resolution) Ready() error {
	problems := slices.Clone(r.resolver.problems)
	for _, n := range r.Missing() {
		problems = append(problems, missingProblem(n))
	}
	for _, n := range r.job.Fillable {
		if v, ok := r.Assets[n.Asset][n.Param]; ok && v.Set() && v.Value == "" {
			problems = append(problems, Problem{Kind: Unfilled, Subject: n.String(), Name: n, Message: fmt.Sprintf("`%s` is empty: a file sensor fills it in, and none did.", n), Help: "Give it a value at launch."})
		}
	}
	return problems.err()
}
