package sidebyside

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestUnruly: whatever becomes of a call, it has acted once, or not at all where it is
// lost before; and the caller learns what its fate says.
func TestUnruly(t *testing.T) {
	for _, test := range []struct {
		fate   fate
		acts   int32
		status int // 0 where there is no whole answer
		killed bool
	}{
		{passed, 1, 200, false},
		{lostBefore, 0, 0, false},
		{lostAfter, 1, 0, false},
		{failedAfter, 1, 502, false},
		{twice, 1, 200, false},
		{late, 1, 0, false},
		{cut, 1, 0, false},
		{deadBefore, 1, 0, true},
		{deadAfter, 1, 0, true},
	} {
		t.Run(string(test.fate), func(t *testing.T) {
			var acts atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				acts.Add(1)
				io.WriteString(w, `{"data": {"launchRun": {}}}`)
			}))
			defer server.Close()
			var killed atomic.Bool
			u := newUnruly(t, server.URL, 1, func() { killed.Store(true) })
			u.fates = func(bool) fate { return test.fate }
			within := time.Minute
			if test.fate == late {
				within = time.Second
			}
			status := call(t, u.URL, within)
			if status != test.status || acts.Load() != test.acts || killed.Load() != test.killed {
				t.Errorf("status %d, acted %d times, killed: %v", status, acts.Load(), killed.Load())
			}
		})
	}
}

// call gives the status of a whole answer, 0 for none within a time.
func call(t *testing.T, to string, within time.Duration) int {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(`{"query": "mutation Launch {}"}`))
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	got, err := client.Do(post)
	if err != nil {
		return 0
	}
	defer got.Body.Close()
	if _, err := io.ReadAll(got.Body); err != nil {
		return 0
	}
	return got.StatusCode
}
