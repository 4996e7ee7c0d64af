package backlog

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"auto/runtime/journal"
)

// snapshotVersion is the form that snapshots are written in.
const snapshotVersion = 1

// snapshot is a ledger as JSON, all lists sorted; instants are nanoseconds since 1970.
type snapshot struct {
	Version int               `json:"version"`
	Now     *int64            `json:"now,omitempty"`
	Halts   []haltSnapshot    `json:"halts,omitempty"`
	Assets  []assetSnapshot   `json:"assets,omitempty"`
	Runs    []runSnapshot     `json:"runs,omitempty"`
	Pauses  []pauseSnapshot   `json:"pauses,omitempty"`
	Dropped []droppedSnapshot `json:"dropped,omitempty"`
}

type (
	haltSnapshot struct {
		Policy string `json:"policy"`
		Since  int64  `json:"since"`
		Asked  int    `json:"asked"`
		Above  int    `json:"above"`
	}
	assetSnapshot struct {
		Key    string         `json:"key"`
		Policy string         `json:"policy"`
		Pulled bool           `json:"pulled,omitempty"`
		Owed   []owedSnapshot `json:"owed,omitempty"`
		// Sent are instants with numbers of launches.
		Sent  [][2]int64     `json:"sent,omitempty"`
		Pairs []pairSnapshot `json:"pairs,omitempty"`
	}
	owedSnapshot struct {
		Partition string             `json:"partition,omitempty"`
		Queue     []decisionSnapshot `json:"queue,omitempty"`
		Held      []decisionSnapshot `json:"held,omitempty"`
	}
	decisionSnapshot struct {
		At int64 `json:"at"`
		// Since is left out where it is At.
		Since     *int64 `json:"since,omitempty"`
		Retry     int    `json:"retry,omitempty"`
		NotBefore *int64 `json:"not_before,omitempty"`
		Single    bool   `json:"single,omitempty"`
	}
	pairSnapshot struct {
		Partition string  `json:"partition,omitempty"`
		Launched  []int64 `json:"launched"`
	}
	runSnapshot struct {
		Request string          `json:"request"`
		Pairs   []flownSnapshot `json:"pairs"`
	}
	flownSnapshot struct {
		Pair
		decisionSnapshot
	}
	pauseSnapshot struct {
		Selection string   `json:"selection"`
		Reason    string   `json:"reason"`
		Keys      []string `json:"keys"`
		From      int64    `json:"from"`
		Until     int64    `json:"until"`
	}
	droppedSnapshot struct {
		Policy string `json:"policy"`
		Pair
		At     int64  `json:"at"`
		Reason string `json:"reason"`
	}
)

// MarshalJSON gives the ledger's snapshot, for a ledger that is told the same again the same
// bytes. Policies are not in it.
func (l *Ledger) MarshalJSON() ([]byte, error) {
	l.flush()
	s := snapshot{Version: snapshotVersion, Now: known(l.now), Halts: l.haltSnapshots(), Runs: l.runSnapshots()}
	for _, key := range slices.Sorted(maps.Keys(l.accounts)) {
		a := l.accounts[key]
		l.trim(a, l.now)
		if shot := a.snapshot(); len(shot.Owed)+len(shot.Sent)+len(shot.Pairs)+len(a.running) > 0 {
			s.Assets = append(s.Assets, shot)
		}
	}
	for _, p := range l.pauses {
		s.Pauses = append(s.Pauses, pauseSnapshot{p.selection, p.reason, p.keys, p.from, p.until})
	}
	sortDropped(l.gone)
	for _, d := range l.gone {
		s.Dropped = append(s.Dropped, droppedSnapshot{d.Policy, Pair{d.Asset, d.Partition}, nano(d.DecidedAt), d.Reason})
	}
	return json.Marshal(s)
}

func known(n int64) *int64 {
	if n == never {
		return nil
	}
	return &n
}

func orNever(n *int64) int64 {
	if n == nil {
		return never
	}
	return *n
}

func (l *Ledger) haltSnapshots() []haltSnapshot {
	var list []haltSnapshot
	for _, name := range l.Halted() {
		h := l.books[name].halt
		list = append(list, haltSnapshot{name, h.since, h.asked, h.above})
	}
	return list
}

func (l *Ledger) runSnapshots() []runSnapshot {
	var list []runSnapshot
	for _, request := range slices.Sorted(maps.Keys(l.flights)) {
		shot := runSnapshot{Request: request}
		f := l.flights[request]
		for _, p := range slices.SortedFunc(maps.Keys(f), Pair.compare) {
			shot.Pairs = append(shot.Pairs, flownSnapshot{p, f[p].snapshot()})
		}
		list = append(list, shot)
	}
	return list
}

func (a *account) snapshot() assetSnapshot {
	shot := assetSnapshot{Key: a.key, Policy: a.book.name, Pulled: a.pulled}
	for i := range a.debts {
		d := &a.debts[i]
		shot.Owed = append(shot.Owed, owedSnapshot{d.partition, decisionSnapshots(d.queue()), decisionSnapshots(d.held())})
	}
	for _, s := range a.sent {
		shot.Sent = append(shot.Sent, [2]int64{s.at, int64(s.count)})
	}
	for _, partition := range slices.Sorted(maps.Keys(a.pairs)) {
		shot.Pairs = append(shot.Pairs, pairSnapshot{partition, a.pairs[partition]})
	}
	return shot
}

