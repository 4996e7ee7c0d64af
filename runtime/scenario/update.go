package scenario

import (
	"errors"
	"slices"
	"strings"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/yamldoc"

	"gopkg.in/yaml.v3"
)

// Update gives the text of the scenario's file with the `expect` blocks rewritten that the
// result differs from; all else stays as it is, byte for byte. A block keeps the trees of
// evaluations where it has some. Ticks without a block stay without one, but an empty
// `expect:` is filled, and a file without any block gets them all. It fails where a block
// cannot be replaced in its place.
func Update(s *Scenario, r *Result) (string, error) {
	u := updater{src: s.Source, all: !slices.ContainsFunc(s.Ticks, func(t *Tick) bool { return t.Expect != nil })}
	_, root := yamldoc.Parse(s.Source, new(diag.List))
	ticks := value(root, "ticks")
	if ticks == nil || len(ticks.Content) != len(r.Ticks) || len(s.Ticks) != len(r.Ticks) {
		return "", errNotInPlace
	}
	wants := make([]*Expect, len(s.Ticks))
	for i, t := range s.Ticks {
		if wants[i] = u.wanted(t, ticks.Content[i], r.Ticks[i]); wants[i] == nil {
			wants[i] = t.Expect
			continue
		}
		u.tick(ticks.Content[i], wants[i])
	}
	text := u.apply()
	return text, u.verify(s, wants, text)
}

var errNotInPlace = errors.New("an `expect` block cannot be replaced where it stands: write it on lines of its own, or as `{…}`")

// updater replaces blocks in a text.
type updater struct {
	src     *source.File
	all     bool // a file without any block gets them all
	splices []splice
	failed  bool
}

type splice struct {
	start, end int
	text       string
}

// wanted gives the block that a tick is to get, nil where it stays as it is.
func (u *updater) wanted(t *Tick, n *yaml.Node, r TickResult) *Expect {
	key, _ := field(n, "expect")
	switch {
	case t.Expect == nil && key == nil && !u.all:
		return nil
	case t.Expect == nil:
		return r.Got(false).likeBefore(nil)
	case len(r.Differences) == 0 && (r.Err == nil || t.Expect.Error != ""):
		return nil
	}
	return r.Got(t.Expect.Evaluations != nil).likeBefore(t.Expect)
}

// value gives the value of a key of a mapping, nil where there is none.
func value(m *yaml.Node, key string) *yaml.Node {
	_, v := field(m, key)
	return v
}

func field(m *yaml.Node, name string) (key, value *yaml.Node) {
	for i := 0; m != nil && m.Kind == yaml.MappingNode && i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == name {
			return m.Content[i], m.Content[i+1]
		}
	}
	return nil, nil
}

func (u *updater) offset(n *yaml.Node) int { return u.src.Offset(n.Line, n.Column) }

func (u *updater) tick(tick *yaml.Node, want *Expect) {
	key, old := field(tick, "expect")
	inFlow := tick.Style&yaml.FlowStyle != 0
	switch {
	case tick.Kind != yaml.MappingNode || key == nil && len(tick.Content) == 0:
		u.failed = true
	case key == nil && inFlow:
		end := flowEnd(u.src.Text, u.offset(tick)) - 1
		u.splice(end, end, ", expect: "+flowText(want.flow))
	case key == nil:
		u.insert(tick, want)
	case old.Kind == yaml.MappingNode && old.Style&yaml.FlowStyle != 0:
		start := u.offset(old)
		u.splice(start, flowEnd(u.src.Text, start), flowText(want.flow))
	case inFlow:
		u.failed = true
	default:
		u.block(key, want)
	}
}

func (u *updater) splice(start, end int, text string) {
	if end < start {
		u.failed = true
		return
	}
	u.splices = append(u.splices, splice{start, end, text})
}

