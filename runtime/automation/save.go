package automation

import (
	"context"
	"time"

	"auto/runtime/store"
)

// AliveEvery is how often a runner should note that it lives.
const AliveEvery = 10 * time.Second

// Alive notes that the sensors tick, so that a gap is known after a restart.
func (r *Runner) Alive(ctx context.Context) error { return r.Store.Alive(ctx, r.Clock.Now()) }

// Save keeps a snapshot, so that a restart has little to play. Each sensor is held for as
// long as its own part takes.
func (r *Runner) Save(ctx context.Context) error {
	r.arrange.Lock()
	defer r.arrange.Unlock()
	r.state.Seq = r.appended.Load()
	body, seq, err := r.state.Save(func(i int, save func() error) error {
		l := r.loops[i]
		l.mu.Lock()
		defer l.mu.Unlock()
		// What a tick decided has to be in the journal before a state that has it.
		if err := l.commit(ctx); err != nil {
			return err
		}
		return save()
	})
	if err != nil {
		return err
	}
	return r.Store.PutSnapshot(ctx, store.Snapshot{Seq: seq, At: r.Clock.Now(), Body: body})
}

// Prune forgets what only serves to go back to before an instant.
func (r *Runner) Prune(ctx context.Context, before time.Time) error {
	_, err := r.Store.PruneConditions(ctx, before)
	return err
}
