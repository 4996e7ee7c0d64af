package api

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"testing"

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
		{fmt.Errorf("`jobs/j.yaml` cannot be written: %w; let the user that runs auto write its folder", fs.ErrPermission), 500, "",
			problem{Message: "`jobs/j.yaml` cannot be written: permission denied.", Help: "Nothing was changed; let the user that runs auto write its folder."}},
		{fmt.Errorf("open x: %w", fs.ErrPermission), 500, "", problem{Message: "open x: permission denied.", Help: "Nothing was changed; let the user that runs auto do that."}},
		{errors.New("database is locked"), 503, "5", problem{Message: "The call failed: database is locked.", Help: "Nothing was changed; send it again."}},
	} {
		c, w := &call{Request: httptest.NewRequest("PUT", "/v1/jobs/j", nil)}, httptest.NewRecorder()
		got := a.failure(c, w, test.err)
		if diff := cmp.Diff([]problem{test.want}, got.Problems); diff != "" || c.code != test.code || w.Header().Get("Retry-After") != test.later {
			t.Errorf("%v: %d %s", test.err, c.code, diff)
		}
	}
}
