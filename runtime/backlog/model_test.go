package backlog

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"auto/compiler"
	"auto/runtime/facts"
	"auto/runtime/journal"
)

// model is a plain reading of the rules: a list of all decisions that were ever made, and
// one of all launches. Everything is found by going through them.
type model struct {
	policies map[string]Policy
	owner    map[string]string // key -> policy in force, "" for none
	under    map[string]string // key -> the policy whose decisions it has
	items    []*item
	launches []*launched
	pauses   []*modelPause
	halted   map[string]time.Time
	dropped  []journal.Dropped
	now      time.Time
}

// item is a decision, or one that is to be launched again.
type item struct {
	pair   Pair
	since  time.Time
	at     time.Time
	state  state
	single bool
	retry  int
	wait   time.Time
}

type state int

const (
	waiting state = iota
	holding
	done
)

type launched struct {
	Launch
	at      time.Time
	request string
	ended   bool
	// limited and often tell whether limits of the policy and of the pair count it.
	limited, often bool
}

type modelPause struct {
	keys  map[string]bool
	until time.Time
}

func (m *model) clauses(key string) *compiler.Clauses {
	if p, ok := m.policies[m.under[key]]; ok {
		return p.Clauses
	}
	return &compiler.Clauses{}
}

func (m *model) heldBack(key string, at time.Time) bool {
	for _, p := range m.pauses {
		if p.keys[key] && p.until.After(at) {
			return true
		}
	}
	_, halted := m.halted[m.under[key]]
	return halted || m.clauses(key).PausedUntil.After(at)
}

func (m *model) use(policies map[string]Policy, owner map[string]string, at time.Time) {
	m.settle(at)
	// What the policies that end did not count is not counted later.
	for _, g := range m.launches {
		c := m.clauses(g.Key)
		g.limited = g.limited && at.Sub(g.at) < longest(c.Limits)
		g.often = g.often && at.Sub(g.at) < longest(c.AtMost)
	}
	m.policies, m.owner = policies, owner
	takesOver := map[string]string{}
	for _, key := range keysOf(owner) {
		from, to := m.under[key], owner[key]
		if to == "" || policies[to].Name == "" {
			continue
		}
		m.under[key] = to
		_, halted := m.halted[from]
		_, already := m.halted[to]
		if halted && policies[from].Name == "" && m.owes(key) && !already {
			if other, ok := takesOver[to]; !ok || m.halted[from].Before(m.halted[other]) || m.halted[from].Equal(m.halted[other]) && from < other {
				takesOver[to] = from
			}
		}
	}
	for to, from := range takesOver {
		m.halted[to] = m.halted[from]
	}
	m.forgetHalts()
	for _, g := range m.launches {
		has := m.has(g.Key)
		g.limited, g.often = g.limited && has, g.often && has
		g.ended = g.ended || !has || m.clauses(g.Key).Retry.Times == 0
	}
}

// forgetHalts forgets those of policies that are gone with nothing left of them.
func (m *model) forgetHalts() {
	for name := range m.halted {
		kept := m.policies[name].Name != ""
		for key, under := range m.under {
			kept = kept || under == name && m.owes(key)
		}
		if !kept {
			delete(m.halted, name)
		}
	}
}

func (m *model) has(key string) bool {
	return m.owner[key] != "" && m.policies[m.owner[key]].Name != ""
}

func (m *model) owes(key string) bool {
	return slices.ContainsFunc(m.items, func(i *item) bool { return i.pair.Key == key && i.state != done })
}

func (m *model) unowed(pairs []Pair) (n int) {
	for _, p := range pairs {
		if !slices.ContainsFunc(m.items, func(i *item) bool { return i.pair == p && i.state != done }) {
			n++
		}
	}
	return n
}

func (m *model) decide(d Decided) bool {
	m.settle(d.At)
	c := m.policies[d.Policy].Clauses
	if !d.DownSince.IsZero() && c.Missed == compiler.MissedNone {
		for _, p := range d.Pairs {
			m.drop(p, d.At, "down")
		}
		return true
	}
	ok := true
	if _, halted := m.halted[d.Policy]; c.HaltAbove > 0 && m.unowed(d.Pairs) > c.HaltAbove && !halted {
		m.halted[d.Policy] = d.At
		ok = false
	}
	for _, p := range d.Pairs {
		i := &item{pair: p, since: d.At, at: d.At, single: !d.DownSince.IsZero() && c.Missed == compiler.MissedAll}
		if m.heldBack(p.Key, d.At) {
			i.state, i.single = holding, false
		}
		m.items = append(m.items, i)
	}
	return ok
}

