package paramdoc

import (
	"errors"
	"fmt"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/params"

	"gopkg.in/yaml.v3"
)

// Unwritable is the error where the parameters of a job cannot be written into its file: it
// is about what the file says, not about reading or writing it. It unwraps to a [diag.List].
type Unwritable struct {
	Job     string
	Finding diag.Diagnostic
	cause   error
}

func (u *Unwritable) Error() string { return u.Finding.Error() }

// Unwrap gives the finding, and [ErrNoJob] where that is why.
func (u *Unwritable) Unwrap() []error {
	if u.cause == nil {
		return []error{diag.List{u.Finding}}
	}
	return []error{diag.List{u.Finding}, u.cause}
}

// noItem is the error for a job that no item of `jobs` itself names: an alias may.
func noItem(file *source.File, job string) error {
	return &Unwritable{job, diag.Diagnostic{
		Code: diag.YAMLValue, Span: source.Span{File: file},
		Message: fmt.Sprintf("The job `%s` cannot be edited in its file: no item of `jobs` has its name.", job),
		Help:    "Write the job out as an item of `jobs`, without an alias.",
	}, ErrNoJob}
}

// misread: a parameter would not be read back as it is.
type misread struct{ name params.Name }

func (m misread) Error() string { return fmt.Sprintf("`%s` would not be read back as it is", m.name) }

var errOthers = errors.New("other parts of the file would change")

// unwritable says why no way of editing the job does what it should.
func (d *document) unwritable(job string, failed []error) error {
	u := &Unwritable{Job: job, Finding: diag.Diagnostic{
		Code: diag.YAMLValue, Span: d.Span(d.job),
		Help:    "Write it into the file by hand.",
		Message: fmt.Sprintf("The job `%s` cannot be edited in its file: %s.", job, reason(failed)),
	}}
	if anchor, alias := d.shared(); anchor != nil && !errors.As(failed[0], new(misread)) {
		line := d.Source.LineOf(d.Source.Offset(alias.Line, alias.Column))
		u.Finding.Span = source.Span{File: d.Source, Start: d.Source.Offset(anchor.Line, anchor.Column)}
		u.Finding.Span.End = u.Finding.Span.Start + len("&"+anchor.Anchor)
		u.Finding.Message = fmt.Sprintf("The job `%s` cannot be edited in its file: line %d is the anchor `%s`, which line %d uses.", job, anchor.Line, anchor.Anchor, line)
		u.Finding.Help = fmt.Sprintf("Write out in line %d what `*%s` stands for.", line, anchor.Anchor)
	}
	return u
}

// reason is what is wrong with the text that an edit would give, the most telling first; what
// that text itself is, nobody has seen.
func reason(failed []error) string {
	var one misread
	for _, err := range failed {
		if errors.As(err, &one) {
			return one.Error()
		}
	}
	for _, err := range failed {
		if !errors.As(err, new(diag.List)) && !errors.Is(err, errLines) {
			return err.Error()
		}
	}
	return "it would be no valid YAML"
}

// shared gives an anchor of the job, or of what it is in, with an alias outside of it.
func (d *document) shared() (anchor, alias *yaml.Node) {
	inside := map[*yaml.Node]bool{d.root: true, d.jobs: true}
	var within, aliases func(n *yaml.Node)
	within = func(n *yaml.Node) {
		inside[n] = true
		for _, inner := range n.Content {
			within(inner)
		}
	}
	within(d.job)
	aliases = func(n *yaml.Node) {
		if n.Kind == yaml.AliasNode && inside[n.Alias] && anchor == nil {
			anchor, alias = n.Alias, n
		}
		for _, inner := range n.Content {
			aliases(inner)
		}
	}
	aliases(d.root)
	return anchor, alias
}
