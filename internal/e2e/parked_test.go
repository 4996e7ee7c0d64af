package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
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
	write(t, filepath.Join(dir, "auto.yaml"), fmt.Sprintf(project, server.URL))
	write(t, filepath.Join(dir, "policies", "p.auto"), policy)
	write(t, filepath.Join(dir, "assets", "a.yaml"), assets)
	write(t, filepath.Join(dir, "landing", "sales", "a.csv"), "x")
	write(t, filepath.Join(dir, "landing", "sales", "b.csv"), "x")
	if _, errs, code := auto(t, dir, "run", "--once"); code != 0 {
		t.Fatalf("code %d: %s", code, errs)
	}
	out, _, _ := auto(t, dir, "requests", "ls", "--state", "parked")
	if strings.Count(out, "the job is unknown here") != 2 {
		t.Errorf("parked: %s", out)
	}
	why, _, _ := auto(t, dir, "files", "why", "sales/a.csv")
	if !strings.Contains(why, "parked, 1 attempt") || !strings.Contains(why, "422") {
		t.Errorf("why: %s", why)
	}
	kind.Store(true)
	if out, errs, code := auto(t, dir, "requests", "retry", "--all"); code != 0 || !strings.Contains(out, "2 requests due again") {
		t.Errorf("retry: %s%s", out, errs)
	}
	if _, errs, code := auto(t, dir, "run", "--once"); code != 0 {
		t.Fatalf("code %d: %s", code, errs)
	}
	if out, _, _ := auto(t, dir, "requests", "ls"); strings.Count(out, "delivered") != 2 {
		t.Errorf("delivered: %s", out)
	}
}
