package backlog

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"auto/compiler"
	"auto/compiler/files"
	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/journal"
)

var start = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// world answers for the facts that a ledger asks for.
type world struct {
	updated, succeeded map[Pair]time.Time
}

func newWorld() *world {
	return &world{updated: map[Pair]time.Time{}, succeeded: map[Pair]time.Time{}}
}

func (w *world) DependencyUpdated(p Pair) (time.Time, bool) { at, ok := w.updated[p]; return at, ok }
func (w *world) Succeeded(p Pair) (time.Time, bool)         { at, ok := w.succeeded[p]; return at, ok }
func (w *world) Order(p Pair) int {
	return map[string]int{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}[p.Partition]
}

var allPairs = []Pair{
	{"a", ""}, {"b", "one"}, {"b", "two"}, {"b", "three"}, {"b", "four"}, {"b", "five"},
	{"c", "one"}, {"c", "two"}, {"c", "three"}, {"d", ""}, {"e", "two"}, {"e", "four"},
}

var allKeys = []string{"a", "b", "c", "d", "e"}

// both tells a ledger and the model the same.
type both struct {
	*rapid.T
	ledger *Ledger
	// shadow is not told of ticks that requested and gave nothing, as no record is.
	shadow   *Ledger
	model    *model
	world    *world
	at       time.Time
	requests []string
	number   int
	used     int
}

func TestLedgerIsTheModel(t *testing.T) { rapid.Check(t, checkLedger) }

func FuzzLedger(f *testing.F) { f.Fuzz(rapid.MakeFuzz(checkLedger)) }

func checkLedger(t *rapid.T) {
	b := &both{
		T: t, ledger: New(), shadow: New(), world: newWorld(), at: start,
		model: &model{under: map[string]string{}, halted: map[string]time.Time{}},
	}
	b.use()
	t.Repeat(map[string]func(*rapid.T){
		"":         b.step(b.counted),
		"tick":     b.step(b.tick),
		"tick 2":   b.step(b.tick),
		"gap":      b.step(b.gap),
		"run ends": b.step(b.runEnds),
		"update":   b.step(b.update),
		"success":  b.step(b.success),
		"pause":    b.step(b.pause),
		"resume":   b.step(b.resume),
		"use":      b.step(b.use),
		"snapshot": b.step(b.snapshot),
		"move":     b.step(b.move),
		"waiting":  b.step(b.waiting),
	})
}

func (b *both) step(do func()) func(*rapid.T) {
	return func(t *rapid.T) {
		b.T = t
		do()
	}
}

func (b *both) drawLimits(label string, most int) []files.Limit {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) files.Limit {
		return files.Limit{
			Count: rapid.IntRange(1, most).Draw(t, "count"),
			Per:   rapid.SampledFrom([]time.Duration{time.Minute, 7 * time.Minute, time.Hour}).Draw(t, "per"),
		}
	}), 0, 2).Draw(b.T, label)
}

func (b *both) draw(n int, label string) int { return rapid.IntRange(0, n-1).Draw(b.T, label) }

func (b *both) clauses() *compiler.Clauses {
	c := &compiler.Clauses{
		PerTick:     []int{0, 0, 1, 3}[b.draw(4, "per tick")],
		Limits:      b.drawLimits("limit", 4),
		AtMost:      b.drawLimits("at most", 2),
		Quiet:       []time.Duration{0, 0, 5 * time.Minute}[b.draw(3, "quiet")],
		Missed:      []compiler.Missed{compiler.MissedLast, compiler.MissedNone, compiler.MissedAll}[b.draw(3, "missed")],
		NewestFirst: rapid.Bool().Draw(b.T, "newest first"),
		HaltAbove:   []int{0, 0, 4}[b.draw(3, "halt above")],
		Priority:    b.draw(2, "priority"),
	}
	if rapid.Bool().Draw(b.T, "retry") {
		c.Retry = compiler.Retry{Times: 2, After: 3 * time.Minute, UpTo: []time.Duration{0, 4 * time.Minute}[b.draw(2, "up to")]}
	}
	if b.draw(5, "paused") == 0 {
		c.PausedUntil, c.PauseReason = b.at.Add(10*time.Minute), "maintenance"
	}
	return c
}

