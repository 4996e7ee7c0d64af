package params

import (
	"maps"
	"strings"

	"auto/runtime/request"
	"auto/runtime/values"
	"auto/vm/graph"
)

// InForce are the jobs of a project with what is stored of them: all that decides which
// parameters a run is told. It is never changed.
type InForce struct {
	Jobs []*Job
	// Stored are the edits, by job; a job without one has none.
	Stored map[string]Stored
}

// Job gives a job with the declarations that edits added, and false where there is none.
func (f InForce) Job(name string) (*Job, bool) {
	j, ok := Find(f.Jobs, name)
	if !ok {
		return nil, false
	}
	return j.With(f.Stored[name]), true
}

// Of gives the job whose parameters a run of assets takes: the one that is named, or else
// the one that selects them all; nil for none, as for a run of checks alone. The error is a
// [Problem].
func (f InForce) Of(name string, assets []string) (*Job, error) {
	if name == "" && len(assets) == 0 {
		return nil, nil
	}
	if name == "" {
		return ForRun(f.Jobs, assets)
	}
	j, _ := Find(f.Jobs, name)
	return j, nil
}

// JobsOfAssets gives for each asset that only one job selects that job, if it has
// parameters: what Of gives for a run of the asset alone.
func (f InForce) JobsOfAssets() map[string]string {
	selected, jobs := map[string]int{}, map[string]string{}
	for _, j := range f.Jobs {
		has := j.HasParams()
		for _, asset := range j.Assets {
			selected[asset]++
			if has {
				jobs[asset] = j.Name
			}
		}
	}
	maps.DeleteFunc(jobs, func(asset, _ string) bool { return selected[asset] > 1 })
	return jobs
}

// Tell writes what a run is told into its request, whose job, selection and params are
// there: the run config with the config of its assets, those that the launch gives, and the
// parameters of its job. Params are the layer Trigger where a files block decided, and
// Launch otherwise. A request that cannot be launched is refused, with all the reasons.
func (f InForce) Tell(r *request.Request, asset func(key string) (*graph.Asset, bool), config map[string]map[string]any) {
	r.RunConfig, r.Refused = values.RunConfig(r.Selection, asset, config), nil
	job, err := f.Of(r.Job, r.Selection)
	if err == nil && job == nil {
		return
	}
	var told map[string]any
	if err == nil {
		told, err = f.launch(job, r, Run{Selection: r.Selection, Asset: asset, Config: config})
	}
	if err != nil {
		r.Refused = &request.Refused{Reason: reason(err), Config: config}
		return
	}
	r.RunConfig = told
}

// reason says all that is wrong, one sentence after the other; what to do about several
// problems stands once, behind them.
func reason(err error) string {
	var problems Problems
	if !problems.add(err) || len(problems) == 0 {
		return err.Error()
	}
	var b strings.Builder
	for i, p := range problems {
		b.WriteString(p.Message + " ")
		if i+1 == len(problems) || problems[i+1].Help != p.Help {
			b.WriteString(p.Help + " ")
		}
	}
	return strings.TrimSpace(b.String())
}

// launch gives the run config of a run of a job. The error is [Problems].
func (f InForce) launch(j *Job, r *request.Request, run Run) (map[string]any, error) {
	s := f.Stored[j.Name]
	j = j.With(s)
	edit, err := j.Split(r.Params)
	if err != nil {
		return nil, err
	}
	l := Layers{Operations: s.Values, Launch: edit.Set}
	if r.Block != "" {
		l.Launch, l.Trigger = Values{}, edit.Set
	}
	return j.Launch(l, run)
}