func decisionSnapshots(list []decision) []decisionSnapshot {
	var shots []decisionSnapshot
	for _, n := range list {
		shots = append(shots, n.snapshot())
	}
	return shots
}

func (n decision) snapshot() decisionSnapshot {
	shot := decisionSnapshot{At: n.at, Retry: n.retry, NotBefore: known(n.notBefore), Single: n.single}
	if n.since != n.at {
		shot.Since = &n.since
	}
	return shot
}

func (s decisionSnapshot) decision() decision {
	n := decision{since: s.At, at: s.At, retry: s.Retry, notBefore: orNever(s.NotBefore), single: s.Single}
	if s.Since != nil {
		n.since = *s.Since
	}
	return n
}

func decisions(shots []decisionSnapshot) []decision {
	var list []decision
	for _, s := range shots {
		list = append(list, s.decision())
	}
	return list
}

// UnmarshalJSON reads a snapshot into the ledger, in the place of all that it had. The error
// says what in it is wrong.
func (l *Ledger) UnmarshalJSON(data []byte) error {
	var s snapshot
	if err := json.Unmarshal(data, &s); err != nil {
		return fmt.Errorf("snapshot of what is owed: %w", err)
	}
	if s.Version != snapshotVersion {
		return fmt.Errorf("snapshot of what is owed: version %d, not %d", s.Version, snapshotVersion)
	}
	read := New()
	if err := read.restore(&s); err != nil {
		return fmt.Errorf("snapshot of what is owed: %w", err)
	}
	*l = *read
	return nil
}

func (l *Ledger) restore(s *snapshot) error {
	l.now = orNever(s.Now)
	for _, h := range s.Halts {
		l.book(h.Policy).halt = &halt{h.Since, h.Asked, h.Above}
	}
	for i := range s.Assets {
		if err := l.restoreAsset(&s.Assets[i]); err != nil {
			return fmt.Errorf("asset %q: %w", s.Assets[i].Key, err)
		}
	}
	for _, p := range s.Pauses {
		l.addPause(pause{p.Selection, p.Reason, p.Keys, p.From, p.Until})
	}
	l.indexPauses()
	for _, d := range s.Dropped {
		l.gone = append(l.gone, journal.Dropped{
			Policy: d.Policy, Asset: d.Key, Partition: d.Partition, DecidedAt: instant(d.At), Reason: d.Reason,
		})
	}
	return l.restoreRuns(s.Runs)
}

var errTwice = errors.New("it is there twice")

func (l *Ledger) restoreAsset(s *assetSnapshot) error {
	if l.accounts[s.Key] != nil {
		return errTwice
	}
	a := l.account(s.Key, l.book(s.Policy))
	a.pulled = s.Pulled
	for i, o := range s.Owed {
		if i > 0 && o.Partition <= s.Owed[i-1].Partition {
			return fmt.Errorf("partition %q: it is not in order", o.Partition)
		}
		if len(o.Queue)+len(o.Held) == 0 {
			return fmt.Errorf("partition %q: nothing of it is owed", o.Partition)
		}
		for _, n := range slices.Concat(o.Queue, o.Held) {
			if n.Retry < 0 {
				return fmt.Errorf("partition %q: a retry is %d", o.Partition, n.Retry)
			}
		}
		d := debt{partition: o.Partition}
		d.set(decisions(o.Queue), decisions(o.Held))
		a.debts = append(a.debts, d)
		if len(o.Held) > 0 {
			l.holding[a] = true
		}
	}
	return a.restoreLaunches(s)
}

func (a *account) restoreLaunches(s *assetSnapshot) error {
	for _, sent := range s.Sent {
		if sent[1] < 1 {
			return fmt.Errorf("a number of launches is %d", sent[1])
		}
		a.sent = append(a.sent, stamp{sent[0], int(sent[1])})
	}
	if !slices.IsSortedFunc(s.Sent, func(a, b [2]int64) int { return cmp.Compare(a[0], b[0]) }) {
		return errors.New("its launches are not in order")
	}
	for _, p := range s.Pairs {
		switch {
		case a.pairs[p.Partition] != nil:
			return fmt.Errorf("partition %q: %w", p.Partition, errTwice)
		case len(p.Launched) == 0 || !slices.IsSorted(p.Launched):
			return fmt.Errorf("partition %q: its launches are not in order", p.Partition)
		case a.pairs == nil:
			a.pairs = map[string][]int64{}
		}
		a.pairs[p.Partition] = p.Launched
	}
	return nil
}

// restoreRuns reads the launches that may be retried.
func (l *Ledger) restoreRuns(runs []runSnapshot) error {
	for _, r := range runs {
		if l.flights[r.Request] != nil {
			return fmt.Errorf("run %q: %w", r.Request, errTwice)
		}
		if len(r.Pairs) == 0 {
			return fmt.Errorf("run %q: it has no pairs", r.Request)
		}
		for _, p := range r.Pairs {
			a := l.accounts[p.Key]
			if a == nil {
				return fmt.Errorf("run %q: there is no asset %q", r.Request, p.Key)
			}
			if _, twice := a.running[p.Partition]; twice {
				return fmt.Errorf("run %q: asset %q, partition %q: %w", r.Request, p.Key, p.Partition, errTwice)
			}
			l.fly(r.Request, a, p.Partition, p.decision())
		}
	}
	return nil
}
