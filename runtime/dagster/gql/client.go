// Package gql speaks GraphQL to a Dagster webserver. The status of an answer says
// nothing about success there: an answer of 500 can hold a launched run. So a body that
// is GraphQL is read whatever the status, and what an error means is told apart by
// whether the server may have acted.
package gql

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"auto/runtime/clock"

	"github.com/Khan/genqlient/graphql"
	"golang.org/x/time/rate"
)

//go:generate go tool genqlient

// maxAnswer bounds an answer, in bytes: the statuses of some millions of partitions.
const maxAnswer = 1 << 30

// Options say how a webserver is reached.
type Options struct {
	// URL is the address of the webserver or of its /graphql; a path before it stays, as in
	// https://acme.dagster.cloud/prod.
	URL string
	// Headers are set on every call.
	Headers map[string]string
	// TLS is how the server is trusted, and what is shown to it; nil for the system's way.
	TLS *tls.Config
	// Timeout bounds one call, 0 for none.
	Timeout time.Duration
	// Rate is the greatest number of calls a second, 0 for any.
	Rate  float64
	Clock clock.Clock
}

// Client is a graphql.Client for one Dagster. It is safe for concurrent use.
type Client struct {
	options Options
	http    *http.Client
	limit   *rate.Limiter
}

var _ graphql.Client = (*Client)(nil)

// New gives a client. Nothing is sent yet.
func New(o Options) *Client {
	o.URL = Address(o.URL)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost, transport.TLSClientConfig = 16, o.TLS
	c := &Client{options: o, limit: rate.NewLimiter(rate.Inf, 1), http: &http.Client{
		Timeout: o.Timeout, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	if o.Rate > 0 {
		c.limit = rate.NewLimiter(rate.Limit(o.Rate), max(1, int(o.Rate)))
	}
	return c
}

// Address gives the address of GraphQL of a webserver: with /graphql at its end.
func Address(webserver string) string {
	u, err := url.Parse(webserver)
	if err != nil || strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/graphql") {
		return strings.TrimRight(webserver, "/")
	}
	return u.JoinPath("graphql").String()
}

// URL is the address that calls go to.
func (c *Client) URL() string { return c.options.URL }

// MakeRequest implements graphql.Client. A failure is an *Error. Where the answer has
// errors beside data, the data is there, too.
func (c *Client) MakeRequest(ctx context.Context, ask *graphql.Request, answer *graphql.Response) error {
	if err := c.wait(ctx); err != nil {
		return &Error{Kind: Unsent, Message: err.Error(), err: err}
	}
	post, err := c.post(ctx, ask)
	if err != nil {
		return &Error{Kind: Unsent, Message: err.Error(), err: err}
	}
	got, err := c.http.Do(post)
	if err != nil {
		return c.failed(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, maxAnswer))
	if err != nil {
		return c.failed(err)
	}
	return c.read(got, body, answer)
}

// wait keeps the rate.
func (c *Client) wait(ctx context.Context) error {
	now := c.options.Clock.Now()
	reserved := c.limit.ReserveN(now, 1)
	delay := reserved.DelayFrom(now)
	if delay == 0 {
		return nil
	}
	timer, cancel := c.options.Clock.Until(now.Add(delay))
	defer cancel()
	select {
	case <-timer:
		return nil
	case <-ctx.Done():
		reserved.CancelAt(c.options.Clock.Now())
		return ctx.Err()
	}
}

func (c *Client) post(ctx context.Context, ask *graphql.Request) (*http.Request, error) {
	body, err := json.Marshal(ask)
	if err != nil {
		return nil, err
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, c.options.URL, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	// The client must not send a body again by itself when a kept connection breaks: it may
	// have launched a run.
	post.GetBody = nil
	for name, value := range c.options.Headers {
		post.Header.Set(name, value)
	}
	post.Header.Set("Content-Type", "application/json")
	post.Header.Set("Accept", "application/json")
	post.Header.Set("User-Agent", "auto")
	return post, nil
}

// failed tells whether a call that broke may have reached the server.
func (c *Client) failed(err error) *Error {
	var dial *net.OpError
	var dns *net.DNSError
	var cert *tls.CertificateVerificationError
	unsent := errors.As(err, &dial) && dial.Op == "dial" || errors.As(err, &dns) || errors.As(err, &cert)
	kind := Lost
	if unsent {
		kind = Unsent
	}
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err // the address is in the message already
	}
	return &Error{Kind: kind, Message: fmt.Sprintf("Dagster at %s cannot be reached: %v.", c.options.URL, err), err: err}
}

// read takes an answer apart.
func (c *Client) read(got *http.Response, body []byte, answer *graphql.Response) error {
	var parts struct {
		Data   json.RawMessage   `json:"data"`
		Errors []json.RawMessage `json:"errors"`
	}
	if err := json.Unmarshal(body, &parts); err != nil || parts.Data == nil && parts.Errors == nil {
		return c.foreign(got, body)
	}
	if len(parts.Data) > 0 && string(parts.Data) != "null" {
		if err := json.Unmarshal(parts.Data, answer.Data); err != nil {
			return &Error{Kind: Lost, Status: got.StatusCode, Message: fmt.Sprintf("The answer of Dagster at %s cannot be read: %v.", c.options.URL, err), err: err}
		}
	}
	if len(parts.Errors) == 0 {
		return nil
	}
	return &Error{Kind: Failed, Status: got.StatusCode, Message: "Dagster answered: " + message(parts.Errors[0]) + "."}
}

// foreign explains an answer that is no GraphQL: of a proxy, a login page, another server.
func (c *Client) foreign(got *http.Response, body []byte) *Error {
	e := &Error{Kind: Denied, Status: got.StatusCode, Wait: c.retryAfter(got.Header.Get("Retry-After"))}
	what := fmt.Sprintf("%s answered %s", c.options.URL, got.Status)
	switch {
	case got.StatusCode == http.StatusTooManyRequests:
		e.Kind, e.Message = Unsent, what+": too many calls. Set `requests_per_second` under `dagster`."
	case got.StatusCode >= 500, got.StatusCode == http.StatusRequestTimeout:
		e.Kind, e.Message = Lost, what+"."
	case got.StatusCode == http.StatusUnauthorized, got.StatusCode == http.StatusForbidden:
		e.Message = what + ". Check `token` and `headers` under `dagster`."
	case got.StatusCode >= 300 && got.StatusCode < 400:
		e.Message = fmt.Sprintf("%s to %q. Write the address of the webserver itself, and a token where it asks for a login.", what, got.Header.Get("Location"))
	default:
		e.Message = fmt.Sprintf("%s with %q, which is no GraphQL. Is `url` the address of a Dagster webserver?", what, excerpt(body))
	}
	return e
}

// retryAfter reads seconds or an HTTP date (RFC 9110, 10.2.3); anything else is no wait.
func (c *Client) retryAfter(text string) time.Duration {
	if seconds, err := time.ParseDuration(text + "s"); err == nil {
		return max(seconds, 0)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(at.Sub(c.options.Clock.Now()), 0)
}

// message gives the text of an error of GraphQL, on one line.
func message(raw json.RawMessage) string {
	var e struct {
		Message string `json:"message"`
	}
	if err := json.Unmarshal(raw, &e); err != nil || e.Message == "" {
		return excerpt(raw)
	}
	return strings.TrimSuffix(excerpt([]byte(e.Message)), ".")
}

// excerpt gives the first line of a text, shortened.
func excerpt(body []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(body)), "\n")
	line = strings.ToValidUTF8(line, "?")
	if runes := []rune(line); len(runes) > 300 {
		return string(runes[:300]) + "…"
	}
	return line
}
