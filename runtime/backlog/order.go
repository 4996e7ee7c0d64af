package backlog

import (
	"cmp"
	"slices"
)

// chunk is what is launched of one asset one after the other: pairs that have the place of
// one instant in the order.
type chunk struct {
	book     *book
	priority int
	place    int64
	key      string
	pairs    []Pair
	// decisions are what is carried out, one for each pair, or one for all of a batch; debts
	// are the indices of what is owed, for no batch.
	decisions []decision
	debts     []int
}

func (c chunk) compare(o chunk) int {
	if d := cmp.Compare(o.priority, c.priority); d != 0 {
		return d
	}
	if d := cmp.Compare(c.place, o.place); d != 0 {
		return d
	}
	return cmp.Compare(c.key, o.key)
}

// launches writes chunks out in the order of release.
func launches(all []chunk) []Launch {
	slices.SortFunc(all, chunk.compare)
	total := 0
	for i := range all {
		total += len(all[i].pairs)
	}
	if total == 0 {
		return nil
	}
	list := make([]Launch, 0, total)
	for i := range all {
		list = all[i].launches(list)
	}
	return list
}

func (c *chunk) launches(list []Launch) []Launch {
	n := c.decisions[0]
	for i, p := range c.pairs {
		switch {
		case c.debts != nil:
			n = c.decisions[i]
		case i > 0 && p == c.pairs[i-1]:
			continue // asked for twice
		}
		list = append(list, Launch{p, c.book.name, instant(n.since), instant(n.at), n.retry, n.single})
	}
	return list
}

// chunks gives the first so many of an account's debts, of which the indices are given, in
// the order of release: the asset has the places of their first decisions, and its
// partitions take those by `order`.
func (l *Ledger) chunks(a *account, free []int, most int, f Facts) []chunk {
	places, pairs := make([]int64, len(free)), make([]Pair, len(free))
	for i, at := range free {
		front, _ := a.debts[at].front()
		places[i], pairs[i] = front.since, Pair{a.key, a.debts[at].partition}
	}
	slices.Sort(places)
	all := chunk{book: a.book, priority: l.clauses(a.book).Priority, key: a.key}
	index := l.byOrder(a.book, pairs, f)[:min(most, len(pairs))]
	all.pairs, all.decisions, all.debts = make([]Pair, len(index)), make([]decision, len(index)), make([]int, len(index))
	for i, at := range index {
		all.pairs[i], all.debts[i] = pairs[at], free[at]
		all.decisions[i], _ = a.debts[free[at]].front()
	}
	return all.split(places)
}

// split cuts a chunk where the places of its pairs, which ascend, are others.
func (c chunk) split(places []int64) []chunk {
	var list []chunk
	for start, i := 0, 1; i <= len(c.pairs); i++ {
		if i < len(c.pairs) && places[i] == places[start] {
			continue
		}
		part := c
		part.place = places[start]
		part.pairs, part.decisions, part.debts = c.pairs[start:i], c.decisions[start:i], c.debts[start:i]
		list, start = append(list, part), i
	}
	return list
}

// byOrder gives the indices of pairs of one asset by the clause `order` of its policy.
func (l *Ledger) byOrder(b *book, pairs []Pair, f Facts) []int {
	index, orders := make([]int, len(pairs)), make([]int, len(pairs))
	for i, p := range pairs {
		index[i] = i
		if len(pairs) > 1 {
			orders[i] = f.Order(p)
		}
	}
	sign := 1
	if l.clauses(b).NewestFirst {
		sign = -1
	}
	slices.SortFunc(index, func(i, j int) int {
		if d := cmp.Compare(orders[i], orders[j]); d != 0 {
			return sign * d
		}
		return cmp.Compare(pairs[i].Partition, pairs[j].Partition)
	})
	return index
}
