package gql_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"auto/runtime/clock"
	"auto/runtime/dagster/gql"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/go-cmp/cmp"
)

var now = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// data is what the tests ask for.
type data struct {
	Version string
}

// ask makes one call, and gives what it holds and its error.
func ask(ctx context.Context, c *gql.Client) (data, *gql.Error) {
	var got data
	err := c.MakeRequest(ctx, &graphql.Request{Query: "query Version { version }", OpName: "Version"}, &graphql.Response{Data: &got})
	var failed *gql.Error
	if err != nil && !errors.As(err, &failed) {
		panic(err) // every failure has to be one
	}
	return got, failed
}

func client(address string, change ...func(*gql.Options)) *gql.Client {
	o := gql.Options{URL: address, Timeout: time.Minute, Clock: clock.NewManual(now, nil)}
	for _, c := range change {
		c(&o)
	}
	return gql.New(o)
}

// TestAnswers: what an answer means, whatever its status says.
func TestAnswers(t *testing.T) {
	const whole = `{"data":{"version":"1.13.27"}}`
	long := strings.Repeat("é", 400)
	for name, test := range map[string]struct {
		status   int
		header   [2]string
		body     string
		got      string
		ok       bool
		kind     gql.Kind
		wait     time.Duration
		messages []string
	}{
		"whole":                 {200, [2]string{}, whole, "1.13.27", true, 0, 0, nil},
		"whole with 500":        {500, [2]string{}, whole, "1.13.27", true, 0, 0, nil},
		"no errors":             {200, [2]string{}, `{"data":{"version":"1"},"errors":[]}`, "1", true, 0, 0, nil},
		"null errors":           {200, [2]string{}, `{"data":{"version":"1"},"errors":null}`, "1", true, 0, 0, nil},
		"unknown parts":         {200, [2]string{}, `{"data":{"version":"1","more":1},"extensions":{}}`, "1", true, 0, 0, nil},
		"errors and data":       {500, [2]string{}, `{"data":{"version":"1"},"errors":[{"message":"It broke.\nat line 3"},{"message":"more"}]}`, "1", false, gql.Failed, 0, []string{"Dagster answered: It broke (and 1 more)."}},
		"errors":                {400, [2]string{}, `{"errors":[{"message":"Cannot query field 'x'"}]}`, "", false, gql.Failed, 0, []string{"Cannot query field 'x'."}},
		"an error with no text": {500, [2]string{}, `{"errors":["odd"]}`, "", false, gql.Failed, 0, []string{`"odd"`}},
		"a long error":          {500, [2]string{}, `{"errors":[{"message":"` + long + `"}]}`, "", false, gql.Failed, 0, []string{strings.Repeat("é", 300) + "…"}},
		"null data":             {200, [2]string{}, `{"data":null}`, "", false, gql.Lost, 0, []string{"not whole"}},
		"null data, no errors":  {200, [2]string{}, `{"data":null,"errors":[]}`, "", false, gql.Lost, 0, []string{"not whole"}},
		"null data with 500":    {500, [2]string{}, `{"data":null}`, "", false, gql.Lost, 0, []string{"500 Internal Server Error"}},
		"data of another shape": {200, [2]string{}, `{"data":{"version":[]}}`, "", false, gql.Lost, 0, []string{"cannot be read"}},
		"empty":                 {200, [2]string{}, "", "", false, gql.Lost, 0, []string{"not whole."}},
		"cut":                   {200, [2]string{}, whole[:20], "", false, gql.Lost, 0, []string{"not whole with"}},
		"two objects":           {200, [2]string{}, whole + whole, "", false, gql.Lost, 0, []string{"not whole"}},
		"of another server":     {200, [2]string{}, `{"ok":true}`, "", false, gql.Denied, 0, []string{"no GraphQL", "`url`"}},
		"a list":                {200, [2]string{}, `[1]`, "", false, gql.Denied, 0, []string{"no GraphQL"}},
		"a page":                {200, [2]string{}, "\n<html>\n\xff", "", false, gql.Denied, 0, []string{`"<html>"`, "no GraphQL"}},
		"a page of an error":    {502, [2]string{}, "<html>\n<h1>Bad Gateway</h1>", "", false, gql.Lost, 0, []string{"502 Bad Gateway", `"<html>"`}},
		"only files":            {501, [2]string{}, "<!DOCTYPE HTML>\n", "", false, gql.Denied, 0, []string{"501 Not Implemented", "no GraphQL", "`url`"}},
		"no method":             {501, [2]string{}, "", "", false, gql.Denied, 0, []string{"501 Not Implemented, which is no GraphQL"}},
		"cut with 501":          {501, [2]string{}, whole[:20], "", false, gql.Lost, 0, []string{"501 Not Implemented with"}},
		"a question":            {400, [2]string{}, `{"errors":[{"message":"No x. Did you mean y?"}]}`, "", false, gql.Failed, 0, []string{"Dagster answered: No x. Did you mean y?$"}},
		"unavailable":           {503, [2]string{"Retry-After", "Thu, 01 Jan 2026 00:00:09 GMT"}, "", "", false, gql.Lost, 9 * time.Second, []string{"503 Service Unavailable."}},
		"past":                  {503, [2]string{"Retry-After", "Thu, 01 Jan 2025 00:00:09 GMT"}, "", "", false, gql.Lost, 0, []string{"503"}},
		"soon":                  {503, [2]string{"Retry-After", "soon"}, "", "", false, gql.Lost, 0, []string{"503"}},
		"time-out":              {408, [2]string{}, "", "", false, gql.Lost, 0, []string{"408"}},
		"no token":              {401, [2]string{}, "Unauthorized", "", false, gql.Denied, 0, []string{"`token`"}},
		"no token, as JSON":     {401, [2]string{}, `{"errors":[{"message":"no"}]}`, "", false, gql.Denied, 0, []string{"`token`"}},
		"forbidden":             {403, [2]string{}, "{}", "", false, gql.Denied, 0, []string{"`headers`"}},
		"moved to a login":      {302, [2]string{"Location", "https://login.example/"}, "", "", false, gql.Denied, 0, []string{`302 Found to "https://login.example/"`, "token"}},
		"moved with a token":    {302, [2]string{"Location", "/graphql/?token=secret"}, "", "", false, gql.Denied, 0, []string{`302 Found to "/graphql/?token=xxxxx"`}},
		"moved for good":        {308, [2]string{"Location", "/elsewhere"}, "", "", false, gql.Denied, 0, []string{"/elsewhere"}},
		"not found":             {404, [2]string{}, "Not Found", "", false, gql.Denied, 0, []string{"404", "`url`"}},
		"too many":              {429, [2]string{"Retry-After", "7"}, "slow", "", false, gql.Unsent, 7 * time.Second, []string{"`requests_per_second`"}},
		"too many, as JSON":     {429, [2]string{"Retry-After", "-7"}, `{"errors":[{"message":"slow"}]}`, "", false, gql.Unsent, 0, []string{"`requests_per_second`"}},
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				if test.header[0] != "" {
					w.Header().Set(test.header[0], test.header[1])
				}
				w.WriteHeader(test.status)
				io.WriteString(w, test.body)
			}))
			defer server.Close()
			got, err := ask(t.Context(), client(server.URL))
			if got.Version != test.got || (err == nil) != test.ok || calls.Load() != 1 {
				t.Fatalf("%+v %v after %d calls", got, err, calls.Load())
			}
			if err == nil {
				return
			}
			if err.Kind != test.kind || err.Wait != test.wait || err.Status != test.status {
				t.Errorf("%+v", err)
			}
			for _, part := range test.messages {
				if whole, end := strings.CutSuffix(part, "$"); end && !strings.HasSuffix(err.Message, whole) || !end && !strings.Contains(err.Message, part) {
					t.Errorf("%q has no %q", err.Message, part)
				}
			}
		})
	}
}

