package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/lang/diag"
	"auto/lang/format"
	"auto/lang/source"
	"auto/runtime/clock"
	"auto/runtime/project"
)

// projects gives the examples, and the project that `auto init` writes.
func projects(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "examples", "*", project.FileName))
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	dirs := []string{"template"}
	for _, file := range files {
		dirs = append(dirs, filepath.Dir(file))
	}
	return dirs
}

// TestExamples: every example checks without findings and has its form.
func TestExamples(t *testing.T) {
	for _, dir := range projects(t) {
		_, found := project.Load(dir, project.Options{Now: clock.System{}.Now()})
		for _, d := range found {
			t.Error(d)
		}
		names, err := policyFiles(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if formatted, _ := format.Source(source.New(name, string(text))); formatted != string(text) {
				t.Errorf("%s is not formatted", name)
			}
		}
	}
}

// TestExampleScenarios: the scenarios of the examples and of `auto init` give what they expect.
func TestExampleScenarios(t *testing.T) {
	dirs, err := filepath.Glob(filepath.Join("..", "..", "examples", "*", "scenarios"))
	if err != nil || len(dirs) == 0 {
		t.Fatal(dirs, err)
	}
	for _, dir := range append(dirs, filepath.Join("template", "scenarios"), filepath.Join("..", "..", "examples", "acceptance")) {
		var out, errs strings.Builder
		s := system{ctx: t.Context(), stdout: &out, stderr: &errs, clock: clock.System{}, getenv: os.LookupEnv}
		if code := run([]string{"test", dir}, s); code != exitFine {
			t.Errorf("code %d: %s%s", code, out.String(), errs.String())
		}
	}
}

// TestQuickstart runs the first example as the README does.
func TestQuickstart(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "examples", "quickstart"))); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, ".auto")); err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	s := system{ctx: t.Context(), stdout: &out, stderr: &errs, clock: clock.System{}, getenv: os.LookupEnv}
	if code := run([]string{"run", "--once", "--project", dir}, s); code != exitFine || !strings.Contains(out.String(), `"selection":["move_file","sales_data"],"partition":"2026-01-01"`) {
		t.Errorf("code %d: %s%s", code, out.String(), errs.String())
	}
}

// TestCodes: every code that the program names is in the catalogue.
func TestCodes(t *testing.T) {
	for _, code := range []diag.Code{diag.FirstListing, diag.StoreLocked, diag.StoreFailed, diag.SourceFailed, diag.NothingToRun, diag.SocketFailed, diag.StateFailed, diag.NoProject, diag.EnvMissing} {
		if _, ok := diag.Explain(code); !ok {
			t.Errorf("%s has no entry", code)
		}
	}
}
