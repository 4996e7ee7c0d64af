package api

import (
	"errors"
	"log/slog"
	"net/http/httptest"
	"syscall"
	"testing"

	"auto/runtime/parameters"

	"github.com/google/go-cmp/cmp"
)

// TestFailures: what sending it again cannot mend does not ask for that.
func TestFailures(t *testing.T) {
	a := &API{Options: Options{Log: slog.New(slog.DiscardHandler)}}
	for _, test := range []struct {
		err   error
		code  int
		later string
		want  problem
	}{
		{&parameters.Unwritten{File: "jobs/j.yaml", Err: syscall.EROFS}, 500, "",
			problem{Message: "`jobs/j.yaml` cannot be written: read-only file system.", Help: "Nothing was changed. Let the user that runs auto write the file, and send it again then."}},
		{errors.New("database is locked"), 503, "5", problem{Message: "The call failed: database is locked.", Help: "Nothing was changed; send it again."}},
	} {
		c, w := &call{Request: httptest.NewRequest("PUT", "/v1/jobs/j", nil)}, httptest.NewRecorder()
		got := a.failure(c, w, test.err)
		if diff := cmp.Diff([]problem{test.want}, got.Problems); diff != "" || c.code != test.code || w.Header().Get("Retry-After") != test.later {
			t.Errorf("%v: %d %s", test.err, c.code, diff)
		}
	}
}
