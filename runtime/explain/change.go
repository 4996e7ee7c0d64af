package explain

import (
	"maps"
	"slices"
	"time"

	"auto/compiler/condition"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/space"
)

// Change is a fact about one partition that would have to be another.
type Change struct {
	// Name is Dagster's name of the operand.
	Name string
	// Entity is the key of the asset or check, Partition that of its partition, "" for
	// none.
	Entity, Partition string
	// To is what the operand would be.
	To bool

	operand      *condition.Node
	root         int // of ExecutedWithRootTarget
	entity, bit  int
	number       int
	subject, now string
	then         string
}

// Text says what the fact would be, and what it is.
func (c Change) Text() string { return c.subject + " " + c.then + " (now: " + c.now + ")" }

// sameFact reports whether two changes are about one fact, whatever they make of it.
func (c Change) sameFact(o Change) bool {
	return c.entity == o.entity && c.number == o.number && c.operand.Op == o.operand.Op && c.root == o.root && equal(c.operand.Fact, o.operand.Fact)
}

// equal reports whether two facts are the same.
func equal(a, b code.Fact) bool {
	return a.Kind == b.Kind && a.Lookback == b.Lookback && slices.Equal(a.TagKeys, b.TagKeys) && maps.Equal(a.TagValues, b.TagValues) &&
		(a.TagKeys == nil) == (b.TagKeys == nil) && (a.TagValues == nil) == (b.TagValues == nil)
}

// changed gives facts with some of them changed. It hides what the facts know about
// changes between ticks, so that everything is evaluated.
type changed struct {
	vm.Facts
	space   *space.Space
	changes []Change
	at      time.Time
}

// Set implements vm.Facts.
func (c changed) Set(fact code.Fact, since vm.Since) bits.Set {
	known := c.Facts.Set(fact, since)
	var out bits.Set
	for _, ch := range c.changes {
		if ch.operand.Op != condition.Fact || !equal(ch.operand.Fact, fact) {
			continue
		}
		if out == nil {
			out = bits.New(c.space.Bits)
			copy(out, known)
		}
		if ch.To {
			out.Add(ch.bit)
		} else {
			out.Remove(ch.bit)
		}
	}
	if out == nil {
		return known
	}
	return out
}

// UpdatedAt implements vm.Facts: what is made newly updated was so just now.
func (c changed) UpdatedAt(entity, number int) (time.Time, bool) {
	for _, ch := range c.changes {
		if ch.entity == entity && ch.number == number && ch.To && ch.operand.Op == condition.Fact && ch.operand.Fact.Kind == code.NewlyUpdated {
			return c.at, true
		}
	}
	return c.Facts.UpdatedAt(entity, number)
}

// LatestRunSelects implements vm.Facts.
func (c changed) LatestRunSelects(entity, root int) (int, bool) {
	number, ok := c.Facts.LatestRunSelects(entity, root)
	for _, ch := range c.changes {
		if ch.operand.Op != condition.ExecutedWithRootTarget || ch.entity != entity || ch.root != root {
			continue
		}
		if ch.To {
			number, ok = ch.number, true
		} else if number == ch.number {
			ok = false
		}
	}
	return number, ok
}
