package sensor_test

import (
	"fmt"
	"testing"
	"time"
)

// BenchmarkTick100k ticks over 100,000 listed keys, of which 10 are new.
func BenchmarkTick100k(b *testing.B) {
	w := newWorld(b, "    existing skip")
	for i := range 100_000 {
		w.put(fmt.Sprintf("landing/sales/file_%08d.csv", i), "9e107d9d372bb6826bd81d3542a419d6", 1)
	}
	w.tick(b, 0)
	calls, n := 0, 0
	for b.Loop() {
		b.StopTimer()
		for range 10 {
			w.put(fmt.Sprintf("landing/sales/new_%08d.csv", n), "9e107d9d372bb6826bd81d3542a419d6", 2)
			n++
		}
		b.StartTimer()
		report, err := w.Tick(b.Context(), start.Add(time.Duration(n)*time.Second))
		if err != nil || report.Requested != 10 {
			b.Fatal(report, err)
		}
		calls = report.Calls
	}
	b.ReportMetric(float64(calls), "calls")
}
