package paramdoc

import (
	"errors"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxWritten bounds the nodes that an edit writes out, so that a small text cannot stand for
// an endless one.
const maxWritten = 100_000

var errAliases = errors.New("its aliases stand for too much")

// settled gives a copy of a tree in which no alias stands for a node that the edit replaces:
// what that was is written out.
func (e *edit) settled(n *yaml.Node) (*yaml.Node, error) {
	var copied func(n *yaml.Node, out bool) *yaml.Node
	copied = func(n *yaml.Node, out bool) *yaml.Node {
		if out {
			e.left--
		}
		if e.left < 0 {
			return n
		}
		if n.Kind == yaml.AliasNode && e.doomed[n.Alias] {
			was := copied(n.Alias, true)
			was.HeadComment, was.LineComment, was.FootComment = n.HeadComment, n.LineComment, n.FootComment
			return was
		}
		if to, ok := e.instead[n]; ok {
			n = to
		}
		c := *n
		c.Content = nil
		if c.Tag == "!!merge" {
			c.Tag = "" // the library writes the tag, too
		}
		if out {
			writtenOut(&c)
		}
		for _, inner := range n.Content {
			c.Content = append(c.Content, copied(inner, out))
		}
		return &c
	}
	c := copied(n, false)
	if e.left < 0 {
		return nil, errAliases
	}
	return c, nil
}

// writtenOut makes a node one that is written out in one line, without its anchor and comments.
func writtenOut(n *yaml.Node) {
	n.Anchor = ""
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	switch {
	case n.Kind == yaml.MappingNode, n.Kind == yaml.SequenceNode:
		n.Style |= yaml.FlowStyle
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0, strings.Contains(n.Value, "\n"):
		n.Style = yaml.DoubleQuotedStyle
	}
}

// settle writes out the aliases of the text that stand for a node that the edit replaces, but
// for those in lines that it replaces, too.
func (e *edit) settle() error {
	if len(e.doomed) == 0 {
		return nil
	}
	replaced := e.changes
	var failed error
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Kind == yaml.AliasNode && e.doomed[n.Alias] && failed == nil {
			at := e.Source.Offset(n.Line, n.Column)
			if !within(replaced, at) {
				failed = e.writeOut(n, at)
			}
		}
		for _, inner := range n.Content {
			walk(inner)
		}
	}
	walk(e.root)
	return failed
}

func within(changes []change, at int) bool {
	for _, c := range changes {
		if c.start <= at && at < c.end {
			return true
		}
	}
	return false
}

func (e *edit) writeOut(alias *yaml.Node, at int) error {
	if !strings.HasPrefix(e.Source.Text[at:], "*"+alias.Value) {
		return errPlaces
	}
	was, err := e.settled(alias)
	if err != nil {
		return err
	}
	bare(was)
	// In brackets a text has the quotes that it needs anywhere.
	text, err := encode(&yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Content: []*yaml.Node{was}}, 2)
	if err != nil {
		return err
	}
	e.change(at, at+len("*"+alias.Value), text[1:len(text)-1])
	return nil
}
