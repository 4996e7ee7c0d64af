// Package repl is a conversation about a scenario: expressions are evaluated on its
// current state, commands let time pass, events happen and conditions change. All that
// was typed makes a scenario again.
package repl

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/play"
	"auto/runtime/scenario"
	"auto/vm/graph"
)

// Options say how a conversation is held.
type Options struct {
	// Out gets the answers.
	Out io.Writer
	// Start is the instant of the first tick of a scenario without ticks.
	Start time.Time
	// Save writes a file; nil where there is no place for files.
	Save func(name, text string) error
	// Project has the names that expressions may use beside the vocabulary; nil for none.
	Project *Project
}

// REPL is one conversation. It is not safe for concurrent use.
type REPL struct {
	Options
	state state
	// before are the states to go back to.
	before []state
	// on is the asset or check that expressions are evaluated for, "" for all assets.
	on string
	// shown is what the state comes to; it is made when it is asked for.
	shown *shown
}

// New begins a conversation about a scenario, after its last tick. Where one asset alone
// has a condition, expressions are about it. The error is a *scenario.Refused where a tick
// or a condition of the scenario is refused.
func New(s *scenario.Scenario, o Options) (*REPL, error) {
	r := &REPL{Options: o, state: state{scenario: s, start: o.Start}}
	now, err := r.now()
	if err != nil {
		return nil, err
	}
	if len(now.conditions) == 1 {
		for key := range now.conditions {
			r.on = key
		}
	}
	if _, err := play.Conditions(now.graph, now.conditions); err != nil {
		return nil, err
	}
	_, _, err = r.play(s, &play.Machine{})
	return r, err
}

// ErrQuit is what Line gives where the conversation is over.
var ErrQuit = errors.New("the conversation is over")

// Findings is the error of a line that cannot be answered because of what is written.
type Findings diag.List

// Error gives the first finding.
func (f Findings) Error() string { return f[0].Error() }

// Line answers one line: an expression, a command behind a colon, or nothing where it is
// empty or a comment. The error is for the person who typed it: Findings where it is about
// a text, ErrQuit at the end. A line with an error changes nothing.
func (r *REPL) Line(line source.Span) error {
	line = trim(line)
	text := line.Text()
	switch {
	case text == "" || strings.HasPrefix(text, "#"):
		return nil
	case strings.HasPrefix(text, ":"):
		return refusal(r.command(line.Sub(1, len(text)-1)))
	}
	return refusal(r.expression(line))
}

// Prompt is what stands before the next line: what expressions are evaluated for.
func (r *REPL) Prompt() string {
	if r.on == "" {
		return "auto> "
	}
	return r.on + "> "
}

func (r *REPL) printf(format string, args ...any) { fmt.Fprintf(r.Out, format, args...) }

// refusal gives the findings of what is refused.
func refusal(err error) error {
	var refused *scenario.Refused
	if errors.As(err, &refused) {
		return Findings(refused.Findings)
	}
	return err
}

// wrong is the error of a line that is not as it has to be, with what to write instead.
func wrong(at source.Span, help, format string, args ...any) error {
	var list diag.List
	list.Addf(diag.BadCommand, at, help, format, args...)
	return Findings(list)
}

// failed gives findings as an error where there are errors among them.
func failed(list diag.List) error {
	if !list.HasErrors() {
		return nil
	}
	return Findings(list)
}

// trim leaves out the blanks around a span.
func trim(s source.Span) source.Span {
	text := s.Text()
	inner := strings.TrimSpace(text)
	return s.Sub(strings.Index(text, inner), len(inner))
}

// cut gives the first word of a span and what follows it.
func cut(s source.Span) (word, rest source.Span) {
	text := s.Text()
	end := strings.IndexAny(text, " \t")
	if end < 0 {
		end = len(text)
	}
	return s.Sub(0, end), trim(s.Sub(end, len(text)-end))
}

// known finds an asset or check that the graph does not have.
func known(g *graph.Graph, key source.Span) error {
	text := key.Text()
	if has(g, text) {
		return nil
	}
	help := "`:assets` lists them."
	if near, ok := g.Nearest(text); ok {
		help = "Did you mean `" + near + "`?"
	}
	var list diag.List
	list.Addf(diag.UnknownAsset, key, help, "There is no asset or check `%s`.", text)
	return Findings(list)
}

// has reports whether the graph has an asset or check.
func has(g *graph.Graph, key string) bool {
	if _, ok := g.Asset(key); ok {
		return true
	}
	i := strings.LastIndexByte(key, ':')
	if i < 0 {
		return false
	}
	_, ok := g.Check(key[:i], key[i+1:])
	return ok
}

// timeText writes an instant as scenarios do.
func timeText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
