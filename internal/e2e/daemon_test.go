package e2e

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"auto/internal/program"
)

// daemon is a running `auto run` whose requests and log lines a test reads.
type daemon struct {
	*program.Process
	dir   string
	lines chan string
	log   chan string
}

func startDaemon(t *testing.T, policy string) *daemon {
	t.Helper()
	dir := t.TempDir()
	program.Write(t, filepath.Join(dir, "auto.yaml"), "sources: {landing: {type: folder, path: landing}}\n")
	program.Write(t, filepath.Join(dir, "assets", "a.yaml"), assets)
	program.Write(t, filepath.Join(dir, "policies", "p.auto"), policy)
	program.Write(t, filepath.Join(dir, "landing", "sales", "first.csv"), "x")
	clock := program.NewTimekeeper(t)
	d := &daemon{&program.Process{Cmd: exec.Command(program.Name(t), "run", clock.Flag()), Done: make(chan error, 1)}, dir, make(chan string, 1000), make(chan string, 100_000)}
	d.Dir = dir
	stdout, err := d.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := d.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(); err != nil {
		t.Fatal(err)
	}
	read := func(s *bufio.Scanner, into chan string) {
		for s.Scan() {
			into <- s.Text()
		}
		close(into)
	}
	ended := make(chan struct{})
	go func() { read(bufio.NewScanner(stderr), d.log); close(ended) }()
	go func() { read(bufio.NewScanner(stdout), d.lines); <-ended; d.Done <- d.Wait() }()
	t.Cleanup(func() {
		if d.ProcessState == nil {
			d.Cmd.Process.Kill()
		}
	})
	return d
}

// expect waits for a line that holds a text.
func expect(t *testing.T, lines chan string, text string) {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				t.Fatalf("the output ended before %q", text)
			}
			if strings.Contains(line, text) {
				return
			}
		case <-deadline:
			t.Fatalf("no line with %q within 30 s", text)
		}
	}
}

func (d *daemon) end(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if err := d.Cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	if err := <-d.Done; err != nil {
		t.Errorf("it ended with %v", err)
	}
}

// TestDaemon: what a platform team does with a running daemon.
func TestDaemon(t *testing.T) {
	d := startDaemon(t, policy)
	expect(t, d.lines, `"key":"sales/first.csv"`)

	// Commands speak to it over its socket, and a second one is told whose the store is.
	if out, errs, code := program.Run(t, d.dir, "files", "ls"); code != 0 || !strings.Contains(out, "sales/first.csv") {
		t.Errorf("files ls: %s%s", out, errs)
	}
	if _, errs, code := program.Run(t, d.dir, "run", "--once"); code != 2 || !strings.Contains(errs, fmt.Sprintf("process %d", d.Cmd.Process.Pid)) || !strings.Contains(errs, "A502") {
		t.Errorf("a second owner: code %d, %s", code, errs)
	}
	if info, err := os.Stat(filepath.Join(d.dir, ".auto", "control.sock")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info, err)
	}

	// Forgotten while it runs, a file is taken again.
	if out, errs, code := program.Run(t, d.dir, "files", "forget", "sales/*"); code != 0 || !strings.Contains(out, "Forgot 1 file") {
		t.Errorf("forget: %s%s", out, errs)
	}
	expect(t, d.lines, `"key":"sales/first.csv"`)

	// A broken policy keeps the last good one; a right one is taken, on a change or SIGHUP.
	program.Write(t, filepath.Join(d.dir, "policies", "p.auto"), "files inbound from landing {\n    match \"*.csv\" -> sales_date\n}\n")
	expect(t, d.log, "the last good policies stay")
	program.Write(t, filepath.Join(d.dir, "landing", "sales", "second.csv"), "x")
	expect(t, d.lines, `"key":"sales/second.csv"`)
	program.Write(t, filepath.Join(d.dir, "policies", "p.auto"), strings.Replace(policy, `"*.csv"`, `"*.txt"`, 1))
	if err := d.Cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	expect(t, d.log, "the project was reloaded")
	program.Write(t, filepath.Join(d.dir, "landing", "sales", "third.txt"), "x")
	expect(t, d.lines, `"key":"sales/third.txt"`)
	d.end(t, syscall.SIGTERM)
	if _, err := os.Stat(filepath.Join(d.dir, ".auto", "control.sock")); !os.IsNotExist(err) {
		t.Errorf("the socket stays: %v", err)
	}
	if out, _, code := program.Run(t, d.dir, "requests", "ls", "--json"); code != 0 || strings.Count(out, `"state":"delivered"`) != 4 {
		t.Errorf("requests: %s", out)
	}
}
