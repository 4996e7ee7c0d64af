package launch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"auto/runtime/clock"
	"auto/runtime/request"
	"auto/runtime/tracing"
)

// WebhookOptions say where and how requests are posted.
type WebhookOptions struct {
	URL string
	// Timeout bounds one delivery from dialling to the end of the answer.
	Timeout time.Duration
	// Headers are set on every delivery.
	Headers map[string]string
	// Secret signs every delivery (Sign), nil for none.
	Secret []byte
	// Workers is how many deliveries may be under way at once.
	Workers int
	// Clock reads an answer's Retry-After where it is a date, and gives the instant of a
	// signature.
	Clock clock.Clock
}

// Webhook posts each request as JSON, with its ID as Idempotency-Key.
type Webhook struct {
	options WebhookOptions
	client  *http.Client
}

// NewWebhook gives a launcher that posts to one address. Redirects are not
// followed: a moved receiver has to be written down.
func NewWebhook(o WebhookOptions) *Webhook {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = o.Workers
	return &Webhook{o, &http.Client{
		Timeout:       o.Timeout,
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Workers implements Launcher.
func (w *Webhook) Workers() int { return max(w.options.Workers, 1) }

// Launch implements Launcher. 2xx acknowledges; 408, 425, 429 and 5xx may pass; any
// other answer refuses the request for good.
func (w *Webhook) Launch(ctx context.Context, r request.Request) error {
	body, err := json.Marshal(r)
	if err != nil {
		return &Failure{Kind: Refused, Reason: "The request has no JSON form: " + err.Error() + "."}
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, w.options.URL, bytes.NewReader(body))
	if err != nil {
		return &Failure{Kind: Refused, Reason: "The address is not usable: " + err.Error() + "."}
	}
	// With an Idempotency-Key the client would send the body again by itself when a kept
	// connection breaks, and a receiver would see one attempt twice.
	post.GetBody = nil
	for name, value := range w.options.Headers {
		post.Header.Set(name, value)
	}
	post.Header.Set("Content-Type", "application/json")
	post.Header.Set("User-Agent", "auto")
	post.Header.Set("Idempotency-Key", r.ID)
	post.Header.Set("Auto-Attempt", strconv.Itoa(r.Attempt))
	if len(w.options.Secret) > 0 {
		post.Header.Set(SignatureHeader, Sign(w.options.Secret, body, w.options.Clock.Now()))
	}
	tracing.Send(ctx, post.Header)
	answer, err := w.client.Do(post)
	if err != nil {
		return unreachable(err)
	}
	defer answer.Body.Close()
	return w.judge(answer)
}

func unreachable(err error) *Failure {
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return &Failure{Kind: Passing, Reason: "The receiver did not answer in time."}
	}
	return &Failure{Kind: Unreachable, Reason: "The receiver cannot be reached: " + err.Error() + "."}
}

func (w *Webhook) judge(answer *http.Response) error {
	// Reading to the end lets the connection serve again; what matters of an answer is
	// its beginning.
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 4096))
	code := answer.StatusCode
	if code >= 200 && code < 300 {
		return nil
	}
	failure := &Failure{Kind: Refused, Reason: fmt.Sprintf("The receiver answered %s%s.", answer.Status, excerpt(text))}
	switch {
	case code >= 500, code == http.StatusRequestTimeout, code == http.StatusTooEarly, code == http.StatusTooManyRequests:
		failure.Kind = Passing
		failure.Wait = w.retryAfter(answer.Header.Get("Retry-After"))
	case code >= 300 && code < 400:
		failure.Reason = fmt.Sprintf("The receiver answered %s to %q. Write that address into the project file.", answer.Status, answer.Header.Get("Location"))
	}
	return failure
}

// retryAfter reads seconds or an HTTP date (RFC 9110, 10.2.3); anything else is
// no wait.
func (w *Webhook) retryAfter(text string) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(max(seconds, 0)) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(at.Sub(w.options.Clock.Now()), 0)
}

// excerpt gives the first line of an answer's text, shortened, for a reason.
func excerpt(body []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	line = strings.ToValidUTF8(line, "?")
	if line == "" {
		return ""
	}
	if runes := []rune(line); len(runes) > 200 {
		line = string(runes[:200]) + "…"
	}
	return fmt.Sprintf(" with %q", line)
}
