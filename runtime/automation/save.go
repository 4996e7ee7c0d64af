package automation

import (
	"context"
	"time"

	"auto/runtime/store"
)

// AliveEvery is how often a runner should note that it lives.
const AliveEvery = 10 * time.Second

// Alive notes that the sensors tick, so that a gap is known after a restart.
func (r *Runner) Alive(ctx context.Context) error { return r.Store.Alive(ctx, r.now()) }

// Save keeps a snapshot, so that a restart has little to play. Each sensor is held for as
// long as its own part takes; a tick that is under way is waited for.
func (r *Runner) Save(ctx context.Context) error {
	if err := r.arranging.enter(ctx, nil); err != nil {
		return err
	}
	defer r.arranging.leave()
	if r.unsure.Load() {
		return errUnsure
	}
	loops := r.loops()
	r.state.Seq = r.appended.Load()
	body, seq, err := r.state.Save(func(i int, save func() error) error {
		l := loops[i]
		if err := l.turn.enter(ctx, nil); err != nil {
			return err
		}
		defer l.turn.leave()
		// What a tick decided has to be in the journal before a state that has it.
		if err := l.ready(ctx); err != nil {
			return err
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		return save()
	})
	if err != nil {
		return err
	}
	return r.Store.PutSnapshot(ctx, store.Snapshot{Seq: seq, At: r.now(), Body: body})
}

// Prune forgets what only serves to go back to before an instant.
func (r *Runner) Prune(ctx context.Context, before time.Time) error {
	_, err := r.Store.PruneConditions(ctx, before)
	return err
}
