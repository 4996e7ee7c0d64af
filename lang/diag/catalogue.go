package diag

import (
	"cmp"
	"slices"
)

// Entry explains one code, for `auto help CODE` and docs/diagnostics.md.
type Entry struct {
	Code Code
	// Title is a short headline.
	Title string
	// Explain is a paragraph: what the rule is, and why.
	Explain string
	// Bad is a text that has the mistake, Good the same mended: policy text for A0xx
	// to A3xx and A6xx, YAML for A4xx and fields of a job for A7xx. Either may be empty where no short text shows it.
	Bad, Good string
}

// catalogue has every code, one table a family.
var catalogue = func() []Entry {
	all := slices.Concat(textEntries, nameEntries, fileEntries, warningEntries, projectEntries, runningEntries, noteEntries, paramEntries, dagsterEntries)
	slices.SortFunc(all, func(a, b Entry) int { return cmp.Compare(a.Code, b.Code) })
	return all
}()

// Catalogue gives all entries, sorted by code.
func Catalogue() []Entry { return slices.Clone(catalogue) }

// Explain gives the entry of a code, and false for an unknown one.
func Explain(code Code) (Entry, bool) {
	i, ok := slices.BinarySearchFunc(catalogue, code, func(e Entry, c Code) int { return cmp.Compare(e.Code, c) })
	if !ok {
		return Entry{}, false
	}
	return catalogue[i], true
}
