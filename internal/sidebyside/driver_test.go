package sidebyside

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"auto/internal/dagster"
)

// driver speaks to testdata/dagster/driver.py, which works on the deployment of a folder.
type driver struct {
	clock   clock
	command *exec.Cmd
	ask     io.WriteCloser
	answers *bufio.Scanner
	log     *bytes.Buffer
	seen    int // runs that were told already
}

// run is one of Dagster's run list.
type run struct {
	ID     string
	Status string
	Tags   map[string]string
	Made   []pair
}

// UnmarshalJSON reads a pair as the driver writes it.
func (p *pair) UnmarshalJSON(text []byte) error {
	return json.Unmarshal(text, &[]any{&p.Asset, &p.Partition})
}

// happening is something that neither Dagster's sensor nor auto did.
type happening struct {
	// Kind is materialization, observation, partition or run.
	Kind string `json:"kind"`
	// Asset is also the name of a dynamic definition, or assets of a run with a plus between.
	Asset     string `json:"asset"`
	Partition string `json:"partition,omitempty"`
}

// startDriver starts a driver for a DAGSTER_HOME and a folder of definitions.
func startDriver(t *testing.T, home, folder string, c clock, env []string) *driver {
	t.Helper()
	d := &driver{clock: c, log: &bytes.Buffer{}}
	d.command = exec.Command(filepath.Join(dagster.Bin(t), "python"), filepath.Join(folder, "driver.py"))
	d.command.Env, d.command.Stderr = append(append(os.Environ(), env...), "DAGSTER_HOME="+home, "DAGSTER_DISABLE_TELEMETRY=1",
		"PYTHONPATH="+pythonPath(t, folder), "PYTHONDONTWRITEBYTECODE=1", "SIDE_WORKSPACE="+filepath.Join(folder, "workspace.yaml")), d.log
	ask, err := d.command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	answers, err := d.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.command.Start(); err != nil {
		t.Fatal(err)
	}
	d.ask, d.answers = ask, bufio.NewScanner(answers)
	d.answers.Buffer(nil, 1<<26)
	t.Cleanup(func() {
		d.ask.Close() // which ends it
		if err := d.command.Wait(); err != nil {
			t.Errorf("the driver of %s: %v", home, err)
		}
		if t.Failed() {
			t.Logf("the driver of %s:\n%s", home, tail(d.log.String()))
		}
	})
	return d
}

// pythonPath is where a deployment's modules are: its folder, and auto_dagster.
func pythonPath(t *testing.T, folder string) string {
	t.Helper()
	ours, err := filepath.Abs(filepath.Join("..", "..", "runtime", "dagster", "python"))
	if err != nil {
		t.Fatal(err)
	}
	return folder + string(os.PathListSeparator) + ours
}

// do gives a command and reads its answer.
func (d *driver) do(t *testing.T, command string, answer any, with map[string]any) {
	t.Helper()
	line := map[string]any{"do": command}
	for key, value := range with {
		line[key] = value
	}
	text, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(d.ask, "%s\n", text); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if !d.answers.Scan() {
		t.Fatalf("%s: the driver has ended: %v", text, d.answers.Err())
	}
	if answer == nil {
		return
	}
	if err := json.Unmarshal(d.answers.Bytes(), answer); err != nil {
		t.Fatalf("%s: %v: %s", text, err, d.answers.Bytes())
	}
}

// happen lets things happen.
func (d *driver) happen(t *testing.T, list []happening) {
	t.Helper()
	d.do(t, "happen", nil, map[string]any{"events": list})
}

// rules says which assets' runs fail, and which are held until finish.
func (d *driver) rules(t *testing.T, fail, hold []string) {
	t.Helper()
	d.do(t, "rules", nil, map[string]any{"fail": append([]string{}, fail...), "hold": append([]string{}, hold...)})
}

// finish ends the runs that are held.
func (d *driver) finish(t *testing.T) { t.Helper(); d.do(t, "finish", nil, nil) }

// news gives the runs that were created since it was asked last, the oldest first.
func (d *driver) news(t *testing.T) []run {
	t.Helper()
	var all []run
	d.do(t, "runs", &all, nil)
	list := all[d.seen:]
	d.seen = len(all)
	return list
}

// tail is the end of a log.
func tail(text string) string { return text[max(0, len(text)-6000):] }
