package sensor

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"auto/runtime/events"
	"auto/runtime/request"
	"auto/runtime/rules"
	"auto/runtime/sources"
	"auto/runtime/store"
)

// decide has the rules decide about a version, and what follows stored.
func (t *tick) decide(o sources.Object, first time.Time) error {
	if t.Program.Uses("version_id") {
		full, ok, err := t.whole(o)
		if err != nil || !ok {
			return err
		}
		o = full
	}
	file := t.file(o)
	d := t.Decider.Decide(rules.Input{File: file, Tick: t.at})
	v := store.Version{File: file, Reason: d.Reason, FirstSeen: first, DecidedAt: t.at}
	switch d.Kind {
	case rules.Requested:
		v.State = store.Requested
		t.report.Requested++
	case rules.Quarantined:
		v.State = store.Quarantined
		t.report.Quarantined++
	case rules.Parked:
		v.State = store.Parked
		t.report.Parked++
	default:
		v.State = store.Unmatched
		t.report.Unmatched++
	}
	if len(d.Tried) > 0 {
		v.Reason += " " + tried(d.Tried)
	}
	if d.Kind == rules.Requested || d.Kind == rules.Quarantined {
		v.Request = t.request(d.Request, file)
	}
	t.put(v)
	return nil
}

// tried says why the first rules did not match.
func tried(trials []rules.Trial) string {
	const most = 5
	var parts []string
	for i, trial := range trials {
		if i == most {
			parts = append(parts, fmt.Sprintf("and %d more", len(trials)-most))
			break
		}
		parts = append(parts, trial.Rule+": "+trial.Why)
	}
	return "Tried " + strings.Join(parts, "; ") + "."
}

// whole asks for what a listing does not show. It gives false where the object is not
// what was listed any more: the next listing shows what it is.
func (t *tick) whole(o sources.Object) (sources.Object, bool, error) {
	full, err := t.Source.Stat(t.ctx, o.Key)
	t.report.Calls++
	if err != nil {
		if !errors.Is(err, sources.ErrNotExist) {
			t.report.Failed = errors.Join(t.report.Failed, err)
		}
		return o, false, t.ctx.Err()
	}
	o.VersionID = full.VersionID
	// Not every store shows more than the second of a single object.
	same := full.LastModified.Truncate(time.Second).Equal(o.LastModified.Truncate(time.Second))
	return o, same && full.ETag == o.ETag, nil
}

// request adds a request to the outbox, and gives its ID.
func (t *tick) request(r request.Request, file request.File) string {
	r.ID = request.ID(t.Program.Name, file, t.at)
	tag(&r)
	t.add(r)
	return r.ID
}

// tag gives a request that launches a run the tag by which the run is known as its own.
func tag(r *request.Request) {
	if r.MoveTo != "" {
		return
	}
	tags := map[string]string{events.RequestTag: r.ID}
	for name, value := range r.Tags {
		if name != events.RequestTag {
			tags[name] = value
		}
	}
	r.Tags = tags
}

// add puts a request into the outbox, unless a clause holds it back.
func (t *tick) add(r request.Request) {
	e := store.Decided(r, t.at)
	if reason := t.holds(); reason != "" && r.MoveTo == "" && r.Refused == nil {
		e = store.Entry{Request: r, Delivery: store.Held, Reason: reason}
	}
	t.out.Entries = append(t.out.Entries, e)
}

// holds gives what holds back new requests of the block, "" for nothing.
func (t *tick) holds() string {
	p := t.Program
	switch {
	case !t.block.HaltedAt.IsZero():
		return "The block is halted since " + t.block.HaltedAt.Format(time.RFC3339) + "; `auto requests retry --all` lets it go on."
	case t.at.Before(p.PausedUntil):
		return "The block is paused until " + p.PausedUntil.Format(time.RFC3339) + ": " + p.PauseReason
	case p.PerTick > 0 || len(p.Limits) > 0:
		return "The block's `limit` lets earlier ones go first."
	}
	return ""
}

