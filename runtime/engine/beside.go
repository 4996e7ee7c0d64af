package engine

import (
	"slices"

	"auto/vm"
	"auto/vm/bits"
	"auto/vm/code"
)

// facts gives what is known at a tick.
func (e *Engine) facts(in Input, l *linked) vm.Facts {
	known := in.World.Facts(l.space, in.At)
	if in.Beside == nil {
		return known
	}
	in.Beside.Tick(l.space, in.At)
	j := joined{Facts: known, beside: in.Beside}
	j.changed, l.beside = in.Beside.Changed(l.beside)
	return j
}

// joined are the facts of the world with those beside it.
type joined struct {
	vm.Facts
	beside  Beside
	changed []int
}

// Set implements vm.Facts.
func (j joined) Set(f code.Fact, since vm.Since) bits.Set {
	if s, ok := j.beside.Set(f); ok {
		return s
	}
	return j.Facts.Set(f, since)
}

// Changed implements vm.Changing.
func (j joined) Changed(since uint64) (entities []int, version uint64, known bool) {
	c, ok := j.Facts.(vm.Changing)
	if !ok {
		return nil, 0, false
	}
	entities, version, known = c.Changed(since)
	if len(j.changed) == 0 {
		return entities, version, known
	}
	entities = append(slices.Clone(entities), j.changed...)
	slices.Sort(entities)
	return slices.Compact(entities), version, known
}
