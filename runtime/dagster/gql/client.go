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
	"net/http/httptrace"
	"net/url"
	"strings"
	"time"

	"auto/runtime/clock"

	"github.com/Khan/genqlient/graphql"
	"golang.org/x/time/rate"
)

//go:generate go tool genqlient

const (
	// maxAnswer bounds an answer, in bytes: the statuses of some millions of partitions.
	maxAnswer = 1 << 30
	// idle is how long a connection is kept. Uvicorn, which serves Dagster's webserver,
	// closes one after 5 s; a call on it at that moment would be lost.
	idle = 4 * time.Second
)

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
	// shown is the address as messages have it, without credentials.
	shown     string
	http      *http.Client
	limit     *rate.Limiter
	maxAnswer int64
}

var _ graphql.Client = (*Client)(nil)

// New gives a client. Nothing is sent yet.
func New(o Options) *Client {
	o.URL = Address(o.URL)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost, transport.IdleConnTimeout, transport.TLSClientConfig = 16, idle, o.TLS
	c := &Client{options: o, shown: redacted(o.URL), limit: rate.NewLimiter(rate.Inf, 1), maxAnswer: maxAnswer, http: &http.Client{
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

// redacted gives an address without what can be a credential in it: the password, and
// the values of the query.
func redacted(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	fields := strings.Split(u.RawQuery, "&")
	for i, field := range fields {
		name, _, named := strings.Cut(field, "=")
		switch {
		case named:
			fields[i] = name + "=xxxxx"
		case field != "": // a token may stand there alone
			fields[i] = "xxxxx"
		}
	}
	u.RawQuery, u.Fragment, u.RawFragment = strings.Join(fields, "&"), "", ""
	return u.Redacted()
}

// URL is the address that calls go to, without credentials.
func (c *Client) URL() string { return c.shown }

// MakeRequest implements graphql.Client. A failure is an *Error. Where the answer has
// errors beside data, the data is there, too. Nothing is ever sent twice.
func (c *Client) MakeRequest(ctx context.Context, ask *graphql.Request, answer *graphql.Response) error {
	if err := c.wait(ctx); err != nil {
		return &Error{Kind: Unsent, Message: fmt.Sprintf("The call to Dagster at %s was given up: %v.", c.shown, err), err: err}
	}
	connected := false
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected = true }})
	post, err := c.post(ctx, ask)
	if err != nil {
		return &Error{Kind: Unsent, Message: fmt.Sprintf("No call can be made to Dagster at %s: %v.", c.shown, err), err: err}
	}
	got, err := c.http.Do(post)
	if err != nil {
		return c.failed(err, connected)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, c.maxAnswer+1))
	if err != nil {
		return c.failed(err, true)
	}
	if int64(len(body)) > c.maxAnswer {
		return &Error{Kind: Lost, Status: got.StatusCode, Message: fmt.Sprintf("The answer of Dagster at %s has more than %d bytes.", c.shown, c.maxAnswer)}
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
	post.Header.Set("User-Agent", "auto")
	for name, value := range c.options.Headers {
		post.Header.Set(name, value)
		if http.CanonicalHeaderKey(name) == "Host" {
			post.Host = value
		}
	}
	post.Header.Set("Content-Type", "application/json")
	post.Header.Set("Accept", "application/json")
	return post, nil
}

// failed explains a call that broke. Without a connection, which with TLS is one whose
// partner is trusted, the server has seen nothing of it; neither has one that does not
// trust the client, which it may tell only after the call was written.
func (c *Client) failed(err error, connected bool) *Error {
	e := &Error{Kind: Unsent, err: err}
	if connected && !untrusts(err) {
		e.Kind = Lost
	}
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err // the address is in the message already
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		e.Message = fmt.Sprintf("Dagster at %s did not answer in time. A greater `timeout` under `dagster` waits longer.", c.shown)
		return e
	}
	e.Message = fmt.Sprintf("Dagster at %s cannot be reached: %v.%s", c.shown, err, help(err))
	return e
}

// untrusts reports whether the server refused the client's certificate, or that it has none.
func untrusts(err error) bool {
	var remote *net.OpError
	return errors.As(err, &remote) && remote.Op == "remote error" && strings.Contains(remote.Err.Error(), "certificate")
}

