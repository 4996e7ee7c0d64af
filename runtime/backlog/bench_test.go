package backlog

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"auto/compiler"
	"auto/compiler/files"
)

const benchAssets, benchPartitions = 1000, 2000

// first is what a first tick decides: all partitions of all assets.
func first() []Pair {
	pairs := make([]Pair, 0, benchAssets*benchPartitions)
	partitions := make([]string, benchPartitions)
	for i := range partitions {
		partitions[i] = fmt.Sprintf("%06d", i)
	}
	for i := range benchAssets {
		key := fmt.Sprintf("asset/%d", i)
		for _, partition := range partitions {
			pairs = append(pairs, Pair{key, partition})
		}
	}
	return pairs
}

type inOrder struct{}

func (inOrder) DependencyUpdated(Pair) (time.Time, bool) { return time.Time{}, false }
func (inOrder) Succeeded(Pair) (time.Time, bool)         { return time.Time{}, false }
func (inOrder) Order(p Pair) int {
	n := 0
	for _, c := range []byte(p.Partition) {
		n = n*10 + int(c-'0')
	}
	return n
}

func benchLedger(c compiler.Clauses) *Ledger {
	l := New()
	l.Use(map[string]Policy{"p": {"p", &c}}, func(string) string { return "p" })
	return l
}

func BenchmarkFirstTick(b *testing.B) {
	pairs := first()
	for name, c := range map[string]compiler.Clauses{
		"free":     {},
		"per tick": {PerTick: 50},
		"limit":    {Limits: []files.Limit{{Count: 1 << 30, Per: time.Hour}}},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				l := benchLedger(c)
				l.Decide(Decided{Policy: "p", Pairs: append([]Pair{}, pairs...), At: start})
				l.Release(start, inOrder{})
			}
		})
	}
}

// BenchmarkBacklog releases 50 of two million with each tick, while events come in.
func BenchmarkBacklog(b *testing.B) {
	l := benchLedger(compiler.Clauses{PerTick: 50})
	l.Decide(Decided{Policy: "p", Pairs: first(), At: start})
	at := start
	for b.Loop() {
		at = at.Add(time.Second)
		l.Release(at, inOrder{})
	}
}

// BenchmarkIdle is a tick on which nothing can change.
func BenchmarkIdle(b *testing.B) {
	l := benchLedger(compiler.Clauses{PausedUntil: start.Add(time.Hour)})
	l.Decide(Decided{Policy: "p", Pairs: first(), At: start})
	l.Release(start, inOrder{})
	for b.Loop() {
		l.Release(start, inOrder{})
	}
}

func BenchmarkSnapshot(b *testing.B) {
	l := benchLedger(compiler.Clauses{PerTick: 1})
	l.Decide(Decided{Policy: "p", Pairs: first()[:100_000], At: start})
	l.Release(start, inOrder{})
	for b.Loop() {
		data, err := json.Marshal(l)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(data)), "bytes")
	}
}

// BenchmarkCount counts two million: after a change, and after none.
func BenchmarkCount(b *testing.B) {
	l := benchLedger(compiler.Clauses{PerTick: 50})
	l.Decide(Decided{Policy: "p", Pairs: first(), At: start})
	l.Release(start, inOrder{})
	for name, touch := range map[string]func(){"changed": l.touch, "idle": func() {}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				touch()
				l.Count()
			}
		})
	}
}
