package web

import "reflect"

// What a page shows at once of a job: a browser takes a page of some thousand fields well,
// and each change of a field posts all of them to be checked.
const (
	rowsAtOnce    = 75
	columnsAtOnce = 40 // of assets; more where there are few rows
	cellsAtOnce   = rowsAtOnce * columnsAtOnce
)

// window is the part of a list that is shown.
type window struct {
	// From and To are the places of the first and the last that is shown, from 1 on.
	From, To, All int
	// Previous and Next are the addresses of the parts beside it, "" for none.
	Previous, Next string
}

// begin gives where the part begins in which a place of a list lies, or the first or last one.
func begin(at, size, all int) int { return max(0, min(at, all-1)) / size * size }

// part gives the part of a list that begins at a place. The addresses of the parts beside it are
// made of their beginnings.
func part(all, from, size int, address func(from int) string) window {
	w := window{From: from + 1, To: min(from+size, all), All: all}
	if from > 0 {
		w.Previous = address(from - size)
	}
	if w.To < all {
		w.Next = address(w.To)
	}
	return w
}

// has reports whether a place of the list, from 0 on, is shown.
func (w window) has(at int) bool { return at >= w.From-1 && at < w.To }

// some gives the elements of a list whose places are shown.
func some[T any](list []T, shown func(at int) bool) []T {
	var out []T
	for at, v := range list {
		if shown(at) {
			out = append(out, v)
		}
	}
	return out
}

// Part reports whether something is left out.
func (w window) Part() bool { return w.Previous != "" || w.Next != "" }

// first gives the beginning of a list for templates, which bound long ones with it, and beyond
// how many that leaves out.
func first(n int, list any) any {
	v := reflect.ValueOf(list)
	return v.Slice(0, min(n, v.Len())).Interface()
}

func beyond(n int, list any) int { return max(0, reflect.ValueOf(list).Len()-n) }
