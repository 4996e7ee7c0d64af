package metrics_test

import (
	"bytes"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"auto/runtime/control"
	"auto/runtime/metrics"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"
)

var now = time.Date(2026, 1, 2, 11, 0, 0, 0, time.UTC)

// status has everything that a status may have.
func status() control.Status {
	return control.Status{
		Now: now, Started: now.Add(-time.Hour), Broken: []string{"a.auto:1:1: error"}, Due: 4, Parked: 5,
		Sensors: []control.SensorStatus{
			{
				Name: "default", Ticks: 7, Requested: 8, Launched: 9, Overruns: 1, Failures: 2, LastTick: now.Add(-time.Minute), Owed: 6, Halted: []string{"hourly"},
				Policies: []control.PolicyStatus{{Name: "daily"}, {Name: "hourly", Owed: 6, OldestOwed: now.Add(-90 * time.Second)}},
			},
			{Name: "slow \"a\"\\\n\xff", Ticks: 1e15},
		},
		Pauses:  []control.PauseStatus{{Keys: 2}, {Keys: 3}},
		Dagster: &control.DagsterStatus{Polls: 11, Read: 12, LastRead: now.Add(-time.Second), Took: 80 * time.Millisecond, Calls: 2, Failures: 1, Down: map[string]string{"core": "it loads"}, Changed: []string{"`a` is gone."}},
		Blocks:  []control.BlockStatus{{Name: "inbound", Held: 3, HaltedAt: now, LastTick: now}, {Name: "outbound"}},
	}
}

// busy is a daemon that has counted some of everything.
func busy() *metrics.Daemon {
	d := metrics.NewDaemon("1.2.3")
	d.Event("run")
	d.Event("wipe")
	d.Duplicate(2)
	d.Refuse()
	d.Ticked("default", 3*time.Millisecond)
	d.Ticked("default", time.Hour)
	d.Ticked("\xff", 0)
	d.Delivered("failed", time.Millisecond)
	d.Answered("/v1/events", 200)
	d.Lineage(1, 0)
	return d
}

