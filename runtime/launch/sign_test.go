package launch_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"auto/runtime/clock"
	"auto/runtime/launch"
)

// TestSign: the value that OpenSSL gives:
//
//	printf '1767225600.{"id":"a"}' | openssl dgst -sha256 -hmac secret
func TestSign(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 999, time.FixedZone("", 0))
	const want = "t=1767225600,v1=3bd6b0311183a405eec72da46521fc02ddfb62256f32ff11dbe8f8394aa58324"
	if got := launch.Sign([]byte("secret"), []byte(`{"id":"a"}`), at); got != want {
		t.Error(got)
	}
}

// TestWebhookSigned: a delivery is signed as it is sent, at the instant of its attempt.
func TestWebhookSigned(t *testing.T) {
	now := clock.NewManual(time.Unix(1_767_225_600, 0), nil)
	for _, secret := range []string{"secret", ""} {
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, in *http.Request) {
			body, err := io.ReadAll(in.Body)
			if err != nil {
				t.Error(err)
			}
			want := ""
			if secret != "" {
				want = launch.Sign([]byte(secret), body, now.Now())
			}
			if got := in.Header.Get(launch.SignatureHeader); got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}))
		w := launch.NewWebhook(launch.WebhookOptions{URL: server.URL, Timeout: time.Minute, Secret: []byte(secret), Clock: now})
		if err := w.Launch(t.Context(), req); err != nil {
			t.Error(err)
		}
		server.Close()
	}
}
