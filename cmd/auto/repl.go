package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/project"
	"auto/runtime/repl"
	"auto/runtime/scenario"

	"github.com/peterh/liner"
	"golang.org/x/term"
)

type replCommand struct {
	Path string `arg:"" optional:"" help:"A scenario file, or a project's folder; nothing at all by default."`
	At   string `placeholder:"TIME" help:"The instant of the first tick where the scenario has none; now by default."`
}

// Run holds a conversation: with a person at a terminal, or with what comes through a pipe.
func (c replCommand) Run(s system) error {
	r, err := c.open(s)
	if err != nil {
		return err
	}
	in, ok := s.stdin.(*os.File)
	out, tty := s.stdout.(*os.File)
	if ok && tty && term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd())) {
		return terminal{s, r}.run()
	}
	return readLines(s, r)
}

// open begins a conversation about what the command line names.
func (c replCommand) open(s system) (*repl.REPL, error) {
	o := repl.Options{Out: s.stdout, Save: saveFile, Start: s.clock.Now().UTC().Truncate(time.Second)}
	if c.At != "" {
		at, ok := scenario.ParseTime(c.At)
		if !ok {
			return nil, fmt.Errorf("`--at %s` is no instant; write such as `2026-01-02T06:00:00Z`", c.At)
		}
		o.Start = at
	}
	sc, project, err := c.subject(s)
	if err != nil {
		return nil, err
	}
	o.Project = project
	r, err := repl.New(sc, o)
	return r, refusal(err)
}

// subject gives the scenario to speak about.
func (c replCommand) subject(s system) (*scenario.Scenario, *repl.Project, error) {
	switch {
	case c.Path == "":
		return &scenario.Scenario{}, nil, nil
	case isScenario(c.Path) && filepath.Base(c.Path) != project.FileName:
		sc, err := readScenario(c.Path)
		if err == nil {
			err = onAssets(sc, c.Path)
		}
		return sc, nil, err
	}
	root := c.Path
	if filepath.Base(root) == project.FileName {
		root = filepath.Dir(root)
	}
	if _, err := os.Stat(filepath.Join(root, project.FileName)); err != nil {
		return nil, nil, noProject("`" + root + "`")
	}
	p, found := project.Load(root, project.Options{Getenv: s.getenv, Now: s.clock.Now()})
	if found.HasErrors() {
		return nil, nil, findingList(found)
	}
	return repl.OpenProject(p)
}

func saveFile(name, text string) error { return os.WriteFile(name, []byte(text), 0o666) }

// readLines answers the lines of a pipe. Every line is answered; one with an error makes
// the exit code 1.
func readLines(s system, r *repl.REPL) error {
	in, failed := bufio.NewReader(s.stdin), 0
	for number := 1; ; number++ {
		text, err := next(s.ctx, func() (string, error) { return in.ReadString('\n') })
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("standard input: %w", err)
		}
		answer := r.Line(lineSpan("stdin", number, strings.TrimRight(text, "\r\n")))
		if answer != nil && !errors.Is(answer, repl.ErrQuit) {
			failed++
			s.complain(fmt.Sprintf("stdin:%d", number), answer)
		}
		if err != nil || errors.Is(answer, repl.ErrQuit) {
			break
		}
	}
	if failed > 0 {
		return findings{failed}
	}
	return nil
}

// next gives the next line, or the reason why the context ended before it came.
func next(ctx context.Context, read func() (string, error)) (string, error) {
	type line struct {
		text string
		err  error
	}
	lines := make(chan line, 1)
	go func() {
		text, err := read()
		lines <- line{text, err}
	}()
	select {
	case l := <-lines:
		return l.text, l.err
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// lineSpan gives a line at its number in a file.
func lineSpan(name string, number int, text string) source.Span {
	src := source.New(name, strings.Repeat("\n", number-1)+text)
	return source.Span{File: src, Start: number - 1, End: len(src.Text)}
}

// complain writes why a line could not be answered.
func (s system) complain(where string, err error) {
	var found repl.Findings
	if errors.As(err, &found) {
		s.write(diag.Text, diag.List(found))
		return
	}
	fmt.Fprintf(s.stderr, "%s: %v\n", where, err)
}

// terminal is a conversation with a person.
type terminal struct {
	system
	repl *repl.REPL
}

func (t terminal) run() (err error) {
	line := liner.NewLiner()
	defer func() { err = errors.Join(err, line.Close()) }() // also where there is a bug: the terminal is to be left as it was
	line.SetCtrlCAborts(true)
	line.SetTabCompletionStyle(liner.TabPrints)
	line.SetWordCompleter(func(text string, at int) (string, []string, string) {
		before := string([]rune(text)[:at])
		head, words := t.repl.Complete(before)
		return head, words, text[len(before):]
	})
	history := historyFile(t.getenv)
	readHistory(line, history)
	fmt.Fprintln(t.stdout, "Type an expression, or :help. Tab completes, Ctrl-D leaves.")
	err = t.converse(line)
	return errors.Join(err, writeHistory(line, history))
}

// converse answers line after line, to the end.
func (t terminal) converse(line *liner.State) error {
	for {
		text, err := next(t.ctx, func() (string, error) { return line.Prompt(t.repl.Prompt()) })
		switch {
		case errors.Is(err, liner.ErrPromptAborted):
			continue
		case t.ctx.Err() != nil, errors.Is(err, io.EOF):
			fmt.Fprintln(t.stdout)
			return nil
		case err != nil:
			return err
		}
		if strings.TrimSpace(text) != "" {
			line.AppendHistory(text)
		}
		err = t.repl.Line(lineSpan("input", 1, text))
		if errors.Is(err, repl.ErrQuit) {
			return nil
		}
		if err != nil {
			t.complain("auto", err)
		}
	}
}

// historyFile is where lines are kept from one conversation to the next (the XDG base
// directories); "" where there is no place for it.
func historyFile(getenv func(string) (string, bool)) string {
	if dir, _ := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "auto", "history")
	}
	if home, _ := getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "state", "auto", "history")
	}
	return ""
}

// readHistory reads what was typed before; there may be nothing yet.
func readHistory(line *liner.State, name string) {
	file, err := os.Open(name)
	if err != nil {
		return
	}
	defer file.Close()
	_, _ = line.ReadHistory(file) // as much as can be read
}

// writeHistory keeps what was typed, for its user's eyes alone.
func writeHistory(line *liner.State, name string) error {
	if name == "" {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = line.WriteHistory(file)
	return errors.Join(err, file.Close())
}