// TestCall: what is sent, and where to.
func TestCall(t *testing.T) {
	type sent struct {
		Method, Path, Host, Type, Accept, Agent, Token string
		Body                                           map[string]any
	}
	var got sent
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = sent{r.Method, r.URL.String(), r.Host, r.Header.Get("Content-Type"), r.Header.Get("Accept"), r.Header.Get("User-Agent"), r.Header.Get("Dagster-Cloud-Api-Token"), nil}
		if err := json.NewDecoder(r.Body).Decode(&got.Body); err != nil {
			t.Error(err)
		}
		io.WriteString(w, `{"data":{"version":"1"}}`)
	}))
	defer server.Close()
	c := client(server.URL+"/prod/", func(o *gql.Options) {
		o.Headers = map[string]string{"dagster-cloud-api-token": "t", "Content-Type": "text/plain", "host": "dagster.example", "User-Agent": "mine"}
	})
	if _, err := ask(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	want := sent{"POST", "/prod/graphql", "dagster.example", "application/json", "application/json", "mine", "t", map[string]any{"operationName": "Version", "query": "query Version { version }"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestAddress(t *testing.T) {
	for given, want := range map[string]string{
		"http://localhost:3000":                  "http://localhost:3000/graphql",
		"http://localhost:3000/":                 "http://localhost:3000/graphql",
		"http://localhost:3000/graphql":          "http://localhost:3000/graphql",
		"http://localhost:3000/graphql/":         "http://localhost:3000/graphql",
		"https://acme.dagster.cloud/prod":        "https://acme.dagster.cloud/prod/graphql",
		"https://acme.dagster.cloud/prod/":       "https://acme.dagster.cloud/prod/graphql",
		"https://acme.example/a%2Fb/dagster?x=1": "https://acme.example/a%2Fb/dagster/graphql?x=1",
		"http://[::1]:3000":                      "http://[::1]:3000/graphql",
		"http://a b\x7f":                         "http://a b\x7f",
	} {
		if got := gql.Address(given); got != want {
			t.Errorf("%s: %s, want %s", given, got, want)
		}
	}
	for given, want := range map[string]string{
		"https://ann:secret@dagster.example":              "https://ann:xxxxx@dagster.example/graphql",
		"https://dagster.example/a?token=secret&b=&c=s=t": "https://dagster.example/a/graphql?token=xxxxx&b=xxxxx&c=xxxxx",
		"https://dagster.example/?secret#secret":          "https://dagster.example/graphql?xxxxx",
	} {
		if got := client(given).URL(); got != want {
			t.Errorf("%s is shown, want %s", got, want)
		}
	}
}

// TestUnsent: where no connection was made nothing can have happened.
func TestUnsent(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	for address, message := range map[string]string{
		closed.URL:                       "refused",
		"http://no-such-host.invalid":    "cannot be reached",
		"ftp://dagster.example":          "unsupported protocol scheme",
		"localhost:3000":                 "cannot be reached",
		"http://a b\x7f":                 "No call can be made",
		"http://ann:secret@127.0.0.1:1/": "ann:xxxxx@127.0.0.1:1",
	} {
		_, err := ask(t.Context(), client(address))
		if err == nil || err.Kind != gql.Unsent || err.Status != 0 || !strings.Contains(err.Message, message) || strings.Contains(err.Message, "secret") {
			t.Errorf("%s: %+v", address, err)
		}
		if errors.Unwrap(err) == nil {
			t.Errorf("%s: no cause", address)
		}
	}
	_, err := ask(t.Context(), client("http://localhost", func(o *gql.Options) { o.Headers = map[string]string{"X-A": "b\nc"} }))
	if err == nil || err.Kind != gql.Unsent {
		t.Errorf("%+v", err)
	}
}

// TestUnsentTimeout: a server that never ends its greeting has seen no call.
func TestUnsentTimeout(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, failed := ask(t.Context(), client("https://"+listener.Addr().String(), func(o *gql.Options) { o.Timeout = 20 * time.Millisecond }))
	if failed == nil || failed.Kind != gql.Unsent || !strings.Contains(failed.Message, "`timeout`") {
		t.Errorf("%+v", failed)
	}
}

// server answers each call with what breaks it on its raw connection, and counts them.
func broken(t *testing.T, answer func(c net.Conn)) (address string, calls *atomic.Int32) {
	t.Helper()
	calls = new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if _, err := io.ReadAll(r.Body); err != nil {
			t.Error(err)
		}
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		answer(c)
		c.Close()
	}))
	t.Cleanup(server.Close)
	return server.URL, calls
}

