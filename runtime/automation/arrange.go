package automation

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"auto/runtime/history"
	"auto/runtime/journal"
	"auto/runtime/live"
	"auto/runtime/project"
	"auto/runtime/store"
	"auto/vm/graph"
)

// Reload puts a changed project in force. Where that fails the old one goes on, and the
// call can be made again. It waits for ticks that are under way, and meanwhile all other
// sensors tick on.
func (r *Runner) Reload(ctx context.Context, p *project.Project) error {
	if err := r.arranging.enter(ctx, nil); err != nil {
		return err
	}
	defer r.arranging.leave()
	loops := r.loops()
	if err := hold(ctx, loops); err != nil {
		return err
	}
	restored, err := r.recover(ctx, loops, p.Dir)
	if err == nil {
		err = r.put(ctx, p)
	}
	switch {
	case err == nil:
		r.broken.Store(nil)
		r.replace(loops, p.Graph)
	case restored:
		r.replace(loops, r.state.Setup.Graph)
	default:
		release(loops)
	}
	return err
}

// recover has all loops store what they decided, and where the store failed while policies
// were put in force, makes the state anew.
func (r *Runner) recover(ctx context.Context, loops []*loop, dir string) (restored bool, err error) {
	var failures []error
	for _, l := range loops {
		if err := l.ready(ctx); err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", l.Name, err))
		}
	}
	if err := errors.Join(failures...); err != nil || !r.unsure.Load() {
		return false, err
	}
	if err := r.restore(ctx, dir); err != nil {
		return false, err
	}
	if r.state.Setup == nil {
		return false, nil // and only other policies help
	}
	r.unsure.Store(false)
	return true, nil
}

// replace puts loops of the state in the place of others, whose turns are held.
func (r *Runner) replace(old []*loop, g *graph.Graph) {
	fresh := carry(old, r.makeLoops(old))
	r.publish(g, fresh)
	for _, l := range old {
		l.end() // and it never has a turn again
	}
	if r.start != nil {
		for _, l := range fresh {
			r.start(l, r.Clock.Now())
		}
	}
}

func release(loops []*loop) {
	for _, l := range loops {
		l.turn.leave()
	}
}

// hold takes the turns of all loops, and where that fails of none. A loop that is not at a
// tick goes on until the others are held, too.
func hold(ctx context.Context, loops []*loop) error {
	var held []*loop
	for {
		busy, free := enterAll(loops, held)
		if len(busy) == 0 {
			return nil
		}
		release(free)
		// The one that has been at it for longest comes first.
		slowest := slices.MinFunc(busy, func(a, b *loop) int { return a.atWorkSince().Compare(b.atWorkSince()) })
		if err := slowest.turn.enter(ctx, nil); err != nil {
			release(held)
			return err
		}
		held = append(held, slowest)
	}
}

// enterAll takes the turns of all loops that are not at a tick, besides those held.
func enterAll(loops, held []*loop) (busy, free []*loop) {
	for _, l := range loops {
		switch {
		case slices.Contains(held, l):
		case l.turn.try():
			free = append(free, l)
		default:
			busy = append(busy, l)
		}
	}
	return busy, free
}

// put puts a project in force unless it is already.
func (r *Runner) put(ctx context.Context, p *project.Project) error {
	if err := r.feed(ctx, 0); err != nil {
		return err
	}
	print := live.Fingerprint(p)
	if r.state.Setup != nil && r.state.Setup.Fingerprint == print {
		r.unsure.Store(false)
		return nil
	}
	body := journal.Policies{Fingerprint: print, Texts: map[string]string{}, Env: live.Environment(p), Ticked: r.state.Ticked()}
	for path, text := range p.Texts {
		name, err := r.Store.PutText(ctx, []byte(text))
		if err != nil {
			return err
		}
		body.Texts[path] = name
	}
	return r.enforce(ctx, body, live.NewSetup(p))
}

// enforce writes a record of policies and follows it. Once it may be in the journal there
// is no way back.
func (r *Runner) enforce(ctx context.Context, body journal.Policies, setup *live.Setup) error {
	last := r.appended.Load()
	rec, err := r.append(ctx, journal.KindPolicies, body)
	if err != nil {
		var looked error
		if rec, looked = r.find(ctx, last, body.Fingerprint); looked != nil || rec.Seq == 0 {
			r.unsure.Store(looked != nil)
			return errors.Join(err, looked)
		}
	}
	if err = r.feed(ctx, rec.Seq); err == nil {
		err = r.changing(func() error { return r.state.Put(rec, setup) })
	}
	r.unsure.Store(err != nil)
	return err
}

// find looks for a record of policies after another record, by a fingerprint; its number
// is 0 where there is none.
func (r *Runner) find(ctx context.Context, after int64, print string) (found live.Record, err error) {
	err = r.Store.Records(ctx, after, []string{journal.KindPolicies}, func(rec store.Record) error {
		read, err := live.Read(rec)
		if err == nil && read.Body.(*journal.Policies).Fingerprint == print {
			found = read
			r.advance(rec.Seq)
		}
		return err
	})
	return found, err
}

// feed has all sensors take in what the journal has for them before a record, 0 for all.
func (r *Runner) feed(ctx context.Context, before int64) error {
	if len(r.state.Sensors) == 0 {
		return r.inputs(ctx, r.state.Seq, before, func(rec live.Record) error {
			_, err := r.state.Play(rec, live.Options{})
			return err
		})
	}
	for _, s := range r.state.Sensors {
		take := func(rec live.Record) error { return r.changing(func() error { return s.Take(rec) }) }
		if err := r.inputs(ctx, s.Taken(), before, take); err != nil {
			return err
		}
	}
	return nil
}

// changing changes the state of sensors, and keeps who asks from it meanwhile.
func (r *Runner) changing(how func() error) error {
	if now := r.current.Load(); now != nil {
		for _, l := range now.loops {
			l.mu.Lock()
			defer l.mu.Unlock()
		}
	}
	return how()
}

// inputs gives those of the journal after a record and before another one, 0 for all.
func (r *Runner) inputs(ctx context.Context, after, before int64, take func(live.Record) error) error {
	err := r.Store.Records(ctx, after, live.Inputs, func(rec store.Record) error {
		if before > 0 && rec.Seq >= before {
			return history.ErrStop
		}
		read, err := live.Read(rec)
		if err != nil {
			return err
		}
		return take(read)
	})
	if errors.Is(err, history.ErrStop) {
		return nil
	}
	return err
}
