package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"auto/compiler"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/api"
	"auto/runtime/backlog"
	"auto/runtime/control"
	"auto/runtime/events"
	"auto/runtime/metrics"
	"auto/runtime/openlineage"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

var now = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// daemon is a control.Automation that notes what it is asked.
type daemon struct {
	taken  []events.Event
	known  map[string]bool
	status control.Status
	owed   []backlog.Owed
	asked  []string
	err    error
}

func (d *daemon) Events(_ context.Context, list []events.Event) (out control.EventsTaken, err error) {
	if d.err != nil {
		return out, d.err
	}
	for _, e := range list {
		if e.ID != "" && d.known[e.ID] {
			out.Duplicates++
			continue
		}
		d.known[e.ID] = true
		d.taken = append(d.taken, e)
		out.Accepted++
	}
	return out, nil
}

func (d *daemon) Pause(_ context.Context, selection string, until time.Time, reason string) ([]string, error) {
	d.asked = append(d.asked, fmt.Sprint("pause ", selection, until.Format(time.RFC3339), reason))
	return []string{"a"}, d.err
}

func (d *daemon) Resume(_ context.Context, selection string, missed compiler.Missed) ([]string, error) {
	d.asked = append(d.asked, fmt.Sprint("resume ", selection, missed))
	return nil, d.err
}

func (d *daemon) Status(context.Context) (control.Status, error) { return d.status, d.err }

func (d *daemon) Backlog(context.Context) ([]backlog.Owed, error) { return d.owed, d.err }

// service is an API over a daemon.
type service struct {
	*daemon
	api     *api.API
	metrics *metrics.Daemon
}

