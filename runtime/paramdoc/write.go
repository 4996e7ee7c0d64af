package paramdoc

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/params"
	"auto/runtime/yamldoc"

	"gopkg.in/yaml.v3"
)

// Content is what is written of a job's parameters: its schema becomes `params_schema`,
// the shared values `job_overrides` (or `parameter_values` where the job has that), and
// those of assets `ops_config`.
type Content struct {
	Schema params.Schema
	Values params.Values
}

// New is a job that a file does not have yet.
type New struct {
	Name string
	// Selection is one of the language, or empty where Keys has the assets.
	Selection string
	Keys      []string
}

// ErrNoJob: the file has no job of the name. ErrJobTwice: it has one already.
var (
	ErrNoJob    = errors.New("the file has no job of this name")
	ErrJobTwice = errors.New("the file has a job of this name")
)

// Write gives the text of a job file with the parameters of a job as in content. Entries
// that are as they should be stay as they are written, and so does all else in the file;
// comments and order are kept. A job that is written in braces is written as a block. The
// error is ErrNoJob, findings where the text is not valid, or that it cannot be edited.
func Write(text, job string, content Content) (string, error) {
	return inUnix(text, func(text string) (string, error) { return edited(text, job, content, splice, reencode) })
}

// Add gives the text of a job file, which may be empty, with a further job, the last one.
// The error is ErrJobTwice, findings where the text is not valid, or that it cannot be
// edited.
func Add(text string, job New, content Content) (string, error) {
	switch _, err := jobIn(text, job.Name); {
	case err == nil:
		return "", ErrJobTwice
	case !errors.Is(err, ErrNoJob):
		return "", err
	}
	return inUnix(text, func(text string) (string, error) {
		with, err := appendJob(text, job)
		if err != nil {
			return "", err
		}
		return Write(with, job.Name, content)
	})
}

// inUnix edits a text whose lines may end in CRLF, which they do afterwards, too.
func inUnix(text string, edit func(text string) (string, error)) (string, error) {
	if !strings.Contains(text, "\r\n") {
		return edit(text)
	}
	out, err := edit(strings.ReplaceAll(text, "\r\n", "\n"))
	return strings.ReplaceAll(out, "\n", "\r\n"), err
}

// way edits a text.
type way func(text, job string, content Content) (string, error)

// edited gives what the first way that does what it should gives.
func edited(text, job string, content Content, ways ...way) (string, error) {
	before, err := jobIn(text, job)
	if err != nil {
		return "", err
	}
	for _, w := range ways {
		var out string
		if out, err = w(text, job, content); err == nil {
			err = verify(before, out, job, content)
		}
		if err == nil {
			return out, nil
		}
	}
	return "", fmt.Errorf("the job `%s` cannot be edited in its file: %w", job, err)
}

// document is a text that has been read, with one of its jobs.
type document struct {
	*yamldoc.Doc
	list diag.List
	// whole has comments that are outside of root.
	whole yaml.Node
	root  *yaml.Node
	jobs  *yaml.Node // the list of jobs, nil for none
	job   *yaml.Node // the mapping of the job
}

// jobIn reads a text and finds a job in it.
func jobIn(text, job string) (*document, error) {
	d := &document{}
	d.Doc, d.root = yamldoc.Parse(source.New("jobs", text), &d.list)
	if err := d.list.Err(); err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal([]byte(text), &d.whole); err != nil {
		return nil, err
	}
	if d.root != nil && d.root.Kind != yaml.MappingNode {
		return nil, errors.New("a job file is a mapping with `jobs`")
	}
	if d.jobs = fieldOf(d.root, "jobs"); d.jobs == nil || d.jobs.Kind != yaml.SequenceNode {
		return d, ErrNoJob
	}
	i := slices.IndexFunc(d.jobs.Content, func(n *yaml.Node) bool {
		name := fieldOf(n, "name")
		return name != nil && name.Value == job
	})
	if i < 0 {
		return d, ErrNoJob
	}
	d.job = d.jobs.Content[i]
	return d, nil
}

// written gives the text of the whole tree.
func (d *document) written() (string, error) {
	d.whole.Kind, d.whole.Content = yaml.DocumentNode, []*yaml.Node{d.root}
	text, err := encode(&d.whole, 2)
	return text + "\n", err
}

// fieldOf gives the value of a mapping's own field, nil where there is none.
func fieldOf(n *yaml.Node, name string) *yaml.Node {
	if i := indexOf(n, name); i >= 0 {
		return n.Content[i+1]
	}
	return nil
}

// indexOf gives the place of a key in the content of a mapping, -1 where there is none.
func indexOf(n *yaml.Node, name string) int {
	if n == nil || n.Kind != yaml.MappingNode {
		return -1
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return i
		}
	}
	return -1
}

// verify reads a text that has been edited: the job has the content, and nothing else has
// changed.
func verify(before *document, text, job string, content Content) error {
	after, err := jobIn(text, job)
	if err != nil {
		return err
	}
	if err := after.has(content); err != nil {
		return err
	}
	if !reflect.DeepEqual(before.others(), after.others()) {
		return errors.New("other parts of the file would change")
	}
	return nil
}

// has compares the job with content.
func (d *document) has(content Content) error {
	job := &params.Job{}
	draft := Read(d.Map(d.job, "a job"))
	var problems []error
	for _, i := range draft.schema {
		n, err := params.ParseName(i.text())
		decl, wrong := declOf(i)
		problems = append(problems, err, wrong)
		job.Schema = append(job.Schema, params.Entry{Name: n, Decl: decl})
	}
	for _, i := range draft.values {
		n, err := params.ParseName(i.text())
		problems = append(problems, err)
		job.Values.Set(n, i.value)
	}
	switch err := errors.Join(append(problems, d.list.Err())...); {
	case err != nil:
		return err
	case !sameSet(job.Schema, content.Schema) || !sameValue(job.Values.Stored(), content.Values.Stored()):
		return errors.New("the parameters would not be read back as they are")
	}
	return nil
}

// sameSet reports whether two schemas declare the same in any order.
func sameSet(a, b params.Schema) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(e params.Entry) bool {
		d, ok := b.Find(e.Name)
		return !ok || !d.Equal(e.Decl)
	})
}

// others gives all values of the file but the parameters of the job.
func (d *document) others() any {
	d.job = withoutFields(d.job)
	jobs := *d.jobs
	jobs.Content = slices.Clone(jobs.Content)
	name := fieldOf(d.job, "name").Value
	for i, n := range jobs.Content {
		if of := fieldOf(n, "name"); of != nil && of.Value == name {
			jobs.Content[i] = d.job
			break
		}
	}
	root := *d.root
	root.Content = slices.Clone(root.Content)
	root.Content[indexOf(&root, "jobs")+1] = &jobs
	return d.Value(&root)
}

// withoutFields gives a job's mapping without its parameters.
func withoutFields(job *yaml.Node) *yaml.Node {
	rest := *job
	rest.Content = nil
	for i := 0; i+1 < len(job.Content); i += 2 {
		if key := job.Content[i].Value; key != schemaField && key != opsField && !slices.Contains(sharedFields, key) {
			rest.Content = append(rest.Content, job.Content[i:i+2]...)
		}
	}
	return &rest
}
