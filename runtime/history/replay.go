package history

import (
	"context"
	"fmt"
	"time"

	"auto/runtime/journal"
	"auto/runtime/live"
)

// Replayed is what came of playing a journal again.
type Replayed struct {
	// From and Until are the instants of the first and last tick.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// Events, Ticks and Requests count what was played and made again.
	Events   int `json:"events"`
	Ticks    int `json:"ticks"`
	Requests int `json:"requests"`
	// Differences are ticks that gave other requests than are written.
	Differences []Difference `json:"differences,omitempty"`
}

// Difference is a tick that gave other requests than it had given.
type Difference struct {
	At      time.Time `json:"at"`
	Sensor  string    `json:"sensor"`
	Message string    `json:"message"`
}

// Replay makes every tick of the journal again since an instant, and compares the requests
// byte for byte.
func Replay(ctx context.Context, s Source, load live.Loader, since time.Time) (*Replayed, error) {
	out := &Replayed{}
	_, err := Play(ctx, s, load, Options{From: since, Visit: func(r live.Record, _ *live.Project, now *live.Outcome) error {
		if r.At.Before(since) {
			return nil
		}
		switch body := r.Body.(type) {
		case *journal.Events:
			out.Events += len(body.Events)
		case *journal.Tick:
			if now != nil {
				out.tick(r, body, now)
			}
		}
		return nil
	}})
	return out, err
}

func (out *Replayed) tick(r live.Record, then *journal.Tick, now *live.Outcome) {
	if out.Ticks == 0 {
		out.From = r.At
	}
	out.Until = r.At
	out.Ticks++
	out.Requests += len(now.Sent)
	if message := Compare(then, now); message != "" {
		out.Differences = append(out.Differences, Difference{At: r.At, Sensor: then.Sensor, Message: message})
	}
}

// Compare says how a tick that was made again differs from what is written of it, "" for
// not at all.
func Compare(then *journal.Tick, now *live.Outcome) string {
	if then.Digest == now.Body.Digest {
		return ""
	}
	if len(then.Requests) != len(now.Body.Requests) {
		return fmt.Sprintf("It launched %d requests, and now %d.", len(then.Requests), len(now.Body.Requests))
	}
	for i, id := range then.Requests {
		if id != now.Body.Requests[i] {
			return fmt.Sprintf("Its request %d was `%s`, and is now `%s`.", i+1, id, now.Body.Requests[i])
		}
	}
	return "Its requests have the same IDs, and say something else."
}
