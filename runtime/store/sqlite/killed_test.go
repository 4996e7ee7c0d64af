//go:build !failpoint

package sqlite

import (
	process "os/exec"
	"testing"
)

// TestKilled runs the test of that name in a build whose processes can be killed.
func TestKilled(t *testing.T) {
	out, err := process.CommandContext(t.Context(), "go", "test", "-tags", "failpoint", "-run", "^TestKilled$", ".").CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
}
