package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"auto/lang/diag"
	"auto/runtime/control"
	"auto/runtime/paramdoc"
	"auto/runtime/parameters"
	"auto/runtime/params"
	"auto/runtime/project"
)

type paramsJobCommand struct {
	Create paramsCreateCommand `cmd:"" help:"Write a job into the project's files: its selection, and values of parameters."`
	Update paramsUpdateCommand `cmd:"" help:"Write values of parameters into the file of a job."`
}

// files gives what writes the files of the project.
func (f projectFlag) files(s system) (parameters.Files, error) {
	root, err := f.root()
	return s.jobFiles(root), err
}

// jobFiles gives what writes the files of the project of a folder.
func (s system) jobFiles(root string) parameters.Files {
	return parameters.Files{Load: func(files fs.FS) (*project.Project, diag.List) {
		return project.Load(root, project.Options{Getenv: s.getenv, Now: s.clock.Now(), FS: files})
	}}
}

// fileFlags are those of commands that write a job's file.
type fileFlags struct {
	JSON bool `name:"json" help:"One JSON object."`
}

// written says what came of it.
func (f fileFlags) written(s system, w parameters.Written, err error) error {
	if errors.Is(err, parameters.ErrJobTwice) {
		return errors.New("there is a job of this name already; `auto params job update` changes it")
	}
	if err != nil {
		return toldProblems(err)
	}
	if f.JSON {
		return s.line(w)
	}
	if !w.Changed {
		_, err = fmt.Fprintf(s.stdout, "%s is as it should be.\n", visible(w.File))
		return err
	}
	_, err = fmt.Fprintf(s.stdout, "Wrote %s.\n", visible(w.File))
	return err
}

// valueFlags are the values of a job's file.
type valueFlags struct {
	From   string   `placeholder:"FILE" help:"A JSON object of values, by asset.param or param; - for standard input."`
	Values []string `arg:"" optional:"" name:"name=value" help:"A parameter and its value, read as its type says; NAME:=JSON for a value in JSON."`
}

// read gives the values.
func (f valueFlags) read(s system, j *params.Job) (map[string]any, error) {
	values, err := readValues(j, f.Values)
	if err != nil || f.From == "" {
		return values, err
	}
	text, err := f.text(s)
	if err != nil {
		return nil, err
	}
	var given any
	if err := decodeJSON(string(text), &given); err != nil {
		return nil, fmt.Errorf("`%s` is no JSON: %w", f.From, err)
	}
	fields, ok := given.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("`%s` is no JSON object; write such as {\"asset.param\": 5}", f.From)
	}
	for name, value := range fields {
		if _, twice := values[name]; !twice {
			values[name] = value
		}
	}
	return values, nil
}

// decodeJSON reads one JSON value, with all digits of its numbers.
func decodeJSON(text string, into any) error {
	if !utf8.ValidString(text) {
		return errors.New("it is not UTF-8")
	}
	in := json.NewDecoder(strings.NewReader(text))
	in.UseNumber()
	if err := in.Decode(into); err != nil {
		return err
	}
	if !errors.Is(in.Decode(new(json.RawMessage)), io.EOF) {
		return errors.New("something follows it")
	}
	if key, twice := params.Repeated([]byte(text)); twice {
		return fmt.Errorf("`%s` is given twice", key)
	}
	return nil
}

func (f valueFlags) text(s system) ([]byte, error) {
	if f.From == "-" {
		return io.ReadAll(s.stdin)
	}
	return os.ReadFile(f.From)
}

type paramsCreateCommand struct {
	projectFlag
	fileFlags
	Selection string   `xor:"assets" placeholder:"TEXT" help:"The assets, such as 'groups(\"sales\")'."`
	Assets    []string `xor:"assets" placeholder:"KEY" help:"The keys of the assets, separated by commas."`
	Job       string   `arg:"" help:"The name of the job."`
	valueFlags
}

// Run writes a job.
func (c paramsCreateCommand) Run(s system) error {
	if c.Selection == "" && len(c.Assets) == 0 {
		return errors.New("the job selects nothing; write `--selection 'groups(\"sales\")'` or `--assets a,b`")
	}
	files, err := c.files(s)
	if err != nil {
		return err
	}
	job := paramdoc.New{Name: c.Job, Selection: c.Selection, Keys: c.Assets}
	j, err := files.Draft(job)
	if err != nil {
		return c.written(s, parameters.Written{}, err)
	}
	values, err := c.read(s, j)
	if err != nil {
		return toldProblems(err)
	}
	w, err := files.Create(job, values)
	return c.written(s, w, err)
}

type paramsUpdateCommand struct {
	projectFlag
	fileFlags
	Job string `arg:"" help:"The job."`
	valueFlags
}

// Run writes values into a job's file.
func (c paramsUpdateCommand) Run(s system) error {
	files, err := c.files(s)
	if err != nil {
		return err
	}
	p, found := files.Load(nil)
	if found.HasErrors() {
		return findingList(found)
	}
	j, ok := p.Job(c.Job)
	if !ok {
		return control.NoJob(c.Job, p.Params)
	}
	values, err := c.read(s, j)
	if err != nil {
		return toldProblems(err)
	}
	w, err := files.Update(c.Job, values)
	return c.written(s, w, err)
}

type paramsConvertCommand struct {
	projectFlag
	fileFlags
	Job string `arg:"" help:"The job."`
}

// Run writes a job's schema in names of assets.
func (c paramsConvertCommand) Run(s system) error {
	files, err := c.files(s)
	if err != nil {
		return err
	}
	w, err := files.Convert(c.Job)
	return c.written(s, w, err)
}

type paramsSyncCommand struct {
	projectFlag
	fileFlags
	SchemaOnly bool   `help:"Only the declarations that edits added, and not the values."`
	Job        string `arg:"" help:"The job."`
}

// Run writes the edits of a job into its file.
func (c paramsSyncCommand) Run(s system) error {
	return c.params(s, false, func(from control.Params) error {
		stored, err := from.Stored(s.ctx, c.Job)
		if err != nil {
			return err
		}
		files, err := c.files(s)
		if err != nil {
			return err
		}
		w, err := files.Sync(c.Job, stored, !c.SchemaOnly)
		return c.written(s, w, err)
	})
}
