package web

import (
	"context"
	"encoding/json"
	"fmt"
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
	Tags      map[string]any
	Params    map[string]any
	Config    any
	// Problems are why the run would be refused, nil for a run that would be launched.
	Problems []problem
}

// preview shows what a run of a job would be told.
func (p *Page) preview(w http.ResponseWriter, r *http.Request, s session) error {
	j, _, err := p.job(r)
	if err != nil {
		return err
	}
	chosen := r.URL.Query()["asset"]
	var data previewPage
	for _, asset := range j.Assets {
		data.Assets = append(data.Assets, choice{asset, len(chosen) == 0 || slices.Contains(chosen, asset)})
	}
	if data.Result, err = p.requested(r.Context(), j.Name, chosen, ""); err != nil {
		return err
	}
	p.show(w, http.StatusOK, "preview", page{Title: "What a run of " + j.Name + " is told", Session: s, Job: j.Name, Tab: "preview", Data: data})
	return nil
}

// requested gives what a run would be told.
func (p *Page) requested(ctx context.Context, job string, assets []string, key string) (result, error) {
	asked, err := p.Params.Preview(ctx, job, assets, key)
	if err == nil {
		return p.resultOf(asked)
	}
	if !isProblem(err) {
		return result{}, err
	}
	out := result{Job: job, Selection: assets}
	var all params.Problems
	collect(&all, err)
	for _, one := range all {
		out.Problems = append(out.Problems, problem{one.Name.String(), one.Message, one.Help})
	}
	return out, nil
}

// resultOf gives a request for people, with no secret in it.
func (p *Page) resultOf(asked request.Request) (result, error) {
	text, err := json.Marshal(map[string]any{"tags": asked.Tags, "params": asked.Params, "run_config": asked.RunConfig})
	if err != nil {
		return result{}, fmt.Errorf("the request cannot be shown: %w", err)
	}
	var plain struct {
		Tags   map[string]any
		Params map[string]any
		Config any `json:"run_config"`
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&plain); err != nil {
		return result{}, fmt.Errorf("the request cannot be shown: %w", err)
	}
	tags, _ := p.concealAll(plain.Tags).(map[string]any)
	given, _ := p.concealAll(plain.Params).(map[string]any)
	return result{
		Job: asked.Job, Selection: asked.Selection, Partition: p.conceal(asked.Partition), RunKey: p.conceal(asked.RunKey),
		Tags: tags, Params: given, Config: p.concealAll(plain.Config),
	}, nil
}
