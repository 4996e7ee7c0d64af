package parameters

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"auto/compiler/files"
	"auto/runtime/control"
	"auto/runtime/params"
	"auto/runtime/project"
	"auto/runtime/request"
	"auto/runtime/rules"
)

// Preview implements control.Params. The request has no ID: nothing is decided.
func (s *Service) Preview(ctx context.Context, job string, assets []string, fileKey string) (request.Request, error) {
	j, err := s.job(job)
	if err != nil {
		return request.Request{}, err
	}
	force, err := s.InForce(ctx)
	if err != nil {
		return request.Request{}, err
	}
	if fileKey != "" {
		return s.ofFile(force, job, fileKey)
	}
	if assets, err = selected(j, assets); err != nil {
		return request.Request{}, err
	}
	r := request.Request{Job: job, Selection: assets, DecidedAt: s.Now().UTC()}
	force.Tell(&r, s.asset, nil)
	return r, nil
}

// selected gives the assets of a run, each once: all of the job where there are none. The
// error is params.Problems.
func selected(j *params.Job, assets []string) ([]string, error) {
	if len(assets) == 0 {
		return j.Assets, nil
	}
	var problems params.Problems
	var once []string
	for _, key := range assets {
		if slices.Contains(once, key) {
			continue
		}
		once = append(once, key)
		var wrong params.Problem
		if err := j.Selects(key); errors.As(err, &wrong) {
			problems = append(problems, wrong)
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return once, nil
}

// ofFile gives the request of the first files block of a job that makes a run of a key.
func (s *Service) ofFile(force params.InForce, job, key string) (request.Request, error) {
	p, none := s.Project(), &control.NoMatch{Job: job, Key: key}
	for _, program := range p.Policies.Files {
		if program.Job != job {
			continue
		}
		d := Decider(p, program)
		d.Params = force
		decided := d.Decide(s.tried(program, key))
		if decided.Kind == rules.Requested {
			return decided.Request, nil
		}
		none.Blocks = append(none.Blocks, describe(program.Name, decided))
	}
	return request.Request{}, none
}

// tried is a file of which only the key is known.
func (s *Service) tried(program *files.Program, key string) rules.Input {
	file := request.File{Bucket: program.Source.Bucket, Key: key, Size: 1}
	return rules.Input{File: file, Tick: s.Now(), Known: func(field string) bool { return field == "bucket" && file.Bucket != "" }}
}

// describe says what a block makes of a file that it launches nothing for.
func describe(block string, d rules.Decision) string {
	text := fmt.Sprintf("%s: %s", block, d.Reason)
	if d.Kind == rules.Quarantined {
		text = block + ": it would be moved to " + d.Request.MoveTo + "."
	}
	var tried []string
	for _, t := range d.Tried {
		tried = append(tried, t.Rule+": "+t.Why)
	}
	if len(tried) > 0 {
		text += " Tried " + strings.Join(tried, "; ") + "."
	}
	return text
}

// Decider gives what decides about the files of a program, with the parameters of job files
// alone.
func Decider(p *project.Project, program *files.Program) *rules.Decider {
	getenv := func(name string) (string, bool) { value, ok := p.Env[name]; return value, ok }
	return &rules.Decider{Program: program, Graph: p.Graph, Getenv: getenv, Params: params.InForce{Jobs: p.Params}}
}
