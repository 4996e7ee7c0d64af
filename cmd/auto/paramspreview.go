package main

import (
	"encoding/json"
	"errors"

	"auto/runtime/control"
	"auto/runtime/request"
)

type paramsPreviewCommand struct {
	projectFlag
	Job    string   `arg:"" help:"The job."`
	Assets []string `arg:"" optional:"" name:"asset" help:"The assets of the run; all of the job by default."`
	Key    string   `help:"The key of a file: the run that the job's files blocks would make of it. Its rules choose the assets."`
}

// Run shows what a run would be told, as JSON. A run that would be refused is a failure.
func (c paramsPreviewCommand) Run(s system) error {
	if c.Key != "" && len(c.Assets) > 0 {
		return errors.New("the rules choose the assets of a file's run; write assets, or `--key`, and not both")
	}
	return c.params(s, false, func(from control.Params) error {
		r, err := from.Preview(s.ctx, c.Job, c.Assets, c.Key)
		if err != nil {
			return err
		}
		out := json.NewEncoder(s.stdout)
		out.SetIndent("", "  ")
		out.SetEscapeHTML(false)
		if err := out.Encode(previewOf(r)); err != nil || r.Refused == nil {
			return err
		}
		return errors.New("the run would be refused: " + r.Refused.Reason)
	})
}

// preview is what of a request is known before there is one.
type preview struct {
	Job       string            `json:"job"`
	Block     string            `json:"block,omitempty"`
	Rules     []string          `json:"rules,omitempty"`
	Selection []string          `json:"selection"`
	Partition string            `json:"partition,omitempty"`
	Tags      map[string]string `json:"tags,omitempty"`
	Params    map[string]any    `json:"params,omitempty"`
	// RunConfig is left out where the run would be refused: it would be told nothing.
	RunConfig map[string]any `json:"run_config,omitempty"`
	Refused   string         `json:"refused,omitempty"`
}

func previewOf(r request.Request) preview {
	p := preview{Job: r.Job, Block: r.Block, Rules: r.Rules, Selection: r.Selection, Partition: r.Partition, Tags: r.Tags, Params: r.Params, RunConfig: r.RunConfig}
	if r.Refused != nil {
		p.RunConfig, p.Refused = nil, r.Refused.Reason
	}
	return p
}
