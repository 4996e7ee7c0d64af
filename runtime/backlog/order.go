package backlog

import (
	"cmp"
	"slices"
)

// arrange sorts candidates into the order of release.
func (l *Ledger) arrange(list []candidate) []candidate {
	for _, b := range l.books {
		c := l.clauses(b)
		b.priority, b.newest = c.Priority, c.NewestFirst
	}
	list = sortRuns(list, compareCandidates, func(a, b candidate) bool {
		return a.book == b.book && a.since == b.since && a.Key == b.Key
	})
	orderPartitions(list)
	return list
}

func compareCandidates(a, b candidate) int {
	return cmp.Or(cmp.Compare(b.book.priority, a.book.priority), cmp.Compare(a.since, b.since), cmp.Compare(a.Key, b.Key),
		comparePartitions(a, b))
}

// comparePartitions compares those of one asset.
func comparePartitions(a, b candidate) int {
	byOrder := cmp.Compare(a.order, b.order)
	if a.book.newest {
		byOrder = -byOrder
	}
	return cmp.Or(byOrder, cmp.Compare(a.Partition, b.Partition))
}

// orderPartitions deals the places of each asset that has decisions of several instants out
// again, in the order of its partitions.
func orderPartitions(list []candidate) {
	if !slices.ContainsFunc(list, func(c candidate) bool { return c.since != list[0].since }) {
		return
	}
	places := map[string][]int{}
	for i, c := range list {
		if c.Partition != "" {
			places[c.Key] = append(places[c.Key], i)
		}
	}
	for _, own := range places {
		if list[own[0]].since != list[own[len(own)-1]].since {
			dealOut(list, own)
		}
	}
}

// dealOut does so for one asset.
func dealOut(list []candidate, places []int) {
	own := make([]candidate, len(places))
	for i, place := range places {
		own[i] = list[place]
	}
	slices.SortFunc(own, comparePartitions)
	for i, place := range places {
		list[place] = own[i]
	}
}

// sortRuns sorts a list that mostly consists of sorted runs of alike elements: those are
// sorted each, where they need it, and then put into order as a whole. Where alike elements
// lie in several runs, all is sorted.
func sortRuns[T any](list []T, compare func(a, b T) int, alike func(a, b T) bool) []T {
	if slices.IsSortedFunc(list, compare) {
		return list
	}
	var runs [][]T
	for start, i := 0, 1; i <= len(list); i++ {
		if i < len(list) && alike(list[i-1], list[i]) {
			continue
		}
		run := list[start:i]
		if !slices.IsSortedFunc(run, compare) {
			slices.SortFunc(run, compare)
		}
		runs, start = append(runs, run), i
	}
	slices.SortFunc(runs, func(a, b []T) int { return compare(a[0], b[0]) })
	for i := 1; i < len(runs); i++ {
		if alike(runs[i-1][0], runs[i][0]) {
			slices.SortFunc(list, compare)
			return list
		}
	}
	return slices.Concat(runs...)
}
