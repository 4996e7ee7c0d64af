package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/play"
	"auto/runtime/project"
	"auto/runtime/scenario"
)

type testCommand struct {
	Paths   []string `arg:"" name:"path" help:"Scenario files, or folders of them."`
	Match   string   `name:"run" placeholder:"REGEX" help:"Only scenarios whose name it matches."`
	Verbose bool     `short:"v" help:"Name the scenarios that pass, too, with what their ticks request."`
	JSON    bool     `name:"json" help:"One JSON object a line, for each scenario."`
	JUnit   string   `name:"junit" placeholder:"FILE" help:"Write a report in JUnit's form, for build servers."`
	Timing  bool     `help:"Show how long each tick's evaluation took."`
	Update  bool     `help:"Write what comes out into the files as what is expected."`
	Plain   bool     `help:"Evaluate the conditions as they are written: nothing is optimised."`

	// named has the files of the scenarios so far, by name.
	named map[string]string
	// report is that of --junit.
	report *junit
}

// Run plays scenarios and compares what they request with what they expect.
func (c testCommand) Run(s system) error {
	only, err := regexp.Compile(c.Match)
	if err != nil {
		return fmt.Errorf("`-run %s` is no regular expression: %w", c.Match, err)
	}
	names, err := scenarioFiles(c.Paths)
	if err != nil {
		return err
	}
	passed, failed := 0, 0
	c.named, c.report = map[string]string{}, &junit{Name: "auto test"}
	for _, name := range names {
		ok, err := c.file(s, name, only)
		switch {
		case err == errSkipped:
		case err != nil:
			return err
		case ok:
			passed++
		default:
			failed++
		}
	}
	if c.JUnit != "" {
		if err := c.report.write(c.JUnit); err != nil {
			return err
		}
	}
	return c.close(s, passed, failed)
}

// errSkipped: the scenario is none of those that are to run.
var errSkipped = errors.New("skipped")

func (c testCommand) close(s system, passed, failed int) error {
	if passed+failed == 0 {
		return fmt.Errorf("no scenario was run: `-run %s` matches the name of none in `%s`", c.Match, strings.Join(c.Paths, "`, `"))
	}
	out := s.stdout
	if c.JSON {
		out = s.stderr // each line of the standard output is a scenario
	}
	fmt.Fprintf(out, "%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		return findings{failed}
	}
	return nil
}

// scenarioFiles gives the files that paths name, those of folders and below.
func scenarioFiles(paths []string) ([]string, error) {
	var names []string
	for _, path := range paths {
		before := len(names)
		err := filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return noSuchPath(name, err)
			case entry.IsDir() && name != path && strings.HasPrefix(entry.Name(), "."):
				return filepath.SkipDir
			case !entry.IsDir() && (name == path || isScenario(name)):
				names = append(names, name)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if len(names) == before {
			return nil, fmt.Errorf("`%s` has no scenario files (*.yaml)", path)
		}
	}
	return names, nil
}

// file runs one scenario, and reports whether it passed.
func (c testCommand) file(s system, name string, only *regexp.Regexp) (bool, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return false, noSuchPath(name, err)
	}
	sc, found := scenario.ReadFrom(source.New(filepath.ToSlash(name), string(text)), beside(s, name))
	if !only.MatchString(sc.Name) || found.HasErrors() && c.other(s, name, string(text), found) {
		return false, errSkipped
	}
	c.unique(s, sc, name)
	if found.HasErrors() {
		c.report.broken(name, sc.Name, found)
		return false, c.broken(s, sc, found)
	}
	daemon := play.NewDaemon()
	daemon.Now = time.Now
	result, err := scenario.Run(sc, scenario.Options{Evaluator: &play.Machine{Now: time.Now, Plain: c.Plain}, Driver: daemon})
	if err != nil {
		return false, fmt.Errorf("%s: %w", name, err)
	}
	if c.Update {
		return true, c.update(s, sc, result, name, string(text))
	}
	c.report.add(name, result)
	if c.JSON {
		err = s.line(result)
	} else {
		c.show(s, name, result)
	}
	if !result.Passed() || c.Verbose && !sc.ExpectsError() {
		s.write(diag.Text, c.findings(sc, result))
	}
	return result.Passed(), err
}

// scenarioField finds a field that makes a YAML file a scenario.
var scenarioField = regexp.MustCompile(`(?m)^\s*\{?\s*["']?(assets|ticks)["']?\s*:`)

