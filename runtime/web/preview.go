package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"auto/runtime/params"
	"auto/runtime/request"
)

// previewPage is what a run would be told.
type previewPage struct {
	Assets []choice
	Result result
}

// choice is an asset that is chosen or not.
type choice struct {
	Name string
	On   bool
}

// result is a request, or why there is none.
type result struct {
	Job       string
	Selection []string
	Partition string
	RunKey    string
	Tags      map[string]string
	Params    map[string]any
	Config    map[string]any
	// Problems are why the run would be refused, nil for a run that would be launched.
	Problems []problem
}

// preview shows what a run of a job would be told.
func (p *Page) preview(w http.ResponseWriter, r *http.Request, s session) error {
	j, stored, err := p.job(r)
	if err != nil {
		return err
	}
	chosen := r.URL.Query()["asset"]
	var data previewPage
	for _, asset := range j.Assets {
		data.Assets = append(data.Assets, choice{asset, len(chosen) == 0 || slices.Contains(chosen, asset)})
	}
	if data.Result, err = p.requested(r.Context(), j.With(stored), stored, chosen); err != nil {
		return err
	}
	p.show(w, http.StatusOK, "preview", page{Title: "What a run of " + j.Name + " is told", Session: s, Job: j.Name, Tab: "preview", Data: data})
	return nil
}

// requested gives what a run of assets of a job would be told.
func (p *Page) requested(ctx context.Context, j *params.Job, s params.Stored, assets []string) (result, error) {
	asked, err := p.Params.Preview(ctx, j.Name, assets, "")
	var all params.Problems
	if collect(&all, err); len(all) > 0 {
		return result{Job: j.Name, Selection: assets, Problems: problemsOf(j.Name, all)}, nil
	}
	if err != nil {
		return result{}, err
	}
	out := resultOf(asked)
	if out.Problems == nil {
		return out, nil
	}
	resolved, _ := j.Resolve(params.Layers{Operations: s.Values}, assets) // Ready has the problems
	if collect(&all, resolved.Ready()); len(all) > 0 {
		out.Problems = problemsOf(j.Name, all) // one by one, each with its field
	}
	return out, nil
}

// resultOf gives a request for people.
func resultOf(asked request.Request) result {
	out := result{
		Job: asked.Job, Selection: asked.Selection, Partition: asked.Partition, RunKey: asked.RunKey,
		Tags: asked.Tags, Params: asked.Params, Config: asked.RunConfig,
	}
	if asked.Refused != nil {
		out.Problems = []problem{{Message: asked.Refused.Reason}}
	}
	return out
}

// problemsOf gives problems of a job for people.
func problemsOf(job string, all params.Problems) []problem {
	var out []problem
	for _, one := range all {
		at := namedOf(job, one.Name)
		out = append(out, problem{at, strings.TrimPrefix(one.Message, "`"+at.Field+"`: "), one.Help})
	}
	return out
}
