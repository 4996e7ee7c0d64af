package dispatch

import (
	"encoding/json"
	"errors"
	"strings"

	"auto/compiler"
	"auto/compiler/files"
	"auto/runtime/values"
)

// profile is how launches are launched, as far as those of one run have to agree on it.
type profile struct {
	number  int
	job     string
	clauses *compiler.Clauses
	tags    []files.Entry
}

// profiles are the profiles of the policies of one tick; policies with equal ones share
// theirs.
type profiles struct {
	Input
	of    map[[2]string]*profile // by policy and job
	equal map[string]*profile    // by text
	jobs  map[string]string      // by asset, nil until one is asked for
}

// find gives the profile of a policy for an asset.
func (p *profiles) find(policy, asset string) (*profile, error) {
	in, ok := p.Policies[policy]
	if !ok {
		return nil, errors.New("there is no such policy")
	}
	job := in.Job
	if job == "" {
		job = p.jobOf(asset)
	}
	at := [2]string{policy, job}
	if known := p.of[at]; known != nil {
		return known, nil
	}
	made := &profile{number: len(p.equal), job: job, clauses: &in.Clauses, tags: in.TagsIn(p.Sensor)}
	text, err := p.text(made, policy)
	if err != nil {
		return nil, err
	}
	if same := p.equal[text]; same != nil {
		made = same
	} else {
		p.equal[text] = made
	}
	p.of[at] = made
	return made, nil
}

// jobOf gives the job whose parameters an asset sees where its policy has none; "" where
// there is no such job, or several, for which the launch is refused.
func (p *profiles) jobOf(asset string) string {
	if p.jobs == nil {
		p.jobs = p.Params.JobsOfAssets()
	}
	return p.jobs[asset]
}

// text gives a text that equal profiles share. The partition, which a run has only one of,
// is left open. Config is no part of it: it is of one asset, and goes where that goes.
func (p *profiles) text(of *profile, policy string) (string, error) {
	f := p.fields(policy, "\x00")
	text, err := json.Marshal([]any{
		of.job, tagsOf(f, of.tags), paramsOf(f, of.clauses.Params), of.clauses.Priority, of.clauses.Group, of.clauses.MaxPerRun,
	})
	return string(text), err
}

// fields gives the fields of a policy's values (stdlib.PolicyFields).
func (in *Input) fields(policy, partition string) values.Fields {
	return func(name string) (any, bool) {
		switch name {
		case "policy":
			return policy, true
		case "partition":
			return partition, true
		case "tick":
			return in.At, true
		}
		if env, ok := strings.CutPrefix(name, "env."); ok {
			value, ok := in.Env[env]
			return value, ok
		}
		return nil, false
	}
}

func tagsOf(f values.Fields, entries []files.Entry) map[string]string {
	tags := map[string]string{}
	f.PutTags(tags, entries)
	return tags
}

// paramsOf gives params, nil for none.
func paramsOf(f values.Fields, entries []files.Entry) map[string]any {
	if len(entries) == 0 {
		return nil
	}
	params := map[string]any{}
	f.Put(params, entries)
	return params
}