func (b *both) use() {
	policies := map[string]Policy{}
	names := []string{"p", "q", "r"}
	for _, name := range names {
		if b.draw(4, "gone "+name) > 0 {
			policies[name] = Policy{name, b.clauses()}
		}
	}
	owner := map[string]string{}
	for i, key := range allKeys {
		owner[key] = names[i%2]
		if b.draw(4, "moved "+key) == 0 {
			owner[key] = append(names, "")[b.draw(4, "owner of "+key)]
		}
		if policies[owner[key]].Name == "" {
			owner[key] = ""
		}
	}
	if b.model.owner == nil {
		b.model.under = maps.Clone(owner)
	}
	b.used++
	for _, l := range []*Ledger{b.ledger, b.shadow} {
		l.Settle(b.at)
		l.Use(policies, func(key string) string { return owner[key] })
	}
	b.model.use(policies, owner, b.at)
}

func (b *both) pass() {
	b.at = b.at.Add(time.Duration(rapid.IntRange(1, 240).Draw(b.T, "seconds")) * time.Second)
}

// decide reports whether anything was requested.
func (b *both) decide(downSince time.Time) (any bool) {
	for _, name := range keysOf(b.model.policies) {
		var pairs []Pair
		for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(allPairs)-1), 0, 8, rapid.ID).Draw(b.T, "pairs") {
			if b.model.owner[allPairs[i].Key] == name {
				pairs = append(pairs, allPairs[i])
			}
		}
		d := Decided{name, pairs, b.at, downSince}
		want := b.model.decide(d)
		d.Pairs = slices.Clone(pairs)
		if got := b.ledger.Decide(d); got != want {
			b.Fatalf("Decide(%v) = %v, want %v", d, got, want)
		}
		d.Pairs = slices.Clone(pairs)
		b.shadow.Decide(d)
		any = any || len(pairs) > 0
		b.counted()
	}
	return any
}

func (b *both) tick() {
	next, ok := b.ledger.nextAt(b.at)
	b.pass()
	decided := rapid.Bool().Draw(b.T, "decides") && b.decide(time.Time{})
	if gave := b.release(decided); gave && !decided && (!ok || next.After(b.at)) {
		b.Fatalf("the release at %s gave something, nextAt said %s, %v", b.at, next, ok)
	}
}

// gap decides for two moments that nothing ticked at, and releases once or twice.
func (b *both) gap() {
	since := b.at
	b.pass()
	decided := b.decide(since)
	if rapid.Bool().Draw(b.T, "release between") {
		b.release(decided)
	}
	b.pass()
	b.release(b.decide(since) || decided)
}

// release reports whether it gave anything.
func (b *both) release(decided bool) bool {
	want := b.model.release(b.at, b.world)
	got, dropped := b.ledger.Release(b.at, b.world)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(Launch{}), cmpopts.EquateEmpty()); diff != "" {
		b.Fatalf("launches at %s (-want +got):\n%s", b.at, diff)
	}
	if decided || len(got)+len(dropped) > 0 {
		shadowed, shadowDropped := b.shadow.Release(b.at, b.world)
		if diff := cmp.Diff([]any{got, dropped}, []any{shadowed, shadowDropped}, cmp.AllowUnexported(Launch{})); diff != "" {
			b.Fatalf("without the ticks that gave nothing (-with +without):\n%s", diff)
		}
	}
	b.sameDropped(dropped)
	b.limitsHold()
	for i := 0; i < len(got); {
		k := rapid.IntRange(1, len(got)-i).Draw(b.T, "in one request")
		b.number++
		request := fmt.Sprint("request ", b.number)
		b.requests = append(b.requests, request)
		b.ledger.Launched(request, got[i:i+k])
		b.shadow.Launched(request, got[i:i+k])
		for _, g := range got[i : i+k] {
			b.model.sent(request, g)
		}
		i += k
	}
	return len(got)+len(dropped) > 0
}

