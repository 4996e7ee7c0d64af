package scenario

import (
	"regexp"
	"strings"
	"time"
	"unicode"
)

// block writes policies as the value of a field on lines of its own.
func (p *Policies) block() string {
	switch {
	case p.Paths != nil:
		return flowText(func(f *flow) { f.scalars(p.Paths) })
	case !plainLines(p.Text):
		return escape(p.Text)
	}
	var b strings.Builder
	body := strings.TrimRight(p.Text, "\n")
	b.WriteString("|" + chomping(len(p.Text)-len(body)))
	for line := range strings.SplitSeq(body, "\n") {
		b.WriteString("\n")
		if line != "" {
			b.WriteString("  " + line)
		}
	}
	b.WriteString(strings.Repeat("\n", max(len(p.Text)-len(body)-1, 0)))
	return b.String()
}

// chomping says how many ends of lines a literal text closes with.
func chomping(ends int) string {
	switch ends {
	case 0:
		return "-"
	case 1:
		return ""
	}
	return "+"
}

// blankLine is a line of blanks only, or the blanks that a text begins with; YAML reads
// them as indentation.
var blankLine = regexp.MustCompile(`(?m)^[ \t]+$|\A[ \t\n]`)

// plainLines reports whether a text can be written line by line as it is.
func plainLines(text string) bool {
	return strings.TrimSpace(text) != "" && !blankLine.MatchString(text) && !strings.ContainsFunc(text, func(r rune) bool {
		return r != '\n' && r != '\t' && !unicode.IsPrint(r)
	})
}

// scalarOrList writes one text alone, several as a list.
func (f *flow) scalarOrList(texts []string) {
	if len(texts) == 1 {
		f.scalar(texts[0])
		return
	}
	f.scalars(texts)
}

// runEntry writes the run of an event: its name, or which launched one is meant.
func runEntry(run string, of Ref) entry {
	if of.IsZero() {
		return textEntry("run", run)
	}
	return entry{"run", func(f *flow) { f.mapping(present(textEntry("of", of.Of), textEntry("launched", of.Launched))) }}
}

func timeEntry(name string, at time.Time) entry { return textEntry(name, timeText(at)) }

// timeText writes an instant, "" for none.
func timeText(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return formatTime(at)
}

func (e Pause) entries() []entry {
	return []entry{{"pause", oneText(e.Selection.text())}, timeEntry("until", e.Until), textEntry("reason", e.Reason)}
}

func (e Resume) entries() []entry {
	return []entry{{"resume", oneText(e.Selection.text())}, textEntry("missed", string(e.Missed))}
}

func (e Reload) entries() []entry {
	assets := when(e.Assets != nil, "assets", func(f *flow) { list(f, e.Assets, func(f *flow, a *Asset) { a.write(f) }) })
	return []entry{{"reload", e.Policies.flow}, assets, boolEntry("broken", e.Broken)}
}

func (p *Policies) flow(f *flow) {
	if p == nil || p.Paths == nil {
		f.scalar(p.text())
		return
	}
	f.scalars(p.Paths)
}

func (p *Policies) text() string {
	if p == nil {
		return ""
	}
	return p.Text
}

func (e Down) entries() []entry { return []entry{timeEntry("down", e.From)} }
