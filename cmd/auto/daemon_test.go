package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"auto/runtime/clock"
	"auto/runtime/control"
	"auto/runtime/request"
)

// running is the example of a daemon at work, whose clock stands still until it is set.
type running struct {
	t        *testing.T
	dir      string
	address  string
	clock    *clock.Manual
	requests *bufio.Scanner
	logs     chan string
	stop     context.CancelFunc
	ended    chan int
}

// startDaemon runs the example until it listens for commands.
func startDaemon(t *testing.T) *running {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "examples", "daemon"))); err != nil {
		t.Fatal(err)
	}
	// Any port that is free will do.
	if err := rewrite(filepath.Join(dir, "auto.yaml"), "127.0.0.1:7777", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	out, stdout := io.Pipe()
	logs, stderr := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	d := &running{
		t: t, dir: dir, clock: clock.NewManual(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), nil),
		requests: bufio.NewScanner(out), logs: make(chan string, 1000), stop: stop, ended: make(chan int, 1),
	}
	go func() {
		d.ended <- run([]string{"run", "--project", dir}, system{ctx: ctx, stdout: stdout, stderr: stderr, clock: d.clock, getenv: os.LookupEnv})
		stderr.Close()
	}()
	go func() {
		for lines := bufio.NewScanner(logs); lines.Scan(); {
			d.logs <- lines.Text()
		}
		close(d.logs)
	}()
	d.address = regexp.MustCompile(`127[0-9.]*:\d+`).FindString(d.waitFor(`"msg":"listening"`))
	d.waitFor(`"msg":"running"`)
	// What comes before the first tick is no news to conditions, and the clock stands still
	// until then.
	for strings.Contains(d.auto("status", "--json"), `"ticks":0`) {
	}
	return d
}

// rewrite replaces a part of a file, which has to be there.
func rewrite(name, old, text string) error {
	before, err := os.ReadFile(name)
	if err == nil && !bytes.Contains(before, []byte(old)) {
		err = fmt.Errorf("%s has no %q", name, old)
	}
	if err != nil {
		return err
	}
	return os.WriteFile(name, bytes.ReplaceAll(before, []byte(old), []byte(text)), 0o644)
}

// waitFor waits for a line of the log, and gives it.
func (d *running) waitFor(part string) string {
	d.t.Helper()
	for line := range d.logs {
		if strings.Contains(line, part) {
			return line
		}
	}
	d.t.Fatalf("the daemon ended without %s in its log", part)
	return ""
}

