package backlog

import (
	"time"

	"auto/compiler"
	"auto/runtime/events"
	"auto/runtime/facts"
)

// flight is a request whose run may fail and be retried.
type flight struct {
	pairs []flown
	// live counts those whose newest launch this is.
	live int
}

type flown struct {
	Pair
	d decision
}

// Launched tells under which request launches of the last release went out. It remembers
// those whose policy has `retry`; a pair's earlier launch is then awaited no longer, as the
// newer one makes up for it.
func (l *Ledger) Launched(request string, launches []Launch) {
	for _, g := range launches {
		b := l.book(g.Policy)
		if l.clauses(b).Retry.Times == 0 {
			continue
		}
		l.fly(request, l.account(g.Key, b), flown{g.Pair, decision{
			since: nano(g.Since), at: nano(g.DecidedAt), retry: g.Retry, notBefore: never, single: g.single,
		}})
	}
}

func (l *Ledger) fly(request string, a *account, p flown) {
	l.land(a, p.Partition)
	if a.running == nil {
		a.running = map[string]string{}
	}
	a.running[p.Partition] = request
	f := l.flights[request]
	if f == nil {
		f = &flight{}
		l.flights[request] = f
	}
	f.pairs = append(f.pairs, p)
	f.live++
}

// land forgets which run of a pair is awaited.
func (l *Ledger) land(a *account, partition string) {
	request, ok := a.running[partition]
	if !ok {
		return
	}
	delete(a.running, partition)
	f := l.flights[request]
	if f.live--; f.live == 0 {
		delete(l.flights, request)
	}
}

// Happened tells of an event: the end of a run that a request launched, after which its
// pairs are owed again where it failed and their policy says so. It is to be told of all
// events, as any of them may change the answers of Facts.
func (l *Ledger) Happened(e *events.Event) {
	l.changed = true
	if e.Type != events.Run {
		return
	}
	switch e.Status {
	case facts.Success, facts.Canceled, facts.Failure:
	default:
		return
	}
	request := e.Request()
	f := l.flights[request]
	if f == nil {
		return
	}
	for _, p := range f.pairs {
		a := l.accounts[p.Key]
		if a == nil || a.running[p.Partition] != request {
			continue
		}
		l.land(a, p.Partition)
		if e.Status == facts.Failure {
			l.failed(a, p, nano(e.At))
		}
		l.tidy(a, p.Partition)
	}
}

// failed owes a pair again, as often as its policy says.
func (l *Ledger) failed(a *account, p flown, at int64) {
	r := l.clauses(a.book).Retry
	if p.d.retry >= r.Times {
		return
	}
	n := p.d
	n.retry++
	n.notBefore = after(at, wait(r, n.retry))
	a.debt(p.Partition).again(n)
}

// wait gives how long the n-th retry waits, from 1: After, doubled with each further one,
// up to UpTo.
func wait(r compiler.Retry, n int) time.Duration {
	d := r.After
	for ; n > 1 && d < forever/2; n-- {
		d *= 2
	}
	if r.UpTo > 0 {
		d = min(d, r.UpTo)
	}
	return d
}

// forgetFlights forgets the runs of what no policy retries any more.
func (l *Ledger) forgetFlights() {
	for _, a := range l.accounts {
		if a.lost || l.clauses(a.book).Retry.Times > 0 {
			continue
		}
		for partition := range a.running {
			l.land(a, partition)
		}
		l.close(a)
	}
}
