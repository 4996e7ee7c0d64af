// Package dagster runs a real Dagster for tests: a webserver and, where wanted, a daemon,
// with definitions that a test gives. Dagster is installed into a venv of the user's cache
// once. A test of Dagster is skipped where that cannot be done; in CI it fails.
package dagster

import (
	"bytes"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// Options say what a deployment holds. The zero value is the sample of examples/dagster
// under a webserver, without a daemon: runs stay QUEUED.
type Options struct {
	// Folder is copied, and its files are what the locations name; "" for the sample.
	Folder string
	// Files are more files, by their path in the folder.
	Files map[string]string
	// Locations are files of the folder by the name of their code location; nil for those of
	// the sample. Its other files can be imported, and so can auto_dagster.
	Locations map[string]string
	// Daemon starts dagster-daemon, which executes queued runs and evaluates conditions.
	Daemon bool
	// Fast forks runs from a process that has the definitions loaded: see
	// python/auto_harness.py. A run takes a fraction of a second instead of several.
	Fast bool
	// Postgres keeps everything in a PostgreSQL of the test's own, in place of SQLite.
	Postgres bool
	// Config is more of dagster.yaml, and replaces a key of the default.
	Config map[string]any
	// Webserver are more arguments of dagster-webserver, such as --read-only or
	// --path-prefix=/prod.
	Webserver []string
	// Env are more variables, as NAME=value.
	Env []string
}

// Deployment is a running Dagster. It ends with its test.
type Deployment struct {
	// URL is the address of the webserver, without /graphql.
	URL string
	// Dir is the folder of definitions, Home is DAGSTER_HOME. Both are the test's.
	Dir, Home string
	// Webserver and Daemon can be killed and started again; without Options.Daemon the
	// daemon is there, not started.
	Webserver, Daemon *Process
}

// Start starts a deployment and waits until its code locations are loaded and its daemons
// are well.
func Start(t testing.TB, o Options) *Deployment {
	t.Helper()
	d := prepare(t, o)
	t.Cleanup(func() { d.end(t) })
	d.Webserver.Start(t)
	if o.Daemon {
		d.Daemon.Start(t)
	}
	d.Ready(t)
	return d
}

// Sample are the code locations of examples/dagster.
func Sample() map[string]string {
	return map[string]string{"core": "core_defs.py", "mart": "mart_defs.py"}
}

// prepare writes the folders of a deployment.
func prepare(t testing.TB, o Options) *Deployment {
	t.Helper()
	if o.Folder == "" {
		o.Folder = filepath.Join(module(t), "examples", "dagster", "deployment")
	}
	if o.Locations == nil {
		o.Locations = Sample()
	}
	bin, top := Bin(t), t.TempDir()
	d := &Deployment{Dir: filepath.Join(top, "deployment"), Home: filepath.Join(top, "home")}
	must(t, os.CopyFS(d.Dir, os.DirFS(o.Folder)))
	for _, name := range slices.Sorted(maps.Keys(o.Files)) {
		d.Write(t, name, o.Files[name])
	}
	d.settle(t, o, bin)
	workspace := filepath.Join(d.Home, "workspace.yaml")
	writeYAML(t, workspace, d.workspace(o.Locations))
	d.processes(t, o, bin, workspace)
	return d
}

// settle makes the home, with its settings and with tables.
func (d *Deployment) settle(t testing.TB, o Options, bin string) {
	t.Helper()
	must(t, os.CopyFS(d.Home, os.DirFS(empty(t, bin))))
	settings := config(o)
	if o.Postgres {
		settings["storage"] = postgres(t, bin)
	}
	writeYAML(t, filepath.Join(d.Home, "dagster.yaml"), settings)
	if o.Postgres {
		d.makeStorage(t, bin)
	}
}

// config gives dagster.yaml. Runs are taken from the queue every second.
func config(o Options) map[string]any {
	yaml := map[string]any{
		"telemetry": map[string]any{"enabled": false},
		"run_coordinator": map[string]any{
			"module": "dagster.core.run_coordinator", "class": "QueuedRunCoordinator",
			"config": map[string]any{"dequeue_interval_seconds": 1, "max_concurrent_runs": 4},
		},
	}
	if o.Fast {
		yaml["run_launcher"] = map[string]any{"module": "auto_harness", "class": "ForkRunLauncher"}
	}
	maps.Copy(yaml, o.Config)
	return yaml
}

// workspace gives workspace.yaml.
func (d *Deployment) workspace(locations map[string]string) map[string]any {
	var from []any
	for _, name := range slices.Sorted(maps.Keys(locations)) {
		from = append(from, map[string]any{"python_file": map[string]any{
			"relative_path": filepath.Join(d.Dir, locations[name]), "working_directory": d.Dir, "location_name": name,
		}})
	}
	return map[string]any{"load_from": from}
}

// processes says how the programs are started.
func (d *Deployment) processes(t testing.TB, o Options, bin, workspace string) {
	address := freeAddress(t)
	host, port, err := net.SplitHostPort(address)
	must(t, err)
	d.URL = "http://" + address
	for _, arg := range o.Webserver {
		if prefix, ok := strings.CutPrefix(arg, "--path-prefix="); ok {
			d.URL += prefix
		}
	}
	path := strings.Join([]string{d.Dir, filepath.Join(module(t), "runtime", "dagster", "python"), filepath.Join(module(t), "internal", "dagster", "python")}, string(os.PathListSeparator))
	env := append(os.Environ(), "DAGSTER_HOME="+d.Home, "DAGSTER_DISABLE_TELEMETRY=1", "PYTHONPATH="+path, "PYTHONDONTWRITEBYTECODE=1", "PYTHONFAULTHANDLER=1")
	process := func(name string, args ...string) *Process {
		return &Process{
			Name: name, Log: filepath.Join(d.Home, name+".log"), dir: d.Dir, env: append(slices.Clip(env), o.Env...),
			argv: append([]string{filepath.Join(bin, name)}, args...),
		}
	}
	d.Webserver = process("dagster-webserver", append([]string{"-w", workspace, "-h", host, "-p", port}, o.Webserver...)...)
	d.Daemon = process("dagster-daemon", "run", "-w", workspace)
}

// end stops everything; the logs of a test that failed are shown.
func (d *Deployment) end(t testing.TB) {
	for _, p := range []*Process{d.Daemon, d.Webserver} {
		p.Kill(t)
		if t.Failed() && p.Log != "" {
			t.Logf("the end of the log of %s:\n%s", p.Name, p.Tail())
		}
	}
}

// Write writes a file of the folder of definitions. Dagster sees it after Reload.
func (d *Deployment) Write(t testing.TB, name, text string) {
	t.Helper()
	file := filepath.Join(d.Dir, name)
	must(t, os.MkdirAll(filepath.Dir(file), 0o755))
	must(t, os.WriteFile(file, []byte(text), 0o644))
}

// Edit replaces a text of a file of definitions, which must be there.
func (d *Deployment) Edit(t testing.TB, name, old, text string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(d.Dir, name))
	must(t, err)
	if !bytes.Contains(content, []byte(old)) {
		t.Fatalf("%s does not hold %q", name, old)
	}
	d.Write(t, name, strings.ReplaceAll(string(content), old, text))
}

// module gives the folder of the module.
func module(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	must(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("the test is not run inside the module")
		}
		dir = filepath.Dir(dir)
	}
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	return l.Addr().String()
}

func writeYAML(t testing.TB, file string, value any) {
	t.Helper()
	text, err := yaml.Marshal(value)
	must(t, err)
	must(t, os.WriteFile(file, text, 0o644))
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(fmt.Errorf("dagster: %w", err))
	}
}