func serve(t testing.TB, change ...func(*api.Options)) service {
	t.Helper()
	g, problems := graph.New([]graph.Asset{{Key: "shop/orders"}}, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	s := service{daemon: &daemon{known: map[string]bool{}, status: control.Status{Running: true, Now: now}}, metrics: metrics.NewDaemon("1.2.3")}
	o := api.Options{
		Automation: s.daemon, Now: func() time.Time { return now }, Version: "1.2.3", Log: slog.New(slog.DiscardHandler), Metrics: s.metrics,
		Lineage: func() *openlineage.Translator { return openlineage.New(openlineage.Options{}, g) },
	}
	for _, f := range change {
		f(&o)
	}
	s.api = api.New(o)
	return s
}

// ask makes a call; headers are "Name: value".
func (s service) ask(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://localhost:7777"+target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	w := httptest.NewRecorder()
	s.api.ServeHTTP(w, r)
	return w
}

// answer checks the code of an answer and compares its JSON.
func answer(t *testing.T, w *httptest.ResponseRecorder, code int, want string) {
	t.Helper()
	if w.Code != code {
		t.Fatalf("%d instead of %d: %s", w.Code, code, w.Body)
	}
	var a, b any
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	if err := json.Unmarshal([]byte(want), &b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(b, a); diff != "" {
		t.Error(diff)
	}
}

// refused checks that an answer is no success, and says so in problems.
func refused(t *testing.T, w *httptest.ResponseRecorder, code int, part string) {
	t.Helper()
	var body struct {
		Problems []struct{ Message, Help string }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || len(body.Problems) == 0 {
		t.Fatalf("%v: %s", err, w.Body)
	}
	p := body.Problems[0]
	if w.Code != code || !strings.Contains(p.Message+" "+p.Help, part) || p.Help == "" && code != 499 {
		t.Errorf("%d %s, wanted %d %s", w.Code, w.Body, code, part)
	}
}

func TestEvents(t *testing.T) {
	s := serve(t)
	body := `{"events":[{"type":"materialization","asset":"a","partitions":["p","q"],"id":"x"},{"type":"wipe","asset":"b"}]}`
	answer(t, s.ask("POST", "/v1/events", body), 200, `{"accepted":3,"duplicates":0}`)
	answer(t, s.ask("POST", "/v1/events", body, "Content-Type: application/json; charset=UTF-8"), 200, `{"accepted":1,"duplicates":2}`)
	if len(s.taken) != 4 || s.taken[1].ID != "x[q]" || !s.taken[1].At.Equal(now) {
		t.Error(s.taken)
	}
	answer(t, s.ask("POST", "/v1/events", `[]`), 200, `{"accepted":0,"duplicates":0}`)
	answer(t, s.ask("POST", "/v1/events", `[{"type":"wipe","asset":"b"},{"type":"run","run_id":"r","status":"done","more":1}]`), 400, `{"problems":[
		{"event":1,"field":"status","message":"`+"`status` cannot be the text \\\"done\\\".\",\"help\":\"Write one of `queued`, `starting`, `started`, `success`, `failure`, `canceling`, `canceled`."+`"},
		{"event":1,"field":"more","message":"`+"The type `run` has no field `more`.\",\"help\":\"Remove it; the type has `type`, `run_id`, `status`, `assets`, `checks`, `partition`, `partitions`, `tags`, `request_id`, `id`, `at`."+`"}]}`)
	refused(t, s.ask("POST", "/v1/events", `{`), 400, "not valid JSON")
	if len(s.taken) != 4 {
		t.Error("events of a refused body are taken")
	}
	s.err = errors.New("the disk is full")
	w := s.ask("POST", "/v1/events", body)
	refused(t, w, 503, "the disk is full")
	if w.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	s.err = context.Canceled
	refused(t, s.ask("POST", "/v1/events", body), 499, "given up")
}

func TestLineage(t *testing.T) {
	s := serve(t)
	body := `{"eventType":"COMPLETE","eventTime":"2026-01-02T11:00:00Z","run":{"runId":"r"},"job":{"namespace":"n","name":"j"},
		"outputs":[{"namespace":"db","name":"shop.orders"},{"namespace":"db","name":"other"}]}`
	answer(t, s.ask("POST", "/api/v1/lineage", body), 201, `{"accepted":3,"duplicates":0,"ignored":0,"unmapped":["db other"]}`)
	answer(t, s.ask("POST", "/api/v1/lineage", body), 201, `{"accepted":0,"duplicates":3,"ignored":0,"unmapped":["db other"]}`)
	answer(t, s.ask("POST", "/api/v1/lineage", `{"job":{},"eventTime":"x"}`), 201, `{"accepted":0,"duplicates":0,"ignored":1}`)
	refused(t, s.ask("POST", "/api/v1/lineage", `{"eventType":"X","eventTime":"2026-01-02T11:00:00Z","run":{"runId":"r"}}`), 400, "eventType")
	if len(s.taken) != 3 || s.taken[1].Asset != "shop/orders" {
		t.Error(s.taken)
	}
}

func TestBodies(t *testing.T) {
	limit := func(o *api.Options) { o.BodyLimit = 1000 }
	s := serve(t, limit)
	event := `{"type":"wipe","asset":"a"}`
	packed := func(text string) string {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		_, err := io.WriteString(w, text)
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	long := `{"type":"wipe","asset":"` + strings.Repeat("a", 2000) + `"}`
	answer(t, s.ask("POST", "/v1/events", packed(event), "Content-Encoding: gzip"), 200, `{"accepted":1,"duplicates":0}`)
	answer(t, s.ask("POST", "/v1/events", event+strings.Repeat(" ", 1000-len(event))), 200, `{"accepted":1,"duplicates":0}`)
	refused(t, s.ask("POST", "/v1/events", event+strings.Repeat(" ", 1001-len(event))), 413, "1000 bytes")
	refused(t, s.ask("POST", "/v1/events", long), 413, "1000 bytes")
	refused(t, s.ask("POST", "/v1/events", packed(long), "Content-Encoding: gzip"), 413, "1000 bytes")
	refused(t, s.ask("POST", "/v1/events", packed(event)[:12], "Content-Encoding: gzip"), 400, "cannot be read")
	refused(t, s.ask("POST", "/v1/events", event, "Content-Encoding: gzip"), 400, "cannot be read")
	refused(t, s.ask("POST", "/v1/events", event, "Content-Encoding: br"), 415, "Content-Encoding")
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", ";"} {
		refused(t, s.ask("POST", "/v1/events", event, "Content-Type: "+kind), 415, "application/json")
	}
}

func TestRoutes(t *testing.T) {
	s := serve(t)
	refused(t, s.ask("GET", "/v1/nothing", ""), 404, "openapi.yaml")
	refused(t, s.ask("GET", "/v1/events/", ""), 404, "openapi.yaml")
	w := s.ask("GET", "/v1/events", "")
	refused(t, w, 405, "POST")
	if w.Header().Get("Allow") != "POST" {
		t.Error(w.Header())
	}
	w = s.ask("PUT", "/v1/pauses", "{}")
	refused(t, w, 405, "DELETE, POST")
	if w := s.ask("HEAD", "/healthz", ""); w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") == "0" {
		t.Error(w.Code, w.Body, w.Header())
	}
	if w := s.ask("GET", "/openapi.yaml", ""); w.Code != 200 || !bytes.Equal(w.Body.Bytes(), api.Description) {
		t.Error(w.Code)
	}
	answer(t, s.ask("GET", "/healthz", ""), 200, `{"version":"1.2.3"}`)
}

func TestTokens(t *testing.T) {
	s := serve(t, func(o *api.Options) { o.Tokens = []string{"first-token-of-all", "second-token"} })
	for _, header := range []string{"X: y", "Authorization: Bearer", "Authorization: Bearer wrong", "Authorization: Basic first-token-of-all", "Authorization: Bearer first-token-of-al", "Authorization: Bearer "} {
		w := s.ask("GET", "/v1/status", "", header)
		refused(t, w, 401, "token")
		if w.Header().Get("WWW-Authenticate") != `Bearer realm="auto"` {
			t.Error(w.Header())
		}
	}
	for _, header := range []string{"Authorization: Bearer first-token-of-all", "Authorization: bearer second-token"} {
		if w := s.ask("GET", "/v1/status", "", header, "Host: auto.example"); w.Code != 200 {
			t.Error(w.Code)
		}
	}
	refused(t, s.ask("POST", "/v1/events", "no JSON"), 401, "token")
	refused(t, s.ask("GET", "/metrics", ""), 401, "token")
	for _, path := range []string{"/healthz", "/readyz", "/openapi.yaml"} {
		if w := s.ask("GET", path, ""); w.Code != 200 {
			t.Error(path, w.Code)
		}
	}
	// A token that is empty opens nothing.
	s = serve(t, func(o *api.Options) { o.Tokens = []string{""} })
	refused(t, s.ask("GET", "/v1/status", "", "Authorization: Bearer "), 401, "token")
}

// TestForeignHost: without tokens a page in a browser cannot call under a name of its own.
func TestForeignHost(t *testing.T) {
	s := serve(t)
	refused(t, s.ask("GET", "/v1/status", "", "Host: evil.example:7777"), 421, "127.0.0.1")
	for _, host := range []string{"127.0.0.1:7777", "[::1]:7777", "localhost", "LOCALHOST:1", "127.9.9.9"} {
		if w := s.ask("GET", "/v1/status", "", "Host: "+host); w.Code != 200 {
			t.Error(host, w.Code)
		}
	}
}

func TestPauses(t *testing.T) {
	s := serve(t)
	answer(t, s.ask("POST", "/v1/pauses", `{"selection":"all()","until":"2026-02-01T00:00:00Z","reason":"why"}`), 200, `{"keys":["a"]}`)
	answer(t, s.ask("DELETE", "/v1/pauses?selection=all()&missed=last", ""), 200, `{"keys":[]}`)
	if diff := cmp.Diff([]string{"pause all()2026-02-01T00:00:00Zwhy", "resume all()last"}, s.asked); diff != "" {
		t.Error(diff)
	}
	refused(t, s.ask("POST", "/v1/pauses", `{"selection":"all()","til":1}`), 400, `unknown field "til"`)
	refused(t, s.ask("POST", "/v1/pauses", `{"selection":"all()","until":"2026-12-01"}`), 400, `2026-12-01 is no instant of RFC 3339.`)
	refused(t, s.ask("POST", "/v1/pauses", `{"selection":"all()"} {}`), 400, "something follows")
	refused(t, s.ask("POST", "/v1/pauses", `{"until":"tomorrow"}`), 400, "not as asked")
	refused(t, s.ask("DELETE", "/v1/pauses", ""), 400, "what to resume")
	var found diag.List
	found.Addf(diag.UnknownAsset, source.Span{}, "Write another.", "Nothing is called `x`.")
	s.err = found
	answer(t, s.ask("DELETE", "/v1/pauses?selection=x", ""), 400, `{"problems":[{"message":"Nothing is called `+"`x`"+`.","help":"Write another."}]}`)
}

func TestStatus(t *testing.T) {
	s := serve(t)
	s.status.Policies = "f"
	answer(t, s.ask("GET", "/v1/status", ""), 200, `{"running":true,"now":"2026-01-02T12:00:00Z","policies":"f","sensors":null,"blocks":null,"owed":0,"due":0,"parked":0,"events":0}`)
}

func TestBacklog(t *testing.T) {
	s := serve(t)
	answer(t, s.ask("GET", "/v1/backlog", ""), 200, `{"total":0,"owed":[]}`)
	for i, key := range []string{"a", "b", "a"} {
		s.owed = append(s.owed, backlog.Owed{Pair: backlog.Pair{Key: key, Partition: fmt.Sprint(i)}, Policy: "p" + key, Since: now, DecidedAt: now, Why: "It waits."})
	}
	one := `{"key":"a","partition":"0","policy":"pa","since":"2026-01-02T12:00:00Z","decided_at":"2026-01-02T12:00:00Z","why":"It waits."}`
	answer(t, s.ask("GET", "/v1/backlog?key=a&limit=1", ""), 200, `{"total":2,"owed":[`+one+`]}`)
	answer(t, s.ask("GET", "/v1/backlog?policy=pb&limit=0", ""), 200, `{"total":1,"owed":[]}`)
	for _, limit := range []string{"-1", "x", "100001"} {
		refused(t, s.ask("GET", "/v1/backlog?limit="+limit, ""), 400, "limit")
	}
	refused(t, s.ask("GET", "/v1/backlog?awaited=yes", ""), 400, "awaited")
	refused(t, s.ask("GET", "/v1/backlog?asset=a", ""), 400, "Nothing is asked by `asset`.")
	s.owed[0].Running = "r"
	answer(t, s.ask("GET", "/v1/backlog?key=a&limit=0", ""), 200, `{"total":1,"owed":[]}`)
	answer(t, s.ask("GET", "/v1/backlog?key=a&limit=0&awaited=true", ""), 200, `{"total":2,"owed":[]}`)
}

func TestReady(t *testing.T) {
	s := serve(t)
	s.status.Sensors = []control.SensorStatus{
		{Name: "new", Every: 30 * time.Second},
		{Name: "well", Every: 30 * time.Second, LastTick: now.Add(-2 * time.Minute), NextTick: now.Add(-90 * time.Second)},
	}
	answer(t, s.ask("GET", "/readyz", ""), 200, `{"ready":true}`)
	s.status.Sensors[1].NextTick = now.Add(-91 * time.Second)
	answer(t, s.ask("GET", "/readyz", ""), 503, "{\"ready\":false,\"reasons\":[\"The sensor `well` has not ticked since 2026-01-02T11:58:00Z.\"]}")
	s.status.Sensors[1] = control.SensorStatus{Name: "full", Failures: 2, Error: "No space is left."}
	answer(t, s.ask("GET", "/readyz", ""), 200, `{"ready":true}`)
	s.status.Sensors[1].Failures = 3
	answer(t, s.ask("GET", "/readyz", ""), 503, "{\"ready\":false,\"reasons\":[\"The sensor `full` has failed 3 times: No space is left.\"]}")
	s.err = errors.New("locked")
	answer(t, s.ask("GET", "/readyz", ""), 503, `{"ready":false,"reasons":["The store does not answer: locked."]}`)
}

// TestMetrics: a scrape has what the status says, and what the API itself counts.
func TestMetrics(t *testing.T) {
	s := serve(t)
	s.status = control.Status{Now: now, Due: 4, Sensors: []control.SensorStatus{{Name: "main", Policies: []control.PolicyStatus{{Name: "p", Owed: 6}, {Name: "q"}}}}}
	s.ask("POST", "/v1/events", `[{"type":"wipe","asset":"a"}]`)
	s.ask("POST", "/v1/events", `{`)
	s.ask("GET", "/nowhere", "")
	w := s.ask("GET", "/metrics", "")
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain; version=0.0.4") || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatal(w.Code, w.Header())
	}
	for _, want := range []string{
		`auto_build_info{version="1.2.3"} 1`, `auto_requests_due 4`, `auto_owed_partitions{policy="p",sensor="main"} 6`, `auto_owed_partitions{policy="q",sensor="main"} 0`,
		`auto_events_refused_total 1`, `auto_http_requests_total{code="200",route="/v1/events"} 1`, `auto_http_requests_total{code="400",route="/v1/events"} 1`,
		`auto_http_requests_total{code="404",route="other"} 1`,
	} {
		if !strings.Contains(w.Body.String(), want+"\n") {
			t.Errorf("no %s in\n%s", want, w.Body)
		}
	}
	s.status.Blocks = []control.BlockStatus{{Name: "a"}, {Name: "a"}}
	refused(t, s.ask("GET", "/metrics", ""), 503, "collected before")
	s.err = errors.New("locked")
	refused(t, s.ask("GET", "/metrics", ""), 503, "locked")
}

// TestServer: an API answers over a socket, and a client that says nothing is cut off.
func TestServer(t *testing.T) {
	s := serve(t)
	server := api.NewServer(s.api, slog.New(slog.DiscardHandler))
	if server.ReadHeaderTimeout == 0 || server.ReadTimeout == 0 || server.WriteTimeout == 0 || server.IdleTimeout == 0 {
		t.Error("a client can hold a connection for ever")
	}
	h := httptest.NewUnstartedServer(nil)
	h.Config = server
	h.Start()
	defer h.Close()
	answer, err := http.Post(h.URL+"/v1/events", "application/json", strings.NewReader(`{"type":"wipe","asset":"a"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != 200 || !strings.Contains(string(body), `"accepted":1`) {
		t.Error(answer.StatusCode, string(body), err)
	}
}

// FuzzEvents: whatever is posted, the answer is one that the description has, and events
// are taken exactly where it is a success.
func FuzzEvents(f *testing.F) {
	for _, form := range events.Forms {
		f.Add(form.Example, "application/json", "")
	}
	f.Add("{", "text/plain", "gzip")
	f.Fuzz(func(t *testing.T, body, kind, encoding string) {
		s := serve(t, func(o *api.Options) { o.BodyLimit = 2000 })
		w := s.ask("POST", "/v1/events", body, "Content-Type: "+kind, "Content-Encoding: "+encoding)
		if !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s", w.Body)
		}
		switch w.Code {
		case 200:
		case 400, 413, 415:
			if len(s.taken) > 0 {
				t.Fatal("events of a refused body are taken")
			}
		default:
			t.Fatal(w.Code)
		}
	})
}
