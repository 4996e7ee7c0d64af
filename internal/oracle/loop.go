package oracle

import "iter"

// loop is asyncio's event loop as far as Dagster's evaluation of a level depends on it:
// what is ready runs in order, and a coroutine that waits lets others go first.
type loop struct{ ready []func() }

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
	done      bool
	callbacks []func()
}

func (l *loop) finish(f *future) {
	f.done = true
	l.ready = append(l.ready, f.callbacks...)
}

// task is a coroutine that the loop runs.
type task struct {
	*loop
	future
	// step goes on until the coroutine waits or ends, wait lets others go on.
	step func()
	wait func()
}

// spawn lets a coroutine begin when it is its turn.
func (l *loop) spawn(run func(t *task)) *task {
	t := &task{loop: l}
	next, _ := iter.Pull(func(yield func(struct{}) bool) {
		t.wait = func() { yield(struct{}{}) }
		run(t)
		l.finish(&t.future)
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
	f.callbacks = append(f.callbacks, t.step)
	t.wait()
}

// gather runs coroutines side by side and waits for all (asyncio.gather).
func (t *task) gather(runs ...func(t *task)) {
	all := &future{done: len(runs) == 0}
	left := len(runs)
	for _, run := range runs {
		child := t.spawn(run)
		child.callbacks = append(child.callbacks, func() {
			if left--; left == 0 {
				t.finish(all)
			}
		})
	}
	t.await(all)
}

// loader is Dagster's DataLoader: what is asked for at one time is loaded together, a
// little later, and then held.
type loader struct {
	held  map[string]*future
	queue []*future
}

func (ld *loader) load(t *task, key string) {
	if f := ld.held[key]; f != nil {
		t.await(f)
		return
	}
	f := &future{}
	ld.held[key] = f
	ld.queue = append(ld.queue, f)
	if len(ld.queue) == 1 {
		t.soon(func() { t.spawn(ld.dispatch) })
	}
	t.await(f)
}

func (ld *loader) dispatch(t *task) {
	queue := ld.queue
	ld.queue = nil
	t.spawn(func(t *task) {
		for _, f := range queue {
			t.finish(f)
		}
	})
}

// storage has a loader for each kind of record.
type storage map[string]*loader

func (s storage) load(t *task, kind, key string) {
	if s[kind] == nil {
		s[kind] = &loader{held: map[string]*future{}}
	}
	s[kind].load(t, key)
}