// commit stores the tick where there is anything to store, and then remembers it.
func (t *tick) commit() error {
	t.halt()
	first := t.out.Block.Listed && !t.block.Listed
	if len(t.out.Versions)+len(t.out.Unseen)+len(t.gone)+len(t.out.Entries) == 0 && !first {
		return nil
	}
	t.sort()
	if err := t.journal(); err != nil {
		return err
	}
	if err := t.Store.Commit(t.ctx, t.out); err != nil {
		// Whether it was stored is not known: what is remembered is read again.
		t.Sensor.set = nil
		return err
	}
	t.apply()
	t.report.Entries = t.out.Entries
	t.block.Listed = t.out.Block.Listed
	return nil
}

// sort puts the requests into the block's order, in which they are decided.
func (t *tick) sort() {
	slices.SortStableFunc(t.out.Entries, func(a, b store.Entry) int {
		order := a.Request.File.LastModified.Compare(b.Request.File.LastModified)
		if t.Program.NewestFirst {
			order = -order
		}
		return cmp.Or(order, cmp.Compare(a.Request.File.Key, b.Request.File.Key))
	})
}

// halt holds back everything of a tick that asks for more than the block allows.
func (t *tick) halt() {
	n := t.Program.HaltAbove
	if n == 0 || t.report.Requested <= n || !t.block.HaltedAt.IsZero() {
		return
	}
	t.out.Block.HaltedAt = t.at
	t.block.HaltedAt = t.at
	for i, e := range t.out.Entries {
		if e.Request.MoveTo == "" && e.Request.Refused == nil {
			t.out.Entries[i] = store.Entry{Request: e.Request, Delivery: store.Held,
				Reason: fmt.Sprintf("One tick asked for %d runs, and the block says `halt above %d per tick`; `auto requests retry --all` lets it go on.", t.report.Requested, n)}
		}
	}
}

// release lets held requests go, as many as the block's clauses allow now.
func (t *tick) release() error {
	held := t.block.Held
	for _, e := range t.out.Entries {
		if e.Delivery == store.Held {
			held++
		}
	}
	t.report.Held = held
	if held == 0 || t.at.Before(t.Program.PausedUntil) || !t.block.HaltedAt.IsZero() {
		return nil
	}
	room, err := t.room()
	if err != nil || room <= 0 {
		return err
	}
	n, err := t.Store.Release(t.ctx, t.Program.Name, t.at, room, t.Program.NewestFirst)
	t.report.Released, t.report.Held = n, held-n
	return err
}

// room gives how many requests the block's limits let go now.
func (t *tick) room() (int, error) {
	room := math.MaxInt32
	if t.Program.PerTick > 0 {
		room = t.Program.PerTick
	}
	for _, l := range t.Program.Limits {
		// A stretch of time is open at its start: what went exactly Per ago is outside.
		n, err := t.Store.Released(t.ctx, t.Program.Name, t.at.Add(-l.Per+1))
		if err != nil {
			return 0, err
		}
		room = min(room, l.Count-n)
	}
	return room, nil
}

// observation is what a listing showed of one key, for the journal.
type observation struct {
	Key          string    `json:"key"`
	ETag         string    `json:"etag"`
	Size         int64     `json:"size"`
	LastModified time.Time `json:"last_modified"`
	// What says what the block made of it: seen, settling, skipped, kept, back.
	What string `json:"what"`
}

func (t *tick) note(o sources.Object, what string) {
	t.seen = append(t.seen, observation{o.Key, o.ETag, o.Size, o.LastModified, what})
}

// journal writes what the tick observed, in records of bounded size.
func (t *tick) journal() error {
	const most = 1000
	listing := "complete"
	if t.partial {
		listing = "partial"
	}
	for first := true; first || len(t.seen)+len(t.gone) > 0; first = false {
		seen, gone := t.seen[:min(most, len(t.seen))], t.gone[:min(most, len(t.gone))]
		t.seen, t.gone = t.seen[len(seen):], t.gone[len(gone):]
		body, err := json.Marshal(struct {
			Listing string        `json:"listing"`
			Seen    []observation `json:"seen,omitempty"`
			Gone    []string      `json:"gone,omitempty"`
		}{listing, seen, gone})
		if err != nil {
			return err
		}
		t.out.Journal = append(t.out.Journal, store.Record{At: t.at, Kind: "files", Block: t.Program.Name, Body: body})
	}
	return nil
}
