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
	program int
	frame   *frame
	frames  []*frame // all of the program's, callers first
	facts   []int    // numbers in the cache, by fact of the program
	crons   []int
	// since and initial are the same for all its entities.
	since   Since
	initial bool
	// prompt: its requests are seen on the same level.
	prompt bool
	// pulls: some of its entities are in an execution set.
	pulls bool
	reads []int32

	// dirty: something it looks at changed; again: it will have to be looked at on the
	// next tick, too.
	dirty, again bool
	// asks: own has something of it, asked: had something on the last tick.
	asks, asked, changed bool
	aliases              []alias
	// runs counts the evaluations.
	runs uint64
}

// linker makes the batches of a machine.
type linker struct {
	*Machine
	cursor *Cursor
	limits Limits
	words  int
	steps  int
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
	return Since{At: r.cursor.At, Event: r.cursor.Event}
}

func (l *linker) link() error {
	l.occupied = bits.New(l.space.Bits)
	for i := range l.space.Entities {
		e := &l.space.Entities[i]
		l.occupied.AddRange(e.Bit, e.Bit+sizeOf(e.Keys))
	}
	roots := l.roots()
	for rest := roots; len(rest) > 0; {
		n := l.together(rest)
		if err := l.batch(rest[:n]); err != nil {
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
		for _, e := range b.reads {
			l.readers[e] = append(l.readers[e], b)
		}
		l.arena = slices.Grow(l.arena, max(0, b.registerWords()-len(l.arena)))[:max(len(l.arena), b.registerWords())]
	}
	for _, b := range l.batches {
		b.place(l.arena)
	}
	return nil
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

func (l *linker) batch(roots []root) error {
	p := l.programs[roots[0].program]
	b := &batch{program: roots[0].program, since: roots[0].since(), initial: roots[0].initial, dirty: true, again: true}
	segments := make([]segment, len(roots))
	for i, r := range roots {
		segments[i] = segment{entity: int32(r.entity), root: int32(i), parent: -1}
		b.pulls = b.pulls || l.space.ExecutionSet(r.entity) != nil
	}
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
	f, err := l.frame(b, p, 0, nil, segments)
	if err != nil {
		return err
	}
	b.frame = f
	b.prompt = !slices.ContainsFunc(b.frames, func(f *frame) bool { return f.waits(p) })
	b.reads = readBy(b.frames)
	b.alias(l.Machine)
	if roots[0].cursor != nil {
		cursors := make([]*EntityCursor, len(roots))
		for i, r := range roots {
			cursors[i] = r.cursor
		}
		l.restore(b, cursors)
	}
	l.batches = append(l.batches, b)
	return nil
}

func factName(f code.Fact) string {
	return fmt.Sprintf("%d %d %q %v", f.Kind, f.Lookback, f.TagKeys, f.TagValues)
}

// frame makes the frame of a block and those of the blocks that it calls.
func (l *linker) frame(b *batch, p *code.Program, number int, parent *frame, segments []segment) (*frame, error) {
	f := newFrame(l.space, segments, l.occupied)
	f.block, f.parent = &p.Blocks[number], parent
	b.frames = append(b.frames, f)
	if parent != nil {
		if err := l.relations(f); err != nil {
			return nil, err
		}
		f.relate()
	}
	f.registers = make([]register, f.block.Registers)
	f.calls = make([][]*frame, len(f.block.Code))
	f.states, f.versions, f.blank = make([]bits.Set, len(p.States)), make([][]string, len(p.States)), make([]bool, len(p.States))
	if err := l.account(f); err != nil {
		return nil, err
	}
	for at, in := range f.block.Code {
		if err := l.prepare(b, p, f, at, in); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// prepare makes what an instruction needs in a frame.
func (l *linker) prepare(b *batch, p *code.Program, f *frame, at int, in code.Instr) (err error) {
	switch in.Op {
	case code.Asking:
		l.share(b, f)
	case code.Since, code.Newly:
		f.states[in.Args[3]], f.blank[in.Args[3]] = make(bits.Set, f.words), true
	case code.Version:
		f.versions[in.Args[2]] = make([]string, len(f.segments))
	case code.AnyDeps, code.AllDeps, code.AnyChecks, code.AllChecks, code.Match:
		f.calls[at], err = l.called(b, p, f, in)
	}
	return err
}

// account holds the frame against the limits.
func (l *linker) account(f *frame) error {
	l.words += f.words * (len(f.states) + 2)
	l.steps += f.words * len(f.block.Code)
	if l.words > l.limits.Words {
		return fmt.Errorf("the conditions take more than %d words of memory; evaluate fewer assets in one sensor", l.limits.Words)
	}
	if l.steps > l.limits.Steps {
		return fmt.Errorf("the conditions take more than %d steps a tick; evaluate fewer assets in one sensor", l.limits.Steps)
	}
	return nil
}

// called gives the frames of a call over the entities that the operator looks at, for
// each entity of the caller: one for all those without partitions, and one for each other.
func (l *linker) called(b *batch, p *code.Program, f *frame, in code.Instr) (frames []*frame, err error) {
	var packed []segment
	add := func(segments ...segment) {
		var made *frame
		if err == nil && len(segments) > 0 {
			made, err = l.frame(b, p, int(in.Args[2]), f, segments)
			frames = append(frames, made)
		}
	}
	for i, seg := range f.segments {
		for n, e := range l.targets(p, int(seg.entity), in) {
			target := segment{entity: int32(e), root: seg.root, parent: int32(i), order: int32(n)}
			if l.space.Entities[e].Keys != nil {
				add(target)
			} else {
				packed = append(packed, target)
			}
		}
	}
	add(packed...)
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
		if int(seg.entity) != root && l.space.SameRun(root, int(seg.entity)) {
			f.shared.AddRange(int(seg.bit), int(seg.bit+seg.size))
		}
	}
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

// oneByOne has the entities of a level evaluated one after the other, in their order,
// where a program on it can read a request that is made on it.
func (l *linker) oneByOne(roots []root) error {
	ordered := map[int]bool{}
	for _, b := range l.batches {
		if l.readsLevel(b) {
			ordered[l.levelOf(b)] = true
		}
	}
	if len(ordered) == 0 {
		return nil
	}
	l.batches = slices.DeleteFunc(l.batches, func(b *batch) bool { return ordered[l.levelOf(b)] })
	roots = slices.Clone(roots)
	slices.SortFunc(roots, func(a, b root) int { return cmp.Compare(a.entity, b.entity) })
	for _, r := range roots {
		if ordered[l.space.Entities[r.entity].Level] {
			if err := l.batch([]root{r}); err != nil {
				return err
			}
		}
	}
	return nil
}

// readsLevel reports whether a batch can ask for a request of something that is on its
// own level, or that is requested with something on it.
func (l *linker) readsLevel(b *batch) bool {
	level := l.levelOf(b)
	for _, f := range b.frames {
		if f.shared == nil || f.parent == nil {
			continue
		}
		for _, seg := range f.segments {
			together := append([]int{int(seg.entity)}, l.space.ExecutionSet(int(seg.entity))...)
			if slices.ContainsFunc(together, func(e int) bool { return l.space.Entities[e].Level == level && l.of[e] >= 0 }) {
				return true
			}
		}
	}
	return false
}

// cut cuts the batches into levels.
func (l *linker) cut() {
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

// place gives the frames their room in the arena, which batches use one after another.
func (b *batch) place(arena []uint64) {
	at := 0
	for _, f := range b.frames {
		n := f.words * f.block.Registers
		f.buffers = arena[at : at+n : at+n]
		at += n
	}
}

// waits reports whether evaluating a frame waits for storage in Dagster: if not, what is
// requested is seen by what is evaluated after it on the same level.
func (f *frame) waits(p *code.Program) bool {
	for _, in := range f.block.Code {
		switch in.Op {
		case code.Or, code.Since, code.Root, code.AnyChecks:
			return true
		case code.Whole, code.Within:
			kind := p.Facts[in.Args[1]].Kind
			// Records of assets without partitions are loaded before.
			if kind != code.InLatestTimeWindow && !(kind == code.Missing && f.packed) {
				return true
			}
		}
	}
	return false
}
