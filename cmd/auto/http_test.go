package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"auto/runtime/clock"
)

// output is a writer that is read while others write.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	// grown is closed when something is written.
	grown chan struct{}
}

func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.grown != nil {
		close(o.grown)
		o.grown = nil
	}
	return o.text.Write(text)
}

func (o *output) String() string {
	text, _ := o.now()
	return text
}

// now gives the text so far, and what is closed when there is more.
func (o *output) now() (string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.grown == nil {
		o.grown = make(chan struct{})
	}
	return o.text.String(), o.grown
}

// await gives what a pattern finds in the output, once it does.
func (o *output) await(t *testing.T, pattern string) string {
	t.Helper()
	find := regexp.MustCompile(pattern)
	deadline := time.After(time.Minute)
	for {
		text, grown := o.now()
		if found := find.FindStringSubmatch(text); found != nil {
			return found[len(found)-1]
		}
		select {
		case <-grown:
		case <-deadline:
			t.Fatalf("no %s in\n%s", pattern, text)
		}
	}
}

// httpDaemon is `auto run` in a folder, under a clock of the test.
type httpDaemon struct {
	clock       *clock.Manual
	out, log    *output
	address     string
	dir         string
	stop        func() int
	authorizing string
}

func startHTTP(t *testing.T, files map[string]string) *httpDaemon {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	d := &httpDaemon{dir: dir, clock: clock.NewManual(time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC), nil), out: &output{}, log: &output{}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() {
		ended <- run([]string{"run", "--project", dir}, system{ctx: ctx, stdout: d.out, stderr: d.log, clock: d.clock,
			getenv: func(name string) (string, bool) { return "a-token-of-the-test", name == "TOKEN" }})
	}()
	d.stop = sync.OnceValue(func() int { cancel(); return <-ended })
	t.Cleanup(func() { d.stop() })
	d.address = d.log.await(t, `"msg":"listening","address":"([^"]*)"`)
	return d
}

// call calls the daemon, with headers as "Name: value", and gives the code and the body of
// its answer.
func (d *httpDaemon) call(t *testing.T, method, path, body string, headers ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+d.address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", d.authorizing)
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// ticked waits until the sensor has ticked so often.
func (d *httpDaemon) ticked(t *testing.T, ticks int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		if _, text := d.call(t, "GET", "/v1/status", ""); strings.Contains(text, fmt.Sprintf(`"ticks":%d,`, ticks)) {
			return
		}
	}
	t.Fatalf("the sensor has not ticked: %s", d.log)
}

// TestHTTPDaemon: an event comes in over HTTP, and the run that follows from it goes out.
func TestHTTPDaemon(t *testing.T) {
	d := startHTTP(t, map[string]string{
		"auto.yaml":       "env: [TOKEN]\nhttp: {listen: \"127.0.0.1:0\", tokens: [\"{env.TOKEN}\"]}\n",
		"assets/a.yaml":   "assets: [{key: shop/orders}, {key: shop/totals, deps: [shop/orders]}]\n",
		"policies/p.auto": "policy totals for assets(\"shop/totals\") {\n  when any_deps_updated()\n}\n",
	})
	expect := func(method, path, body string, code int, parts ...string) {
		t.Helper()
		got, text := d.call(t, method, path, body)
		if got != code {
			t.Fatalf("%s %s: %d %s", method, path, got, text)
		}
		for _, part := range parts {
			if !strings.Contains(text, part) {
				t.Errorf("%s %s: no %s in %s", method, path, part, text)
			}
		}
	}
	event := `{"id":"1","type":"materialization","asset":"shop/orders","run_id":"r"}`
	expect("GET", "/healthz", "", 200, `"version"`)
	expect("POST", "/v1/events", event, 401, "token")
	d.authorizing = "Bearer a-token-of-the-test"
	expect("GET", "/readyz", "", 200, `"ready":true`)
	d.ticked(t, 1)
	expect("POST", "/v1/events", event, 200, `{"accepted":1,"duplicates":0}`)
	expect("POST", "/v1/events", event, 200, `{"accepted":0,"duplicates":1}`)
	d.clock.Set(d.clock.Now().Add(30 * time.Second))
	d.out.await(t, `"selection":\["shop/totals"\]`)
	expect("GET", "/v1/status", "", 200, `"running":true`, `"events":1`, `"launched":1`)
	expect("GET", "/v1/backlog", "", 200, `"total":`)
	expect("POST", "/api/v1/lineage", `{"eventType":"COMPLETE","eventTime":"2026-01-02T12:00:00Z","run":{"runId":"q"},"outputs":[{"namespace":"n","name":"db.shop.orders"}]}`, 201, `"accepted":3`)
	expect("POST", "/v1/pauses", `{"selection":"all()","until":"2026-01-03T00:00:00Z","reason":"a test"}`, 200, `"shop/totals"`)
	expect("GET", "/metrics", "", 200, `auto_events_total{type="materialization"} 3`, "auto_events_duplicate_total 1\n", `auto_deliveries_total{outcome="acknowledged"} 1`, `auto_tick_seconds_count{sensor="default"}`, `auto_owed_partitions{policy="totals",sensor="default"} `, "go_goroutines ")
	if code := d.stop(); code != 0 {
		t.Errorf("code %d: %s", code, d.log)
	}
}

