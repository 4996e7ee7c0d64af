package pull

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"auto/runtime/dagster/runtags"
	"auto/runtime/launch"
	"auto/runtime/request"
)

// Asked is what a sensor sends.
type Asked struct {
	Sensor Sensor `json:"sensor"`
	// Done are the IDs of requests whose runs Dagster has; Refused are those that it does
	// not take. An ID that nothing waits for is no mistake: the outcome was told before.
	Done    []string  `json:"done,omitempty"`
	Refused []Refused `json:"refused,omitempty"`
	// Tick identifies the tick of the sensor: calls of one tick offer a request once.
	Tick string `json:"tick,omitempty"`
	// Limit is the greatest number of requests wanted, 0 for as many as there may be.
	Limit int `json:"limit,omitempty"`
}

// Refused is a request that Dagster does not take.
type Refused struct {
	ID string `json:"id"`
	// Reason says why in a sentence, and what to do.
	Reason string `json:"reason"`
	// Elsewhere: the sensor's code location does not have the assets; another one may have
	// them, or this one when it was loaded anew.
	Elsewhere bool `json:"elsewhere,omitempty"`
}

// Offer is the answer to a sensor.
type Offer struct {
	// Requests are to be launched by it, each under its ID as run key. Those of higher
	// priority come first, then the older ones. Their tags are complete, but for
	// those of the partition. One comes again with
	// every call until the sensor has told its outcome.
	Requests []Offered `json:"requests"`
	// Waiting counts all requests that wait, those included; Pinned are those of them that
	// another sensor was offered and has not told the outcome of.
	Waiting int `json:"waiting"`
	Pinned  int `json:"pinned,omitempty"`
}

// Offered is a request that a sensor is to launch.
type Offered struct {
	request.Request
	// Times counts the ticks that got it from this process, this one included. One that
	// comes often is one that Dagster fails to make a run of, or whose outcome is lost.
	Times int `json:"times"`
}

// Next takes what a sensor says in, and gives what it is to launch. A sensor whose place
// is taken gets a *TakenError, and nothing that it says is heard. Other errors are those of
// the store.
func (l *Launcher) Next(ctx context.Context, asked Asked) (Offer, error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	now := l.Clock.Now()
	if err := l.load(ctx); err != nil {
		return Offer{}, err
	}
	next, err := l.kept.seated(asked.Sensor, now)
	if err != nil {
		return Offer{}, err
	}
	l.hear(asked, next, now)
	offer := l.offer(asked, next, now)
	if err := l.keep(ctx, next); err != nil {
		return Offer{}, err
	}
	return offer, nil
}

// hear takes outcomes in.
func (l *Launcher) hear(asked Asked, next *changed, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	next.forget(l.kept, now, func(id string) bool { return l.waiting[id] != nil })
	for _, id := range asked.Done {
		if w := l.waiting[id]; w != nil {
			l.finish(w, nil)
			next.done = append(next.done, id)
		}
	}
	for _, r := range asked.Refused {
		w := l.waiting[r.ID]
		switch {
		case w == nil:
		case r.Elsewhere:
			w.declined[asked.Sensor.place()] = r.Reason
			next.unpin(r.ID)
		default:
			l.finish(w, &launch.Failure{Kind: launch.Refused, Reason: r.Reason})
			next.unpin(r.ID)
		}
	}
}

// offer chooses what a sensor gets.
func (l *Launcher) offer(asked Asked, next *changed, now time.Time) Offer {
	l.mu.Lock()
	defer l.mu.Unlock()
	limit := l.Offered
	if asked.Limit > 0 {
		limit = min(limit, asked.Limit)
	}
	out := Offer{Requests: []Offered{}}
	for _, w := range slices.SortedFunc(maps.Values(l.waiting), order) {
		switch l.kept.fate(w, asked.Sensor, next, now) {
		case lost:
			l.finish(w, &launch.Failure{Kind: launch.Refused, Reason: lostReason(w.ID, l.kept.pins[w.ID].Sensor)})
			next.unpin(w.ID)
			continue
		case nowhere:
			l.finish(w, &launch.Failure{Kind: launch.Passing, Reason: strings.Join(slices.Sorted(maps.Values(w.declined)), " ")})
			continue
		case pinned:
			out.Pinned++
		case free:
			if len(out.Requests) < limit {
				next.pin(l.kept, w.ID, asked.Sensor, now)
				out.Requests = append(out.Requests, w.told(asked.Tick))
			}
		}
		out.Waiting++
	}
	return out
}

// order is by priority, then by decision; of one decision by ID, so that it is always the
// same.
func order(a, b *waiting) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.DecidedAt.Compare(b.DecidedAt), cmp.Compare(a.ID, b.ID))
}

// runKeyTag has the run key of a files block; that of the run itself is the request's ID.
const runKeyTag = "auto/run_key"

// told is a request as the sensor gets it in a tick.
func (w *waiting) told(tick string) Offered {
	if tick == "" || tick != w.tick {
		w.tick = tick
		w.times++
	}
	r := w.Request
	r.Tags = runtags.Of(&r, "pull")
	if r.Block != "" {
		r.Tags[runKeyTag] = r.RunKey
	}
	return Offered{r, w.times}
}

func lostReason(id string, by Sensor) string {
	return fmt.Sprintf("The sensor %s of another Dagster was offered it and has not said what became of it. Look there for a run with the tag auto/request=%s; where there is none, retry the request.", by, id)
}
