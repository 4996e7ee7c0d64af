package pull

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"auto/runtime/store"
)

// kept is what the marks have.
type kept struct {
	seats map[place]seat
	pins  map[string]pin // by ID of the request
	// done are requests that were done in an earlier call, whose pins can go.
	done []string
}

// pin is the sensor that was offered a request, and when it was last, within renewal.
type pin struct {
	Sensor
	At time.Time `json:"at"`
}

const (
	seatMark = "pull/sensor/"
	pinMark  = "pull/offered/"

	// resumes is how long Dagster's daemon resumes a tick that was interrupted after it had
	// reserved its runs (MAX_TIME_TO_RESUME_TICK_SECONDS in dagster/_daemon/sensor.py). Until
	// then a sensor that is gone can still launch what it was offered.
	resumes = 24 * time.Hour
	// renewal is how old the mark of a pin becomes before it is written again.
	renewal = time.Hour
	// forgotten is how old the pin of a request becomes that nothing waits for: one that was
	// taken out of the store.
	forgotten = 7 * 24 * time.Hour
)

// load reads the marks at the first call. A sensor of an earlier process has as long as if it
// had asked when this one began.
func (l *Launcher) load(ctx context.Context) error {
	if l.kept != nil {
		return nil
	}
	k := &kept{seats: map[place]seat{}, pins: map[string]pin{}}
	err := l.Marks.Marks(ctx, seatMark, func(m store.Mark) error {
		s := seat{last: l.began}
		if err := unpacked(m, &s.Sensor); err != nil {
			return err
		}
		k.seats[s.place()] = s
		return nil
	})
	if err != nil {
		return err
	}
	err = l.Marks.Marks(ctx, pinMark, func(m store.Mark) error {
		var p pin
		err := unpacked(m, &p)
		k.pins[strings.TrimPrefix(m.Name, pinMark)] = p
		return err
	})
	if err == nil {
		l.kept = k
	}
	return err
}

func unpacked(m store.Mark, into any) error {
	if err := json.Unmarshal(m.Body, into); err != nil {
		return fmt.Errorf("the mark %s cannot be read: %w", m.Name, err)
	}
	return nil
}

// changed is what one call changes, before it is in the store.
type changed struct {
	seats map[place]seat
	pins  map[string]*pin // nil for one that goes
	done  []string
}

// seated lets a sensor in, or says whose place it is. Sensors of one Dagster pull at a time,
// and of those one at each place.
func (k *kept) seated(s Sensor, now time.Time) (*changed, error) {
	for _, at := range slices.SortedFunc(maps.Values(k.seats), byPlace) {
		other := at.Instance != s.Instance
		if (other || at.place() == s.place()) && !at.is(s) && !at.lapsed(now) {
			return nil, &TakenError{By: at.Sensor, Free: at.free(), Instance: other}
		}
	}
	next := &changed{seats: maps.Clone(k.seats), pins: map[string]*pin{}, done: k.done}
	maps.DeleteFunc(next.seats, func(_ place, at seat) bool { return at.Instance != s.Instance })
	next.seats[s.place()] = seat{s, now}
	return next, nil
}

func byPlace(a, b seat) int { return strings.Compare(a.String(), b.String()) }

// forget drops the pins of what an earlier call heard to be done, by now stored so, and of
// what nothing waits for any more.
func (c *changed) forget(k *kept, now time.Time, waits func(id string) bool) {
	for _, id := range c.done {
		if !waits(id) {
			c.unpin(id)
		}
	}
	c.done = nil
	for id, p := range k.pins {
		if now.Sub(p.At) > forgotten && !waits(id) {
			c.unpin(id)
		}
	}
}

func (c *changed) unpin(id string) { c.pins[id] = nil }

// pin gives a request to a sensor.
func (c *changed) pin(k *kept, id string, s Sensor, now time.Time) {
	if p, ok := k.pins[id]; ok && p.is(s) && now.Sub(p.At) < renewal && c.pins[id] == nil {
		return
	}
	c.pins[id] = &pin{s, now}
}

// fate is what a call means for a request.
type fate int

const (
	free    fate = iota // the sensor gets it
	passed              // the sensor does not have its assets
	pinned              // another sensor may still launch it
	nowhere             // no sensor has its assets
	lost                // what a sensor of another Dagster did with it cannot be known
)

func (k *kept) fate(w *waiting, s Sensor, next *changed, now time.Time) fate {
	p, taken := k.pins[w.ID]
	if gone, ok := next.pins[w.ID]; ok && gone == nil {
		taken = false
	}
	_, declined := w.declined[s.place()]
	switch {
	case taken && p.Instance != s.Instance:
		return lost
	case taken && !p.is(s) && now.Sub(p.At) <= resumes+renewal:
		return pinned
	case !declined:
		return free
	}
	for at, seat := range next.seats {
		if _, declined := w.declined[at]; !declined && !seat.lapsed(now) {
			return passed
		}
	}
	return nowhere
}

// keep writes what changed, and only then holds to it.
func (l *Launcher) keep(ctx context.Context, next *changed) error {
	marks, err := next.marks(l.kept)
	if err != nil {
		return err
	}
	if len(marks) > 0 {
		if err := l.Marks.PutMarks(ctx, marks); err != nil {
			return err
		}
	}
	l.kept.seats, l.kept.done = next.seats, next.done
	for id, p := range next.pins {
		if p == nil {
			delete(l.kept.pins, id)
		} else {
			l.kept.pins[id] = *p
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.seats = slices.SortedFunc(maps.Values(next.seats), byPlace)
	return nil
}

// marks are what differs from what is kept.
func (c *changed) marks(k *kept) (map[string][]byte, error) {
	marks := map[string][]byte{}
	put := func(name string, body any) error {
		text, err := json.Marshal(body)
		marks[name] = text
		return err
	}
	for at := range k.seats {
		if _, stays := c.seats[at]; !stays {
			marks[at.mark()] = nil
		}
	}
	for at, s := range c.seats {
		if k.seats[at].Sensor != s.Sensor {
			if err := put(at.mark(), s.Sensor); err != nil {
				return nil, err
			}
		}
	}
	for id, p := range c.pins {
		if p == nil {
			marks[pinMark+id] = nil
		} else if err := put(pinMark+id, p); err != nil {
			return nil, err
		}
	}
	return marks, nil
}

// mark is the name of the mark of a place; slashes in names do not make two places one.
func (p place) mark() string {
	return seatMark + url.PathEscape(p.location) + "/" + url.PathEscape(p.repository)
}
