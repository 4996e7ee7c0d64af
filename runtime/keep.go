package runtime

import (
	"context"
	"sync"
	"time"
)

// saveEvery is how often a snapshot is kept, pruneEvery how often the past is forgotten.
const (
	saveEvery  = time.Hour
	pruneEvery = 24 * time.Hour
)

// keep notes that the daemon lives, and from time to time keeps a snapshot and forgets
// what is past its retention. What fails is tried again, and logged once.
func (d *Daemon) keep(ctx context.Context, beside *chore) {
	now := d.Clock.Now()
	d.kept(ctx, "the store could not be written", d.conditions.Alive(ctx))
	switch {
	case !beside.free():
	case now.Sub(d.saved) >= saveEvery:
		beside.begin(func() error { return d.conditions.Save(ctx) }, func(err error) {
			if d.kept(ctx, "the snapshot could not be kept", err) {
				d.saved = now
			}
		})
	case now.Sub(d.pruned) >= pruneEvery:
		before := now.Add(-d.Project.Config.Retention)
		beside.begin(func() error { return d.conditions.Prune(ctx, before) }, func(err error) {
			if d.kept(ctx, "the past could not be forgotten", err) {
				d.pruned = now
			}
		})
	}
}

// lost has the reasons for which things could not be kept last, by what they are.
type lost struct {
	mu      sync.Mutex
	reasons map[string]string
}

// changed notes a reason, "" for none, and reports whether it is another one than before.
func (l *lost) changed(what, reason string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.reasons == nil {
		l.reasons = map[string]string{}
	}
	before := l.reasons[what]
	l.reasons[what] = reason
	return before != reason
}

// kept logs what failed, unless it failed for the same reason before, and reports whether
// nothing did.
func (d *Daemon) kept(ctx context.Context, what string, err error) bool {
	said := ""
	if err != nil {
		said = err.Error()
	}
	if d.lost.changed(what, said) && err != nil && ctx.Err() == nil {
		d.Log.Error(what, "error", err)
	}
	return err == nil
}

// chore is something that is done beside a loop, which goes on meanwhile.
type chore struct {
	ended chan struct{}
	err   error
	after func(error)
}

// begin does something on the side; after is called by finish.
func (c *chore) begin(what func() error, after func(error)) {
	ended := make(chan struct{})
	c.ended, c.after = ended, after
	go func() {
		defer close(ended)
		c.err = what()
	}()
}

// free reports whether nothing is done or waits for finish.
func (c *chore) free() bool { return c.ended == nil }

// done gives what is closed when the chore is done, nil where there is none.
func (c *chore) done() <-chan struct{} { return c.ended }

// finish tells what came of a chore that is done.
func (c *chore) finish() {
	after := c.after
	c.ended, c.after = nil, nil
	after(c.err)
}

// wait waits for a chore that is not done, and tells nobody.
func (c *chore) wait() {
	if c.ended != nil {
		<-c.ended
	}
}
