package vm

import "iter"

// loop runs tasks in turns, as asyncio does: what is ready runs in order, and a task that
// waits lets others go first. There is no clock and no parallelism in it; equal tasks take
// equal turns.
type loop struct{ ready []func() }

// soon has a function run after all that is ready already.
func (l *loop) soon(f func()) { l.ready = append(l.ready, f) }

// run goes on until nothing is ready.
func (l *loop) run() {
	for len(l.ready) > 0 {
		next := l.ready[0]
		l.ready = l.ready[1:]
		next()
	}
}

// future is something that will be done.
type future struct {
	done bool
	then []func()
}

// finish has what waits for a future go on in its turn.
func (l *loop) finish(f *future) {
	f.done = true
	l.ready = append(l.ready, f.then...)
}

// task is a coroutine.
type task struct {
	*loop
	ended future
	// step goes on until the task waits or ends; wait lets others go on.
	step, wait func()
}

// spawn lets a task begin when it is its turn.
func (l *loop) spawn(run func(t *task)) *task {
	t := &task{loop: l}
	next, _ := iter.Pull(func(yield func(struct{}) bool) {
		t.wait = func() { yield(struct{}{}) }
		run(t)
		l.finish(&t.ended)
	})
	t.step = func() { next() }
	l.soon(t.step)
	return t
}

// await waits for a future, not at all if it is done already.
func (t *task) await(f *future) {
	if f.done {
		return
	}
	f.then = append(f.then, t.step)
	t.wait()
}

// gather runs some functions as tasks side by side and waits for all (asyncio.gather).
func (t *task) gather(n int, run func(t *task, i int)) {
	all, left := &future{done: n == 0}, n
	for i := range n {
		child := t.spawn(func(t *task) { run(t, i) })
		child.ended.then = append(child.ended.then, func() {
			if left--; left == 0 {
				t.finish(all)
			}
		})
	}
	t.await(all)
}

// storage is where Dagster loads records from. Loads of one kind that are asked for at one
// time happen together, a little later, and what was loaded is held for the tick.
type storage map[recordKind]*loader

// loader loads records of one kind (Dagster's BlockingBatchLoader).
type loader struct {
	held  map[int32]*future // by entity
	queue []*future
}

func (s storage) of(kind recordKind) *loader {
	if s[kind] == nil {
		s[kind] = &loader{held: map[int32]*future{}}
	}
	return s[kind]
}

// hold takes over records that were loaded before.
func (s storage) hold(records []record) {
	for _, r := range records {
		s.of(r.kind).held[r.entity] = &future{done: true}
	}
}

// load waits for a record.
func (s storage) load(t *task, r record) {
	ld := s.of(r.kind)
	f := ld.held[r.entity]
	if f == nil {
		f = &future{}
		ld.held[r.entity] = f
		ld.queue = append(ld.queue, f)
		if len(ld.queue) == 1 {
			t.soon(func() { t.spawn(ld.dispatch) })
		}
	}
	t.await(f)
}

// dispatch loads what was asked for.
func (ld *loader) dispatch(t *task) {
	queue := ld.queue
	ld.queue = nil
	t.spawn(func(t *task) {
		for _, f := range queue {
			t.finish(f)
		}
	})
}
