package metrics_test

import (
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"auto/runtime/metrics"

	"github.com/google/go-cmp/cmp"
)

func page(t *testing.T, p *metrics.Page) string {
	t.Helper()
	var out strings.Builder
	n, err := p.WriteTo(&out)
	if err != nil || int(n) != out.Len() {
		t.Fatal(n, err)
	}
	return out.String()
}

func TestPage(t *testing.T) {
	var p metrics.Page
	p.Add(metrics.Due, 3)
	p.Add(metrics.Ticks, 1e15, "a \"b\"\\\nc")
	p.Add(metrics.Ticks, 0.5, "\xff")
	p.Add(metrics.Answers, 1, "/v1/events")
	want := `# HELP auto_ticks_total Ticks of a sensor.
# TYPE auto_ticks_total counter
auto_ticks_total{sensor="a \"b\"\\\nc"} 1e+15
auto_ticks_total{sensor="�"} 0.5
# HELP auto_requests_due Requests that are to be delivered.
# TYPE auto_requests_due gauge
auto_requests_due 3
# HELP auto_http_requests_total Answers over HTTP.
# TYPE auto_http_requests_total counter
auto_http_requests_total{route="/v1/events",code=""} 1
`
	if diff := cmp.Diff(want, page(t, &p)); diff != "" {
		t.Error(diff)
	}
}

func TestDaemon(t *testing.T) {
	d := metrics.NewDaemon()
	var wait sync.WaitGroup
	for range 10 {
		wait.Go(func() {
			d.Event("run")
			d.Event("wipe")
			d.Duplicate(2)
			d.Ticked("s", 3*time.Millisecond)
			d.Ticked("s", time.Hour)
			d.Delivered("failed", time.Millisecond)
			d.Answered("/v1/events", 200)
			d.Lineage(1, 0)
		})
	}
	wait.Wait()
	var p metrics.Page
	d.AddTo(&p)
	text := page(t, &p)
	for _, want := range []string{
		`auto_events_total{type="run"} 10`, `auto_events_total{type="wipe"} 10`, `auto_events_duplicate_total 20`,
		`auto_tick_seconds_bucket{sensor="s",le="0.0025"} 0`, `auto_tick_seconds_bucket{sensor="s",le="0.005"} 10`,
		`auto_tick_seconds_bucket{sensor="s",le="30"} 10`, `auto_tick_seconds_bucket{sensor="s",le="+Inf"} 20`, `auto_tick_seconds_count{sensor="s"} 20`,
		`auto_delivery_seconds_bucket{le="0.001"} 10`, `auto_deliveries_total{outcome="failed"} 10`,
		`auto_http_requests_total{route="/v1/events",code="200"} 10`, `auto_lineage_unmapped_total 10`, `auto_lineage_unplaced_total 0`, `auto_events_refused_total 0`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}

func TestNoDaemon(t *testing.T) {
	var d *metrics.Daemon
	d.Event("run")
	d.Ticked("s", 0)
	d.Delivered("failed", 0)
	var p metrics.Page
	d.AddTo(&p)
	if text := page(t, &p); text != "" {
		t.Error(text)
	}
}

// TestCatalogue: names follow Prometheus' rules, and stand once.
func TestCatalogue(t *testing.T) {
	names := map[string]bool{}
	for _, m := range metrics.All {
		if !regexp.MustCompile(`^auto_[a-z_]+$`).MatchString(m.Name) || names[m.Name] || !strings.HasSuffix(m.Help, ".") {
			t.Error(m.Name, m.Help)
		}
		if (m.Kind == metrics.Counter) != strings.HasSuffix(m.Name, "_total") {
			t.Errorf("%s is a %s", m.Name, m.Kind)
		}
		names[m.Name] = true
	}
}