func (b *both) sameDropped(got []journal.Dropped) {
	got = slices.Clone(got)
	for i := range got {
		if why(got[i].Reason) == got[i].Reason {
			b.Fatalf("dropped for no reason of the rules: %v", got[i])
		}
		got[i].Reason = why(got[i].Reason)
	}
	want := b.model.dropped
	b.model.dropped = nil
	sortDropped(want)
	sortDropped(got)
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		b.Fatalf("dropped at %s (-want +got):\n%s", b.at, diff)
	}
}

// limitsHold looks at all launches, in every stretch that begins or ends with one.
func (b *both) limitsHold() {
	if b.used > 1 {
		return // launches before a limit came into force do not count
	}
	for name, p := range b.model.policies {
		for _, limit := range p.Clauses.Limits {
			b.noMore(limit, func(g *launched) bool { return g.Policy == name })
		}
		for _, pair := range allPairs {
			for _, limit := range p.Clauses.AtMost {
				b.noMore(limit, func(g *launched) bool { return g.Policy == name && g.Pair == pair })
			}
		}
	}
}

func (b *both) noMore(limit files.Limit, counts func(*launched) bool) {
	var went []*launched
	for _, g := range b.model.launches {
		if counts(g) {
			went = append(went, g)
		}
	}
	for i := limit.Count; i < len(went); i++ {
		if d := went[i].at.Sub(went[i-limit.Count].at); d < limit.Per {
			b.Fatalf("%d launches within %s, the limit is %v", limit.Count+1, d, limit)
		}
	}
}

func (b *both) runEnds() {
	if len(b.requests) == 0 {
		b.Skip("no request")
	}
	i := b.draw(len(b.requests), "request")
	request := b.requests[i]
	status := []facts.Status{facts.Failure, facts.Failure, facts.Success, facts.Canceled, facts.Started}[b.draw(5, "status")]
	e := &events.Event{Type: events.Run, Status: status, RequestID: request, At: b.at}
	if rapid.Bool().Draw(b.T, "by tag") {
		e.RequestID, e.Tags = "", map[string]string{events.RequestTag: request}
	}
	b.ledger.Happened(e)
	b.shadow.Happened(e)
	if status != facts.Started {
		b.model.ended(request, status, b.at)
	}
}

func (b *both) update() {
	p := allPairs[b.draw(len(allPairs), "pair")]
	b.world.updated[p] = b.at
	b.ledger.Happened(&events.Event{Type: events.Materialization, Asset: "source", At: b.at})
	b.shadow.Happened(&events.Event{Type: events.Materialization, Asset: "source", At: b.at})
}

func (b *both) success() {
	p := allPairs[b.draw(len(allPairs), "pair")]
	b.world.succeeded[p] = b.at.Add(-time.Duration(b.draw(300, "started before")) * time.Second)
	b.ledger.Happened(&events.Event{Type: events.Run, Status: facts.Success, RunID: "by hand", At: b.at})
	b.shadow.Happened(&events.Event{Type: events.Run, Status: facts.Success, RunID: "by hand", At: b.at})
}

func (b *both) keys() []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(allKeys), 1, 3, rapid.ID).Draw(b.T, "keys")
}

func (b *both) pause() {
	b.pass()
	p := journal.Pause{
		Selection: "some", Keys: b.keys(), Reason: "maintenance",
		Until: b.at.Add(time.Duration(rapid.IntRange(1, 20).Draw(b.T, "minutes")) * time.Minute),
	}
	b.ledger.Pause(p, b.at)
	b.shadow.Pause(p, b.at)
	b.model.pause(p, b.at)
}

func (b *both) resume() {
	b.pass()
	word := []compiler.Missed{"", compiler.MissedNone, compiler.MissedLast, compiler.MissedAll}[b.draw(4, "word")]
	r := journal.Resume{Selection: "some", Keys: b.keys(), Missed: word}
	b.ledger.Resume(r, b.at)
	b.shadow.Resume(r, b.at)
	b.model.resume(r, b.at)
}

