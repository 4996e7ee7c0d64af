package sidebyside

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"auto/internal/dagster"

	"gopkg.in/yaml.v3"
)

// began is when the clocks begin.
var began = time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)

// definitions is the folder of both deployments' definitions.
var definitions = filepath.Join("testdata", "dagster")

// deploy starts a webserver for the definitions, and a driver beside it. sensor is RUNNING
// or STOPPED.
func deploy(t *testing.T, sensor string) (*dagster.Deployment, *driver) {
	t.Helper()
	clock, config := newClock(t), readConfig(t)
	env := []string{"SIDE_SENSOR=" + sensor, "SIDE_CLOCK=" + string(clock)}
	d := dagster.Start(t, dagster.Options{Folder: definitions, Locations: map[string]string{"side": "definitions.py"}, Config: config, Env: env})
	return d, startDriver(t, d.Home, d.Dir, clock, env)
}

// deployAlone makes the folders of a deployment that nobody reads, and starts a driver
// there.
func deployAlone(t *testing.T, sensor string) *driver {
	t.Helper()
	home, dir, clock := t.TempDir(), t.TempDir(), newClock(t)
	if err := os.CopyFS(dir, os.DirFS(definitions)); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "dagster.yaml"), filepath.Join(home, "dagster.yaml")); err != nil {
		t.Fatal(err)
	}
	return startDriver(t, home, dir, clock, []string{"SIDE_SENSOR=" + sensor, "SIDE_CLOCK=" + string(clock)})
}

// readConfig reads the deployments' dagster.yaml.
func readConfig(t *testing.T) (config map[string]any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(read(t, filepath.Join(definitions, "dagster.yaml"))), &config); err != nil {
		t.Fatal(err)
	}
	return config
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