// TestLost: a call that went out and whose answer is lost is told so, and never sent again.
func TestLost(t *testing.T) {
	for name, answer := range map[string]func(net.Conn){
		"closed": func(net.Conn) {},
		"reset":  func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) },
		"within the header": func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Type: appl")
		},
		"within the body": func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"data\":")
			c.(*net.TCPConn).SetLinger(0)
		},
		"within a chunk": func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{\"data\":")
		},
		"no HTTP": func(c net.Conn) { io.WriteString(c, "SSH-2.0\r\n") },
	} {
		address, calls := broken(t, answer)
		_, err := ask(t.Context(), client(address))
		if err == nil || err.Kind != gql.Lost || err.Status != 0 || !strings.Contains(err.Message, "cannot be reached") || calls.Load() != 1 {
			t.Errorf("%s: %+v after %d calls", name, err, calls.Load())
		}
	}
}

// TestLostKept: that holds for a connection that has served before, too.
func TestLostKept(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var calls atomic.Int32
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			in := bufio.NewReader(c)
			for {
				r, err := http.ReadRequest(in)
				if err != nil {
					break
				}
				io.Copy(io.Discard, r.Body)
				if calls.Add(1) > 1 {
					break
				}
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\n"+`{"data":{"version":"one"}}`)
			}
			c.Close()
		}
	}()
	defer listener.Close()
	c := client("http://" + listener.Addr().String())
	if got, err := ask(t.Context(), c); err != nil || got.Version != "one" {
		t.Fatal(got, err)
	}
	if _, err := ask(t.Context(), c); err == nil || err.Kind != gql.Lost || calls.Load() != 2 {
		t.Errorf("%+v after %d calls", err, calls.Load())
	}
}

