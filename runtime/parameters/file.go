package parameters

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/control"
	"auto/runtime/paramdoc"
	"auto/runtime/params"
	"auto/runtime/project"

	"golang.org/x/tools/txtar"
)

// Files writes the parameters of jobs into the files of a project. Nothing is written that
// the project could not be loaded with. It is not safe for concurrent use: of two at once
// one could undo what the other wrote.
type Files struct {
	// Load loads the project of the files that it is given, or of its folder for nil.
	Load func(files fs.FS) (*project.Project, diag.List)
}

// Written is a file that was written, by slash-separated path below the project's folder.
type Written struct {
	File string `json:"file"`
	// Changed: it was another before.
	Changed bool `json:"changed"`
}

// Update writes values, by the names that people write and null for none, into the file of
// a job, and what its schema lacks of them. The error is an [control.UnknownJob] or
// [params.Problems].
func (f Files) Update(job string, values map[string]any) (Written, error) {
	return f.rewrite(job, func(_ *project.Project, j *params.Job) (paramdoc.Content, error) { return define(j, values) })
}

// define gives what a job's file has after an edit of it.
func define(j *params.Job, values map[string]any) (paramdoc.Content, error) {
	edit, err := j.Split(values)
	if err != nil {
		return paramdoc.Content{}, err
	}
	schema, set, err := j.Define(edit)
	return paramdoc.Content{Schema: schema, Values: set}, err
}

// Convert writes the schema of a job in prefixed names, see [params.Job.Convert].
func (f Files) Convert(job string) (Written, error) {
	return f.rewrite(job, func(_ *project.Project, j *params.Job) (paramdoc.Content, error) {
		return paramdoc.Content{Schema: j.Convert(params.Values{}), Values: j.Values}, nil
	})
}

// Sync writes what is stored of a job into its file: the declarations that edits added and,
// unless they are to be left, the values.
func (f Files) Sync(job string, s params.Stored, values bool) (Written, error) {
	return f.rewrite(job, func(_ *project.Project, j *params.Job) (paramdoc.Content, error) {
		content := paramdoc.Content{Schema: j.With(s).Schema, Values: j.Values.Clone()}
		for _, n := range s.Values.Names() {
			// What is stored of an asset that is no longer selected would spoil the file.
			if _, err := j.ParseName(n.String()); values && err == nil {
				value, _ := s.Values.Get(n)
				content.Values.Set(n, value)
			}
		}
		return content, nil
	})
}

// rewrite writes the parameters of a job.
func (f Files) rewrite(job string, content func(*project.Project, *params.Job) (paramdoc.Content, error)) (Written, error) {
	p, err := f.sound(nil)
	if err != nil {
		return Written{}, err
	}
	j, ok := p.Job(job)
	if !ok {
		return Written{}, control.NoJob(job, p.Params)
	}
	c, err := content(p, j)
	if err != nil {
		return Written{}, err
	}
	file := p.JobFiles[job]
	text, err := paramdoc.Write(source.New(file, p.Texts[file]), job, c)
	if err != nil {
		return Written{}, err
	}
	return f.put(p, file, text)
}

// Unsound is the error that the files of a project have findings already, which come before
// any that an edit would add.
type Unsound struct{ diag.List }

// Unwrap gives the findings.
func (u Unsound) Unwrap() error { return u.List }

// sound gives the project without errors, or its findings as an error.
func (f Files) sound(files fs.FS) (*project.Project, error) {
	p, found := f.Load(files)
	switch {
	case found.HasErrors() && files == nil:
		return nil, Unsound{found}
	case found.HasErrors():
		return nil, found
	}
	return p, nil
}

// soundWith gives the project with one file replaced.
func (f Files) soundWith(p *project.Project, file, text string) (*project.Project, error) {
	files, err := overlay(p, file, text)
	if err != nil {
		return nil, err
	}
	return f.sound(files)
}

// overlay gives the files of a project with one replaced, or as they are for none.
func overlay(p *project.Project, file, text string) (fs.FS, error) {
	var all txtar.Archive
	for _, name := range slices.Sorted(maps.Keys(p.Texts)) {
		if name != file {
			all.Files = append(all.Files, txtar.File{Name: name, Data: []byte(p.Texts[name])})
		}
	}
	if file != "" {
		all.Files = append(all.Files, txtar.File{Name: file, Data: []byte(text)})
	}
	return txtar.FS(&all)
}

// put writes a file whole or not at all, if the project can be loaded with it.
func (f Files) put(p *project.Project, file, text string) (Written, error) {
	before, had := p.Texts[file]
	if had && before == text {
		return Written{File: file}, nil
	}
	if _, err := f.soundWith(p, file, text); err != nil {
		return Written{}, err
	}
	name := filepath.Join(p.Dir, filepath.FromSlash(file))
	if now, err := os.ReadFile(name); had && (err != nil || string(now) != before) {
		return Written{}, fmt.Errorf("`%s` was changed meanwhile; nothing is written", file)
	}
	if _, err := os.Lstat(name); !had && err == nil {
		return Written{}, fmt.Errorf("`%s` is there already, and no file that the project reads; nothing is written", file)
	}
	if err := replace(name, text); err != nil {
		return Written{}, unwritten(file, err)
	}
	return Written{file, true}, nil
}

// Unwritten is the error that the file system does not take a file.
type Unwritten struct {
	File string
	Err  error
}

// Error says which file it is, and what stands in the way.
func (u *Unwritten) Error() string { return fmt.Sprintf("`%s` cannot be written: %v", u.File, u.Err) }

// Unwrap gives the error of the file system.
func (u *Unwritten) Unwrap() error { return u.Err }

// unwritten says of an error which file it is about: not of the one beside it, which is written
// first.
func unwritten(file string, err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	} else if at, ok := errors.AsType[*os.LinkError](err); ok {
		err = at.Err
	}
	return &Unwritten{file, err}
}

// replace puts a text into the place of a file, with its mode; a link stays one.
func replace(name, text string) error {
	if file, err := filepath.EvalSymlinks(name); err == nil {
		name = file
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	mode := fs.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	temporary, err := os.CreateTemp(filepath.Dir(name), ".auto-*")
	if err != nil {
		return err
	}
	_, err = temporary.WriteString(text)
	err = errors.Join(err, temporary.Chmod(mode), temporary.Sync(), temporary.Close())
	if err == nil {
		err = os.Rename(temporary.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary.Name()))
	}
	return nil
}
