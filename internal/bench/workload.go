// Package bench has the workloads on which evaluation is measured. They are the same on
// every run, and each can be written as a scenario, so that Dagster is measured on the
// same one (testdata/measure.py).
package bench

import (
	"time"

	"auto/vm/graph"
)

// Workload is a graph with what happens to it.
type Workload struct {
	// Name is short, such as "eager-1000".
	Name string
	// About says in a line what the workload is.
	About string
	// Assets are in an order in which each comes after its dependencies. Condition is set
	// where an asset has one. Those with partitions share one definition.
	Assets []graph.Asset
	// Keys are the partition keys of the definition in order, nil for assets without.
	Keys []string
	// Ticks are the evaluations one after another: first, idle, busy and settle.
	Ticks []Tick
}

// Tick is an evaluation with the updates that come since the one before.
type Tick struct {
	// Name is what the tick shows. On "first" there is no cursor and everything is
	// materialized, on "idle" nothing has happened since, on "busy" one of a hundred
	// (asset, partition) pairs is updated, and "settle" follows without an event: it
	// handles what the busy tick requested.
	Name    string
	At      time.Time
	Updates []Update
}

// Update is a materialization of an asset, reported from outside a second before the tick.
type Update struct {
	Asset string
	// Partitions are the updated ones; nil stands for an asset without partitions and,
	// where All is set, for all partitions.
	Partitions []string
	All        bool
}

// Pairs is the number of (asset, partition) pairs.
func (w *Workload) Pairs() int { return len(w.Assets) * max(1, len(w.Keys)) }

// Updated is the number of (asset, partition) pairs that the updates of a tick are about.
func (w *Workload) Updated(t Tick) int {
	sum := 0
	for _, u := range t.Updates {
		if u.All {
			sum += max(1, len(w.Keys))
			continue
		}
		sum += max(1, len(u.Partitions))
	}
	return sum
}

// begin is when the first tick is. The busy tick is in the next hour, so that a schedule
// that ticks on every hour has ticked.
var begin = time.Date(2026, 1, 15, 10, 20, 0, 0, time.UTC)

// finish adds the ticks to a workload with assets and keys. On the busy tick one of a
// hundred of the first count assets is updated, or of each of them as many partitions.
func (w *Workload) finish(count int) *Workload {
	w.Ticks = []Tick{
		{Name: "first", At: begin},
		{Name: "idle", At: begin.Add(30 * time.Second)},
		{Name: "busy", At: begin.Add(40*time.Minute + 30*time.Second)},
		{Name: "settle", At: begin.Add(41 * time.Minute)},
	}
	for _, a := range w.Assets {
		w.Ticks[0].Updates = append(w.Ticks[0].Updates, Update{Asset: a.Key, All: len(w.Keys) > 0})
	}
	w.Ticks[2].Updates = w.hundredth(w.Assets[:count])
	return w
}

func (w *Workload) hundredth(assets []graph.Asset) (updates []Update) {
	draws := draws(3)
	if len(w.Keys) == 0 {
		for _, i := range draws.some(len(assets), len(assets)/100) {
			updates = append(updates, Update{Asset: assets[i].Key})
		}
		return updates
	}
	for _, a := range assets {
		u := Update{Asset: a.Key}
		for _, i := range draws.some(len(w.Keys), len(w.Keys)/100) {
			u.Partitions = append(u.Partitions, w.Keys[i])
		}
		updates = append(updates, u)
	}
	return updates
}
