package backlog

import (
	"time"

	"auto/compiler/files"
)

// hold is what holds a pair back, apart from limits of its policy, and until when:
// forever where it does not end by itself.
type hold struct {
	kind  kind
	until int64
	// limit is the one of `at most` that is used up, since the launch that leaves next;
	// updated is when a dependency of a pair was.
	limit          *files.Limit
	since, updated int64
}

type kind uint8

const (
	free kind = iota
	retrying
	quiet
	atMost
	pausedKey
	pausedPolicy
	halted
)

// later gives the one that ends later.
func (h hold) later(o hold) hold {
	if o.kind != free && (h.kind == free || o.until >= h.until) {
		return o
	}
	return h
}

// holds gives what holds a pair of an account back the longest, beside pauses and halts.
func (l *Ledger) holds(a *account, d *debt, now int64, f Facts) hold {
	c := l.clauses(a.book)
	p := Pair{a.key, d.partition}
	var h hold
	if front, ok := d.front(); ok && front.notBefore > now {
		h = hold{kind: retrying, until: front.notBefore}
	}
	if c.Quiet > 0 {
		h = h.later(calm(c.Quiet, p, now, f))
	}
	if len(c.AtMost) > 0 {
		h = h.later(mostOften(c.AtMost, a.pairs[d.partition], now))
	}
	return h
}

// heldBy gives the pause or halt that holds an account back the longest.
func (l *Ledger) heldBy(a *account, now int64) hold {
	var h hold
	if a.book.halt != nil {
		return hold{kind: halted, until: forever}
	}
	if until := nano(l.clauses(a.book).PausedUntil); until > now {
		h = hold{kind: pausedPolicy, until: until}
	}
	if p := l.paused[a.key]; p != nil && p.until > now {
		h = h.later(hold{kind: pausedKey, until: p.until})
	}
	return h
}

// calm is `quiet`.
func calm(quietFor time.Duration, p Pair, now int64, f Facts) hold {
	updated, ok := f.DependencyUpdated(p)
	if !ok {
		return hold{}
	}
	at := nano(updated)
	if until := after(at, quietFor); until > now {
		return hold{kind: quiet, until: until, updated: at}
	}
	return hold{}
}

// mostOften is `at most`: what went exactly Per ago does not count any more.
func mostOften(limits []files.Limit, went []int64, now int64) hold {
	var h hold
	for i := range limits {
		limit := &limits[i]
		if len(went) < limit.Count || limit.Count == 0 {
			continue
		}
		at := went[len(went)-limit.Count]
		if until := after(at, limit.Per); until > now {
			h = h.later(hold{kind: atMost, until: until, limit: limit, since: at})
		}
	}
	return h
}
