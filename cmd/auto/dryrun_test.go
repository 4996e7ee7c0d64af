package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/runtime/clock"
	"auto/runtime/project"
	"auto/runtime/store/sqlite"
)

// ofDagster is a project about a Dagster that nobody asks.
var ofDagster = map[string]string{
	"auto.yaml":       "dagster: {url: \"http://127.0.0.1:1\"}\n",
	"assets/a.yaml":   "assets: [{key: read}, {key: unread}]\n",
	"policies/p.auto": "policy all for all() { when missing() }\n",
}

// dry writes a project, and gives what the function that it gives shows of a dry run.
func dry(t *testing.T, files map[string]string) (dir string, show func() (code int, out, errs string)) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir, func() (int, string, string) {
		var out, errs strings.Builder
		s := system{ctx: t.Context(), stdout: &out, stderr: &errs, clock: clock.System{}, getenv: os.LookupEnv}
		code := run([]string{"run", "--dry-run", "--project", dir}, s)
		return code, out.String(), errs.String()
	}
}

// TestDryRunUnread: a dry run shows nothing that conditions only would do because Dagster was
// not read yet, and leaves no state behind.
func TestDryRunUnread(t *testing.T) {
	dir, show := dry(t, ofDagster)
	if code, out, errs := show(); code != exitFailed || out != "" || !strings.Contains(errs, "nothing was read of Dagster yet") {
		t.Errorf("code %d, %s%s", code, out, errs)
	}
	if _, err := os.Stat(project.StateFolder(dir)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is a state folder: %v", err)
	}
}

// TestDryRunPartlyRead: what was not read is named.
func TestDryRunPartlyRead(t *testing.T) {
	dir, show := dry(t, ofDagster)
	store, err := sqlite.Open(t.Context(), project.StateFolder(dir), sqlite.Owner{PID: 1, Command: "test"})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(store.PutMarks(t.Context(), map[string][]byte{"dagster/state/asset/read": []byte("{}")}), store.Close()); err != nil {
		t.Fatal(err)
	}
	code, out, errs := show()
	if code != exitFine || !strings.Contains(out, `"read"`) || !strings.Contains(errs, `"assets":"unread"`) {
		t.Errorf("code %d, %s%s", code, out, errs)
	}
}

// TestDryRunWithoutDagster: it begins a state elsewhere.
func TestDryRunWithoutDagster(t *testing.T) {
	dir, show := dry(t, map[string]string{"auto.yaml": "", "assets/a.yaml": ofDagster["assets/a.yaml"], "policies/p.auto": ofDagster["policies/p.auto"]})
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	if code, out, errs := show(); code != exitFine || !strings.Contains(out, `"read"`) {
		t.Errorf("code %d, %s%s", code, out, errs)
	}
	for _, folder := range []string{project.StateFolder(dir), filepath.Join(temporary, "auto*")} {
		if left, err := filepath.Glob(folder); err != nil || len(left) > 0 {
			t.Errorf("%v are left, %v", left, err)
		}
	}
}
