package launch_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"auto/runtime/clock"
	"auto/runtime/launch"
	"auto/runtime/request"
)

var req = request.Request{ID: "id1", Attempt: 3, Block: "b", RunKey: "k<1>", Selection: []string{"a"}, RunConfig: map[string]any{}}

func TestWebhook(t *testing.T) {
	tests := []struct {
		name   string
		status int
		header [2]string
		kind   launch.Kind
		ok     bool
		wait   time.Duration
		reason string
	}{
		{"ok", 200, [2]string{}, 0, true, 0, ""},
		{"accepted", 202, [2]string{}, 0, true, 0, ""},
		{"redirect", 301, [2]string{"Location", "https://new.example/"}, launch.Refused, false, 0, "new.example"},
		{"bad request", 400, [2]string{}, launch.Refused, false, 0, `with "why\tso"`},
		{"conflict", 409, [2]string{}, launch.Refused, false, 0, "409"},
		{"time-out", 408, [2]string{}, launch.Passing, false, 0, "408"},
		{"too many", 429, [2]string{"Retry-After", "7"}, launch.Passing, false, 7 * time.Second, "429"},
		{"down", 503, [2]string{"Retry-After", "Thu, 01 Jan 2026 00:00:09 GMT"}, launch.Passing, false, 9 * time.Second, "503"},
		{"broken", 500, [2]string{"Retry-After", "soon"}, launch.Passing, false, 0, "500"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, in *http.Request) {
				var got request.Request
				if err := json.NewDecoder(in.Body).Decode(&got); err != nil || got.ID != "id1" || got.Attempt != 3 {
					t.Errorf("%+v %v", got, err)
				}
				if in.Header.Get("Idempotency-Key") != "id1" || in.Header.Get("Auto-Attempt") != "3" || in.Header.Get("Authorization") != "Bearer x" || in.Header.Get("Content-Type") != "application/json" {
					t.Errorf("%v", in.Header)
				}
				if test.header[0] != "" {
					w.Header().Set(test.header[0], test.header[1])
				}
				w.WriteHeader(test.status)
				io.WriteString(w, "why\tso\nmore")
			}))
			defer server.Close()
			now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			w := launch.NewWebhook(launch.WebhookOptions{URL: server.URL, Timeout: time.Minute, Headers: map[string]string{"Authorization": "Bearer x"}, Workers: 2, Clock: clock.NewManual(now, nil)})
			err := w.Launch(t.Context(), req)
			if test.ok {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var failure *launch.Failure
			if !errors.As(err, &failure) || failure.Kind != test.kind || failure.Wait != test.wait || !strings.Contains(failure.Reason, test.reason) {
				t.Errorf("%#v", err)
			}
		})
	}
}

func TestWebhookUnreachable(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	w := launch.NewWebhook(launch.WebhookOptions{URL: server.URL, Timeout: time.Minute, Clock: clock.System{}})
	var failure *launch.Failure
	if err := w.Launch(t.Context(), req); !errors.As(err, &failure) || failure.Kind != launch.Unreachable || w.Workers() != 1 {
		t.Errorf("%#v", err)
	}
}

func TestWebhookSilent(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	w := launch.NewWebhook(launch.WebhookOptions{URL: server.URL, Timeout: 20 * time.Millisecond, Clock: clock.System{}})
	var failure *launch.Failure
	if err := w.Launch(t.Context(), req); !errors.As(err, &failure) || failure.Kind != launch.Passing || !strings.Contains(failure.Reason, "in time") {
		t.Errorf("%#v", err)
	}
}

func TestLines(t *testing.T) {
	var out strings.Builder
	l := launch.NewLines(&out)
	if err := l.Launch(t.Context(), req); err != nil || strings.Count(out.String(), "\n") != 1 {
		t.Errorf("%q %v", out.String(), err)
	}
	var failure *launch.Failure
	if err := launch.NewLines(failing{}).Launch(t.Context(), req); !errors.As(err, &failure) || failure.Kind != launch.Unreachable {
		t.Errorf("%#v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("the pipe is closed") }
