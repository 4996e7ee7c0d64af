//go:build failpoint

package failpoint

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

func TestMain(m *testing.M) {
	if script := os.Getenv("FAILPOINT_SCRIPT"); script != "" {
		for _, name := range strings.Fields(script) {
			os.Stdout.WriteString(name + " ")
			Hit(name)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestKill(t *testing.T) {
	const script = "store.commit.before store.commit.after store.commit.before store.commit.after"
	for _, test := range []struct {
		kill, reached string
		killed        bool
	}{
		{"", script, false},
		{"1", "store.commit.before", true},
		{"3", "store.commit.before store.commit.after store.commit.before", true},
		{"store.commit.after:2", script, true},
		{"store.commit.after:3", script, false},
		{"outbox.delivered:1", script, false},
	} {
		command := exec.Command(os.Args[0])
		command.Env = append(os.Environ(), "FAILPOINT_SCRIPT="+script, "AUTO_KILL="+test.kill)
		out, err := command.Output()
		if got := strings.TrimSpace(string(out)); got != test.reached {
			t.Errorf("AUTO_KILL=%s reached %q, want %q", test.kill, got, test.reached)
		}
		if (err != nil) != test.killed {
			t.Errorf("AUTO_KILL=%s: %v", test.kill, err)
		}
		if status, ok := command.ProcessState.Sys().(syscall.WaitStatus); test.killed && (!ok || status.Signal() != syscall.SIGKILL) {
			t.Errorf("AUTO_KILL=%s ended with %v, want SIGKILL", test.kill, command.ProcessState)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{"x", "0", "-1", "store.commit.after", "store.commit.after:0", "nowhere:1"} {
		if got, err := parse(text); err == nil {
			t.Errorf("parse(%q) = %v, want an error", text, got)
		}
	}
}