// snapshot goes on with what a snapshot gives.
func (b *both) snapshot() {
	data, err := json.Marshal(b.ledger)
	if err != nil {
		b.Fatal(err)
	}
	read := New()
	if err := json.Unmarshal(data, read); err != nil {
		b.Fatalf("%v\n%s", err, data)
	}
	owner := b.model.owner
	read.Use(b.model.policies, func(key string) string { return owner[key] })
	b.sameSnapshot(read, string(data))
	b.ledger = read
}

func (b *both) sameSnapshot(l *Ledger, want string) {
	got, err := json.Marshal(l)
	if err != nil {
		b.Fatal(err)
	}
	if string(got) != want {
		b.Fatalf("snapshots:\n%s\n%s", want, got)
	}
}

// move takes keys out and gives them back.
func (b *both) move() {
	before, err := json.Marshal(b.ledger)
	if err != nil {
		b.Fatal(err)
	}
	keys := setOf(b.keys())
	taken := b.ledger.Take(func(key string) bool { return keys[key] })
	b.counted()
	b.ledger.Give(taken)
	b.sameSnapshot(b.ledger, string(before))
}

// waiting compares everything that is owed.
func (b *both) waiting() {
	b.model.settle(b.at)
	b.ledger.settle(b.at.UnixNano())
	var got []Owed
	for _, o := range b.ledger.Waiting(b.at, b.world) {
		if o.Why == "" {
			b.Fatalf("nothing says why %v waits", o)
		}
		if o.Running == "" {
			got = append(got, Owed{Pair: o.Pair, Policy: o.Policy, Since: o.Since, DecidedAt: o.DecidedAt})
		}
	}
	var want []Owed
	for _, p := range b.model.pairs() {
		want = append(want, b.model.owed(p))
	}
	slices.SortFunc(want, func(a, b Owed) int { return a.Pair.compare(b.Pair) })
	slices.SortFunc(got, func(a, b Owed) int { return a.Pair.compare(b.Pair) })
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		b.Fatalf("waiting at %s (-want +got):\n%s", b.at, diff)
	}
	b.counts(want)
}

// counted: what was counted earlier is given only as long as it is so.
func (b *both) counted() {
	want := b.ledger.recount()
	if diff := cmp.Diff(want, b.ledger.Counts(), cmpopts.EquateEmpty()); diff != "" {
		b.Fatalf("counts at %s (-now +given):\n%s", b.at, diff)
	}
}

// counts compares the counts with what waits.
func (b *both) counts(owed []Owed) {
	of := map[string]Count{}
	for name := range b.ledger.policies {
		of[name] = Count{Policy: name}
	}
	var all Count
	for _, o := range owed {
		c := of[o.Policy]
		c.Policy = o.Policy
		c.add(o.Since)
		all.add(o.Since)
		of[o.Policy] = c
	}
	var want []Count
	for _, name := range slices.Sorted(maps.Keys(of)) {
		want = append(want, of[name])
	}
	if diff := cmp.Diff(want, b.ledger.Counts(), cmpopts.EquateEmpty()); diff != "" {
		b.Fatalf("counts at %s (-want +got):\n%s", b.at, diff)
	}
	if pairs, oldest := b.ledger.Count(); pairs != all.Pairs || !oldest.Equal(all.Oldest) {
		b.Fatalf("Count() = %d, %s, want %v", pairs, oldest, all)
	}
}

func (c *Count) add(since time.Time) {
	if c.Pairs++; c.Oldest.IsZero() || since.Before(c.Oldest) {
		c.Oldest = since
	}
}

func (m *model) owed(p Pair) Owed {
	o := Owed{Pair: p, Policy: m.under[p.Key]}
	for _, i := range m.items {
		if i.pair != p || i.state == done {
			continue
		}
		if o.Since.IsZero() || i.since.Before(o.Since) {
			o.Since = i.since
		}
		if i.at.After(o.DecidedAt) {
			o.DecidedAt = i.at
		}
	}
	return o
}
