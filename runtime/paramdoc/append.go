package paramdoc

import (
	"errors"
	"math"
	"strings"

	"auto/lang/source"

	"gopkg.in/yaml.v3"
)

// appendJob writes a job without parameters behind the last one of a text.
func appendJob(src *source.File, job New) (string, error) {
	item := map[string]any{"name": job.Name, "selection": job.Selection}
	if job.Selection == "" {
		keys := make([]any, len(job.Keys))
		for i, key := range job.Keys {
			keys[i] = key
		}
		item["selection"] = keys
	}
	d, err := jobIn(src, job.Name)
	if err != nil && !errors.Is(err, ErrNoJob) {
		return "", err
	}
	if d.root == nil {
		d.root = &yaml.Node{Kind: yaml.MappingNode}
	}
	return d.appendItem(src.Text, valueNode(item))
}

// appendItem writes an item behind the last one: as lines of its own where the list has
// lines, and otherwise in the tree.
func (d *document) appendItem(text string, item *yaml.Node) (string, error) {
	if d.jobs == nil && len(d.root.Content) == 0 || d.jobs != nil && d.jobs.Style&yaml.FlowStyle == 0 && len(d.jobs.Content) > 0 && !otherEnds(text) {
		return d.appendLines(text, item)
	}
	if d.jobs == nil || d.jobs.Kind != yaml.SequenceNode {
		d.jobs = &yaml.Node{Kind: yaml.SequenceNode}
		if at := indexOf(d.root, "jobs"); at >= 0 {
			d.root.Content[at+1] = d.jobs
		} else {
			d.root.Content = append(d.root.Content, textNode("jobs"), d.jobs)
		}
	}
	unfold(d.root)
	unfold(d.jobs)
	d.jobs.Content = append(d.jobs.Content, item)
	d.whole.Kind, d.whole.Content = yaml.DocumentNode, []*yaml.Node{d.root}
	written, err := encode(&d.whole, 2)
	return likeLines(text, written+"\n"), err
}

func (d *document) appendLines(text string, item *yaml.Node) (string, error) {
	written, err := encode(item, 2)
	if err != nil {
		return "", err
	}
	if d.jobs == nil {
		return withNewline(text) + likeLines(text, "jobs:\n  - "+indent(written, 5)+"\n"), nil
	}
	column := d.jobs.Column
	at := indexOf(d.root, "jobs")
	end := d.Source.Offset(d.lastLine(d.root.Content[at], d.jobs, column), math.MaxInt32)
	if c, ok := d.unended(d.lastNode(d.jobs), end); ok {
		text = text[:c.start] + c.text + text[c.end:]
		end = len(text)
	}
	lines := strings.Repeat(" ", column-1) + "- " + indent(written, column+2)
	next := nextStart(text, end)
	return withNewline(text[:next]) + likeLines(text, lines+"\n") + text[next:], nil
}

func withNewline(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + likeLines(text, "\n")
}
