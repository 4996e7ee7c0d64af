package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"auto/lang/source"
	"auto/runtime/control"
	"auto/runtime/parameters"
	"auto/runtime/params"
	"auto/runtime/project"
	"auto/runtime/request"
	"auto/runtime/store"
	"auto/runtime/store/sqlite"
)

type paramsCommand struct {
	Ls      paramsLsCommand      `cmd:"" help:"List the jobs that have parameters."`
	Show    paramsShowCommand    `cmd:"" help:"Show the parameters of a job, with the layer that each value is from."`
	Set     paramsSetCommand     `cmd:"" help:"Set parameters of a job: asset.param for one asset, param for all."`
	Unset   paramsUnsetCommand   `cmd:"" help:"Take edits away, so that what is below stands again."`
	History paramsHistoryCommand `cmd:"" help:"Show the edits of a job, newest first."`
	Restore paramsRestoreCommand `cmd:"" help:"Make the edits those of an earlier version, as a further version."`
	Explain paramsExplainCommand `cmd:"" help:"Say where the value of a parameter comes from, and what it overrides."`
	Preview paramsPreviewCommand `cmd:"" help:"Show what a run would be told."`
	Job     paramsJobCommand     `cmd:"" help:"Create a job, or update the parameters of its file."`
	Convert paramsConvertCommand `cmd:"" help:"Write the schema of a job's file in names of assets."`
	Sync    paramsSyncCommand    `cmd:"" help:"Write the edits of a job into its file."`
}

// params answers by the daemon that runs the project, or from its store. What writes needs
// a state, and begins it.
func (f projectFlag) params(s system, writes bool, use func(control.Params) error) error {
	root, err := f.root()
	if err != nil {
		return err
	}
	folder := project.StateFolder(root)
	client, err := control.Dial(s.ctx, folder)
	if err == nil {
		return toldProblems(use(client))
	}
	if !errors.Is(err, control.ErrNoDaemon) {
		return err
	}
	p, found := project.Load(root, project.Options{Getenv: s.getenv, Now: s.clock.Now()})
	if found.HasErrors() {
		return findingList(found)
	}
	service := &parameters.Service{Project: func() *project.Project { return p }, Now: s.clock.Now, Log: slog.New(slog.NewTextHandler(s.stderr, nil))}
	if _, err := os.Stat(filepath.Join(folder, sqlite.FileName)); errors.Is(err, os.ErrNotExist) && !writes {
		return toldProblems(use(service))
	}
	kept, err := openStore(s.ctx, folder, "auto")
	if err != nil {
		return err
	}
	service.Store = kept
	return errors.Join(toldProblems(use(service)), kept.Close())
}

// toldProblems gives problems of parameters as findings.
func toldProblems(err error) error {
	var all params.Problems
	if !errors.As(asProblems(err), &all) {
		return listed(err)
	}
	var list findingList
	for _, p := range all {
		list = append(list, p.At(source.Span{}))
	}
	return list
}

// renew writes a parked request of a store anew, with the parameters of a project that has
// to be without errors: from a part of one it would be told too little.
func (s system) renew(root string, from store.Store) func(context.Context, request.Request) (bool, error) {
	return func(ctx context.Context, r request.Request) (bool, error) {
		p, found := project.Load(root, project.Options{Getenv: s.getenv, Now: s.clock.Now()})
		if found.HasErrors() {
			return false, findingList(found)
		}
		service := &parameters.Service{Store: from, Now: s.clock.Now, Project: func() *project.Project { return p }}
		return service.Renew(ctx, r)
	}
}

// job gives a job as its file has it with the edits, and what is stored.
func jobOf(s system, from control.Params, name string) (*params.Job, params.Stored, error) {
	stored, err := from.Stored(s.ctx, name)
	if err != nil {
		return nil, stored, err
	}
	jobs, err := from.Jobs(s.ctx)
	if err != nil {
		return nil, stored, err
	}
	j, ok := params.Find(jobs, name)
	if !ok {
		return nil, stored, control.NoJob(name, jobs)
	}
	return j, stored, nil
}

type paramsLsCommand struct {
	projectFlag
	JSON bool `name:"json" help:"One JSON object a line."`
}