func scrape(t testing.TB, d *metrics.Daemon, s control.Status) metrics.Scrape {
	t.Helper()
	out, err := d.Scrape(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// names are those of the catalogue.
func names() []string {
	out := make([]string, len(metrics.All))
	for i, m := range metrics.All {
		out[i] = m.Name
	}
	return out
}

// TestScrape compares everything but what depends on the machine.
func TestScrape(t *testing.T) {
	want, err := os.ReadFile(filepath.Join("testdata", "scrape.txt"))
	if err != nil {
		t.Fatal(err)
	}
	same := slices.DeleteFunc(names(), func(name string) bool { return name == metrics.Memory.Name })
	if err := testutil.GatherAndCompare(scrape(t, busy(), status()), bytes.NewReader(want), same...); err != nil {
		t.Error(err)
	}
}

// TestNothingYet: counters without labels are there from the start.
func TestNothingYet(t *testing.T) {
	var got []string
	for _, family := range scrape(t, metrics.NewDaemon(""), control.Status{Now: now}) {
		if strings.HasPrefix(family.GetName(), "auto_") {
			got = append(got, family.GetName())
		}
	}
	want := []string{
		"auto_build_info", "auto_delivery_seconds", "auto_events_duplicate_total", "auto_events_refused_total", "auto_lineage_unmapped_total",
		"auto_lineage_unplaced_total", "auto_memory_bytes", "auto_paused_keys", "auto_reload_failed", "auto_requests_due", "auto_requests_parked", "auto_start_time_seconds",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestProcess: Go and the process are there, and the memory is not nothing.
func TestProcess(t *testing.T) {
	values := map[string]float64{}
	for _, family := range scrape(t, metrics.NewDaemon(""), control.Status{}) {
		values[family.GetName()] = family.GetMetric()[0].GetGauge().GetValue()
	}
	for _, name := range []string{"go_goroutines", "go_memstats_heap_alloc_bytes", metrics.Memory.Name} {
		if values[name] <= 0 {
			t.Errorf("%s is %v", name, values[name])
		}
	}
	if _, ok := values["process_start_time_seconds"]; !ok {
		t.Error("nothing is known of the process")
	}
}

// TestLint: the names and types are as Prometheus' own linter wants them.
func TestLint(t *testing.T) {
	found, err := testutil.GatherAndLint(scrape(t, busy(), status()), names()...)
	if err != nil || len(found) > 0 {
		t.Error(found, err)
	}
}

// TestCatalogue: a scrape has the metrics of the catalogue, of its kinds and with its
// labels, and no others of the daemon.
func TestCatalogue(t *testing.T) {
	type metric struct {
		Name, Kind string
		Labels     []string
	}
	var want, got []metric
	for _, m := range metrics.All {
		want = append(want, metric{m.Name, string(m.Kind), slices.Sorted(slices.Values(m.Labels))})
		if !strings.HasSuffix(m.Help, ".") {
			t.Errorf("%s: %s", m.Name, m.Help)
		}
	}
	for _, family := range scrape(t, busy(), status()) {
		if !strings.HasPrefix(family.GetName(), "auto_") {
			continue
		}
		one := metric{Name: family.GetName(), Kind: strings.ToLower(family.GetType().String())}
		for _, label := range family.GetMetric()[0].GetLabel() {
			one.Labels = append(one.Labels, label.GetName())
		}
		got = append(got, one)
	}
	slices.SortFunc(want, func(a, b metric) int { return strings.Compare(a.Name, b.Name) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-catalogue +scrape):\n%s", diff)
	}
}

// TestFormats: the answer is in the format and encoding that was asked for.
func TestFormats(t *testing.T) {
	all := scrape(t, busy(), status())
	for accept, want := range map[string]expfmt.FormatType{
		"":                            expfmt.TypeTextPlain,
		"text/plain;version=0.0.4":    expfmt.TypeTextPlain,
		"application/json, */*;q=0.1": expfmt.TypeTextPlain,
		"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited": expfmt.TypeProtoDelim,
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		all.ServeHTTP(w, r)
		if format := expfmt.ResponseFormat(w.Result().Header).FormatType(); w.Code != 200 || format != want {
			t.Errorf("Accept: %s gives %d, %s", accept, w.Code, w.Header().Get("Content-Type"))
		}
	}
	r := httptest.NewRequest("GET", "/metrics", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	all.ServeHTTP(w, r)
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Error(w.Header())
	}
}

// TestAtOnce: counts go on while others scrape.
func TestAtOnce(t *testing.T) {
	d := metrics.NewDaemon("")
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			d.Event("run")
			d.Ticked("s", time.Millisecond)
			if _, err := d.Scrape(status()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	want := `# HELP auto_events_total Events that arrived, duplicates included.
# TYPE auto_events_total counter
auto_events_total{type="run"} 10
`
	if err := testutil.GatherAndCompare(scrape(t, d, control.Status{}), strings.NewReader(want), metrics.Events.Name); err != nil {
		t.Error(err)
	}
}

// TestNoDaemon: nothing counts, and a scrape is what the status says.
func TestNoDaemon(t *testing.T) {
	var d *metrics.Daemon
	d.Event("run")
	d.Duplicate(1)
	d.Refuse()
	d.Ticked("s", 0)
	d.Delivered("failed", 0)
	d.Answered("/", 200)
	d.Lineage(1, 1)
	if got := len(scrape(t, d, control.Status{})); got != 5 {
		t.Errorf("%d families", got)
	}
}

// TestTwice: a status that says one thing twice is no scrape.
func TestTwice(t *testing.T) {
	s := control.Status{Blocks: []control.BlockStatus{{Name: "a"}, {Name: "a"}}}
	if out, err := metrics.NewDaemon("").Scrape(s); err == nil {
		t.Error(out)
	}
}