func (m *model) settle(at time.Time) {
	for _, key := range keysOf(m.under) {
		if !m.heldBack(key, at) {
			m.settleKey(key, m.clauses(key).Missed)
		}
	}
}

func (m *model) settleKey(key string, word compiler.Missed) {
	for _, i := range m.items {
		if i.pair.Key != key || i.state != holding {
			continue
		}
		i.state = waiting
		if word == compiler.MissedNone {
			i.state = done
			m.drop(i.pair, i.at, "held back")
		}
		i.single = word == compiler.MissedAll
	}
}

func (m *model) drop(p Pair, at time.Time, why string) {
	m.dropped = append(m.dropped, journal.Dropped{Policy: m.under[p.Key], Asset: p.Key, Partition: p.Partition, DecidedAt: at, Reason: why})
}

// bundle is what one launch carries out.
type bundle struct {
	Launch
	items []*item
	wait  time.Time
	order int
}

// bundles gives what is to be launched of a pair, one after the other.
func (m *model) bundles(p Pair) []bundle {
	var list []bundle
	for _, i := range m.items {
		if i.pair != p || i.state != waiting {
			continue
		}
		n := bundle{Launch: Launch{p, m.under[p.Key], i.since, i.at, i.retry, i.single}, items: []*item{i}, wait: i.wait}
		if k := len(list); k > 0 && (list[k-1].Retry > 0 || !list[k-1].single && !i.single) {
			if list[k-1].Since.Before(n.Since) {
				n.Since = list[k-1].Since
			}
			n.items = append(list[k-1].items, n.items...)
			list = list[:k-1]
		}
		list = append(list, n)
	}
	return list
}

func (m *model) pairs() []Pair {
	var list []Pair
	for _, i := range m.items {
		if i.state != done && !slices.Contains(list, i.pair) {
			list = append(list, i.pair)
		}
	}
	return list
}

func (m *model) release(at time.Time, f Facts) []Launch {
	m.now = at
	m.settle(at)
	m.pauses = slices.DeleteFunc(m.pauses, func(p *modelPause) bool { return !p.until.After(at) })
	m.dropLost()
	var ready []bundle
	for _, p := range m.pairs() {
		if m.heldBack(p.Key, at) {
			continue
		}
		m.dropDone(p, f)
		if list := m.bundles(p); len(list) > 0 && m.mayGo(list[0], at, f) {
			list[0].order = f.Order(p)
			ready = append(ready, list[0])
		}
	}
	var launches []Launch
	for _, b := range m.ordered(ready) {
		if m.fits(b.Launch, at) {
			for _, i := range b.items {
				i.state = done
			}
			m.launches = append(m.launches, m.launched(b.Launch, at))
			launches = append(launches, b.Launch)
		}
	}
	return launches
}

// launched tells which limits know of the launch: those that there are.
func (m *model) launched(b Launch, at time.Time) *launched {
	c := m.clauses(b.Key)
	return &launched{Launch: b, at: at, limited: len(c.Limits) > 0, often: len(c.AtMost) > 0}
}

func (m *model) dropLost() {
	for _, key := range keysOf(m.under) {
		if m.has(key) {
			continue
		}
		for _, p := range m.pairs() {
			if p.Key == key {
				m.dropAll(p)
			}
		}
	}
	m.forgetHalts()
}

func (m *model) dropAll(p Pair) {
	for _, b := range m.bundles(p) {
		m.drop(p, b.DecidedAt, "gone")
	}
	for _, i := range m.items {
		if i.pair == p && i.state == holding {
			m.drop(p, i.at, "gone")
		}
		if i.pair == p {
			i.state = done
		}
	}
}

func (m *model) dropDone(p Pair, f Facts) {
	started, ok := f.Succeeded(p)
	for _, b := range m.bundles(p) {
		if ok && !b.single && started.After(b.DecidedAt) {
			m.drop(p, b.DecidedAt, "succeeded")
			for _, i := range b.items {
				i.state = done
			}
		}
	}
}

func (m *model) mayGo(b bundle, at time.Time, f Facts) bool {
	c := m.clauses(b.Key)
	if b.wait.After(at) {
		return false
	}
	if updated, ok := f.DependencyUpdated(b.Pair); ok && at.Sub(updated) < c.Quiet {
		return false
	}
	for _, limit := range c.AtMost {
		count := 0
		for _, g := range m.launches {
			if g.often && g.Pair == b.Pair && at.Sub(g.at) < limit.Per {
				count++
			}
		}
		if count >= limit.Count {
			return false
		}
	}
	return true
}

