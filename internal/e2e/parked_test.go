package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"auto/internal/program"
)

// TestParked: what a receiver refuses for good is shown with its reason and is not in the
// way of others; people deliver it again.
func TestParked(t *testing.T) {
	var kind atomic.Bool
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !kind.Load() {
			http.Error(w, "the job is unknown here", http.StatusUnprocessableEntity)
		}
	}))
	defer server.Close()
	dir := t.TempDir()
	program.Write(t, filepath.Join(dir, "auto.yaml"), fmt.Sprintf(project, server.URL))
	program.Write(t, filepath.Join(dir, "policies", "p.auto"), policy)
	program.Write(t, filepath.Join(dir, "assets", "a.yaml"), assets)
	program.Write(t, filepath.Join(dir, "landing", "sales", "a.csv"), "x")
	program.Write(t, filepath.Join(dir, "landing", "sales", "b.csv"), "x")
	if _, errs, code := program.Run(t, dir, "run", "--once"); code != 2 || !strings.Contains(errs, "2 requests were refused and parked") {
		t.Fatalf("code %d: %s", code, errs)
	}
	out, _, _ := program.Run(t, dir, "requests", "ls", "--state", "parked")
	if strings.Count(out, "the job is unknown here") != 2 {
		t.Errorf("parked: %s", out)
	}
	why, _, _ := program.Run(t, dir, "files", "why", "sales/a.csv")
	if !strings.Contains(why, "parked, 1 attempt") || !strings.Contains(why, "422") {
		t.Errorf("why: %s", why)
	}
	kind.Store(true)
	if out, errs, code := program.Run(t, dir, "requests", "retry", "--all"); code != 0 || !strings.Contains(out, "2 requests due again") {
		t.Errorf("retry: %s%s", out, errs)
	}
	if _, errs, code := program.Run(t, dir, "run", "--once"); code != 0 {
		t.Fatalf("code %d: %s", code, errs)
	}
	if out, _, _ := program.Run(t, dir, "requests", "ls"); strings.Count(out, "delivered") != 2 {
		t.Errorf("delivered: %s", out)
	}
}
