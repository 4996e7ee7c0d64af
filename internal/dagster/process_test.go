package dagster

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"auto/internal/program"
)

// sleeper is a program that leaves another one behind.
func sleeper(t *testing.T) *Process {
	t.Helper()
	return &Process{Name: "sleeper", Log: filepath.Join(t.TempDir(), "log"), argv: []string{"/bin/sh", "-c", "sleep 600 & echo started; sleep 600"}}
}

func TestKill(t *testing.T) {
	p := sleeper(t)
	for range 2 {
		p.Start(t)
		group := p.command.Process.Pid
		program.Eventually(t, time.Minute, "it writes", func() bool { return strings.Contains(p.Tail(), "started") })
		if !p.Running() || !alive(group) {
			t.Error("it is not running")
		}
		p.Kill(t)
		if p.Running() || alive(group) {
			t.Error("something is still running")
		}
	}
	p.Kill(t) // nothing to kill
	p.Stop(t)
}

func TestStop(t *testing.T) {
	p := sleeper(t)
	p.Start(t)
	group := p.command.Process.Pid
	p.Stop(t)
	if p.Running() || alive(group) {
		t.Error("something is still running")
	}
}

func TestEnded(t *testing.T) {
	p := &Process{Name: "false", Log: filepath.Join(t.TempDir(), "log"), argv: []string{"/bin/sh", "-c", "exit 1"}}
	p.Start(t)
	program.Eventually(t, time.Minute, "it ends", func() bool { return !p.Running() })
	p.Kill(t)
}

// TestGuard: a test that is killed leaves nothing behind.
func TestGuard(t *testing.T) {
	const victim = "AUTO_TEST_VICTIM"
	if os.Getenv(victim) != "" {
		p := sleeper(t)
		p.Start(t)
		fmt.Println("group", p.command.Process.Pid)
		<-t.Context().Done()
		return
	}
	self, err := os.Executable()
	must(t, err)
	command := exec.Command(self, "-test.run", "^TestGuard$")
	command.Env = append(os.Environ(), victim+"=1", "TMPDIR="+t.TempDir())
	out, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	group := 0
	for lines := bufio.NewScanner(out); group == 0 && lines.Scan(); {
		_, _ = fmt.Sscanf(lines.Text(), "group %d", &group) // another line
	}
	if group == 0 || !alive(group) {
		t.Error("the victim runs nothing")
	}
	must(t, command.Process.Kill())
	_ = command.Wait() // it was killed
	program.Eventually(t, time.Minute, "what the victim started ends", func() bool { return !alive(group) })
}
