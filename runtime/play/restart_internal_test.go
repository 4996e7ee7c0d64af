package play

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"auto/lang/source"
	"auto/runtime/scenario"

	"github.com/google/go-cmp/cmp"
)

// restarted is a daemon that goes on from a snapshot before every tick of a sensor.
type restarted struct{ *Daemon }

func (r restarted) Tick(sensor string, at time.Time) (scenario.SensorTick, error) {
	if err := r.project.Settle(); err != nil {
		return scenario.SensorTick{}, err
	}
	again, err := r.project.Branch()
	if err != nil {
		return scenario.SensorTick{}, err
	}
	r.project = again
	return r.Daemon.Tick(sensor, at)
}

// TestRestarts: a daemon gives the same when it is run again, and when it goes on from its
// snapshot before every tick.
func TestRestarts(t *testing.T) {
	for _, pattern := range []string{"testdata/daemon/*.yaml", "../../examples/acceptance/*.yaml"} {
		paths, err := filepath.Glob(pattern)
		if err != nil || len(paths) == 0 {
			t.Fatal(pattern, err)
		}
		for _, path := range paths {
			t.Run(filepath.Base(path), func(t *testing.T) {
				want := played(t, path, NewDaemon())
				if diff := cmp.Diff(want, played(t, path, NewDaemon())); diff != "" {
					t.Errorf("run again:\n%s", diff)
				}
				if diff := cmp.Diff(want, played(t, path, restarted{NewDaemon()})); diff != "" {
					t.Errorf("restarted:\n%s", diff)
				}
			})
		}
	}
}

// played gives the JSON of what a scenario came to.
func played(t *testing.T, path string, driver scenario.Driver) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, found := scenario.Read(source.New(path, string(text)))
	if found.HasErrors() {
		t.Fatal(found[0])
	}
	result, err := scenario.Run(s, scenario.Options{Driver: driver})
	if err != nil {
		t.Fatal(err)
	}
	line, err := json.MarshalIndent(result, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}
