package backlog

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"auto/compiler/files"
)

// Waiting gives everything that is owed and every launch that may be retried, oldest first,
// with what holds it back at an instant.
func (l *Ledger) Waiting(at time.Time, f Facts) []Owed {
	now := nano(at)
	l.flush()
	var list []Owed
	for _, a := range l.accounts {
		for i := range a.debts {
			list = append(list, l.owed(a, &a.debts[i], now, f))
		}
		for partition, request := range a.running {
			if o, ok := l.awaited(a, Pair{a.key, partition}, request); ok {
				list = append(list, o)
			}
		}
	}
	l.limited(list, now, f)
	slices.SortFunc(list, func(a, b Owed) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Key, b.Key), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Running, b.Running))
	})
	return list
}

func (l *Ledger) owed(a *account, d *debt, now int64, f Facts) Owed {
	since, newest := d.span()
	o := Owed{Pair: Pair{a.key, d.partition}, Policy: a.book.name, Since: instant(since), DecidedAt: instant(newest)}
	if k := len(d.queue()) + len(d.held()); k > 1 {
		o.Decisions = k
	}
	front, _ := d.front()
	o.Retry = front.retry
	h := l.holds(a, d, now, f).later(l.heldBy(a, now))
	o.NotBefore = instant(h.until)
	o.Why = l.why(a, h, o.Retry)
	return o
}

// why says what holds a pair back; "" for nothing but limits of the policy.
func (l *Ledger) why(a *account, h hold, retry int) string {
	c := l.clauses(a.book)
	switch h.kind {
	case retrying:
		return fmt.Sprintf("retry %d of %d at %s", retry, c.Retry.Times, clock(h.until))
	case quiet:
		return fmt.Sprintf("`quiet %s`: a dependency was updated at %s", span(c.Quiet), clock(h.updated))
	case atMost:
		return fmt.Sprintf("`at most %s`: launched at %s, next at %s", limitText(h.limit), clock(h.since), clock(h.until))
	case pausedPolicy:
		return fmt.Sprintf("the policy is paused until %s: %s", c.PausedUntil.UTC().Format(time.RFC3339), c.PauseReason)
	case pausedKey:
		return fmt.Sprintf("paused until %s: %s", clock(h.until), l.paused[a.key].reason)
	case halted:
		return fmt.Sprintf("halted since %s: a tick asked for %d pairs, more than `halt above %d per tick`; `auto resume` goes on",
			clock(a.book.halt.since), a.book.halt.asked, a.book.halt.above)
	}
	return ""
}

// limited says of what only limits hold back which one does, in the order of release.
func (l *Ledger) limited(list []Owed, now int64, f Facts) {
	waiting := map[Pair]*Owed{}
	for i := range list {
		if list[i].Why == "" {
			waiting[list[i].Pair] = &list[i]
		}
	}
	var all []chunk
	for _, a := range l.accounts {
		if l.heldUntil(a) <= now {
			all = append(all, l.chunks(a, l.free(a, now, f), forever, f)...)
		}
	}
	slices.SortFunc(all, chunk.compare)
	rooms := l.rooms(now)
	for _, c := range all {
		for _, p := range c.pairs {
			o := waiting[p]
			o.Why, o.NotBefore = rooms.of(c.book).why(l.clauses(c.book).PerTick)
			delete(waiting, p)
		}
	}
	for _, o := range waiting {
		o.Why = "the pause has ended: it goes with the next tick"
	}
}

// why says what holds the next candidate back, and until when.
func (r *room) why(perTick int) (string, time.Time) {
	switch {
	case r.take():
		return "it goes with the next tick", time.Time{}
	case r.by == nil:
		return fmt.Sprintf("`limit %d per tick` lets earlier ones go first", perTick), time.Time{}
	}
	return fmt.Sprintf("`limit %s` lets earlier ones go first", limitText(r.by)), instant(r.until)
}

// awaited gives the launch of a pair whose run may be retried.
func (l *Ledger) awaited(a *account, p Pair, request string) (Owed, bool) {
	times := l.clauses(a.book).Retry.Times
	n := l.flights[request][p]
	if n.retry >= times {
		return Owed{}, false
	}
	return Owed{
		Pair: p, Policy: a.book.name, Since: instant(n.since), DecidedAt: instant(n.at), Retry: n.retry, Running: request,
		Why: fmt.Sprintf("its run is awaited: when that fails, retry %d of %d follows", n.retry+1, times),
	}, true
}

// clock writes an instant for people.
func clock(n int64) string { return instant(n).Format(time.RFC3339) }

func limitText(limit *files.Limit) string {
	return fmt.Sprintf("%d per %s", limit.Count, span(limit.Per))
}

// span writes a duration as policies do: 1h30m.
func span(d time.Duration) string {
	var text strings.Builder
	for _, unit := range []struct {
		name string
		of   time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		if n := d / unit.of; n > 0 {
			fmt.Fprintf(&text, "%d%s", n, unit.name)
			d -= n * unit.of
		}
	}
	if d > 0 || text.Len() == 0 {
		return text.String() + d.String()
	}
	return text.String()
}
