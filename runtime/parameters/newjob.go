package parameters

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/paramdoc"
	"auto/runtime/params"
	"auto/runtime/project"

	"github.com/bmatcuk/doublestar/v4"
)

// ErrJobTwice: there is a job of the name already. ErrNoName: the name is blank.
var (
	ErrJobTwice = errors.New("there is a job of this name already")
	ErrNoName   = errors.New("the name of the job is blank")
)

// draft is a job that is not written yet, with the project that has it.
type draft struct {
	project    *project.Project // without it
	job        *params.Job
	file, text string
}

// Create writes a job anew, with values by the names that people write, into the file of
// its name or, where the project does not read that, the last file that has jobs. The error
// is ErrNoName, ErrJobTwice, findings about the selection, [Unsound], or [params.Problems].
func (f Files) Create(job paramdoc.New, values map[string]any) (Written, error) {
	d, err := f.draft(job)
	if err != nil {
		return Written{}, err
	}
	content, err := define(d.job, values)
	if err != nil {
		return Written{}, err
	}
	text, err := paramdoc.Write(source.New(d.file, d.text), job.Name, content)
	if err != nil {
		return Written{}, err
	}
	return f.put(d.project, d.file, text)
}

// Draft gives a job as Create would write it, without values; its errors are those of Create.
func (f Files) Draft(job paramdoc.New) (*params.Job, error) {
	d, err := f.draft(job)
	return d.job, err
}

// draft tries a job out. It may be the one file that a pattern of the project still lacks.
func (f Files) draft(job paramdoc.New) (draft, error) {
	if strings.TrimSpace(job.Name) == "" {
		return draft{}, ErrNoName
	}
	p, found := f.Load(nil)
	if _, taken := p.Job(job.Name); taken {
		return draft{}, ErrJobTwice
	}
	if found.HasErrors() && !f.repeats(p, found) {
		return draft{}, Unsound{found}
	}
	d, err := f.tried(p, job)
	var with diag.List
	if errors.As(err, &with) && slices.ContainsFunc(with, in(found)) {
		return draft{}, Unsound{found}
	}
	return d, err
}

// repeats reports whether the texts of a project give its errors: a file that cannot be read is
// none of them, and must not be taken for one that is not there.
func (f Files) repeats(p *project.Project, found diag.List) bool {
	files, err := overlay(p, "", "")
	if err != nil {
		return false
	}
	_, again := f.Load(files)
	return !slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return !in(again)(d) })
}

func in(list diag.List) func(diag.Diagnostic) bool {
	return func(d diag.Diagnostic) bool {
		return slices.ContainsFunc(list, func(o diag.Diagnostic) bool { return d.Error() == o.Error() })
	}
}

func (f Files) tried(p *project.Project, job paramdoc.New) (draft, error) {
	file, err := place(p, job.Name)
	if err != nil {
		return draft{}, err
	}
	text, err := paramdoc.Add(source.New(file, p.Texts[file]), job, paramdoc.Content{})
	if err != nil {
		return draft{}, err
	}
	with, err := f.soundWith(p, file, text)
	if err != nil {
		return draft{}, err
	}
	j, ok := with.Job(job.Name)
	if !ok {
		return draft{}, unread(p, file)
	}
	return draft{p, j, file, text}, nil
}

// place gives the file that a new job is written into: one of its name, the last that has jobs,
// or the last that could have some.
func place(p *project.Project, job string) (string, error) {
	name := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' {
			return r
		}
		return '_'
	}, job) + ".yaml"
	for _, pattern := range p.Config.Jobs.Patterns {
		base, _ := doublestar.SplitPattern(strings.TrimPrefix(pattern, "./"))
		if file := path.Join(base, name); (project.Globs{Patterns: []string{pattern}}).Match(file) {
			return file, nil
		}
	}
	if files := slices.Sorted(maps.Values(p.JobFiles)); len(files) > 0 {
		return files[len(files)-1], nil
	}
	files := slices.DeleteFunc(slices.Sorted(maps.Keys(p.Texts)), func(file string) bool {
		return !p.Config.Jobs.Match(file)
	})
	for _, pattern := range p.Config.Jobs.Patterns {
		if !strings.ContainsAny(pattern, `*?[{\`) {
			files = append(files, path.Clean(pattern)) // one file, which is not there yet
		}
	}
	if len(files) == 0 {
		return "", unread(p, name)
	}
	return files[len(files)-1], nil
}

// unread is the error that the project reads no file that a new job could stand in.
func unread(p *project.Project, file string) error {
	return diag.List{{
		Code: diag.ProjectFile, Span: p.Config.Jobs.At, Message: fmt.Sprintf("No pattern of `jobs` reads `%s`, where the job would be written.", file),
		Help: "Add one such as `jobs/*.yaml`.",
	}}
}
