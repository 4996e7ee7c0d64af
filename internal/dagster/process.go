package dagster

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Process is a program of the deployment, with all that it starts: code servers and runs.
type Process struct {
	// Name is what the program is called in messages, Log the file that it writes to.
	Name, Log string

	argv, env []string
	dir       string
	owner     *syscall.Credential // nil for that of the test
	command   *exec.Cmd           // nil while it is not running
	done      chan struct{}       // closed when the command has ended
	guard     io.WriteCloser
}

// Start starts the program. It is not ready then: see Deployment.Ready.
func (p *Process) Start(t testing.TB) {
	t.Helper()
	if p.command != nil {
		t.Fatalf("%s is running already", p.Name)
	}
	log, err := os.OpenFile(p.Log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	command := exec.Command(p.argv[0], p.argv[1:]...)
	command.Dir, command.Env, command.Stdout, command.Stderr = p.dir, p.env, log, log
	grouped(command)
	command.SysProcAttr.Credential = p.owner
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	p.command, p.done = command, make(chan struct{})
	go func(done chan struct{}) {
		_ = command.Wait() // how it ended is in its log
		close(done)
	}(p.done)
	p.guard = guard(t, command.Process.Pid)
}

// guard starts a shell that kills a process group when the test's process ends, however
// it ends: the pipe to it closes then. A line on the pipe lets it end without that.
func guard(t testing.TB, group int) io.WriteCloser {
	t.Helper()
	command := exec.Command("/bin/sh", "-c", `read line || kill -KILL -"$0"`, strconv.Itoa(group))
	grouped(command)
	reads, writes, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer reads.Close()
	command.Stdin = reads
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = command.Wait() }() // it has nothing to tell
	return writes
}

// Running reports whether the program has been started and has not ended.
func (p *Process) Running() bool {
	if p.command == nil {
		return false
	}
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// Kill kills the program and all that it started, as when its machine goes away.
func (p *Process) Kill(t testing.TB) {
	t.Helper()
	if p.command == nil {
		return
	}
	group := p.command.Process.Pid
	_ = syscall.Kill(-group, syscall.SIGKILL) // it may have ended
	<-p.done
	emptied(group)
	_, err := io.WriteString(p.guard, "ended\n")
	if err = errors.Join(err, p.guard.Close()); err != nil {
		t.Errorf("the guard of %s: %v", p.Name, err)
	}
	p.command = nil
}

// Stop asks the program to end, and kills what is left after some seconds.
func (p *Process) Stop(t testing.TB) {
	t.Helper()
	if p.command == nil {
		return
	}
	_ = p.command.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		t.Logf("%s did not end when it was asked to", p.Name)
	}
	p.Kill(t)
}

// Tail gives the last lines of the log.
func (p *Process) Tail() string {
	text, err := os.ReadFile(p.Log)
	if err != nil {
		return err.Error()
	}
	return tail(text, 6000)
}

// grouped makes a command the first of a process group.
func grouped(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// emptied waits, not for long, until a killed group has no process that could still
// write files.
func emptied(group int) {
	for deadline := time.Now().Add(5 * time.Second); alive(group) && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
}

// alive reports whether a process group has a process that is more than a zombie: whoever
// adopted it may take long to look after it.
func alive(group int) bool {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(files) == 0 { // not Linux
		return syscall.Kill(-group, 0) == nil
	}
	return slices.ContainsFunc(files, func(file string) bool {
		text, err := os.ReadFile(file)
		if err != nil {
			return false // it has ended
		}
		// pid (name) state parent group …: proc_pid_stat(5)
		fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
		return fields[2] == strconv.Itoa(group) && fields[0] != "Z"
	})
}

// lock waits for the lock of a file; it ends with the process at the latest.
func lock(name string) (unlock func(), err error) {
	file, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, err
	}
	return func() { file.Close() }, nil
}
