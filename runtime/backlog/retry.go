package backlog

import (
	"time"

	"auto/compiler"
	"auto/runtime/events"
	"auto/runtime/facts"
)

// flight is a request whose run may fail and be retried: the pairs whose newest launch it
// is, with what they were launched for. None is empty.
type flight map[Pair]decision

// Launched tells under which request launches of the last release went out. It remembers
// those whose policy has `retry`; a pair's earlier launch is then awaited no longer, as the
// newer one makes up for it.
func (l *Ledger) Launched(request string, launches []Launch) {
	for _, g := range launches {
		b := l.book(g.Policy)
		if l.clauses(b).Retry.Times == 0 {
			continue
		}
		l.fly(request, l.account(g.Key, b), g.Partition, decision{
			since: nano(g.Since), at: nano(g.DecidedAt), retry: g.Retry, notBefore: never, single: g.single,
		})
	}
}

func (l *Ledger) fly(request string, a *account, partition string, n decision) {
	l.land(a, partition)
	if a.running == nil {
		a.running = map[string]string{}
	}
	a.running[partition] = request
	if l.flights[request] == nil {
		l.flights[request] = flight{}
	}
	l.flights[request][Pair{a.key, partition}] = n
}

// land forgets which run of a pair is awaited.
func (l *Ledger) land(a *account, partition string) {
	request := a.running[partition]
	delete(a.running, partition)
	delete(l.flights[request], Pair{a.key, partition})
	if len(l.flights[request]) == 0 {
		delete(l.flights, request)
	}
}

// Happened tells of an event: the end of a run that a request launched, after which its
// pairs are owed again where it failed and their policy says so. It is to be told of all
// events, as any of them may change the answers of Facts.
func (l *Ledger) Happened(e *events.Event) {
	l.changed, l.unchecked = true, true
	if e.Type != events.Run {
		return
	}
	switch e.Status {
	case facts.Success, facts.Canceled, facts.Failure:
	default:
		return
	}
	for p, n := range l.flights[e.Request()] {
		a := l.accounts[p.Key]
		l.land(a, p.Partition)
		if e.Status == facts.Failure {
			l.failed(a, p.Partition, n, nano(e.At))
		}
		l.close(a)
	}
}

// failed owes a pair again, as often as its policy says.
func (l *Ledger) failed(a *account, partition string, n decision, at int64) {
	r := l.clauses(a.book).Retry
	if n.retry >= r.Times {
		return
	}
	n.retry++
	n.notBefore = after(at, wait(r, n.retry))
	l.touch()
	a.debt(partition).again(n)
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
		if l.clauses(a.book).Retry.Times > 0 {
			continue
		}
		for partition := range a.running {
			l.land(a, partition)
		}
		l.close(a)
	}
}