// TestLostInTime: whoever waits no longer does not know what happens.
func TestLostInTime(t *testing.T) {
	arrived, release := make(chan struct{}, 2), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { arrived <- struct{}{}; <-release }))
	defer server.Close()
	defer close(release)
	_, err := ask(t.Context(), client(server.URL, func(o *gql.Options) { o.Timeout = 200 * time.Millisecond }))
	if err == nil || err.Kind != gql.Lost || !strings.Contains(err.Message, "`timeout`") {
		t.Errorf("%+v", err)
	}
	<-arrived
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-arrived; cancel() }()
	if _, err := ask(ctx, client(server.URL)); err == nil || err.Kind != gql.Lost || !errors.Is(err, context.Canceled) {
		t.Errorf("%+v", err)
	}
}

// TestTooLong: an answer without end is not read to it.
func TestTooLong(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"data":{"version":"1"}}`)
	}))
	defer server.Close()
	for limit, ok := range map[int64]bool{24: true, 23: false} {
		c := client(server.URL)
		c.SetMaxAnswer(limit)
		if _, err := ask(t.Context(), c); (err == nil) != ok || err != nil && (err.Kind != gql.Lost || !strings.Contains(err.Message, "more than 23 bytes")) {
			t.Errorf("%d: %+v", limit, err)
		}
	}
}

// TestRate: after a burst of a second, calls keep the rate; one that is given up while it
// waits takes no place.
func TestRate(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		io.WriteString(w, `{"data":{"version":"1"}}`)
	}))
	defer server.Close()
	waits := make(chan time.Time, 10)
	manual := clock.NewManual(now, func(next time.Time) {
		if !next.IsZero() {
			waits <- next
		}
	})
	c := client(server.URL, func(o *gql.Options) { o.Rate, o.Clock = 2, manual })
	for range 2 {
		if _, err := ask(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-waits; cancel() }()
	if _, err := ask(ctx, c); err == nil || err.Kind != gql.Unsent || !errors.Is(err, context.Canceled) || calls.Load() != 2 {
		t.Errorf("%+v after %d calls", err, calls.Load())
	}
	for i := range 3 {
		done := make(chan *gql.Error, 1)
		go func() { _, err := ask(t.Context(), c); done <- err }()
		next := <-waits
		if want := now.Add(time.Duration(i+1) * 500 * time.Millisecond); !next.Equal(want) {
			t.Errorf("call %d waits until %s, want %s", i, next, want)
		}
		manual.Set(next)
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// TestRateSlow: less than one call a second is a rate, too.
func TestRateSlow(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"data":{}}`) }))
	defer server.Close()
	waits := make(chan time.Time, 1)
	manual := clock.NewManual(now, func(next time.Time) {
		if !next.IsZero() {
			waits <- next
		}
	})
	c := client(server.URL, func(o *gql.Options) { o.Rate, o.Clock = 0.1, manual })
	if _, err := ask(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	go func() { manual.Set(<-waits) }()
	if _, err := ask(t.Context(), c); err != nil || !manual.Now().Equal(now.Add(10*time.Second)) {
		t.Error(err, manual.Now())
	}
}

func TestKindOf(t *testing.T) {
	if kind := gql.KindOf(errors.New("other")); kind != gql.Lost {
		t.Error(kind)
	}
	if kind := gql.KindOf(&gql.Error{Kind: gql.Denied}); kind != gql.Denied {
		t.Error(kind)
	}
}
