package bench

import (
	"runtime"
	"runtime/debug"
	"testing"
)

// Memory reports what the program holds, as heap-MB and resident-MB, after everything that
// is free was given back.
func Memory(b *testing.B) {
	for b.Loop() {
		debug.FreeOSMemory()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapAlloc)/1e6, "heap-MB")
	b.ReportMetric(float64(m.Sys-m.HeapReleased)/1e6, "resident-MB")
}
