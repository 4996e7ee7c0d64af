package live_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"auto/internal/bench"
	"auto/runtime/events"
	"auto/runtime/journal"
	"auto/runtime/live"
)

// wide is a project of assets with static partitions, each of which depends on the one
// before of its ten.
func wide(assets, keys int, clauses string) texts {
	var yaml, names strings.Builder
	names.WriteString("partitions:\n  p: {type: static, keys: [")
	for i := range keys {
		fmt.Fprintf(&names, "k%05d, ", i)
	}
	names.WriteString("]}\nassets:\n")
	for i := range assets {
		fmt.Fprintf(&yaml, "  - {key: a%d, partitions: p", i)
		if i%10 > 0 {
			fmt.Fprintf(&yaml, ", deps: [a%d]", i-1)
		}
		yaml.WriteString("}\n")
	}
	return texts{"auto.yaml": "", "assets/a.yaml": names.String() + yaml.String(), "policies/p.auto": "policy p for all() {\n    when eager()\n    " + clauses + "\n}\n"}
}

// deployed is a daemon with such a project, every partition of which was made from outside.
func deployed(b *testing.B, assets, keys int, clauses string) (p *live.Project, at time.Time) {
	setup, err := wide(assets, keys, clauses).load()
	if err != nil {
		b.Fatal(err)
	}
	p, at = live.NewProject(nil), start
	if err := p.Put(live.Record{Seq: 1, At: at, Body: &journal.Policies{}}, setup); err != nil {
		b.Fatal(err)
	}
	seq := int64(1)
	for a := range assets {
		seq++
		list := make([]events.Event, keys)
		for k := range keys {
			list[k] = events.Event{Type: events.Materialization, Asset: fmt.Sprint("a", a), Partition: fmt.Sprintf("k%05d", k), At: at.Add(time.Duration(a) * time.Second)}
		}
		if _, err := p.Play(live.Record{Seq: seq, At: at, Body: &journal.Events{Events: list}}, live.Options{}); err != nil {
			b.Fatal(err)
		}
		if err := p.Settle(); err != nil {
			b.Fatal(err)
		}
	}
	return p, at.Add(time.Hour)
}

func ticked(b *testing.B, s *live.Sensor, at time.Time) *live.Outcome {
	out, err := s.Tick(at, live.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return out
}

// BenchmarkSensor measures a sensor of 1,000 assets with 10,000 partitions each: its memory,
// a tick that changes nothing, and one after an event.
func BenchmarkSensor(b *testing.B) {
	p, at := deployed(b, 1000, 10_000, "")
	s := p.Sensors[0]
	for range 3 {
		ticked(b, s, at)
		at = at.Add(30 * time.Second)
	}
	b.Run("memory", bench.Memory)
	b.Run("idle", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if out := ticked(b, s, at); !out.Idle {
				b.Fatal("not idle")
			}
			at = at.Add(time.Millisecond)
		}
	})
	b.Run("event", func(b *testing.B) {
		b.ReportAllocs()
		seq := s.Taken()
		for b.Loop() {
			seq++
			e := events.Event{Type: events.Materialization, Asset: "a9", Partition: "k00007", At: at}
			if err := s.Take(live.Record{Seq: seq, At: at, Body: &journal.Events{Events: []events.Event{e}}}); err != nil {
				b.Fatal(err)
			}
			ticked(b, s, at)
			at = at.Add(time.Millisecond)
		}
	})
	runtime.KeepAlive(p)
}

// BenchmarkQuiet measures a tick after an event that asks of 10,000 pairs that are owed
// whether their dependencies were quiet.
func BenchmarkQuiet(b *testing.B) {
	p, at := deployed(b, 10, 10_000, "quiet 100d")
	s := p.Sensors[0]
	seq := s.Taken()
	list := make([]events.Event, 10_000)
	for k := range list {
		list[k] = events.Event{Type: events.Materialization, Asset: "a8", Partition: fmt.Sprintf("k%05d", k), At: at}
	}
	ticked(b, s, at)
	seq++
	if err := s.Take(live.Record{Seq: seq, At: at, Body: &journal.Events{Events: list}}); err != nil {
		b.Fatal(err)
	}
	at = at.Add(time.Second)
	ticked(b, s, at)
	if n, _, _ := s.Owed(); n < 10_000 {
		b.Fatalf("%d pairs are owed", n)
	}
	b.ReportAllocs()
	for b.Loop() {
		seq++
		at = at.Add(time.Millisecond)
		e := events.Event{Type: events.Run, RunID: fmt.Sprint(seq), Status: "success", At: at}
		if err := s.Take(live.Record{Seq: seq, At: at, Body: &journal.Events{Events: []events.Event{e}}}); err != nil {
			b.Fatal(err)
		}
		ticked(b, s, at)
	}
}
