package main

import (
	"errors"
	"fmt"
	"os/user"
	"slices"
	"strings"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/control"
	"auto/runtime/params"
)

// writerFlags are those of commands that edit.
type writerFlags struct {
	Version *int64 `placeholder:"N" help:"The version that the edit is made of, as show gives it; where another edit came since it is refused. Without it the edit is made whatever came."`
	Author  string `help:"Who makes the edit; by default the user of the system."`
	JSON    bool   `name:"json" help:"One JSON object."`
}

func (f writerFlags) version() int64 {
	if f.Version == nil {
		return params.AnyVersion
	}
	return *f.Version
}

func (f writerFlags) author(s system) string {
	if f.Author != "" {
		return f.Author
	}
	for _, name := range []string{"USER", "LOGNAME", "USERNAME"} {
		if author, ok := s.getenv(name); ok && author != "" {
			return author
		}
	}
	if known, err := user.Current(); err == nil && known.Username != "" {
		return known.Username
	}
	return "unknown"
}

// edited says what came of an edit of what was stored before. A conflict tells what the
// others changed.
func (f writerFlags) edited(s system, from control.Params, job string, before, stored params.Stored, err error) error {
	var all params.Problems
	if errors.As(err, &all) && f.Version != nil && slices.ContainsFunc(all, func(p params.Problem) bool { return p.Kind == params.Stale }) {
		return errors.Join(toldChanges(s, from, job, *f.Version), err)
	}
	if err != nil {
		return err
	}
	if f.JSON {
		return s.line(map[string]any{"job": job, "version": stored.Version})
	}
	for _, e := range stored.Added {
		if _, known := before.Added.Find(e.Name); !known {
			fmt.Fprintf(s.stdout, "%s is new, and is declared as %s.\n", visible(e.Name.String()), e.Decl)
		}
	}
	if before.Version == stored.Version {
		_, err = fmt.Fprintf(s.stdout, "Nothing changed: the parameters of %s are at version %d, as before.\n", visible(job), stored.Version)
		return err
	}
	_, err = fmt.Fprintf(s.stdout, "The parameters of %s are at version %d.\n", visible(job), stored.Version)
	return err
}

// toldChanges writes what was changed since a version, to standard error.
func toldChanges(s system, from control.Params, job string, since int64) error {
	history, err := from.History(s.ctx, job)
	if err != nil {
		return err
	}
	for _, v := range slices.Backward(history) {
		if v.Version > since {
			writeVersion(s.stderr, v)
		}
	}
	return nil
}

type paramsSetCommand struct {
	projectFlag
	writerFlags
	Job    string   `arg:"" help:"The job."`
	Values []string `arg:"" name:"name=value" help:"A parameter and its value, read as its type says; NAME:=JSON for a value in JSON."`
}

// Run sets parameters.
func (c paramsSetCommand) Run(s system) error {
	return c.params(s, true, func(from control.Params) error {
		j, before, err := jobOf(s, from, c.Job)
		if err != nil {
			return err
		}
		values, err := readValues(j, c.Values)
		if err != nil {
			return err
		}
		edit, err := j.Split(values)
		if err != nil {
			return err
		}
		stored, err := from.Patch(s.ctx, c.Job, c.version(), edit, c.author(s))
		if err == nil {
			s.doubtTemplates(edit)
		}
		return c.edited(s, from, c.Job, before, stored, err)
	})
}

// doubtTemplates says, beside what came of an edit, what of it looks like a misspelt template.
func (s system) doubtTemplates(edit params.Edit) {
	var list diag.List
	for _, n := range edit.Set.Names() {
		value, _ := edit.Set.Get(n)
		if written, help := params.Misspelt(value); written != "" {
			list.Addf(diag.NoTemplate, source.Span{}, help, "`%s`: `%s` stands for no parameter, and is passed on as it is written.", n, written)
		}
	}
	if len(list) > 0 {
		s.write(diag.Text, list)
	}
}

// readValues reads `name=value` and `name:=json`. The error is params.Problems with all
// values that do not fit, or says which of the texts is none of these.
func readValues(j *params.Job, texts []string) (map[string]any, error) {
	values, problems := map[string]any{}, params.Problems{}
	for _, text := range texts {
		name, rest, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, fmt.Errorf("`%s` sets nothing; write NAME=VALUE, or NAME:=JSON", text)
		}
		value, err := readValue(j, name, rest)
		if one, wrong := errors.AsType[params.Problem](err); wrong {
			problems = append(problems, one)
			continue
		}
		if err != nil {
			return nil, err
		}
		name = strings.TrimSuffix(name, ":")
		if before, given := values[name]; given && !params.Same(before, value) {
			return nil, fmt.Errorf("`%s` is given twice, with different values; write it once", name)
		}
		values[name] = value
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return values, nil
}

// readValue reads one of them. The error is a params.Problem where it is about the value.
func readValue(j *params.Job, name, text string) (any, error) {
	name, isJSON := strings.CutSuffix(name, ":")
	if !isJSON {
		n, err := j.ParseName(name)
		if err != nil {
			return nil, err
		}
		return j.Parse(n, text)
	}
	var value any
	if err := decodeJSON(text, &value); err != nil {
		return nil, fmt.Errorf("`%s` is no JSON; write a text in double quotes, such as `%s:=\"x\"`", text, name)
	}
	return params.Plain(value), nil
}

// asProblems gives one problem as all that is wrong.
func asProblems(err error) error {
	var one params.Problem
	if errors.As(err, &one) {
		return params.Problems{one}
	}
	return err
}

type paramsUnsetCommand struct {
	projectFlag
	writerFlags
	Job   string   `arg:"" help:"The job."`
	Names []string `arg:"" name:"name" help:"The parameters: asset.param, or param."`
}

// Run takes edits away. What is stored of an asset that is no longer selected goes too.
func (c paramsUnsetCommand) Run(s system) error {
	return c.params(s, true, func(from control.Params) error {
		j, stored, err := jobOf(s, from, c.Job)
		if err != nil {
			return err
		}
		var edit params.Edit
		for _, text := range c.Names {
			n, err := params.ParseName(text)
			if _, kept := stored.Values.Get(n); err == nil && !kept {
				_, err = explained(j, stored, text)
			}
			if err != nil {
				return asProblems(err)
			}
			if !slices.Contains(edit.Unset, n) {
				edit.Unset = append(edit.Unset, n)
			}
		}
		after, err := from.Patch(s.ctx, c.Job, c.version(), edit, c.author(s))
		return c.edited(s, from, c.Job, stored, after, err)
	})
}

type paramsRestoreCommand struct {
	projectFlag
	writerFlags
	Job string `arg:"" help:"The job."`
	To  int64  `arg:"" help:"The version, 0 for no edits."`
}

// Run restores a version.
func (c paramsRestoreCommand) Run(s system) error {
	return c.params(s, true, func(from control.Params) error {
		before, err := from.Stored(s.ctx, c.Job)
		if err != nil {
			return err
		}
		stored, err := from.Restore(s.ctx, c.Job, c.version(), c.To, c.author(s))
		return c.edited(s, from, c.Job, before, stored, err)
	})
}
