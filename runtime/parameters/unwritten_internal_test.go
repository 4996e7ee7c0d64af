package parameters

import (
	"io/fs"
	"syscall"
	"testing"
)

// TestNoPermission: root, as which tests may run, is refused nothing.
func TestNoPermission(t *testing.T) {
	err := unwritten("jobs/j.yaml", &fs.PathError{Op: "open", Path: "/p/jobs/.auto-1", Err: syscall.EACCES})
	if want := "`jobs/j.yaml` cannot be written: permission denied; let the user that runs auto write its folder"; err.Error() != want {
		t.Error(err)
	}
}
