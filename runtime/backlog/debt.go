package backlog

import (
	"cmp"
	"slices"
)

// debt is what is owed of a pair. A first tick may leave millions, so that one plain
// decision, which is what most are, has no memory of its own.
type debt struct {
	partition string
	// since and at are those of a plain decision, where more is nil.
	since, at int64
	more      *more
}

// spent is what is left of a plain decision that was launched.
var spent more

type more struct {
	// queue is launched in order, one with each release at most.
	queue []decision
	// held came due in a pause or halt; its end settles what becomes of them.
	held []decision
}

// decision is one, or several that were merged.
type decision struct {
	// since is the first instant, at the newest one.
	since, at int64
	// retry counts earlier launches; another one waits until notBefore.
	retry     int
	notBefore int64
	// single stands for itself, as `missed all` asks: nothing merges with it, and no
	// other run makes up for it.
	single bool
}

func decidedAt(at int64, single bool) decision {
	return decision{since: at, at: at, notBefore: never, single: single}
}

func (n decision) plain() bool { return n.retry == 0 && n.notBefore == never && !n.single }

// queue gives what is launched in order; it is not to be changed.
func (d *debt) queue() []decision {
	if d.more == nil {
		return []decision{{since: d.since, at: d.at, notBefore: never}}
	}
	return d.more.queue
}

func (d *debt) held() []decision {
	if d.more == nil {
		return nil
	}
	return d.more.held
}

// front gives what is launched next, and false for nothing.
func (d *debt) front() (decision, bool) {
	switch {
	case d.more == nil:
		return decision{since: d.since, at: d.at, notBefore: never}, true
	case len(d.more.queue) == 0:
		return decision{}, false
	}
	return d.more.queue[0], true
}

// set puts other lists in the place of what is owed.
func (d *debt) set(queue, held []decision) {
	if len(queue) == 1 && len(held) == 0 && queue[0].plain() {
		d.since, d.at, d.more = queue[0].since, queue[0].at, nil
		return
	}
	d.more = &more{queue, held}
}

func (d *debt) empty() bool { return d.more != nil && len(d.more.queue)+len(d.more.held) == 0 }

// add puts a newer decision into the queue.
func (d *debt) add(n decision) {
	if d.more == nil && n.plain() {
		d.since, d.at = min(d.since, n.since), n.at
		return
	}
	d.set(added(d.queue(), n), d.held())
}

// added gives a queue with a newer decision. One that was launched and is to be retried is
// no moment of its own any more: the newer one goes in its place, at once.
func added(queue []decision, n decision) []decision {
	if k := len(queue); k > 0 {
		last := &queue[k-1]
		if last.retry > 0 || !last.single && !n.single {
			n.since = min(n.since, last.since)
			*last = n
			return queue
		}
	}
	return append(queue, n)
}

func (d *debt) hold(n decision) { d.set(d.queue(), append(d.held(), n)) }

// again owes a decision another time, after its run failed. What is owed already is newer
// and goes in its place.
func (d *debt) again(n decision) {
	queue := d.queue()
	if len(queue) == 0 {
		queue = []decision{n}
	} else {
		queue[0].since = min(queue[0].since, n.since)
	}
	d.set(queue, d.held())
}

// pop takes the front off, and reports whether there is another one.
func (d *debt) pop() bool {
	if d.more == nil {
		d.more = &spent
		return false
	}
	d.set(d.more.queue[1:], d.more.held)
	return d.more == nil || len(d.more.queue) > 0
}

// span gives the first and the newest instant of all that is owed.
func (d *debt) span() (since, at int64) {
	if d.more == nil {
		return d.since, d.at
	}
	since, at = forever, never
	for _, list := range [][]decision{d.more.queue, d.more.held} {
		for _, n := range list {
			since, at = min(since, n.since), max(at, n.at)
		}
	}
	return since, at
}

// join adds what another ledger owed of the same pair.
func (d *debt) join(o debt) {
	byAt := func(a, b decision) int { return cmp.Compare(a.at, b.at) }
	var queue []decision
	for _, n := range joined(d.queue(), o.queue(), byAt) {
		queue = added(queue, n)
	}
	d.set(queue, joined(d.held(), o.held(), byAt))
}

// joined gives both of two sorted lists, sorted.
func joined[T any](a, b []T, compare func(a, b T) int) []T {
	list := slices.Concat(a, b)
	slices.SortStableFunc(list, compare)
	return list
}

func compareDebt(d debt, partition string) int { return cmp.Compare(d.partition, partition) }

// debt gives what is owed of a partition, an empty debt at first.
func (a *account) debt(partition string) *debt {
	i, ok := slices.BinarySearchFunc(a.debts, partition, compareDebt)
	if !ok {
		a.debts = slices.Insert(a.debts, i, debt{partition: partition, more: &more{}})
	}
	return &a.debts[i]
}

// owes reports whether anything is owed of a partition.
func (a *account) owes(partition string) bool {
	i, ok := slices.BinarySearchFunc(a.debts, partition, compareDebt)
	return ok && !a.debts[i].empty()
}

// owe puts a decision about pairs of the account, sorted by partition, into the queues, or
// where held says so, beside them.
func (a *account) owe(pairs []Pair, n decision, held bool) {
	a.unchecked = true
	put := (*debt).add
	if held {
		put = (*debt).hold
	}
	var list []debt
	old := a.debts
	if k := len(old); k == 0 || old[k-1].partition < pairs[0].Partition {
		list, old = old, nil
	}
	list = slices.Grow(list, len(pairs)+len(old))
	for _, p := range pairs {
		i, met := slices.BinarySearchFunc(old, p.Partition, compareDebt)
		list, old = append(list, old[:i]...), old[i:]
		switch k := len(list); {
		case met:
			put(&old[0], n)
		case k > 0 && list[k-1].partition == p.Partition:
			put(&list[k-1], n) // asked for twice
		case held || !n.plain():
			list = append(list, debt{partition: p.Partition, more: &more{}})
			put(&list[k], n)
		default:
			list = append(list, debt{partition: p.Partition, since: n.since, at: n.at})
		}
	}
	a.debts = append(list, old...)
}

// settle forgets debts of which nothing is left.
func (a *account) settle() {
	a.debts = slices.DeleteFunc(a.debts, func(d debt) bool { return d.empty() })
}