// Run lists jobs.
func (c paramsLsCommand) Run(s system) error {
	return c.params(s, false, func(from control.Params) error {
		jobs, err := from.Jobs(s.ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(s.stdout, 0, 8, 2, ' ', 0)
		if !c.JSON {
			fmt.Fprintln(table, "JOB\tASSETS\tPARAMETERS\tVERSION\tMISSING")
		}
		for _, j := range jobs {
			stored, err := from.Stored(s.ctx, j.Name)
			if err != nil {
				return err
			}
			form := parameters.FormOf(j, stored)
			if c.JSON {
				if err := s.line(form); err != nil {
					return err
				}
				continue
			}
			fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%s\n", visible(j.Name), len(form.Assets), len(parameters.Describe(j, stored)), form.Version, orDash(strings.Join(form.Missing, ", ")))
		}
		return table.Flush()
	})
}

type paramsShowCommand struct {
	projectFlag
	Job  string `arg:"" help:"The job."`
	Name string `arg:"" optional:"" help:"Only this parameter, asset.param or param; or only what this asset sees."`
	JSON bool   `name:"json" help:"One JSON object."`
}

// Run shows the parameters of a job.
func (c paramsShowCommand) Run(s system) error {
	return c.params(s, false, func(from control.Params) error {
		j, stored, err := jobOf(s, from, c.Job)
		if err != nil {
			return err
		}
		all := parameters.Describe(j, stored)
		if c.Name != "" {
			if all, err = chosen(j, stored, c.Name); err != nil {
				return err
			}
		}
		if c.JSON {
			return s.line(map[string]any{"job": j.Name, "version": stored.Version, "parameters": all})
		}
		return writeParameters(s.stdout, stored.Version, all)
	})
}

// chosen gives what an asset of a job sees, or one parameter.
func chosen(j *params.Job, stored params.Stored, text string) ([]parameters.Parameter, error) {
	one, err := explained(j, stored, text)
	if err == nil || !slices.Contains(j.Assets, text) {
		return []parameters.Parameter{one}, err
	}
	return parameters.OfAsset(j, stored, text), nil
}

// explained gives one parameter of a job.
func explained(j *params.Job, stored params.Stored, text string) (parameters.Parameter, error) {
	n, err := params.ParseName(text)
	if err != nil {
		return parameters.Parameter{}, err
	}
	p, ok := parameters.Explain(j, stored, n)
	if !ok {
		if _, err := j.ParseName(text); err != nil {
			return p, err
		}
		if err := j.Declared(n); err != nil {
			return p, err
		}
		return p, fmt.Errorf("the job `%s` has no parameter `%s`; `auto params show %s` lists those that it has", j.Name, text, j.Name)
	}
	return p, nil
}

func writeParameters(out io.Writer, version int64, all []parameters.Parameter) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "Version %d.\n\nPARAMETER\tTYPE\tVALUE\tFROM\n", version)
	for _, p := range all {
		from := p.Layer
		if p.Status != "" {
			from += ", " + strings.ReplaceAll(string(p.Status), "_", " ")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", visible(p.Name), orDash(p.Type), visible(valueText(p)), from)
	}
	return w.Flush()
}

// valueText gives a value for people.
func valueText(p parameters.Parameter) string {
	switch {
	case p.Secret:
		return "(secret)"
	case !p.Set:
		return "-"
	}
	return compact(p.Value)
}

type paramsExplainCommand struct {
	projectFlag
	Job  string `arg:"" help:"The job."`
	Name string `arg:"" help:"The parameter: asset.param for what an asset sees, param for what is shared."`
	JSON bool   `name:"json" help:"One JSON object."`
}

// Run says where a value comes from.
func (c paramsExplainCommand) Run(s system) error {
	return c.params(s, false, func(from control.Params) error {
		j, stored, err := jobOf(s, from, c.Job)
		if err != nil {
			return err
		}
		p, err := explained(j, stored, c.Name)
		if err != nil {
			return err
		}
		if c.JSON {
			return s.line(p)
		}
		return writeExplained(s.stdout, p)
	})
}

func writeExplained(out io.Writer, p parameters.Parameter) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "%s = %s\n", visible(p.Name), visible(valueText(p)))
	fmt.Fprintf(w, "  from\t%s\n", p.Layer)
	for _, o := range p.Overrides {
		value := compact(o.Value)
		if p.Secret {
			value = "(secret)"
		}
		fmt.Fprintf(w, "  overrides\t%s\t%s\n", o.Layer, visible(value))
	}
	for _, row := range [][2]string{{"type", p.Type}, {"about", p.Description}, {"status", strings.ReplaceAll(string(p.Status), "_", " ")}} {
		if row[1] != "" {
			fmt.Fprintf(w, "  %s\t%s\n", row[0], visible(row[1]))
		}
	}
	return w.Flush()
}

type paramsHistoryCommand struct {
	projectFlag
	Job   string `arg:"" help:"The job."`
	Limit int    `help:"At most so many, the newest; 0 for all." default:"0"`
	JSON  bool   `name:"json" help:"One JSON object a line."`
}

// Run shows edits.
func (c paramsHistoryCommand) Run(s system) error {
	return c.params(s, false, func(from control.Params) error {
		history, err := from.History(s.ctx, c.Job)
		if err != nil {
			return err
		}
		if c.Limit > 0 && len(history) > c.Limit {
			history = history[:c.Limit]
		}
		for _, v := range history {
			if !c.JSON {
				writeVersion(s.stdout, v)
			} else if err := s.line(v); err != nil {
				return err
			}
		}
		if len(history) == 0 {
			fmt.Fprintln(s.stderr, "No edits.")
		}
		return nil
	})
}

func writeVersion(out io.Writer, v control.ParamsVersion) {
	restored := ""
	if v.Restored >= 0 {
		restored = fmt.Sprintf(", as at version %d", v.Restored)
	}
	fmt.Fprintf(out, "Version %d, %s by %s%s\n", v.Version, show(v.At), visible(v.Author), restored)
	for _, c := range v.Changes {
		fmt.Fprintf(out, "  %s: %s -> %s\n", visible(c.Name.String()), visible(changeText(c.Old)), visible(changeText(c.New)))
	}
}

// changeText gives a side of a change; none is a dash.
func changeText(value any) string {
	if value == nil {
		return "-"
	}
	return compact(value)
}
