package sidebyside

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// began is when the clocks begin.
var began = time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)

// itself is a Dagster that is driven by its own automation sensor.
type itself struct{ *driver }

func (itself) name() string       { return "Dagster" }
func (s itself) history() *driver { return s.driver }

// startItself starts a deployment in which the sensor runs.
func startItself(t *testing.T) side {
	t.Helper()
	home, folder := filepath.Join(t.TempDir(), "dagster"), t.TempDir()
	copyFolder(t, folder)
	if err := os.Mkdir(home, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(folder, "dagster.yaml"), filepath.Join(home, "dagster.yaml")); err != nil {
		t.Fatal(err)
	}
	workspace := filepath.Join(folder, "workspace.yaml")
	return itself{startDriver(t, home, folder, workspace, environment(home, folder, "RUNNING"))}
}

// tick is one round of Dagster's asset daemon.
func (s itself) tick(t *testing.T, at time.Time) {
	t.Helper()
	s.setClock(t, at)
	var tick struct {
		At            float64
		Status, Error string
	}
	s.do(t, "tick", &tick, nil)
	if tick.Error != "" || int64(tick.At) != at.Unix() {
		t.Fatalf("the sensor's tick at %s: %+v: %s", at, tick, s.answers.Bytes())
	}
}

// copyFolder copies the definitions into a folder.
func copyFolder(t *testing.T, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(filepath.Join("testdata", "dagster"))); err != nil {
		t.Fatal(err)
	}
}
