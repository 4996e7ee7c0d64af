package project

import (
	"path"
	"slices"
	"strings"

	"auto/compiler/files"
	"auto/runtime/paramdoc"
	"auto/runtime/params"
	"auto/vm/graph"
)

// jobDraft is what a job file says about the parameters of a job.
type jobDraft struct {
	*paramdoc.Draft
	file string
}

// params gives the jobs with their parameters, once it is known what they select.
func (a *assets) params(g *graph.Graph) []*params.Job {
	var jobs []*params.Job
	known, uses, needs, seen := g.Keys(), usesOf(g), needsOf(g), map[string]bool{}
	for _, d := range a.drafts {
		if !seen[d.Name] {
			selected := g.Selected(d.Name)
			j := d.Job(selected, known, among(uses, selected))
			j.Needs = among(needs, selected)
			jobs = append(jobs, j)
		}
		seen[d.Name] = true
	}
	return jobs
}

// usesOf gives the parameters that the config of each asset uses that uses any.
func usesOf(g *graph.Graph) map[string][]string {
	uses := map[string][]string{}
	for _, key := range g.Keys() {
		asset, _ := g.Asset(key)
		if used := params.Uses(asset.Config); len(used) > 0 {
			uses[key] = used
		}
	}
	return uses
}

// needsOf gives the parameters that the config of each asset needs that needs any.
func needsOf(g *graph.Graph) map[string][]params.Name {
	needs := map[string][]params.Name{}
	for _, key := range g.Keys() {
		asset, _ := g.Asset(key)
		if needed := params.Needs(key, asset.Config); len(needed) > 0 {
			needs[key] = needed
		}
	}
	return needs
}

// among gives what is about some keys, nil where nothing is: the code of the assets reads
// their parameters then, and nothing tells which.
func among[V any](of map[string]V, keys []string) map[string]V {
	var some map[string]V
	for _, key := range keys {
		if about, ok := of[key]; ok {
			if some == nil {
				some = map[string]V{}
			}
			some[key] = about
		}
	}
	return some
}

// jobFiles gives the file of each job, below the project's folder.
func (a *assets) jobFiles(dir string) map[string]string {
	of, prefix := map[string]string{}, path.Clean(dir)+"/"
	for _, d := range a.drafts {
		if _, twice := of[d.Name]; !twice {
			of[d.Name] = strings.TrimPrefix(d.file, prefix)
		}
	}
	return of
}

// jobsNamed gives the files that name each job.
func (a *assets) jobsNamed(dir string) map[string][]string {
	of, prefix := map[string][]string{}, path.Clean(dir)+"/"
	for name, files := range a.named {
		for _, file := range files {
			of[name] = append(of[name], strings.TrimPrefix(file, prefix))
		}
	}
	return of
}

// fillable notes for which parameters the files that arrive give values: an empty text in
// a job's file only stands for one.
func (p *Project) fillable() {
	for _, program := range p.Policies.Files {
		for _, j := range p.Params {
			if program.Job == j.Name {
				fill(j, program.Config, program.Params)
				for _, r := range program.Rules {
					fill(j, r.Config, r.Params)
				}
			}
		}
	}
}

func fill(j *params.Job, configs []files.Config, entries []files.Entry) {
	var names []params.Name
	for _, c := range configs {
		for _, e := range c.Entries {
			names = append(names, params.Name{Asset: c.Asset, Param: e.Key})
		}
	}
	for _, e := range entries {
		if n, err := j.ParseName(e.Key); err == nil && !n.Shared() {
			names = append(names, n)
		}
	}
	for _, n := range names {
		if !slices.Contains(j.Fillable, n) {
			j.Fillable = append(j.Fillable, n)
		}
	}
}

// Job gives a job with its parameters, and false where there is none.
func (p *Project) Job(name string) (*params.Job, bool) { return params.Find(p.Params, name) }