// other reports whether a file with findings that was met in a folder is none that was
// meant: one of the project's own, or YAML that has to do with something else.
func (c testCommand) other(s system, name, text string, found diag.List) bool {
	if slices.Contains(c.Paths, name) {
		return false
	}
	unread := func(d diag.Diagnostic) bool { return d.Code == diag.YAMLSyntax }
	if !scenarioField.MatchString(text) {
		return strings.TrimSpace(text) != "" && !slices.ContainsFunc(found, unread)
	}
	root, ok := project.Find(filepath.Dir(name))
	if !ok {
		return false
	}
	p, _ := project.Load(root, project.Options{Getenv: s.getenv, Now: s.clock.Now()})
	return belongs(p, name)
}

// unique warns of a scenario whose name another file has: `-run` and reports cannot tell
// them apart.
func (c testCommand) unique(s system, sc *scenario.Scenario, file string) {
	other, twice := c.named[sc.Name]
	c.named[sc.Name] = file
	if twice && !sameFile(other, file) {
		var list diag.List
		list.Addf(diag.ScenarioTwice, source.Span{File: sc.Source}, "Give each scenario a `name` of its own.", "%s has a scenario `%s`, too.", filepath.ToSlash(other), sc.Name)
		s.write(diag.Text, list)
	}
}

// broken shows the findings about a file, which counts as failed.
func (c testCommand) broken(s system, sc *scenario.Scenario, found diag.List) error {
	s.write(diag.Text, found)
	if c.JSON {
		return s.line(map[string]any{"name": sc.Name, "passed": false, "ticks": []any{}, "differences": []any{}, "error": found[0].Error()})
	}
	return nil
}

// show tells how a scenario ended, and where it differs.
func (c testCommand) show(s system, name string, r *scenario.Result) {
	switch {
	case !r.Passed():
		fmt.Fprintf(s.stdout, "FAIL  %s (%s)\n%s", r.Name, filepath.ToSlash(name), indented(scenario.Diff(r.Differences())))
	case c.Verbose || c.Timing:
		fmt.Fprintf(s.stdout, "ok    %s\n", r.Name)
	}
	for i, t := range r.Ticks {
		if c.Verbose {
			fmt.Fprintf(s.stdout, "      tick %d at %s requests %s%s\n", i+1, show(t.At), requestedText(t), launchedText(t))
		}
		if c.Timing {
			fmt.Fprintf(s.stdout, "      tick %d evaluated in %.1f µs\n", i+1, float64(t.EvaluationTime.Nanoseconds())/1000)
		}
	}
}

// findings gives what may be the reason of a failure: those of ticks that were refused
// against what they expect, and those about the scenario as it is written.
func (c testCommand) findings(sc *scenario.Scenario, r *scenario.Result) diag.List {
	found := play.Review(sc)
	for _, t := range r.Ticks {
		var refused *scenario.Refused
		if len(t.Differences) > 0 && errors.As(t.Err, &refused) {
			found = append(found, refused.Findings...)
		}
	}
	found.Sort()
	return found
}

func indented(text string) string {
	return "      " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n      ") + "\n"
}

// requestedText writes what a tick requests.
func requestedText(t scenario.TickResult) string {
	switch {
	case t.Err != nil:
		return "nothing: it is refused (" + t.Err.Error() + ")"
	case len(t.Requested) == 0:
		return "nothing"
	}
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(t.Requested)) {
		part := key
		if keys := t.Requested[key].Keys; keys != nil {
			part += " [" + strings.Join(keys, ", ") + "]"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// launchedText writes what a tick launches and leaves owed, where a daemon ticked.
func launchedText(t scenario.TickResult) string {
	if t.Launched == nil {
		return ""
	}
	var runs []string
	for _, l := range t.Launched {
		run := strings.Join(slices.Concat(l.Assets, l.Checks), " + ")
		if len(l.Partitions) > 0 {
			run += " [" + l.Partitions[0] + "]"
		}
		runs = append(runs, run)
	}
	text := ", launches " + cmp.Or(strings.Join(runs, ", "), "nothing")
	if n := len(t.Owed); n > 0 {
		text += fmt.Sprintf(", owes %d", n)
	}
	return text
}

// update writes what came out into the file.
func (c testCommand) update(s system, sc *scenario.Scenario, r *scenario.Result, name, before string) error {
	after, err := scenario.Update(sc, r)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if after == before {
		return nil
	}
	if err := replaceFile(name, after); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.stdout, "wrote %s\n", filepath.ToSlash(name))
	return err
}
