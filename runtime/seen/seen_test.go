package seen_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"auto/runtime/seen"
	"auto/runtime/sources"

	"pgregory.net/rapid"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func object(i, version int) sources.Object {
	return sources.Object{Key: fmt.Sprintf("landing/sales/2026/01/file_%08d.csv", i), ETag: fmt.Sprintf("%032x", version), Size: int64(version), LastModified: start.Add(time.Duration(version) * time.Second)}
}

// TestAsMap holds the set against a map.
func TestAsMap(t *testing.T) {
	type known struct {
		version int
		state   seen.State
	}
	rapid.Check(t, func(t *rapid.T) {
		set, model := seen.New(), map[int]known{}
		for range rapid.IntRange(1, 20).Draw(t, "listings") {
			set.Begin()
			shown := map[int]bool{}
			for range rapid.IntRange(0, 30).Draw(t, "steps") {
				key, version := rapid.IntRange(0, 12).Draw(t, "key"), rapid.IntRange(0, 3).Draw(t, "version")
				switch rapid.IntRange(0, 3).Draw(t, "step") {
				case 0:
					state := rapid.SampledFrom([]seen.State{seen.Settling, seen.Decided, seen.Left, seen.Gone}).Draw(t, "state")
					if _, ok := model[key]; !ok {
						shown[key] = true // a key that is remembered in a listing is of it
					}
					set.Put(object(key, version), state, start)
					model[key] = known{version, state}
				case 1:
					set.Drop(object(key, 0).Key)
					if k, ok := model[key]; ok {
						model[key] = known{k.version, seen.Unknown}
					}
				default:
					state, same, _ := set.Observe(object(key, version))
					want, ok := model[key]
					if state != want.state || ok && same != (want.version == version) {
						t.Fatalf("key %d: %v %v, want %+v", key, state, same, want)
					}
					if ok {
						shown[key] = true
					}
				}
			}
			missing := 0
			for key, k := range model {
				if (k.state == seen.Settling || k.state == seen.Decided || k.state == seen.Left) && !shown[key] {
					missing++
				}
				if set.Shown(object(key, 0).Key) != shown[key] {
					t.Fatalf("key %d shown: %v", key, !shown[key])
				}
			}
			if set.Missing() != missing {
				t.Fatalf("missing %d, want %d", set.Missing(), missing)
			}
		}
	})
}

// BenchmarkMillion remembers 1,000,000 keys and holds a full listing against them.
func BenchmarkMillion(b *testing.B) {
	const n = 1_000_000
	objects := make([]sources.Object, n)
	for i := range objects {
		objects[i] = object(i, i%7)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	set := seen.New()
	for _, o := range objects {
		set.Put(o, seen.Decided, start)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ResetTimer()
	for b.Loop() {
		set.Begin()
		for _, o := range objects {
			if _, same, _ := set.Observe(o); !same {
				b.Fatal("a key changed")
			}
		}
		if set.Missing() != 0 {
			b.Fatal(set.Missing())
		}
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "bytes/key")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
}
