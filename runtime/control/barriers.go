package control

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"auto/runtime/journal"
	"auto/runtime/store"
)

// barriers are what commands and clauses hold back, as the journal has it.
type barriers struct {
	pauses []journal.Pause
	halted map[string]bool
	// lastTick is the instant of the last tick that changed something, by sensor.
	lastTick map[string]time.Time
	policies journal.Policies
	since    time.Time
	events   int64
}

// barriers folds the journal up to now.
func (o Offline) barriers(ctx context.Context) (*barriers, error) {
	b := &barriers{halted: map[string]bool{}, lastTick: map[string]time.Time{}}
	kinds := []string{journal.KindPause, journal.KindResume, journal.KindTick, journal.KindPolicies}
	err := o.Store.Records(ctx, 0, kinds, func(r store.Record) error {
		if err := b.fold(r, o.policyKeys()); err != nil {
			return fmt.Errorf("record %d of the journal: %w", r.Seq, err)
		}
		return nil
	})
	now := o.Now()
	b.pauses = slices.DeleteFunc(b.pauses, func(p journal.Pause) bool { return len(p.Keys) == 0 || !p.Until.After(now) })
	return b, err
}

// policyKeys gives the keys of each policy.
func (o Offline) policyKeys() map[string][]string {
	keys := map[string][]string{}
	for _, p := range o.Project.Policies.Policies {
		keys[p.Name] = p.Keys
	}
	return keys
}

func (b *barriers) fold(r store.Record, policyKeys map[string][]string) error {
	switch r.Kind {
	case journal.KindPause:
		var p journal.Pause
		err := json.Unmarshal(r.Body, &p)
		b.pauses = append(b.pauses, p)
		return err
	case journal.KindResume:
		var e journal.Resume
		err := json.Unmarshal(r.Body, &e)
		b.resume(e.Keys, policyKeys)
		return err
	case journal.KindPolicies:
		b.since = r.At
		return json.Unmarshal(r.Body, &b.policies)
	}
	var t journal.Tick
	err := json.Unmarshal(r.Body, &t)
	b.lastTick[t.Sensor] = r.At
	for _, policy := range t.Halted {
		b.halted[policy] = true
	}
	return err
}

// resume takes keys out of all pauses, and ends the halts of their policies.
func (b *barriers) resume(keys []string, policyKeys map[string][]string) {
	among := func(key string) bool { _, ok := slices.BinarySearch(keys, key); return ok }
	for i := range b.pauses {
		b.pauses[i].Keys = slices.DeleteFunc(b.pauses[i].Keys, among)
	}
	for policy := range b.halted {
		if slices.ContainsFunc(policyKeys[policy], among) {
			delete(b.halted, policy)
		}
	}
}
