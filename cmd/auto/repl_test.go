package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"auto/internal/program"
	"auto/runtime/clock"
)

// pane is a terminal in which a program runs.
type pane struct {
	*testing.T
	tmux, socket string
}

// openPane runs a shell command in a terminal that ends with the test. Without tmux the test
// is skipped, in CI it fails.
func openPane(t *testing.T, command string) pane {
	t.Helper()
	tmux, err := exec.LookPath("tmux")
	if err != nil {
		const reason = "tmux is not installed, and a terminal is needed"
		if os.Getenv("CI") != "" {
			t.Fatal(reason)
		}
		t.Skip(reason)
	}
	dir, err := os.MkdirTemp("", "auto") // the path of a socket has to be short
	if err != nil {
		t.Fatal(err)
	}
	p := pane{t, tmux, filepath.Join(dir, "tmux")}
	p.do("new-session", "-d", "-x", "100", "-y", "40", command)
	t.Cleanup(func() {
		p.do("kill-server")
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return p
}

// do carries out a tmux command and gives what it says.
func (p pane) do(args ...string) string {
	p.Helper()
	out, err := exec.Command(p.tmux, append([]string{"-S", p.socket, "-f", os.DevNull}, args...)...).CombinedOutput()
	if err != nil {
		p.Fatalf("tmux %q: %v\n%s", args, err, out)
	}
	return string(out)
}

// types types a text, presses presses keys by tmux's names.
func (p pane) types(text string)      { p.Helper(); p.do("send-keys", "-l", text) }
func (p pane) presses(keys ...string) { p.Helper(); p.do(append([]string{"send-keys"}, keys...)...) }

// shows waits until the last lines of the terminal are some.
func (p pane) shows(lines ...string) {
	p.Helper()
	want := strings.Join(lines, "\n")
	screen := ""
	defer func() {
		if p.Failed() {
			p.Logf("the terminal shows\n%s", screen)
		}
	}()
	program.Eventually(p, time.Minute, "the terminal ends with\n"+want, func() bool {
		screen = strings.TrimRight(p.do("capture-pane", "-p"), " \n")
		return screen == want || strings.HasSuffix(screen, "\n"+want)
	})
}

const terminalScenario = `
assets:
  - {key: raw/orders, external: true, partitions: {type: daily, start: "2026-01-01"}}
  - {key: sales/orders, partitions: {type: daily, start: "2026-01-01"}, deps: [raw/orders], condition: eager()}
ticks: [{at: 2026-01-03T00:05:00Z}]
`

// TestTerminal holds a conversation in a terminal.
func TestTerminal(t *testing.T) {
	dir := t.TempDir()
	name, saved, state := filepath.Join(dir, "days.yaml"), filepath.Join(dir, "saved.yaml"), filepath.Join(dir, "state")
	if err := os.WriteFile(name, []byte(terminalScenario), 0o666); err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("auto")
	if err != nil {
		t.Fatal(err)
	}
	command := "XDG_STATE_HOME='" + state + "' NO_COLOR=1 '" + program + "' repl '" + name + "'; echo left with $?; cat"
	p := openPane(t, command)
	p.shows("Type an expression, or :help. Tab completes, Ctrl-D leaves.", "sales/orders>")

	t.Log("Tab completes the vocabulary, commands, assets and partitions.")
	p.types("~missi")
	p.presses("Tab")
	p.shows("sales/orders> ~missing()")
	p.presses("Enter")
	p.shows("Condition", "sales/orders: none", "NOT        none", "  missing  2026-01-01, 2026-01-02", "sales/orders>")
	p.types(":ev")
	p.presses("Tab")
	p.types("mat")
	p.presses("Tab")
	p.types("r")
	p.presses("Tab")
	p.shows("sales/orders> :event materialize raw/orders")
	p.types(" 2026-01-02")
	p.presses("Enter")
	p.shows("{materialize: raw/orders, partitions: ['2026-01-02']}", "sales/orders>")
	p.types(":tick")
	p.presses("Enter")
	p.shows("tick 2, 2026-01-03T00:06:00Z", "run sales/orders [2026-01-02]", "sales/orders>")

	t.Log("Up brings back what was typed, Ctrl-C clears the line.")
	p.presses("Up", "Up")
	p.shows("sales/orders> :event materialize raw/orders 2026-01-02")
	p.presses("C-c")
	p.shows("sales/orders>")
	p.types("mising()")
	p.presses("Enter")
	p.shows("input:1:1: error A101: Nothing is called `mising`.", "    1 │ mising()", "      │ ^^^^^^", "  help: Did you mean `missing`?", "sales/orders>")

	t.Log("What was typed is a scenario, and Ctrl-D leaves.")
	p.types(":save " + saved)
	p.presses("Enter")
	p.shows(saved+" has 2 ticks", "sales/orders>")
	p.presses("C-d")
	p.shows("sales/orders>", "left with 0")
	if out, err := exec.Command(program, "test", saved).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}

	t.Log("The next conversation has the history of this one.")
	history := filepath.Join(state, "auto", "history")
	if info, err := os.Stat(history); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}
	p = openPane(t, command)
	p.shows("sales/orders>")
	p.presses("Up", "Up")
	p.shows("sales/orders> mising()")
	p.presses("C-c")
	p.shows("sales/orders>")
	p.presses("C-d")
	p.shows("left with 0") // its history is written
}

// TestInterrupted: a signal ends a conversation that waits for a line.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, _ := io.Pipe() // nothing ever comes
	var out, complaints bytes.Buffer
	s := system{ctx: ctx, stdin: in, stdout: &out, stderr: &complaints, clock: clock.System{}, getenv: os.LookupEnv}
	cancel()
	if code := run([]string{"repl"}, s); code != exitFailed || !strings.Contains(complaints.String(), "canceled") {
		t.Errorf("code %d: %s%s", code, &out, &complaints)
	}
}
