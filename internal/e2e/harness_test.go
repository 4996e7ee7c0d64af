// Package e2e runs the whole program: real processes, real HTTP, real kills, on a clock
// that the test moves.
package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"
)

// program builds auto with its test hooks, once.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "auto-e2e-")
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "auto")
	out, err := exec.Command("go", "build", "-tags", "failpoint", "-o", name, "auto/cmd/auto").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return name, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if name, err := program(); err == nil {
		os.RemoveAll(filepath.Dir(name))
	}
	os.Exit(code)
}

// timekeeper moves the clock of the programs that connect to it: whenever one waits for
// an instant, that instant comes.
type timekeeper struct {
	path string
	mu   sync.Mutex
	now  time.Time
}

func newTimekeeper(t *testing.T) *timekeeper {
	t.Helper()
	k := &timekeeper{now: began}
	k.path = serveClock(t, k.serve)
	return k
}

// began is when the clocks of tests begin.
var began = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// serveClock listens for the programs of a test, and gives the path of the socket.
func serveClock(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "auto-clock-") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "clock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close(); os.RemoveAll(dir) })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return path
}

// seedOf gives the seed of a test, which it prints: that of AUTO_SEED where it is set.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv("AUTO_SEED"); text != "" {
		if _, err := fmt.Sscan(text, &seed); err != nil {
			t.Fatalf("AUTO_SEED: %v", err)
		}
	}
	t.Logf("AUTO_SEED=%d", seed)
	return seed
}

func (k *timekeeper) serve(conn net.Conn) {
	defer conn.Close()
	k.mu.Lock()
	fmt.Fprintln(conn, k.now.UnixNano())
	k.mu.Unlock()
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		next, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			return
		}
		k.mu.Lock()
		if at := time.Unix(0, next).UTC(); next > 0 && at.After(k.now) {
			k.now = at
			fmt.Fprintln(conn, next)
		}
		k.mu.Unlock()
	}
}

// process is a running auto.
type process struct {
	*exec.Cmd
	done   chan error
	stderr *bytes.Buffer
}

// command gives a command of auto in a folder.
func command(name, dir string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Dir = dir
	return c
}

// start runs auto in a folder.
func start(t *testing.T, dir string, env []string, args ...string) *process {
	t.Helper()
	name, err := program()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{exec.Command(name, args...), make(chan error, 1), &bytes.Buffer{}}
	p.Dir, p.Env, p.Stderr = dir, append(os.Environ(), env...), p.stderr
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.done <- p.Wait() }()
	return p
}

// auto runs a command to its end and gives its output.
func auto(t *testing.T, dir string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	name, err := program()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(name, args...)
	var out, errs bytes.Buffer
	command.Dir, command.Stdout, command.Stderr = dir, &out, &errs
	if err := command.Run(); err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), command.ProcessState.ExitCode()
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	// A file appears whole, as a careful writer lets it.
	temporary := name + ".part"
	if err := os.WriteFile(temporary, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(temporary, name); err != nil {
		t.Fatal(err)
	}
}
