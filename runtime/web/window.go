package web

import (
	"net/url"
	"reflect"
	"slices"
	"strconv"
)

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

// cut leaves of a list the part that begins at a place. The addresses of the parts beside it are
// made of their beginnings.
func cut[T any](list []T, from, size int, address func(from int) string) ([]T, window) {
	to := min(from+size, len(list))
	w := window{From: from + 1, To: to, All: len(list)}
	if from > 0 {
		w.Previous = address(from - size)
	}
	if to < len(list) {
		w.Next = address(to)
	}
	return slices.Clip(list[from:to]), w
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

// place reads where a part begins.
func place(query url.Values, name string) int {
	n, err := strconv.Atoi(query.Get(name))
	if err != nil {
		return 0 // as where nothing is asked for
	}
	return n
}
