package vm

import (
	"fmt"

	"auto/vm/bits"
	"auto/vm/space"
)

// pull is an entity that always executes with one of a batch: what this one requests is
// requested of it too, mapped upward whether there is a dependency or not (Dagster's
// _handle_execution_set). An entity pulls itself as well where it depends on its earlier
// windows.
type pull struct {
	by, entity int
	relation   *space.Relation
	// own is room for what the pulling entity requests; now is what is pulled on this tick,
	// was on the last one.
	own, now, was bits.Set
	// all: what is pulled stands for all partitions.
	all bool
}

// pulls finds what the entities of a batch pull. A check alone does not pull its asset.
func (l *linker) pulls(b *batch) error {
	for _, seg := range b.frame.segments {
		by := int(seg.entity)
		if l.space.Entities[by].Check != nil {
			continue
		}
		for _, e := range l.space.ExecutionSet(by) {
			r, err := l.space.Relation(by, e)
			switch {
			case err != nil:
				return fmt.Errorf("%s: %w", l.space.Entities[by].Key, err)
			case e == by && r.IsIdentity():
				continue
			}
			from, to := sizeOf(l.space.Entities[by].Keys), sizeOf(l.space.Entities[e].Keys)
			if err := l.budget.take(segmentWords+bits.Words(from)+2*bits.Words(to), bits.Words(from)+bits.Words(to)); err != nil {
				return err
			}
			b.pulls = append(b.pulls, pull{by: by, entity: e, relation: r, own: bits.New(from), now: bits.New(to), was: bits.New(to)})
		}
	}
	return nil
}

// request requests what is pulled; whole says that the pulling entity requests all. Who looks
// at it is evaluated again where it is not what it was on the last tick.
func (p *pull) request(m *Machine, whole bool) {
	p.now, p.was = p.was, p.now
	clear(p.now)
	m.read(p.own, m.own, p.by)
	before := p.all
	p.all = !p.own.IsEmpty() && p.relation.ForAll(true, whole)
	switch {
	case p.own.IsEmpty(): // also of what stands for all where there is nothing
	case whole:
		p.relation.UpAll(p.now)
	default:
		p.relation.Up(p.now, p.own)
	}
	if p.all || !p.now.IsEmpty() {
		m.requests = true
		m.add(m.now, p.entity, p.now)
	}
	if p.all && m.space.Entities[p.entity].Keys != nil {
		m.whole.Add(p.entity)
	}
	if !p.now.Equal(p.was) || p.all != before {
		m.touch(p.entity)
	}
}