func (m *model) inTick(policy string, at time.Time) int {
	count := 0
	for _, g := range m.launches {
		if g.at.Equal(at) && m.under[g.Key] == policy {
			count++
		}
	}
	return count
}

func (m *model) fits(b Launch, at time.Time) bool {
	c := m.clauses(b.Key)
	if c.PerTick > 0 && m.inTick(b.Policy, at) >= c.PerTick {
		return false
	}
	for _, limit := range c.Limits {
		count := 0
		for _, g := range m.launches {
			if g.limited && m.under[g.Key] == b.Policy && at.Sub(g.at) < limit.Per {
				count++
			}
		}
		if count >= limit.Count {
			return false
		}
	}
	return true
}

// ordered gives each asset's places by when its pairs were owed, and fills them with its
// partitions by their order.
func (m *model) ordered(ready []bundle) []bundle {
	type place struct {
		since time.Time
		b     bundle
	}
	byKey := map[string][]bundle{}
	for _, b := range ready {
		byKey[b.Key] = append(byKey[b.Key], b)
	}
	var places []place
	for _, key := range keysOf(byKey) {
		var sinces []time.Time
		for _, b := range byKey[key] {
			sinces = append(sinces, b.Since)
		}
		slices.SortFunc(sinces, time.Time.Compare)
		slices.SortFunc(byKey[key], func(a, b bundle) int {
			sign := 1
			if m.clauses(key).NewestFirst {
				sign = -1
			}
			return cmp.Or(sign*cmp.Compare(a.order, b.order), cmp.Compare(a.Partition, b.Partition))
		})
		for i, b := range byKey[key] {
			places = append(places, place{sinces[i], b})
		}
	}
	slices.SortStableFunc(places, func(a, b place) int {
		return cmp.Or(cmp.Compare(m.clauses(b.b.Key).Priority, m.clauses(a.b.Key).Priority), a.since.Compare(b.since), cmp.Compare(a.b.Key, b.b.Key))
	})
	var list []bundle
	for _, p := range places {
		list = append(list, p.b)
	}
	return list
}

// sent tells under which request a launch of this tick went.
func (m *model) sent(request string, g Launch) {
	if m.clauses(g.Key).Retry.Times == 0 {
		return
	}
	for _, other := range m.launches {
		if other.Pair != g.Pair {
			continue
		}
		other.ended = other.ended || other.request != ""
		if other.request == "" && other.at.Equal(m.now) {
			other.request = request
		}
	}
}

func (m *model) ended(request string, status facts.Status, at time.Time) {
	for _, g := range m.launches {
		if g.request != request || g.ended {
			continue
		}
		g.ended = true
		r := m.clauses(g.Key).Retry
		if status != facts.Failure || g.Retry >= r.Times {
			continue
		}
		wait := r.After << g.Retry
		if r.UpTo > 0 && wait > r.UpTo {
			wait = r.UpTo
		}
		again := &item{pair: g.Pair, since: g.Since, at: g.DecidedAt, single: g.single, retry: g.Retry + 1, wait: at.Add(wait)}
		m.items = slices.Insert(m.items, 0, again)
	}
}

func (m *model) pause(p journal.Pause, at time.Time) {
	m.settle(at)
	m.pauses = append(m.pauses, &modelPause{setOf(p.Keys), p.Until})
}

func (m *model) resume(r journal.Resume, at time.Time) {
	m.settle(at)
	ended, halts := map[string]bool{}, map[string]bool{}
	for _, key := range r.Keys {
		for _, p := range m.pauses {
			if p.keys[key] && p.until.After(at) {
				ended[key] = true
				delete(p.keys, key)
			}
		}
		if _, halted := m.halted[m.owner[key]]; halted {
			ended[key], halts[m.owner[key]] = true, true
		}
	}
	for name := range halts {
		delete(m.halted, name)
	}
	for _, key := range keysOf(m.under) {
		if ended[key] || halts[m.under[key]] && !m.heldBack(key, at) {
			m.settleKey(key, cmp.Or(r.Missed, m.clauses(key).Missed))
		}
	}
	m.forgetHalts()
}

// why gives the word of the model for a reason of the ledger.
func why(reason string) string {
	for _, word := range []string{"gone", "down", "held back", "succeeded"} {
		if strings.Contains(reason, word) {
			return word
		}
	}
	if strings.Contains(reason, "no longer") {
		return "gone"
	}
	return reason
}

func keysOf[V any](m map[string]V) []string {
	var list []string
	for key := range m {
		list = append(list, key)
	}
	slices.Sort(list)
	return list
}

func setOf(keys []string) map[string]bool {
	set := map[string]bool{}
	for _, key := range keys {
		set[key] = true
	}
	return set
}
