package vm

import (
	"cmp"
	"fmt"
	"slices"

	"auto/vm/bits"
	"auto/vm/code"
)

// batchSize is how many entities without partitions a batch has at most, so that its
// registers stay in the cache.
const batchSize = 1 << 14

// batch is what one program is evaluated over at once: entities without partitions side
// by side, or one that has some.
type batch struct {
	// What every tick looks at comes first.

	// dirty: something it looks at changed; again: it will have to be looked at on the
	// next tick, too.
	dirty, again bool
	// asks: own has something of it; changed: it is not what it was on the last tick.
	asks, changed bool
	// alone: its level is evaluated entity by entity, in turns; noted: one after it is, so that
	// loads has to have what Dagster loads for it.
	alone, noted bool
	loads        []record
	// since and initial are the same for all its entities.
	initial bool
	// ranged: what was requested before is stored as ranges of dynamic keys; dynamic: what
	// is requested now is.
	ranged, dynamic bool
	// keyed: what was requested last is of time windows, but held key by key; whole: it stands
	// for all partitions.
	keyed, whole bool
	since        Since
	crons        []int // numbers in the machine, by schedule of the program
	pulls        []pull

	program int
	frame   *frame
	frames  []*frame // all of the program's, callers first
	facts   []int    // numbers in the cache, by fact of the program
	aliases []alias
	// runs counts the evaluations.
	runs uint64
	// words and steps are what it takes of the limits.
	words, steps int
}

// linker makes the batches of a machine.
type linker struct {
	*Machine
	// of has the program of each entity, -1 for none.
	of     []int
	cursor *Cursor
	budget budget
	// numbers has, by program and state, its number among the states of its block.
	numbers [][]uint16
	// occupied are the bits of the space that entities have.
	occupied bits.Set
}

// root is an entity that is evaluated.
type root struct {
	entity, program int
	cursor          *EntityCursor
	initial         bool
}

func (r root) since() Since {
	if r.cursor == nil {
		return Since{}
	}
	return Since{At: r.cursor.At.UTC(), Event: r.cursor.Event} // equal instants are equal values
}

func (l *linker) link() error {
	l.occupied = bits.New(l.space.Bits)
	for i := range l.space.Entities {
		e := &l.space.Entities[i]
		l.occupied.AddRange(e.Bit, e.Bit+sizeOf(e.Keys))
	}
	for _, p := range l.programs {
		l.numbers = append(l.numbers, numbersOf(p))
	}
	roots := l.roots()
	for rest := roots; len(rest) > 0; {
		n := l.together(rest)
		if err := l.batch(rest[:n], false); err != nil {
			return err
		}
		rest = rest[n:]
	}
	if err := l.oneByOne(roots); err != nil {
		return err
	}
	slices.SortStableFunc(l.batches, func(a, b *batch) int { return cmp.Compare(l.levelOf(a), l.levelOf(b)) })
	l.cut()
	for _, b := range l.batches {
		for _, e := range readBy(b.frames) {
			l.readers[e] = append(l.readers[e], b)
		}
	}
	l.dated = slices.ContainsFunc(l.batches, l.asksChecks)
	return l.place()
}

// asksChecks reports whether a batch asks whether a check is newly updated.
func (l *linker) asksChecks(b *batch) bool {
	program := l.programs[b.program]
	isCheck := func(s segment) bool { return l.space.Entities[s.entity].Check != nil }
	asks := func(in code.Instr) bool {
		return (in.Op == code.Whole || in.Op == code.Within) && program.Facts[in.Args[1]].Kind == code.NewlyUpdated
	}
	return slices.ContainsFunc(b.frames, func(f *frame) bool {
		return slices.ContainsFunc(f.block.Code, asks) && slices.ContainsFunc(f.segments, isCheck)
	})
}

// place gives the registers of all batches their room.
func (l *linker) place() error {
	shared, own := 0, 0
	for _, b := range l.batches {
		if n := b.registerWords(); b.alone {
			own += n
		} else {
			shared = max(shared, n)
		}
	}
	if err := l.budget.take(shared+own, 0); err != nil {
		return err
	}
	arena := make([]uint64, shared)
	for _, b := range l.batches {
		if b.alone {
			b.place(make([]uint64, b.registerWords()))
			l.write(b)
		} else {
			b.place(arena)
		}
	}
	return nil
}

// write finds the writers of the registers of a batch that is evaluated in turns.
func (l *linker) write(b *batch) {
	for _, f := range b.frames {
		if l.writers[f.block] != nil {
			continue
		}
		writers := slices.Repeat([]int{-1}, f.block.Registers)
		for pc, in := range f.block.Code {
			if r, ok := in.Writes(); ok {
				writers[r] = pc
			}
		}
		l.writers[f.block] = writers
	}
}

