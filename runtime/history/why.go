package history

import (
	"context"
	"fmt"
	"slices"
	"time"

	"auto/runtime/backlog"
	"auto/runtime/explain"
	"auto/runtime/journal"
	"auto/runtime/live"
	"auto/runtime/store"
)

// Why is what is known about an asset or check, or one partition of it, at an instant.
type Why struct {
	Key, Partition string
	// Policy and Sensor are those that it belongs to.
	Policy, Sensor string
	// Story has the trees of its last ticks; the last one is of the tick that the answer is
	// about. Number is that of the partition there, explain.Whole for all.
	Story  explain.Story
	Number int
	// Search looks for what would have it requested on that tick.
	Search explain.Search
	// Decisions are the instants of ticks that requested it, the oldest first, as far as
	// they were played.
	Decisions []time.Time
	// Cause is the story up to the last of them, nil where there is none, and CauseNumber the
	// partition there: the one that is asked about, else the first that was requested.
	Cause       explain.Story
	CauseNumber int
	// Launched are the IDs of the requests that it went out with, the oldest first.
	Launched []string
	// Owed is what waits of it, and Dropped what was given up.
	Owed    []backlog.Owed
	Dropped []journal.Dropped
}

// NoTickError: no tick of the sensor is kept up to an instant.
type NoTickError struct {
	Key string
	At  time.Time
}

// Error says what there is instead.
func (e *NoTickError) Error() string {
	return fmt.Sprintf("no tick that evaluated `%s` is kept up to %s", e.Key, e.At.UTC().Format(time.RFC3339))
}

// told is how many ticks a story begins before the one that is asked about.
const told = 50

// Explain says why a partition of an asset or check ("" for none, or for all) was requested
// on the last tick up to an instant, or why not. The error is a *NoTickError where there is
// none, or says that there is no such partition.
func Explain(ctx context.Context, s Source, load live.Loader, key, partition string, at time.Time) (*Why, error) {
	w := &walk{why: &Why{Key: key, Partition: partition}, seen: map[string][]store.Record{}}
	if err := w.ticks(ctx, s, at); err != nil {
		return nil, err
	}
	_, err := Play(ctx, s, load, Options{From: w.from(), Until: at, Before: w.before, Visit: w.visit})
	if err != nil {
		return nil, err
	}
	if w.why.Story == nil {
		return nil, &NoTickError{key, at}
	}
	return w.why, w.find()
}

// walk gathers what is known about a key.
type walk struct {
	why *Why
	// seen are the last ticks of each sensor.
	seen map[string][]store.Record
}

// ticks finds the last ticks of each sensor up to an instant.
func (w *walk) ticks(ctx context.Context, s Source, at time.Time) error {
	return s.Records(ctx, 0, []string{journal.KindTick}, func(r store.Record) error {
		read, err := live.Read(r)
		if err != nil || r.At.After(at) {
			return err
		}
		sensor := read.Body.(*journal.Tick).Sensor
		r.Body = nil
		last := append(w.seen[sensor], r)
		w.seen[sensor] = last[max(len(last)-told, 0):]
		return nil
	})
}

// from gives the instant to begin at.
func (w *walk) from() time.Time {
	from := Latest
	for _, ticks := range w.seen {
		if ticks[0].At.Before(from) {
			from = ticks[0].At
		}
	}
	return from.Add(-1)
}

// last reports whether a record is the last tick of its sensor.
func (w *walk) last(sensor string, seq int64) bool {
	ticks := w.seen[sensor]
	return len(ticks) > 0 && ticks[len(ticks)-1].Seq == seq
}

func (w *walk) before(r live.Record, p *live.Project) live.Options {
	tick, ok := r.Body.(*journal.Tick)
	if !ok {
		return live.Options{}
	}
	sensor := p.Sensor(tick.Sensor)
	if sensor == nil || !sensor.Has(w.why.Key) {
		return live.Options{}
	}
	if w.last(tick.Sensor, r.Seq) {
		w.why.Search.Cursor = sensor.Cursor()
	}
	return live.Options{Explain: func(key string) bool { return key == w.why.Key }}
}

func (w *walk) visit(r live.Record, p *live.Project, out *live.Outcome) error {
	tick, ok := r.Body.(*journal.Tick)
	if !ok || out == nil {
		return nil
	}
	sensor := p.Sensor(tick.Sensor)
	if !sensor.Has(w.why.Key) {
		return nil
	}
	if err := w.tell(sensor, out); err != nil {
		return err
	}
	if !w.last(tick.Sensor, r.Seq) {
		return nil
	}
	w.why.Search.Input, w.why.Search.Key, w.why.Search.Partition = sensor.Input(out.At), w.why.Key, w.why.Partition
	w.why.Owed = slices.DeleteFunc(sensor.Waiting(out.At), func(o backlog.Owed) bool { return !w.is(o.Pair) })
	return ErrStop
}

// tell adds a tick to the answer.
func (w *walk) tell(sensor *live.Sensor, out *live.Outcome) error {
	tree, err := explain.New(out.Result, w.why.Key, sensor.Condition(w.why.Key), out.At)
	if err != nil {
		return err
	}
	w.why.Sensor, w.why.Policy = sensor.Name, sensor.PolicyOf(w.why.Key)
	w.why.Story = append(w.why.Story[max(len(w.why.Story)-told, 0):], tree)
	if number, ok := w.requested(tree); ok {
		w.why.Decisions = append(w.why.Decisions, out.At)
		w.why.Cause, w.why.CauseNumber = slices.Clone(w.why.Story), number
	}
	for _, sent := range out.Sent {
		if slices.ContainsFunc(sent.Launches, func(l backlog.Launch) bool { return w.is(l.Pair) }) {
			w.why.Launched = append(w.why.Launched, sent.Request.ID)
		}
	}
	for _, d := range out.Body.Dropped {
		if w.is(backlog.Pair{Key: d.Asset, Partition: d.Partition}) {
			w.why.Dropped = append(w.why.Dropped, d)
		}
	}
	return nil
}

// is reports whether a pair is asked about.
func (w *walk) is(p backlog.Pair) bool {
	return p.Key == w.why.Key && (w.why.Partition == "" || p.Partition == w.why.Partition)
}

// requested reports whether a tick requested what is asked about, and which partition of
// the tree that is.
func (w *walk) requested(t *explain.Tree) (number int, ok bool) {
	if w.why.Partition == "" {
		number = t.Requested.Next(0)
		return number, number >= 0
	}
	number, err := t.Find(w.why.Partition)
	return number, err == nil && t.Requested.Has(number)
}

// find gives the partition its number on the last tick.
func (w *walk) find() (err error) {
	tree := w.why.Story.Last()
	w.why.Number = explain.Whole
	if w.why.Partition != "" || !tree.Partitioned() {
		w.why.Number, err = tree.Find(w.why.Partition)
	}
	return err
}
