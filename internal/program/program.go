// Package program runs the auto program for tests: real processes, on a clock that the
// test moves.
package program

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// folder is where auto was built, "" where no test needed it.
var folder string

// build builds auto with its test hooks, once.
var build = sync.OnceValues(func() (name string, err error) {
	if folder, err = os.MkdirTemp("", "auto-program-"); err != nil {
		return "", err
	}
	name = filepath.Join(folder, "auto")
	out, err := exec.Command("go", "build", "-tags", "failpoint", "-o", name, "auto/cmd/auto").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return name, nil
})

// Main runs the tests of a package, and removes the program that they built.
func Main(m *testing.M) {
	code := m.Run()
	if folder != "" {
		os.RemoveAll(folder)
	}
	os.Exit(code)
}

// Name gives the path of auto, which is built with the tag failpoint.
func Name(t testing.TB) string {
	t.Helper()
	name, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// Seed gives the seed of a test, which it prints: that of AUTO_SEED where it is set.
func Seed(t testing.TB) uint64 {
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

// Process is a running auto.
type Process struct {
	*exec.Cmd
	// Done gets how it ended.
	Done chan error
	// Log is what it wrote to standard error; it is whole once the process has ended.
	Log *bytes.Buffer
}

// Start runs auto in a folder, with more environment variables.
func Start(t testing.TB, dir string, env []string, args ...string) *Process {
	t.Helper()
	p := &Process{exec.Command(Name(t), args...), make(chan error, 1), &bytes.Buffer{}}
	p.Dir, p.Env, p.Stderr = dir, append(os.Environ(), env...), p.Log
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.Done <- p.Wait() }()
	return p
}

// Run runs a command of auto to its end and gives its output.
func Run(t testing.TB, dir string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	command := exec.Command(Name(t), args...)
	var out, errs bytes.Buffer
	command.Dir, command.Stdout, command.Stderr = dir, &out, &errs
	if err := command.Run(); err != nil && command.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), command.ProcessState.ExitCode()
}

// Write writes a file, which appears whole, as a careful writer lets it.
func Write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	temporary := name + ".part"
	if err := os.WriteFile(temporary, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(temporary, name); err != nil {
		t.Fatal(err)
	}
}