// roots gives the entities to evaluate in the order of their bits.
func (l *linker) roots() []root {
	var roots []root
	for e, program := range l.of {
		if program >= 0 {
			roots = append(roots, l.root(e, program))
		}
	}
	slices.SortFunc(roots, func(a, b root) int {
		return cmp.Compare(l.space.Entities[a.entity].Bit, l.space.Entities[b.entity].Bit)
	})
	l.carry()
	return roots
}

func (l *linker) root(e, program int) root {
	r := root{entity: e, program: program, initial: true}
	if l.cursor != nil {
		entity := &l.space.Entities[e]
		r.cursor = l.cursor.Entities[entity.Key]
		r.initial = r.cursor == nil || !r.cursor.Requested.fits(entity.Keys)
	}
	return r
}

// together gives how many of the roots make a batch: of one level and program, with the
// same evaluation before, side by side.
func (l *linker) together(roots []root) int {
	first := roots[0]
	at := l.space.Entities[first.entity]
	for i, r := range roots {
		e := l.space.Entities[r.entity]
		switch {
		case i > 0 && at.Keys != nil, r.program != first.program, e.Level != at.Level, (e.Keys == nil) != (at.Keys == nil),
			r.since() != first.since(), r.initial != first.initial, (r.cursor == nil) != (first.cursor == nil):
			return i
		case i > 0 && (e.Bit != at.Bit+i || i >= batchSize && e.Bit&63 == 0):
			return i
		}
	}
	return len(roots)
}

func (l *linker) levelOf(b *batch) int { return l.space.Entities[b.frame.segments[0].entity].Level }

// batch makes the batch of some roots, or of one alone.
func (l *linker) batch(roots []root, alone bool) error {
	p := l.programs[roots[0].program]
	b := &batch{program: roots[0].program, since: roots[0].since(), initial: roots[0].initial, alone: alone, dirty: true, again: true}
	b.dynamic = formOf(l.space.Entities[roots[0].entity].Keys.Definition(), false) == KeyRanges
	b.ranged = roots[0].cursor != nil && roots[0].cursor.Requested.Form == KeyRanges
	l.batches = append(l.batches, b)
	before := l.budget
	if err := l.tables(b, p); err != nil {
		return err
	}
	segments := make([]segment, len(roots))
	for i, r := range roots {
		segments[i] = segment{entity: int32(r.entity), root: int32(i), parent: -1}
	}
	var err error
	if b.frame, err = l.frame(b, p, 0, nil, segments); err != nil {
		return err
	}
	if err = l.pulls(b); err != nil {
		return err
	}
	b.words, b.steps = l.budget.words-before.words, l.budget.steps-before.steps
	b.alias(l.Machine)
	if roots[0].cursor != nil {
		l.restore(b, roots)
	}
	return nil
}

// tables finds the facts and schedules of a program in those of the machine.
func (l *linker) tables(b *batch, p *code.Program) error {
	for i := range p.Facts {
		b.facts = append(b.facts, l.cache.number(factName(p.Facts[i]), p.Facts[i]))
	}
	for _, c := range p.Crons {
		n, err := l.schedule(c)
		if err != nil {
			return err
		}
		b.crons = append(b.crons, n)
	}
	return nil
}

func factName(f code.Fact) string {
	return fmt.Sprintf("%d %d %q %v", f.Kind, f.Lookback, f.TagKeys, f.TagValues)
}

// readBy gives the entities that frames look at, sorted.
func readBy(frames []*frame) []int32 {
	var reads []int32
	for _, f := range frames {
		for _, seg := range f.segments {
			reads = append(reads, seg.entity)
		}
	}
	slices.Sort(reads)
	return slices.Compact(reads)
}

// cut cuts the batches into levels.
func (l *linker) cut() {
	last := -1
	for i, b := range l.batches {
		if b.alone {
			last = i
		}
	}
	for _, b := range l.batches[:last+1] {
		b.noted = !b.alone
	}
	for _, b := range l.batches {
		if n := len(l.levels); n > 0 && l.levelOf(l.levels[n-1][0]) == l.levelOf(b) {
			l.levels[n-1] = append(l.levels[n-1], b)
		} else {
			l.levels = append(l.levels, []*batch{b})
		}
	}
}

// registerWords is the room that the registers of all frames of a batch need.
func (b *batch) registerWords() (n int) {
	for _, f := range b.frames {
		n += f.words * f.block.Registers
	}
	return n
}

// place gives the frames their room in an arena: batches use one after another, but for
// those that are evaluated in turns.
func (b *batch) place(arena []uint64) {
	at := 0
	for _, f := range b.frames {
		n := f.words * f.block.Registers
		f.buffers = arena[at : at+n : at+n]
		at += n
	}
}
