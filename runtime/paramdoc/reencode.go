package paramdoc

import (
	"slices"

	"auto/lang/source"

	"gopkg.in/yaml.v3"
)

// reencode edits the tree of the whole text and writes it anew: comments and order are
// kept, blank lines are not.
func reencode(src *source.File, job string, content Content) (string, []string, error) {
	return anew(src, job, content, func(*yaml.Node) {})
}

// reencodeBare does, too, with all comments of the job above it: the YAML library cannot
// write some where they were.
func reencodeBare(src *source.File, job string, content Content) (string, []string, error) {
	return anew(src, job, content, bare)
}

func anew(src *source.File, job string, content Content, prepare func(job *yaml.Node)) (string, []string, error) {
	d, err := jobIn(src, job)
	if err != nil {
		return "", nil, err
	}
	e := d.edit(&remains{carried: map[string]remarks{}})
	to := e.tree(d.fields(content))
	if to, err = e.settled(to); err != nil {
		return "", nil, err
	}
	prepare(to)
	e.instead[d.job] = to
	unfold(d.root)
	unfold(d.jobs)
	first := d.jobs.Content[0]
	if first == d.job {
		first = to
	}
	// Of the comments above a list and its first item the library writes one.
	first.HeadComment, d.jobs.HeadComment = joined(d.jobs.HeadComment, first.HeadComment), ""
	text, err := e.whole()
	if err != nil {
		return "", nil, err
	}
	now, err := writtenComments(text)
	if err != nil {
		return "", nil, err
	}
	if missing := lost(textsOf(d.comments), append(now, e.remains.all()...)); len(missing) > 0 {
		to.HeadComment = joined(append([]string{to.HeadComment}, missing...)...)
		text, err = e.whole()
	}
	return likeLines(src.Text, text), e.remains.all(), err
}

// tree gives the job with its fields as they should be.
func (e *edit) tree(fields []field) *yaml.Node {
	out := *e.job
	out.Content = slices.Clone(e.job.Content)
	unfold(&out)
	for _, f := range fields {
		at := indexOf(&out, f.name)
		empty := len(f.entries) == 0 && !f.open
		switch {
		case f.same:
		case at < 0 && !empty:
			out.Content = append(out.Content, textNode(f.name), e.made(entry{inner: &f.shape}))
		case at < 0:
		case e.vanishes(f, out.Content[at+1]):
			e.doom(out.Content[at+1])
			e.dropped = append(e.dropped, ofNodes(out.Content[at], out.Content[at+1])...)
			out.Content = slices.Delete(out.Content, at, at+2)
		case out.Content[at+1].Kind != yaml.MappingNode:
			e.doom(out.Content[at+1])
			out.Content[at+1] = e.made(entry{inner: &f.shape})
		default:
			if _, ok := e.fromJSON(f, out.Content[at+1]); ok {
				out.Content[at+1] = e.made(entry{inner: &f.shape})
				continue
			}
			out.Content[at+1] = e.shaped(out.Content[at+1], f.shape)
		}
	}
	return &out
}

// whole gives the text of the whole tree.
func (e *edit) whole() (string, error) {
	root, err := e.settled(e.root)
	if err != nil {
		return "", err
	}
	e.document.whole.Kind, e.document.whole.Content = yaml.DocumentNode, []*yaml.Node{root}
	text, err := encode(&e.document.whole, 2)
	return text + "\n", err
}
