package space

import (
	"fmt"
	"slices"
	"strings"

	"auto/vm/bits"
	"auto/vm/graph"
)

// longStretch is how many keys that follow each other are written one by one at most.
const longStretch = 20

// Expand gives the keys of a list as scenarios write them: keys, ranges "A..B" with both
// ends, or ["all"]. A key that the definition does not have stands for itself; the ends
// of a range it must have. A failure is a *graph.FieldError about "partitions".
func (k *Keys) Expand(list []string) ([]string, error) {
	if k == nil {
		return slices.Clone(list), nil
	}
	if len(list) == 1 && list[0] == "all" {
		return k.keys(nil, 0, k.defined), nil
	}
	keys := make([]string, 0, len(list))
	for _, item := range list {
		first, last, isRange := strings.Cut(item, "..")
		if !isRange {
			keys = append(keys, item)
			continue
		}
		from, to, err := k.ends(first, last)
		if err != nil {
			return nil, err
		}
		keys = k.keys(keys, from, to+1)
	}
	return keys, nil
}

// ends gives the numbers of a range's ends.
func (k *Keys) ends(first, last string) (from, to int, err error) {
	from, hasFirst := k.place(first)
	to, hasLast := k.place(last)
	switch {
	case !hasFirst:
		err = noEnd(first, first, last)
	case !hasLast:
		err = noEnd(last, first, last)
	case to < from:
		err = &graph.FieldError{Field: "partitions", Message: fmt.Sprintf("The range `%s..%s` ends before it begins.", first, last), Help: fmt.Sprintf("Write `%s..%s`.", last, first)}
	}
	return from, to, err
}

func noEnd(key, first, last string) error {
	return &graph.FieldError{Field: "partitions", Message: fmt.Sprintf("The partitions have no key `%s` at this time, so there is no range `%s..%s`.", key, first, last), Help: "Write a range between keys that exist."}
}

// keys adds the keys numbered from lo up to but not hi to a list.
func (k *Keys) keys(list []string, lo, hi int) []string {
	list = slices.Grow(list, hi-lo)
	for i := lo; i < hi; i++ {
		list = append(list, k.Key(i))
	}
	return list
}

// Collapse writes the partitions of a set, which begins at bit 0 with number 0, as
// scenarios do: in order, undefined keys last and sorted, more than 20 keys that follow
// each other as one range "FIRST..LAST". For nil it gives nil.
func (k *Keys) Collapse(set bits.Set) []string {
	if k == nil {
		return nil
	}
	var list []string
	for i := set.Next(0); i >= 0 && i < k.Total(); {
		end := i + 1
		for end < k.defined && set.Has(end) {
			end++
		}
		if end-i > longStretch {
			list = append(list, k.Key(i)+".."+k.Key(end-1))
		} else {
			list = k.keys(list, i, end)
		}
		i = set.Next(end)
	}
	return list
}
