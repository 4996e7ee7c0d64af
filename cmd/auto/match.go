package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"auto/lang/diag"
	"auto/runtime/parameters"
	"auto/runtime/params"
	"auto/runtime/project"
	"auto/runtime/request"
	"auto/runtime/rules"
	"auto/runtime/store/sqlite"
)

type matchCommand struct {
	Policy       string   `arg:"" help:"A policy file, or a project."`
	Keys         []string `arg:"" name:"key" help:"The keys of files, whole: with the prefix, without the bucket."`
	Block        string   `help:"Only this files block."`
	ETag         string   `name:"etag" help:"The etag, for templates that use it."`
	Size         *int64   `help:"The size in bytes."`
	LastModified string   `help:"The time of change, RFC 3339."`
	JSON         bool     `name:"json" help:"One JSON object a line."`
}

// Run shows for each key what each files block makes of it.
func (c matchCommand) Run(s system) error {
	modified := time.Time{}
	if c.LastModified != "" {
		var err error
		if modified, err = time.Parse(time.RFC3339, c.LastModified); err != nil {
			return fmt.Errorf("`--last-modified %s` is no time; write such as 2026-01-02T03:04:05Z", c.LastModified)
		}
	}
	deciders, err := c.deciders(s)
	if err != nil {
		return err
	}
	for i, key := range c.Keys {
		if err := c.key(s, deciders, key, modified, i > 0); err != nil {
			return err
		}
	}
	return nil
}

// deciders gives what decides for each files block that the policy has.
func (c matchCommand) deciders(s system) ([]*rules.Decider, error) {
	p, found, err := loadPolicies(s, c.Policy)
	if err != nil {
		return nil, err
	}
	if found.HasErrors() {
		return nil, findingList(found)
	}
	stored, err := edits(s, p)
	if err != nil {
		return nil, err
	}
	var deciders []*rules.Decider
	var names []string
	for _, program := range p.Policies.Files {
		names = append(names, program.Name)
		if c.Block == "" || c.Block == program.Name {
			d := parameters.Decider(p, program)
			d.Params.Stored = stored
			deciders = append(deciders, d)
		}
	}
	switch {
	case len(names) == 0:
		return nil, fmt.Errorf("`%s` has no files block", c.Policy)
	case len(deciders) == 0:
		return nil, fmt.Errorf("`%s` has no files block `%s`; it has `%s`", c.Policy, c.Block, strings.Join(names, "`, `"))
	}
	return deciders, nil
}

// edits gives the edits of parameters that are stored of a project, none where it never ran.
func edits(s system, p *project.Project) (map[string]params.Stored, error) {
	if p.Dir == "" {
		return nil, nil // a policy file alone
	}
	reader, err := sqlite.OpenReader(s.ctx, p.StateFolder())
	var failed *sqlite.Error
	switch {
	case errors.As(err, &failed) && failed.Kind == sqlite.Absent:
		return nil, nil
	case errors.As(err, &failed):
		return nil, diag.Diagnostic{Code: diag.StoreFailed, Message: failed.Message, Help: failed.Help}
	case err != nil:
		return nil, err
	}
	stored, err := parameters.Stored(s.ctx, reader)
	return stored, errors.Join(err, reader.Close())
}

// key shows one key, for the blocks that it is in the scope of; where it is in none, for
// the first.
func (c matchCommand) key(s system, deciders []*rules.Decider, key string, modified time.Time, gap bool) error {
	shown := false
	for i, d := range deciders {
		decision := d.Decide(c.input(s, d, key, modified))
		if decision.Kind == rules.OutOfScope && (shown || i+1 < len(deciders)) {
			continue
		}
		shown = true
		if c.JSON {
			if err := s.line(matchLine(d, key, decision)); err != nil {
				return err
			}
			continue
		}
		if gap {
			fmt.Fprintln(s.stdout)
		}
		gap = true
		c.text(s, d, key, decision)
	}
	return nil
}

