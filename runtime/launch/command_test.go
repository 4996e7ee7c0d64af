package launch_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"auto/runtime/launch"
	"auto/runtime/request"

	"github.com/google/go-cmp/cmp"
)

// script gives a launcher of a shell script in a folder.
func script(dir, text string) *launch.Command {
	return launch.NewCommand(launch.CommandOptions{Argv: []string{"sh", "-c", text, "sh", "an argument"}, Dir: dir, Env: os.Environ(), Timeout: time.Minute, Workers: 3})
}

// TestCommand: the program gets the request on its standard input, and who it is in its
// arguments, its environment and its working folder.
func TestCommand(t *testing.T) {
	dir := t.TempDir()
	c := script(dir, `cat >request; echo "$1 $AUTO_REQUEST_ID $AUTO_ATTEMPT" >rest; echo done; echo fine >&2`)
	if err := c.Launch(t.Context(), req); err != nil || c.Workers() != 3 {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "request"))
	if err != nil || !strings.HasSuffix(string(text), "}\n") || strings.Count(string(text), "\n") != 1 {
		t.Errorf("%q %v", text, err)
	}
	var got request.Request
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(req, got); diff != "" {
		t.Error(diff)
	}
	if rest, err := os.ReadFile(filepath.Join(dir, "rest")); string(rest) != "an argument id1 3\n" || err != nil {
		t.Errorf("%q %v", rest, err)
	}
}

// TestCommandStatus: what each end of a program means for the request.
func TestCommandStatus(t *testing.T) {
	for _, test := range []struct {
		script string
		kind   launch.Kind
		reason string
	}{
		{"exit 1", launch.Passing, "ended with exit status 1."},
		{"echo 'no\tcluster' >&2; echo more >&2; exit 2", launch.Passing, `exit status 2 with "no\tcluster".`},
		{"exit 63", launch.Passing, "63"}, {"exit 64", launch.Refused, "64"}, {"exit 74", launch.Refused, "74"},
		{"exit 75", launch.Passing, "75"}, {"exit 76", launch.Refused, "76"}, {"exit 78", launch.Refused, "78"}, {"exit 79", launch.Passing, "79"},
		{"exit 255", launch.Passing, "255"}, {"kill -TERM $$", launch.Passing, "signal: terminated"},
		{"printf '\\n  \\377\\n' >&2; exit 65", launch.Refused, `with "?".`},
		{"yes 'a long line' | tr -d '\\n' | head -c 1000000 >&2; exit 66", launch.Refused, "…"},
	} {
		var failure *launch.Failure
		if err := script("", test.script).Launch(t.Context(), req); !errors.As(err, &failure) || failure.Kind != test.kind || !strings.Contains(failure.Reason, test.reason) {
			t.Errorf("%s: %#v", test.script, err)
		}
	}
}

// TestCommandNotStarted: what cannot be started holds the others back, and says why.
func TestCommandNotStarted(t *testing.T) {
	dir := t.TempDir()
	for name, file := range map[string]struct {
		text string
		mode os.FileMode
	}{"plain": {"#!/bin/sh\n", 0o644}, "headless": {"exit 0\n", 0o755}, "orphan": {"#!/no/such/shell\n", 0o755}} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(file.text), file.mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ program, dir, reason string }{
		{"no-such-program", dir, "Install it"}, {"./absent", dir, "Install it"}, {"./plain", dir, "chmod +x"},
		{"./headless", dir, "#!/bin/sh"}, {"./orphan", dir, "first line"}, {"./plain/x", dir, "Correct `command`"},
		{"sh", filepath.Join(dir, "none"), "working folder " + filepath.Join(dir, "none")},
	} {
		c := launch.NewCommand(launch.CommandOptions{Argv: []string{test.program}, Dir: test.dir})
		var failure *launch.Failure
		if err := c.Launch(t.Context(), req); !errors.As(err, &failure) || failure.Kind != launch.Unreachable || !strings.Contains(failure.Reason, test.reason) || c.Workers() != 1 {
			t.Errorf("%s: %#v", test.program, err)
		}
	}
}

// TestCommandUnread: a program need not read the request.
func TestCommandUnread(t *testing.T) {
	big := req
	big.Params = map[string]any{"text": strings.Repeat("x", 1<<20)}
	if err := script("", "exit 0").Launch(t.Context(), big); err != nil {
		t.Error(err)
	}
}

// TestCommandLeaves: what a program leaves behind lives on, and does not keep it from
// having ended.
func TestCommandLeaves(t *testing.T) {
	dir := t.TempDir()
	lines := fifo(t, dir)
	if err := script(dir, `(read go <go; echo alive >fifo) & exit 0`).Launch(t.Context(), req); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte("go\n"), 0); err != nil {
		t.Fatal(err)
	}
	if line, err := lines(); line != "alive\n" || err != nil {
		t.Errorf("%q %v", line, err)
	}
}

// fifo makes the named pipes fifo and go, and gives the lines that are written to the
// first; at the end of all writers io.EOF.
func fifo(t *testing.T, dir string) func() (string, error) {
	t.Helper()
	for _, name := range []string{"fifo", "go"} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var file *os.File
	var lines *bufio.Reader
	t.Cleanup(func() { file.Close() })
	return func() (line string, err error) {
		if file == nil {
			if file, err = os.Open(filepath.Join(dir, "fifo")); err != nil {
				return "", err
			}
			lines = bufio.NewReader(file)
		}
		return lines.ReadString('\n')
	}
}

// TestCommandCut: the end of the context ends a program with all that it has started, and
// no other begins.
func TestCommandCut(t *testing.T) {
	dir := t.TempDir()
	lines := fifo(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := script(dir, `exec 3>fifo; sleep 1000 & echo ready >&3; sleep 1000`)
	ended := make(chan error, 1)
	go func() { ended <- c.Launch(ctx, req) }()
	if line, err := lines(); line != "ready\n" || err != nil {
		t.Fatalf("%q %v", line, err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("%#v", err)
	}
	if line, err := lines(); line != "" || !errors.Is(err, io.EOF) {
		t.Errorf("%q %v", line, err)
	}
	if err := c.Launch(ctx, req); !errors.Is(err, context.Canceled) {
		t.Errorf("%#v", err)
	}
}

func TestCommandTimeout(t *testing.T) {
	c := launch.NewCommand(launch.CommandOptions{Argv: []string{"sleep", "1000"}, Timeout: 20 * time.Millisecond})
	var failure *launch.Failure
	if err := c.Launch(t.Context(), req); !errors.As(err, &failure) || failure.Kind != launch.Passing || !strings.Contains(failure.Reason, "within 20ms") {
		t.Errorf("%#v", err)
	}
}
