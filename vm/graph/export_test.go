package graph

import (
	"iter"
	"time"
)

// KeyAt gives the key of the window that contains an instant.
func (p *Partitions) KeyAt(t time.Time) string { return p.format.write(p.prev(t)) }

// EachWindow gives the starts of a definition's windows one after another, without end.
func (p *Partitions) EachWindow() iter.Seq2[string, time.Time] {
	return func(yield func(string, time.Time) bool) {
		for start := p.first; yield(p.format.write(start), start); start = p.after(start) {
		}
	}
}