func (c matchCommand) input(s system, d *rules.Decider, key string, modified time.Time) rules.Input {
	file := request.File{Bucket: d.Program.Source.Bucket, Key: key, ETag: c.ETag, LastModified: modified}
	if c.Size != nil {
		file.Size = *c.Size
	} else if !strings.HasSuffix(key, "/") {
		file.Size = 1 // a key that is only tried out is no folder marker
	}
	known := map[string]bool{"bucket": file.Bucket != "", "etag": c.ETag != "", "size": c.Size != nil, "last_modified": c.LastModified != ""}
	return rules.Input{File: file, Tick: s.clock.Now(), Known: func(field string) bool { return known[field] }}
}

// matchLine is a decision as `--json` prints it.
func matchLine(d *rules.Decider, key string, decision rules.Decision) map[string]any {
	line := map[string]any{
		"block": d.Program.Name, "key": key, "matched": decision.Kind == rules.Requested, "rules": []string{}, "selection": []string{},
		"captures": map[string]string{}, "run_key": nil, "run_config": nil, "partition": nil,
	}
	if decision.Reason != "" {
		line["reason"] = decision.Reason
	}
	if len(decision.Tried) > 0 {
		tried := map[string]string{}
		for _, t := range decision.Tried {
			tried[t.Rule] = t.Why
		}
		line["tried"] = tried
	}
	captures := map[string]string{}
	for _, v := range decision.Captures {
		captures[v.Name] = v.Text
	}
	line["captures"] = captures
	switch decision.Kind {
	case rules.Quarantined:
		line["quarantine"] = decision.Request.MoveTo
	case rules.Parked:
		if decision.Rules != nil {
			line["rules"], line["parked"] = decision.Rules, true
		}
	case rules.Requested:
		requestLine(line, decision)
	}
	return line
}

func requestLine(line map[string]any, decision rules.Decision) {
	r := decision.Request
	line["rules"], line["selection"], line["run_key"], line["run_config"] = decision.Rules, r.Selection, r.RunKey, r.RunConfig
	if r.Partition != "" {
		line["partition"] = r.Partition
	}
	if r.Refused != nil {
		line["refused"] = r.Refused.Reason
	}
	for name, extra := range map[string]struct {
		value any
		given bool
	}{
		"job": {r.Job, r.Job != ""}, "tags": {r.Tags, len(r.Tags) > 0}, "params": {r.Params, len(r.Params) > 0},
		"add_partitions": {r.AddPartitions, len(r.AddPartitions) > 0}, "priority": {r.Priority, r.Priority != 0},
	} {
		if extra.given {
			line[name] = extra.value
		}
	}
}

// text shows a decision to people.
func (c matchCommand) text(s system, d *rules.Decider, key string, decision rules.Decision) {
	fmt.Fprintf(s.stdout, "%s: %s\n", d.Program.Name, visible(key))
	switch decision.Kind {
	case rules.Requested:
		c.requested(s, decision)
	case rules.Quarantined:
		fmt.Fprintf(s.stdout, "  no rule matches; moved to %s\n", visible(decision.Request.MoveTo))
	default:
		fmt.Fprintf(s.stdout, "  no run: %s\n", decision.Reason)
	}
	for _, t := range decision.Tried {
		fmt.Fprintf(s.stdout, "  %-12s %s\n", t.Rule, visible(t.Why))
	}
}

func (c matchCommand) requested(s system, decision rules.Decision) {
	r := decision.Request
	rows := [][2]string{{"rules", strings.Join(decision.Rules, ", ")}, {"assets", strings.Join(r.Selection, ", ")}, {"partition", r.Partition}, {"job", r.Job}, {"run key", r.RunKey}}
	for _, v := range decision.Captures {
		rows = append(rows, [2]string{"{" + v.Name + "}", v.Text})
	}
	if r.Refused != nil {
		rows = append(rows, [2]string{"refused", r.Refused.Reason})
	}
	for _, row := range rows {
		if row[1] != "" {
			fmt.Fprintf(s.stdout, "  %-12s %s\n", row[0], visible(row[1]))
		}
	}
	for _, row := range []struct {
		name  string
		value any
		given bool
	}{{"run config", r.RunConfig, true}, {"tags", r.Tags, len(r.Tags) > 0}, {"params", r.Params, len(r.Params) > 0}, {"new keys", r.AddPartitions, len(r.AddPartitions) > 0}} {
		if row.given {
			fmt.Fprintf(s.stdout, "  %-12s %s\n", row.name, compact(row.value))
		}
	}
}
