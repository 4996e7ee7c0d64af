package vm

import (
	"fmt"
	"slices"

	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/space"
)

// frame makes the frame of a block and those of the blocks that it calls.
func (l *linker) frame(b *batch, p *code.Program, number int, parent *frame, segments []segment) (*frame, error) {
	block := &p.Blocks[number]
	if err := l.budget.frame(l.space, block, segments, parent); err != nil {
		return nil, err
	}
	f := newFrame(l.space, segments, l.occupied)
	f.block, f.parent, f.numbers = block, parent, l.numbers[b.program]
	f.registers = make([]register, block.Registers)
	b.frames = append(b.frames, f)
	f.foreign = l.foreign(b, f)
	if parent != nil {
		if err := l.relations(f); err != nil {
			return nil, err
		}
		f.relate()
	}
	for at, in := range block.Code {
		if err := l.prepare(b, p, f, at, in); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// foreign reports whether a frame is of no asset with the dynamic partitions of the root;
// false where the root has none.
func (l *linker) foreign(b *batch, f *frame) bool {
	root, e := &l.space.Entities[b.frames[0].segments[0].entity], &l.space.Entities[f.segments[0].entity]
	p := root.Keys.Definition()
	return formOf(p, false) == KeyRanges && (e.Check != nil || !p.Same(e.Keys.Definition()))
}

// prepare makes what an instruction needs in a frame.
func (l *linker) prepare(b *batch, p *code.Program, f *frame, at int, in code.Instr) (err error) {
	switch in.Op {
	case code.Asking:
		l.share(b, f)
	case code.Since, code.Newly: // in the order of numbersOf
		f.slots = append(f.slots, slot{set: make(bits.Set, f.words), blank: true})
	case code.Version:
		f.slots = append(f.slots, slot{versions: make([]string, len(f.segments))})
	case code.AnyDeps, code.AllDeps, code.AnyChecks, code.AllChecks, code.Match:
		if f.calls == nil {
			f.calls = make([][]*frame, len(f.block.Code))
		}
		if !f.packed && f.room == nil {
			f.room = make(bits.Set, f.words)
		}
		f.calls[at], err = l.called(b, p, f, in)
	case code.Lacking, code.Coming:
		if f.lacks == nil {
			f.lacks = make([]register, len(f.block.Code))
		}
		f.lacks[at], err = l.lacking(p, f, in)
	}
	return err
}

// numbersOf numbers the states of each block of a program in the order of its code.
func numbersOf(p *code.Program) []uint16 {
	numbers := make([]uint16, len(p.States))
	for i := range p.Blocks {
		next := uint16(0)
		for _, in := range p.Blocks[i].Code {
			if state, ok := in.State(); ok {
				numbers[state] = next
				next++
			}
		}
	}
	return numbers
}

// called gives the frames of a call over the entities that the operator looks at, for
// each entity of the caller: one for each that has partitions, in the order of the
// callers, and a last one for all others; for one entity that is evaluated alone, one for
// each.
func (l *linker) called(b *batch, p *code.Program, f *frame, in code.Instr) (frames []*frame, err error) {
	var packed []segment
	add := func(segments ...segment) error {
		made, err := l.frame(b, p, int(in.Args[2]), f, segments)
		frames = append(frames, made)
		return err
	}
	for i, seg := range f.segments {
		targets := l.targets(p, int(seg.entity), in)
		if err := l.budget.take(segmentWords*len(targets), 0); err != nil {
			return nil, err
		}
		for n, e := range targets {
			target := segment{entity: int32(e), root: seg.root, parent: int32(i), order: int32(n)}
			if l.space.Entities[e].Keys == nil && !b.alone {
				packed = append(packed, target)
			} else if err := add(target); err != nil {
				return nil, err
			}
		}
	}
	if len(packed) > 0 {
		err = add(packed...)
	}
	return frames, err
}

// targets gives the entities that a call evaluates its block on.
func (l *linker) targets(p *code.Program, entity int, in code.Instr) []int {
	switch in.Op {
	case code.Match:
		if e, ok := l.space.Find(p.Keys[in.Args[3]]); ok {
			return []int{e}
		}
		return nil
	case code.AnyChecks, code.AllChecks:
		return l.through(p.Filters[in.Args[3]], l.space.Checks(entity))
	}
	return l.through(p.Filters[in.Args[3]], l.space.Deps(entity))
}

// through gives the entities that a filter lets through.
func (l *linker) through(f code.Filter, entities []int) []int {
	if f.Allow == nil && f.Ignore == nil && !f.Blocking {
		return entities
	}
	return slices.DeleteFunc(slices.Clone(entities), func(e int) bool {
		entity := &l.space.Entities[e]
		_, allowed := slices.BinarySearch(f.Allow, entity.Key)
		_, ignored := slices.BinarySearch(f.Ignore, entity.Key)
		return f.Allow != nil && !allowed || ignored || f.Blocking && !entity.Check.Blocking
	})
}

// absences are what operations ask dependencies for.
var absences = map[code.Op]space.Absence{code.Lacking: space.Nonexistent, code.Coming: space.ToCome}

// lacking gives the partitions of a frame that require what a dependency lacks. It is the
// same for as long as the space is.
func (l *linker) lacking(p *code.Program, f *frame, in code.Instr) (register, error) {
	if f.packed {
		return register{}, nil // nothing is required by key
	}
	if err := l.budget.take(f.words, 0); err != nil {
		return register{}, err
	}
	set, entity := make(bits.Set, f.words), int(f.segments[0].entity)
	for _, up := range l.through(p.Filters[in.Args[2]], l.space.Deps(entity)) {
		lacks, err := l.space.Lacking(entity, up, absences[in.Op])
		if err != nil {
			return register{}, fmt.Errorf("%s: %w", l.space.Entities[entity].Key, err)
		}
		of := set[:len(lacks)] // none where there is no partition
		of.Or(of, lacks)
	}
	return f.judge(set), nil
}

// relations links the segments of a frame to their parents.
func (l *linker) relations(f *frame) error {
	if f.packed && f.parent.packed {
		return nil // each to the one that it is looked at for
	}
	f.links = make([]link, len(f.segments))
	for i, seg := range f.segments {
		from := int(f.parent.segments[seg.parent].entity)
		to := int(seg.entity)
		down, up := from, to
		if f.links[i].down = from != to && l.space.IsChild(from, to); f.links[i].down {
			down, up = to, from
		}
		r, err := l.space.Relation(down, up)
		if err != nil {
			return fmt.Errorf("%s: %w", l.space.Entities[down].Key, err)
		}
		f.links[i].relation = r
	}
	return nil
}

// share finds the entities of a frame that one run could execute with the root.
func (l *linker) share(b *batch, f *frame) {
	if f.shared != nil {
		return
	}
	f.shared = make(bits.Set, f.words)
	roots := b.frames[0].segments
	for _, seg := range f.segments {
		root := int(roots[seg.root].entity)
		if l.space.SameRun(root, int(seg.entity)) {
			f.shared.AddRange(int(seg.bit), int(seg.bit+seg.size))
		}
	}
}