// help says what to do about a server that is not trusted, does not trust, or speaks no TLS.
func help(err error) string {
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &untrusted):
		return " Name the certificate of who signed it as `ca` in `tls` under `dagster`."
	case untrusts(err):
		return " Name a certificate that it trusts as `certificate` and `key` in `tls` under `dagster`."
	case errors.Is(err, http.ErrSchemeMismatch):
		return " Write `http://` where the webserver has no TLS."
	}
	return ""
}

// read takes an answer apart.
func (c *Client) read(got *http.Response, body []byte, answer *graphql.Response) error {
	var parts struct {
		Data   json.RawMessage   `json:"data"`
		Errors []json.RawMessage `json:"errors"`
	}
	err := json.Unmarshal(body, &parts)
	some := len(parts.Data) > 0 && string(parts.Data) != "null"
	if err != nil || !some && (len(parts.Errors) == 0 || refuses(got.StatusCode)) {
		return c.foreign(got, body)
	}
	if some {
		if err := json.Unmarshal(parts.Data, answer.Data); err != nil {
			return &Error{Kind: Lost, Status: got.StatusCode, Message: fmt.Sprintf("The answer of Dagster at %s cannot be read: %v.", c.shown, err), err: err}
		}
	}
	if len(parts.Errors) == 0 {
		return nil
	}
	text := "Dagster answered: " + message(parts.Errors[0])
	if more := len(parts.Errors) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	if !strings.HasSuffix(text, "?") && !strings.HasSuffix(text, "!") {
		text += "."
	}
	return &Error{Kind: Failed, Status: got.StatusCode, Message: text}
}

// refuses reports whether a status is of one who lets nobody through to GraphQL, whatever
// form the body has.
func refuses(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden || status == http.StatusTooManyRequests
}

// foreign explains an answer that is no whole one of GraphQL: of a proxy, a login page,
// another server, or one that was cut off.
func (c *Client) foreign(got *http.Response, body []byte) *Error {
	e := &Error{Kind: Denied, Status: got.StatusCode, Wait: c.retryAfter(got.Header.Get("Retry-After"))}
	what := fmt.Sprintf("%s answered %s", c.shown, got.Status)
	switch code := got.StatusCode; {
	case code == http.StatusTooManyRequests:
		e.Kind, e.Message = Unsent, what+": too many calls. Set `requests_per_second` under `dagster`."
	case code >= 500 && !unserved(code, body), code == http.StatusRequestTimeout:
		e.Kind, e.Message = Lost, what+quoted(body)+"."
	case refuses(code):
		e.Message = what + ". Check `token` and `headers` under `dagster`."
	case code >= 300 && code < 400:
		e.Message = fmt.Sprintf("%s to %q. Write the address of the webserver itself, and a token where it asks for a login.", what, redacted(got.Header.Get("Location")))
	case code < 300 && isCut(body):
		e.Kind, e.Message = Lost, fmt.Sprintf("%s, and the answer is not whole%s.", what, quoted(body))
	default:
		e.Message = what + quoted(body) + ", which is no GraphQL. Is `url` the address of a Dagster webserver?"
	}
	return e
}

// unserved reports whether a server has no such method, as those that only give out files: it
// did not act. One that speaks GraphQL may say so of a part, after it acted.
func unserved(code int, body []byte) bool {
	return code == http.StatusNotImplemented && (len(bytes.TrimSpace(body)) == 0 || !isCut(body))
}

// isCut reports whether a body may be an answer of GraphQL that was lost in part or whole
// on the way, so that what it was asked for may have happened.
func isCut(body []byte) bool {
	body = bytes.TrimSpace(body)
	var whole struct {
		Data json.RawMessage `json:"data"`
	}
	return len(body) == 0 || body[0] == '{' && (json.Unmarshal(body, &whole) != nil || whole.Data != nil)
}

// quoted gives the beginning of a body for a message.
func quoted(body []byte) string {
	if line := excerpt(body); line != "" {
		return fmt.Sprintf(" with %q", line)
	}
	return ""
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
	line := strings.TrimSpace(string(body))
	if end := strings.IndexAny(line, "\r\n"); end >= 0 {
		line = line[:end]
	}
	line = strings.ToValidUTF8(line, "?")
	if runes := []rune(line); len(runes) > 300 {
		return string(runes[:300]) + "…"
	}
	return line
}
