package runtime

import (
	"context"
	"time"
)

// saveEvery is how often a snapshot is kept, pruneEvery how often the past is forgotten.
const (
	saveEvery  = time.Hour
	pruneEvery = 24 * time.Hour
)

// keep notes that the daemon lives, and from time to time keeps a snapshot and forgets
// what is past its retention. What fails is tried again.
func (d *Daemon) keep(ctx context.Context) {
	now := d.Clock.Now()
	if err := d.conditions.Alive(ctx); err != nil && ctx.Err() == nil {
		d.Log.Error("the store could not be written", "error", err)
		return
	}
	if now.Sub(d.saved) >= saveEvery {
		if err := d.conditions.Save(ctx); err != nil {
			d.Log.Error("the snapshot could not be kept", "error", err)
			return
		}
		d.saved = now
	}
	if now.Sub(d.pruned) >= pruneEvery {
		if err := d.conditions.Prune(ctx, now.Add(-d.Project.Config.Retention)); err != nil {
			d.Log.Error("the past could not be forgotten", "error", err)
			return
		}
		d.pruned = now
	}
}
