package paramdoc

import (
	"errors"
	"fmt"
	"maps"
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
// that are as they should be stay as they are written, and so does all else in the file, byte
// for byte, where lines alone can be changed. Where they cannot, as in a job in braces, the
// whole file is written anew: its values, order and comments are kept, but indentation and
// blank lines are not, the job is written as a block, and its comments may stand above it.
// The error is ErrNoJob, findings where the text is not valid, or [Unwritable].
func Write(file *source.File, job string, content Content) (string, error) {
	return edited(file, job, content, splice, reencode, reencodeBare)
}

// Add gives the text of a job file, which may be empty, with a further job, the last one.
// The error is ErrJobTwice, findings where the text is not valid, or [Unwritable].
func Add(file *source.File, job New, content Content) (string, error) {
	switch _, err := jobIn(file, job.Name); {
	case err == nil:
		return "", ErrJobTwice
	case !errors.Is(err, ErrNoJob):
		return "", err
	}
	with, err := appendJob(file, job)
	if err != nil {
		return "", err
	}
	return Write(source.New(file.Name, with), job.Name, content)
}

// likeLines gives a new text the ends of lines that most lines of a file have.
func likeLines(file, text string) string {
	if strings.Count(file, "\r\n")*2 > strings.Count(file, "\n") {
		return strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}

// way edits a text, and gives the comments that go with what it takes away, too.
type way func(file *source.File, job string, content Content) (string, []string, error)

// edited gives what the first way that does what it should gives.
func edited(file *source.File, job string, content Content, ways ...way) (string, error) {
	before, err := jobIn(file, job)
	if errors.Is(err, ErrNoJob) {
		return "", noItem(file, job)
	}
	if err != nil {
		return "", err
	}
	var failed []error
	for _, w := range ways {
		out, gone, err := w(file, job, content)
		if err == nil {
			err = verify(before, source.New(file.Name, out), job, content, gone)
		}
		if err == nil {
			return out, nil
		}
		failed = append(failed, err)
	}
	return "", before.unwritable(job, failed)
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
	// comments are all of the text.
	comments []comment
	// nodes are all in the order of the text, and behindOf tells how many there are up to the
	// end of one; see [document.nextLine].
	nodes    []*yaml.Node
	behindOf map[*yaml.Node]int
}

// parse reads a text.
func (d *document) parse(file *source.File) error {
	d.Doc, d.root = yamldoc.Parse(file, &d.list)
	if err := d.list.Err(); err != nil {
		return err
	}
	d.comments = commentsOf(file, d.root)
	return yaml.Unmarshal([]byte(file.Text), &d.whole)
}

// jobIn reads a text and finds a job in it.
func jobIn(file *source.File, job string) (*document, error) {
	d := &document{}
	if err := d.parse(file); err != nil {
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

// verify reads a text that has been edited: the job has the content, nothing else has
// changed, and all comments are there but for some that are gone.
func verify(before *document, file *source.File, job string, content Content, gone []string) error {
	after, err := jobIn(file, job)
	if err != nil {
		return err
	}
	if err := after.has(content); err != nil {
		return err
	}
	if !reflect.DeepEqual(before.others(), after.others()) {
		return errOthers
	}
	if missing := lost(textsOf(before.comments), append(textsOf(after.comments), gone...)); len(missing) > 0 {
		return fmt.Errorf("the comment `%s` would be lost", missing[0])
	}
	return nil
}

// has compares the job with content. The error is a misread where a parameter differs.
func (d *document) has(content Content) error {
	schema, values, err := d.content()
	if err != nil {
		return err
	}
	there, want := byName(schema), byName(content.Schema)
	for _, n := range union(schema.Names(), content.Schema.Names()) {
		a, declared := there[n]
		b, wanted := want[n]
		if declared != wanted || !a.Equal(b) {
			return misread{n}
		}
	}
	for _, n := range union(values.Names(), content.Values.Names()) {
		a, given := values.Get(n)
		b, wanted := content.Values.Get(n)
		if given != wanted || !sameValue(a, b) {
			return misread{n}
		}
	}
	return nil
}

// sameSet reports whether two schemas declare the same in any order.
func sameSet(a, b params.Schema) bool {
	return maps.EqualFunc(byName(a), byName(b), params.Decl.Equal)
}

// byName gives declarations by name: a schema is looked through from its beginning for each.
func byName(s params.Schema) map[params.Name]params.Decl {
	decls := make(map[params.Name]params.Decl, len(s))
	for _, e := range s {
		decls[e.Name] = e.Decl
	}
	return decls
}

func union(a, b []params.Name) []params.Name { return append(slices.Clone(a), b...) }

// content gives what the job says about parameters.
func (d *document) content() (schema params.Schema, values params.Values, err error) {
	draft := Read(d.Map(d.job, "a job"))
	var problems []error
	for _, i := range draft.schema {
		n, err := params.ParseName(i.text())
		decl, wrong := declOf(i)
		problems = append(problems, err, wrong)
		schema = append(schema, params.Entry{Name: n, Decl: decl})
	}
	for _, i := range draft.values {
		n, err := params.ParseName(i.text())
		problems = append(problems, err)
		values.Set(n, i.value)
	}
	return schema, values, errors.Join(append(problems, d.list.Err())...)
}

// others gives all values of the file but the parameters of the job.
func (d *document) others() any {
	rest := withoutFields(d.job)
	jobs := *d.jobs
	jobs.Content = slices.Clone(jobs.Content)
	name := fieldOf(rest, "name").Value
	for i, n := range jobs.Content {
		if of := fieldOf(n, "name"); of != nil && of.Value == name {
			jobs.Content[i] = rest
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