// post sends an event over HTTP.
func (d *running) post(body string) {
	d.t.Helper()
	answer, err := http.Post("http://"+d.address+"/v1/events", "application/json", strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode/100 != 2 {
		d.t.Fatal(answer.Status)
	}
}

// waitForTick waits until the sensor has ticked at the clock's instant.
func (d *running) waitForTick() {
	d.t.Helper()
	for {
		var status control.Status
		if err := json.Unmarshal([]byte(d.auto("status", "--json")), &status); err != nil {
			d.t.Fatal(err)
		}
		if status.Sensors[0].LastTick.Equal(d.clock.Now()) {
			return
		}
	}
}

// auto carries out a command beside the daemon, and gives what it writes.
func (d *running) auto(args ...string) string {
	d.t.Helper()
	var out, errs bytes.Buffer
	code := run(append(args, "--project", d.dir), system{ctx: d.t.Context(), stdout: &out, stderr: &errs, clock: d.clock, getenv: os.LookupEnv})
	if code != exitFine {
		d.t.Fatalf("%v: code %d: %s%s", args, code, out.String(), errs.String())
	}
	return out.String() + errs.String()
}

// later moves the clock forward.
func (d *running) later(by time.Duration) { d.clock.Set(d.clock.Now().Add(by)) }

// laterUntil moves the clock forward until a line of the log says something. Commands
// between give the daemon its turn.
func (d *running) laterUntil(part string) {
	d.t.Helper()
	for {
		d.later(2 * time.Second)
		d.auto("status")
		for len(d.logs) > 0 {
			if strings.Contains(<-d.logs, part) {
				return
			}
		}
	}
}

// request waits for the next request.
func (d *running) request() (r request.Request) {
	d.t.Helper()
	if !d.requests.Scan() {
		d.t.Fatal("no request came")
	}
	if err := json.Unmarshal(d.requests.Bytes(), &r); err != nil {
		d.t.Fatal(err)
	}
	return r
}

// holds checks what a command writes.
func (d *running) holds(args, want string) {
	d.t.Helper()
	if got := d.auto(strings.Fields(args)...); !strings.Contains(got, want) {
		d.t.Errorf("%s: no %q in\n%s", args, want, got)
	}
}

// end stops the daemon, and waits until it has.
func (d *running) end() {
	d.t.Helper()
	d.stop()
	for range d.logs {
	}
	if code := <-d.ended; code != exitFine {
		d.t.Errorf("the daemon ended with code %d", code)
	}
}

// TestDaemonAndCommands goes through the README of the example: an event comes in, a run
// goes out, fails, and goes out again; a pause holds the next one back.
func TestDaemonAndCommands(t *testing.T) {
	d := startDaemon(t)
	d.post(`{"type":"materialization","asset":"raw/orders"}`)
	d.later(2 * time.Second)
	first := d.request()
	if got := strings.Join(first.Selection, " "); got != "sales/by_country sales/orders sales/total" || first.Tags["team"] != "sales" {
		t.Fatalf("%+v", first)
	}
	d.holds("why sales/orders", "its dependency `raw/orders` was updated")
	d.holds("status", "Running since 2026-01-01T00:00:00Z")
	d.holds("backlog --awaited", "its run is awaited")

	d.auto("event", "run", "sales/orders", "sales/total", "sales/by_country", "--run-id", "r1", "--status", "failure", "--request-id", first.ID)
	d.holds("backlog", "retry 1 of 2")
	d.later(5 * time.Minute)
	again := d.request()
	if again.ID == first.ID || len(again.Selection) != 3 {
		t.Errorf("%+v", again)
	}
	d.auto("event", "run", "sales/orders", "--run-id", "r2", "--status", "success", "--request-id", again.ID)
	d.holds("why sales/orders", "r2   success")

	d.auto("pause", `groups("sales")`, "--until", "+1h", "--reason", "moving")
	d.holds("status", `groups("sales")  3     2026-01-01T01:05:02Z  moving`)
	d.auto("event", "materialization", "raw/orders")
	d.later(2 * time.Second)
	d.waitFor(`"requested":3,"launched":0`)
	d.holds("backlog", "moving")
	d.holds("status --json", `"owed":3`)
	d.auto("resume", `groups("sales")`)
	d.later(2 * time.Second)
	if third := d.request(); len(third.Selection) != 3 {
		t.Errorf("%+v", third)
	}
	d.holds("replay", "All are the same, byte for byte.")
	d.holds("event wipe raw/orders --id w", "Took 1")
	d.holds("event wipe raw/orders --id w", "1 was known")

	d.end()
	d.holds("status", "No daemon runs")
	d.holds("replay", "All are the same, byte for byte.")
}

// TestPlanIsWhatIsLaunched: what a plan says of a change is what the daemon launches when
// it takes the change.
func TestPlanIsWhatIsLaunched(t *testing.T) {
	d := startDaemon(t)
	d.auto("event", "materialization", "raw/orders")
	d.later(2 * time.Second)
	d.request()

	changed := filepath.Join(t.TempDir(), "changed")
	if err := os.CopyFS(changed, os.DirFS(filepath.Join("..", "..", "examples", "daemon"))); err != nil {
		t.Fatal(err)
	}
	text := "policy sales for groups(\"sales\") - assets(\"sales/total\") {\n    when eager() | missing() & ~newly_requested()\n    group by none\n}\nsensor quick for all() every 2s\n"
	if err := os.WriteFile(filepath.Join(changed, "policies", "sales.auto"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	d.later(2 * time.Second)
	d.waitForTick() // which ends newly_requested
	var out bytes.Buffer
	if code := run([]string{"plan", d.dir, changed, "--json"}, system{ctx: t.Context(), stdout: &out, stderr: io.Discard, clock: d.clock, getenv: os.LookupEnv}); code != exitFine {
		t.Fatal(code, out.String())
	}
	var planned struct {
		NewRuns   int `json:"new_runs"`
		New, Same []struct{ Asset string }
	}
	if err := json.Unmarshal(out.Bytes(), &planned); err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, l := range append(planned.New, planned.Same...) {
		want = append(want, l.Asset)
	}
	if planned.NewRuns != 2 {
		t.Errorf("%d new runs in %s", planned.NewRuns, out.String())
	}
	if err := os.WriteFile(filepath.Join(d.dir, "policies", "sales.auto"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	d.waitFor("the project was reloaded")
	d.later(2 * time.Second)
	for range want {
		got = append(got, d.request().Selection...)
	}
	if slices.Sort(got); !slices.Equal(got, want) {
		t.Errorf("planned %v, launched %v", want, got)
	}
	d.end()
}

// TestPoliciesGoneAndBack: a project that has lost all its policies is not taken, and files
// that come are seen wherever a glob reaches, also in a folder that was empty.
func TestPoliciesGoneAndBack(t *testing.T) {
	d := startDaemon(t)
	policies, aside := filepath.Join(d.dir, "policies", "sales.auto"), filepath.Join(t.TempDir(), "sales.auto")
	for _, move := range []struct{ from, to, said string }{
		{policies, aside, "the project was not reloaded"},
		{aside, policies, "the project was reloaded"},
	} {
		if err := os.Rename(move.from, move.to); err != nil {
			t.Fatal(err)
		}
		d.laterUntil(move.said)
	}
	if err := os.WriteFile(filepath.Join(d.dir, "assets", "more.yaml"), []byte("assets: [{key: more}]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	d.laterUntil("the project was reloaded")
	d.end()
}