// block replaces a block on lines of its own: from its key to the next line that is not
// deeper.
func (u *updater) block(key *yaml.Node, want *Expect) {
	start := u.offset(key)
	u.splice(start, u.blockEnd(key), "expect:\n"+want.lines(indent(key)+"  "))
}

// insert puts a block behind the other fields of a tick.
func (u *updater) insert(tick *yaml.Node, want *Expect) {
	first := tick.Content[0]
	end := u.blockEndAfter(first.Line, first.Column-1)
	text := indent(first) + "expect:\n" + want.lines(indent(first)+"  ")
	if end > 0 && u.src.Text[end-1] != '\n' {
		text = "\n" + text
	}
	u.splice(end, end, text)
}

func indent(n *yaml.Node) string { return strings.Repeat(" ", n.Column-1) }

// blockEnd gives where the block of a key ends: behind its last line that is deeper than
// the key. Blank lines and comments that follow are not part of it.
func (u *updater) blockEnd(key *yaml.Node) int { return u.blockEndAfter(key.Line, key.Column) }

func (u *updater) blockEndAfter(line, depth int) int {
	last := line
	for n := line + 1; n <= u.src.Lines(); n++ {
		text := u.src.Line(n)
		trimmed := strings.TrimLeft(text, " ")
		switch blank := strings.TrimSpace(trimmed) == ""; {
		case blank:
			continue
		case len(text)-len(trimmed) < depth:
			return u.src.Offset(last+1, 1)
		case !strings.HasPrefix(trimmed, "#"):
			last = n
		}
	}
	if last == u.src.Lines() {
		return len(u.src.Text)
	}
	return u.src.Offset(last+1, 1)
}

// flowEnd gives where a bracketed value that begins at an offset ends, and -1 where it does
// not.
func flowEnd(text string, start int) int {
	depth := 0
	for i := start; i < len(text); i++ {
		switch c := text[i]; {
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case (c == '"' || c == '\'') && strings.IndexByte(" ,[{:\n", text[i-1]) >= 0:
			i += quoted(text[i:]) - 1
		case c == '#' && strings.IndexByte(" \n", text[i-1]) >= 0:
			if end := strings.IndexByte(text[i:], '\n'); end >= 0 {
				i += end
			}
		}
	}
	return -1
}

// quoted gives the length of the quoted text at the beginning.
func quoted(text string) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[0] == '"' && text[i] == '\\':
			i++
		case text[i] != text[0]:
		case text[0] == '\'' && strings.HasPrefix(text[i+1:], "'"):
			i++
		default:
			return i + 1
		}
	}
	return len(text)
}

// apply makes the replacements, with the ends of lines that the text has.
func (u *updater) apply() string {
	slices.SortFunc(u.splices, func(a, b splice) int { return a.start - b.start })
	newline := "\n"
	if strings.Contains(u.src.Text, "\r\n") {
		newline = "\r\n"
	}
	var b strings.Builder
	at := 0
	for _, s := range u.splices {
		b.WriteString(u.src.Text[at:s.start])
		b.WriteString(strings.ReplaceAll(s.text, "\n", newline))
		at = s.end
	}
	b.WriteString(u.src.Text[at:])
	return b.String()
}

// verify reads the new text: each tick has to have its events and its block.
func (u *updater) verify(s *Scenario, wants []*Expect, text string) error {
	after, findings := ReadFrom(source.New(u.src.Name, text), s.from)
	if u.failed || findings.HasErrors() || len(after.Ticks) != len(s.Ticks) {
		return errNotInPlace
	}
	for i, t := range after.Ticks {
		if !sameExpect(wants[i], t.Expect) || !slices.EqualFunc(s.Ticks[i].Events, t.Events, sameEvent) {
			return errNotInPlace
		}
	}
	return nil
}

func sameExpect(a, b *Expect) bool {
	if a == nil || b == nil {
		return a == b
	}
	return flowText(a.flow) == flowText(b.flow)
}

func sameEvent(a, b *Event) bool { return a.String() == b.String() }
