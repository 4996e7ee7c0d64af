package paramdoc

import (
	"slices"
	"strings"

	"auto/lang/source"
	"auto/runtime/yamldoc"

	"gopkg.in/yaml.v3"
)

// comment is one line of comment: bytes [start, end) of a text.
type comment struct {
	start, end int
	text       string
}

// commentsOf gives the comments of a text whose root has been read. The YAML library knows
// them too, but loses some and gives others to a neighbour.
func commentsOf(src *source.File, root *yaml.Node) []comment {
	within := texts(src, root)
	var all []comment
	for n := range src.Lines() {
		line, at := src.Line(n+1), src.Offset(n+1, 1)
		for i := range len(line) {
			if line[i] != '#' || i > 0 && line[i-1] != ' ' && line[i-1] != '\t' || within(at+i) {
				continue
			}
			all = append(all, comment{at + i, at + len(line), strings.TrimRight(line[i:], " \t\r\u0085\u2028\u2029")})
			break
		}
	}
	return all
}

// texts tells of an offset whether it is inside of a text where `#` begins no comment: one
// in quotes, or the lines of a block.
func texts(src *source.File, root *yaml.Node) func(offset int) bool {
	type span struct{ start, end int }
	var spans []span
	var walk func(n *yaml.Node)
	walk = func(n *yaml.Node) {
		if n == nil {
			return
		}
		if start, end := textOf(src, n); start < end {
			spans = append(spans, span{start, end})
		}
		for _, inner := range n.Content {
			walk(inner)
		}
	}
	walk(root)
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	return func(offset int) bool {
		i, found := slices.BinarySearchFunc(spans, offset, func(s span, at int) int { return s.start - at })
		return found || i > 0 && offset < spans[i-1].end
	}
}

// textOf gives where the text of a scalar is that may hold `#`, nothing for any other node.
func textOf(src *source.File, n *yaml.Node) (start, end int) {
	const quoted, block = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle, yaml.LiteralStyle | yaml.FoldedStyle
	if n.Kind != yaml.ScalarNode || n.Style&(quoted|block) == 0 {
		return 0, 0 // the place of a plain one in a long line is not looked for
	}
	start = behindProperties(src.Text, src.Offset(n.Line, n.Column))
	switch {
	case n.Style&quoted != 0:
		return start, start + yamldoc.QuotedLength(src.Text[start:])
	case strings.Trim(n.Value, " \n") != "":
		return blockText(src, start)
	}
	return 0, 0
}

// behindProperties gives the offset behind the anchor and the tag of a node.
func behindProperties(text string, at int) int {
	for at < len(text) && (text[at] == '&' || text[at] == '!') {
		end := strings.IndexAny(text[at:], " \t\r\n")
		if end < 0 {
			return at
		}
		at += end
		at += len(text[at:]) - len(strings.TrimLeft(text[at:], " \t\r\n"))
	}
	return at
}

// blockText gives the lines of a text whose head, such as `|-`, is at an offset.
func blockText(src *source.File, at int) (start, end int) {
	first := src.LineOf(at) + 1
	depth := -1
	head, _, _ := strings.Cut(src.Text[at:], "\n")
	if strings.ContainsAny(head[:min(3, len(head))], "123456789") {
		depth = blanks(src.Line(first-1)) + 1 // its first line may be indented deeper than it is
	}
	n := first
	for ; n <= src.Lines(); n++ {
		line := src.Line(n)
		if strings.TrimSpace(line) == "" {
			continue
		}
		if depth < 0 {
			depth = blanks(line)
		}
		if blanks(line) < depth {
			break
		}
	}
	return src.Offset(first, 1), src.Offset(n, 1)
}

func blanks(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// lost gives the comments of a list that another has not, each as often.
func lost(before, after []string) []string {
	left := map[string]int{}
	for _, text := range after {
		left[text]++
	}
	var gone []string
	for _, text := range before {
		if left[text]--; left[text] < 0 {
			gone = append(gone, text)
		}
	}
	return gone
}

func textsOf(all []comment) []string {
	out := make([]string, len(all))
	for i, c := range all {
		out[i] = c.text
	}
	return out
}

// ofNodes gives the comments that the library has given to nodes and what is in them.
func ofNodes(nodes ...*yaml.Node) []string {
	var all []string
	for _, n := range nodes {
		for _, text := range []string{n.HeadComment, n.LineComment, n.FootComment} {
			for line := range strings.SplitSeq(text, "\n") {
				if line = strings.TrimSpace(line); line != "" {
					all = append(all, line)
				}
			}
		}
		all = append(all, ofNodes(n.Content...)...)
	}
	return all
}

// bare takes the comments out of a tree.
func bare(n *yaml.Node) {
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	for _, inner := range n.Content {
		bare(inner)
	}
}
