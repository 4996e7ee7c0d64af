package sensor

import (
	"time"

	"auto/runtime/seen"
	"auto/runtime/sources"
	"auto/runtime/store"
)

// observe takes in one object of the listing.
func (t *tick) observe(o sources.Object) error {
	state, same, decided := t.set.Observe(o)
	switch {
	case same && (state == seen.Left || state == seen.Decided && !t.elapsed(decided)):
		return nil
	case t.handled[o.Key]:
		return nil // listed twice; the next listing shows what it is
	}
	t.handled[o.Key] = true
	switch {
	case state == seen.Decided && same:
		return t.again(o)
	case state == seen.Settling && same:
		return t.settled(o)
	case state == seen.Settling:
		return t.resettle(o)
	}
	return t.changed(o, state)
}

// elapsed reports whether `redeliver` takes again at once what was decided then.
func (t *tick) elapsed(decided time.Time) bool {
	switch r := t.Program.Redeliver; r.Mode {
	case "always":
		return true
	case "after":
		return !t.at.Before(decided.Add(r.After))
	}
	return false
}

// again decides anew about a version that stayed. The set knows only the second of the
// decision, the store the instant.
func (t *tick) again(o sources.Object) error {
	known, found, err := t.Store.Version(t.ctx, t.Program.Name, t.file(o))
	if err != nil || !found || !t.elapsed(known.DecidedAt) {
		return err
	}
	return t.decide(o, known.FirstSeen)
}

// settled decides about a version that has been unchanged for long enough.
func (t *tick) settled(o sources.Object) error {
	w := t.settling[o.Key]
	if t.at.Sub(w.since) < t.Program.Settled {
		t.report.Settling++
		return nil
	}
	return t.decide(o, w.since)
}

// resettle begins to wait anew: the file changed while it settled.
func (t *tick) resettle(o sources.Object) error {
	old := t.settling[o.Key]
	t.out.Unseen = append(t.out.Unseen, t.file(old.object))
	previous, err := t.previous(o.Key)
	if err != nil {
		return err
	}
	return t.judge(o, previous, old.returned)
}

// changed takes in a version that is not the key's newest known. Of a key that the set
// does not know the store knows nothing: a key of which anything is known has a newest.
func (t *tick) changed(o sources.Object, state seen.State) error {
	if state == seen.Unknown {
		return t.admit(o, false)
	}
	previous, err := t.previous(o.Key)
	if err != nil {
		return err
	}
	return t.judge(o, previous, state == seen.Gone)
}

// previous gives the decided version that a key had last, nil for none: the one that is
// current, else the one that was gone last.
func (t *tick) previous(key string) (*store.Version, error) {
	var newest *store.Version
	err := t.Store.Versions(t.ctx, store.FileFilter{Block: t.Program.Name, Key: key, History: true}, func(v store.Version) error {
		if v.State != store.Settling && (newest == nil || v.Current || !newest.Current && v.GoneAt.After(newest.GoneAt)) {
			newest = &v
		}
		return nil
	})
	return newest, err
}

// judge says what becomes of a version that was not expected: a version that was decided
// before is known, one that `redeliver` does not take is kept, any other is taken once it
// has settled. Gone tells that the key has been away since it was decided about: a later
// file is new then, whatever `redeliver` says.
func (t *tick) judge(o sources.Object, previous *store.Version, gone bool) error {
	known, found, err := t.Store.Version(t.ctx, t.Program.Name, t.file(o))
	switch {
	case err != nil:
		return err
	case found && known.State != store.Settling:
		return t.recall(o, known)
	case previous != nil && !(gone && o.LastModified.After(previous.File.LastModified)) && !t.takes(o, *previous):
		t.keep(o, *previous)
		return nil
	}
	return t.admit(o, gone)
}

// admit takes a new version, or has it settle first.
func (t *tick) admit(o sources.Object, returned bool) error {
	t.report.New++
	if t.Program.Settled <= 0 {
		t.note(o, "seen")
		return t.decide(o, t.at)
	}
	t.note(o, "settling")
	t.report.Settling++
	t.put(store.Version{File: t.file(o), State: store.Settling, FirstSeen: t.at, Returned: returned})
	return nil
}

// takes reports whether `redeliver` takes a key again that stayed and changed.
func (t *tick) takes(o sources.Object, previous store.Version) bool {
	if t.Program.Redeliver.Mode == "on new etag" {
		return o.ETag != previous.File.ETag
	}
	return t.elapsed(previous.DecidedAt)
}

// recall makes a version that was decided before the newest again.
func (t *tick) recall(o sources.Object, known store.Version) error {
	if known.State != store.Skipped && t.elapsed(known.DecidedAt) {
		return t.decide(o, known.FirstSeen)
	}
	t.note(o, "back")
	known.GoneAt, known.File.Size = time.Time{}, o.Size
	t.put(known)
	return nil
}

// keep remembers a version without a run.
func (t *tick) keep(o sources.Object, previous store.Version) {
	t.note(o, "kept")
	t.report.Kept++
	decided := t.at
	if t.Program.Redeliver.Mode == "after" {
		decided = previous.DecidedAt // its time goes on
	}
	reason := "It changed, and the block says `redeliver " + t.Program.Redeliver.Mode + "`."
	if t.Program.Redeliver.Mode == "on new etag" {
		reason = "Its etag is the same, and the block says `redeliver on new etag`."
	}
	t.put(store.Version{File: t.file(o), State: store.Kept, Reason: reason, FirstSeen: t.at, DecidedAt: decided})
}

// missing finds the keys that a complete listing no longer has.
func (t *tick) missing() error {
	if t.set.Missing() == 0 {
		return nil
	}
	var gone []string
	err := t.Store.Keys(t.ctx, t.Program.Name, func(key string) error {
		if !t.set.Shown(key) {
			gone = append(gone, key)
		}
		return nil
	})
	for _, key := range gone {
		if err == nil {
			err = t.lose(key)
		}
	}
	return err
}

// lose notes that a key is gone. A version that was settling is forgotten, and the one
// decided before it is the key's newest again.
func (t *tick) lose(key string) error {
	t.report.Gone++
	t.gone = append(t.gone, key)
	if w, ok := t.settling[key]; ok {
		t.out.Unseen = append(t.out.Unseen, t.file(w.object))
	}
	previous, err := t.previous(key)
	if err != nil || previous == nil {
		return err
	}
	if previous.GoneAt.IsZero() || !previous.Current {
		previous.GoneAt = t.at
	}
	t.put(*previous)
	return nil
}

// apply brings the set to what has been stored.
func (t *tick) apply() {
	for _, f := range t.out.Unseen {
		t.set.Drop(f.Key)
		delete(t.settling, f.Key)
	}
	for _, v := range t.out.Versions {
		t.set.Put(object(v.File), stateOf(v), v.DecidedAt)
		delete(t.settling, v.File.Key)
		if v.State == store.Settling {
			t.settling[v.File.Key] = waitingOf(v)
		}
	}
}