// TestHTTPAddressTaken: an address that is taken is a finding, and nothing runs.
func TestHTTPAddressTaken(t *testing.T) {
	files := map[string]string{
		"assets/a.yaml":   "assets: [{key: a}]\n",
		"policies/p.auto": "policy a for assets(\"a\") {\n  when missing()\n}\n",
		"auto.yaml":       "http: {listen: \"127.0.0.1:0\"}\n",
	}
	first := startHTTP(t, files)
	dir, log := t.TempDir(), &output{}
	files["auto.yaml"] = fmt.Sprintf("http: {listen: %q}\n", first.address)
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code := run([]string{"run", "--project", dir}, system{ctx: t.Context(), stdout: &output{}, stderr: log, clock: first.clock, getenv: func(string) (string, bool) { return "", false }})
	if code != exitFailed || !strings.Contains(log.String(), "A508") {
		t.Errorf("code %d: %s", code, log)
	}
}

// TestEditsOfADaemon: a run that lacks parameters waits; an edit lets it go out with exactly
// what was edited, and later runs and files that arrive are told what later edits say.
func TestEditsOfADaemon(t *testing.T) {
	d := startHTTP(t, map[string]string{
		"auto.yaml":       "env: [TOKEN]\nhttp: {listen: \"127.0.0.1:0\", tokens: [\"{env.TOKEN}\"]}\nsources: {landing: {type: folder, path: landing}}\n",
		"landing/a.csv":   "x",
		"assets/a.yaml":   "assets: [{key: raw, external: true}, {key: report, deps: [raw], config: {path: \"in/{{ params.folder }}\"}}, {key: file, group: files}]\n",
		"jobs/j.yaml":     "jobs: [{name: j, selection: [report], params_schema: {report.folder: string!, rows: int}}, {name: k, selection: [file], params_schema: {file.mode: string!}}]\n",
		"policies/p.auto": "policy report for assets(\"report\") {\n  when any_deps_updated()\n}\nfiles inbound from landing every 30s {\n  job k\n  settled 0s\n  match \"*.csv\" -> file\n}\n",
	})
	d.authorizing = "Bearer a-token-of-the-test"
	edit := func(job, body, version string) {
		t.Helper()
		if code, text := d.call(t, "PATCH", "/v1/jobs/"+job+"/params", body, "If-Match: "+version); code != 200 {
			t.Fatalf("%d %s", code, text)
		}
	}
	happen := func(id string, ticks int) {
		t.Helper()
		if code, text := d.call(t, "POST", "/v1/events", `{"id":"`+id+`","type":"materialization","asset":"raw"}`); code != 200 {
			t.Fatalf("%d %s", code, text)
		}
		d.clock.Set(d.clock.Now().Add(30 * time.Second))
		d.ticked(t, ticks)
	}
	d.ticked(t, 1)
	happen("1", 2)
	d.log.await(t, "a run lacks parameters; .*report.folder")
	if text := d.out.String(); text != "" {
		t.Fatal(text)
	}
	edit("j", `{"report.folder":"one","rows":0}`, "0")
	d.out.await(t, `"run_config":{"ops":{"report":{"config":{"path":"in/one"}}},"resources":{"params":{"config":{"__nexus_ops__report__folder":"one","rows":0}}}}`)
	edit("j", `{"report.folder":"two","rows":null}`, "1")
	happen("2", 3)
	d.out.await(t, `"run_config":{"ops":{"report":{"config":{"path":"in/two"}}},"resources":{"params":{"config":{"__nexus_ops__report__folder":"two"}}}}`)
	edit("k", `{"_ops_config":{"file":{"mode":"append"}}}`, "*")
	d.out.await(t, `"block":"inbound".*"resources":{"params":{"config":{"__nexus_ops__file__mode":"append"}}}`)
	if code := d.stop(); code != exitFine {
		t.Error(code, d.log)
	}
}
