package state

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"auto/runtime/events"
)

// history tells the materializations and observations that are new, of the assets whose
// heads moved, that may still be added to, or of which a run ended; and wipes. It gives the
// assets that have news.
func (p *poll) history(n *runNews) ([]item, map[string]bool, error) {
	var out []item
	var read []string
	for _, key := range p.graph.Keys() {
		m := p.asset(key)
		head, listed := p.heads[key]
		switch {
		case m == nil || !listed:
		case head == 0 && m.Head > 0:
			out = append(out, p.wipe(key, n, nil)) // heads do not come from definitions
		case head != m.Shown || p.ripe(m) || n.ended[key]:
			read = append(read, key)
		}
	}
	written := map[string]bool{}
	for some := range slices.Chunk(read, 50) {
		found, err := p.readEvents(some, n, written)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, found...)
	}
	return out, written, nil
}

// ripe reports whether an asset is to be read once more, for events that were stored late.
func (p *poll) ripe(m *assetMark) bool { return m.Seen > 0 && p.now.Sub(m.Moved) >= settle }

// order moves what a run made behind its begin and behind what was stored before of the
// same asset. Items of an asset are in the order of storage.
func order(items []item) []item {
	begins, last := map[string]time.Time{}, map[string]time.Time{}
	for i := range items {
		if e := &items[i].event; e.Type == events.Run && items[i].group == workGroup {
			begins[e.RunID] = items[i].at
		}
	}
	for i := range items {
		e := &items[i].event
		if !items[i].made {
			continue
		}
		for _, at := range []time.Time{begins[e.RunID], last[e.Asset]} {
			if at.After(items[i].at) {
				items[i].at = at
			}
		}
		if e.Asset != "" {
			last[e.Asset] = items[i].at
		}
	}
	return items
}

// readEvents reads the newest events of assets.
func (p *poll) readEvents(keys []string, n *runNews, written map[string]bool) ([]item, error) {
	answer, err := Events(p.ctx, p.calls, inputs(keys), p.glance, "", nil)
	if err != nil {
		return nil, err
	}
	list, ok := answer.AssetsOrError.(*EventListAssetConnection)
	if !ok {
		return nil, refused("events of assets", answer.AssetsOrError)
	}
	var out []item
	for i := range list.Nodes {
		node := &list.Nodes[i]
		key := node.Key.key()
		if !slices.Contains(keys, key) {
			continue
		}
		found, err := p.news(key, n, &node.AssetEventHistory)
		if err != nil {
			return nil, err
		}
		written[key] = written[key] || len(found) > 0
		out = append(out, found...)
	}
	return out, nil
}

// shown is what is listed of an asset, newest first, down to its floor.
type shown struct {
	list []occurrence
	// prints are those of the list.
	prints []string
	// anchor is the event at the floor, "" where none is left.
	anchor string
	// lost: what was told of the asset is no longer there.
	lost bool
}

// news tells what is new of an asset from its first page.
func (p *poll) news(key string, n *runNews, first *History) ([]item, error) {
	m := *p.asset(key)
	s, err := p.show(key, &m, first)
	if err != nil {
		return nil, err
	}
	moved := p.heads[key] != m.Shown // a wipe takes the head away
	if s.lost && !moved && len(s.list) > 0 && s.list[0].at.After(m.Last) {
		if moved, err = p.reused(key); err != nil {
			return nil, err
		}
	}
	if s.lost && moved {
		if found, wiped, err := p.lost(key, n, s); err != nil || wiped {
			return found, err
		}
		m.Last = time.Time{}
	}
	fresh := s.fresh(m.Told)
	var out []item
	for _, i := range fresh {
		o := &s.list[i]
		out = append(out, item{group: workGroup, at: o.at, made: true, event: p.event(key, o)})
		m.Told = append(m.Told, s.prints[i])
		m.Last = latest(m.Last, o.at)
	}
	m.Anchor = s.anchor
	m.Shown, m.Head = p.heads[key], max(p.heads[key], m.Head)
	p.change.assets[key] = &m
	return out, p.rise(key, &m, s, len(fresh) > 0)
}

// rise lifts the floor of an asset to a head that was seen long enough ago.
func (p *poll) rise(key string, m *assetMark, s *shown, news bool) error {
	if p.ripe(m) {
		at := 0
		if news || m.Seen != m.Shown { // otherwise the newest event is at the head
			var err error
			if at, err = p.place(key, m.Seen, s); err != nil {
				return err
			}
		}
		m.Anchor = ""
		if at < len(s.prints) {
			m.Anchor = s.prints[at]
		}
		m.Floor, m.Seen = m.Seen, 0
		m.Told = slices.DeleteFunc(m.Told, func(t string) bool { return !slices.Contains(s.prints[:at], t) })
	}
	if m.Seen == 0 && m.Head > m.Floor {
		m.Seen, m.Moved = m.Head, p.now
	}
	return nil
}

// place gives where among what is shown the newest event is that lies at or below a storage
// id; its length where that is none of them.
func (p *poll) place(key string, id int64, s *shown) (int, error) {
	print, err := p.newestAt(key, id)
	if err != nil {
		return 0, err
	}
	if at := slices.Index(s.prints, print); at >= 0 {
		return at, nil
	}
	return len(s.prints), nil
}

// newestAt gives the newest event of an asset that lies at or below a storage id, "" for none.
func (p *poll) newestAt(key string, id int64) (string, error) {
	h, err := p.older(key, below(id+1), 1)
	if err != nil {
		return "", err
	}
	var s shown
	if err := s.add(h); err != nil || len(s.prints) == 0 {
		return "", err
	}
	return s.prints[0], nil
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// fresh gives the places of what is not told, oldest first. What was stored late and is
// followed by what is told of the same partition is over.
func (s *shown) fresh(told []string) []int {
	known := map[string]bool{}
	for _, t := range told {
		known[t] = true
	}
	over := map[[2]string]bool{}
	var out []int
	for i := range s.list {
		o := [2]string{string(s.list[i].kind), s.list[i].partition}
		switch {
		case known[s.prints[i]]:
			over[o] = true
		case !over[o]:
			out = append(out, i)
		}
	}
	slices.Reverse(out)
	return out
}

// show reads an asset's history down to its floor.
func (p *poll) show(key string, m *assetMark, first *History) (*shown, error) {
	s := &shown{anchor: m.Anchor}
	at, h, size := -1, first, p.glance
	for {
		if err := s.add(h); err != nil {
			return nil, err
		}
		if at = slices.Index(s.prints, m.Anchor); m.Anchor != "" && at >= 0 {
			break
		}
		id, err := oldest(h.Cursor)
		if err != nil {
			return nil, err
		}
		if len(h.Results) < size || id <= m.Floor {
			break
		}
		if h, err = p.older(key, h.Cursor, p.page); err != nil {
			return nil, err
		}
		size = p.page
	}
	if at < 0 && m.Floor > 0 {
		var err error
		if s.anchor, err = p.newestAt(key, m.Floor); err != nil {
			return nil, err
		}
		at = slices.Index(s.prints, s.anchor)
	}
	s.cut(at)
	s.lost = s.anchor == "" && !m.Last.IsZero() && !slices.ContainsFunc(m.Told, func(t string) bool { return slices.Contains(s.prints, t) })
	return s, nil
}

func (s *shown) cut(at int) {
	if at >= 0 {
		s.list, s.prints = s.list[:at], s.prints[:at]
	}
}

func (s *shown) add(h *History) error {
	list, err := occurrencesOf(h)
	if err != nil {
		return err
	}
	for i := range list {
		s.list = append(s.list, list[i])
		s.prints = append(s.prints, list[i].print())
	}
	return nil
}

// older gives a page of events below a cursor.
func (p *poll) older(key, cursor string, limit int) (*History, error) {
	return p.pageOf(key, cursor, limit, nil)
}

// pageOf gives a page of events, of some partitions or, with nil, all.
func (p *poll) pageOf(key, cursor string, limit int, partitions []string) (*History, error) {
	answer, err := Events(p.ctx, p.calls, inputs([]string{key}), limit, cursor, partitions)
	if err != nil {
		return nil, err
	}
	list, ok := answer.AssetsOrError.(*EventListAssetConnection)
	if !ok || len(list.Nodes) != 1 {
		return nil, refused("events of `"+key+"`", answer.AssetsOrError)
	}
	return &list.Nodes[0].AssetEventHistory, nil
}

// wipe tells that an asset was wiped. That was before what is there now, and as far as is
// known before the runs began that go or are told of by this poll.
func (p *poll) wipe(key string, n *runNews, there []occurrence) item {
	at, m := p.now, p.asset(key)
	before := func(t time.Time) {
		if t = p.at(t).Add(-time.Microsecond); t.Before(at) {
			at = t
		}
	}
	for i := range there {
		before(there[i].at)
	}
	for _, run := range p.change.runs.Runs {
		if !ended(run.Status) && slices.Contains(run.Assets, key) {
			before(seconds(run.Created))
		}
	}
	for i := range n.items {
		if slices.Contains(n.items[i].event.Assets, key) {
			before(n.items[i].at)
		}
	}
	p.forgetChecks(key)
	p.change.assets[key] = &assetMark{Wiped: at}
	return item{group: wipesGroup, at: at, event: events.Event{
		ID: ID("wipe", key, strconv.FormatInt(m.Head, 10), brief(m.Last.String())), Type: events.Wipe, At: at, Asset: key,
	}}
}

func (p *poll) forgetChecks(key string) {
	a, _ := p.graph.Asset(key)
	for _, c := range a.Checks {
		if check := key + ":" + c.Name; p.check(check).Floor > 0 {
			p.change.checks[check] = nil
		}
	}
}

// reused reports whether an event is at the head of an asset of which nothing that was told is
// there any more: SQLite gives out the ids of what is wiped again.
func (p *poll) reused(key string) (bool, error) {
	h, err := p.older(key, below(p.heads[key]+1), 1)
	if err != nil {
		return false, err
	}
	id, err := oldest(h.Cursor)
	return id == p.heads[key], err
}

// lost tells of an asset of which nothing that was told is there any more. It was wiped and
// maybe written again; then that is told, and all that it has. Or the runs that wrote it
// were deleted: then Dagster still counts it as written, and so do conditions.
func (p *poll) lost(key string, n *runNews, s *shown) (list []item, wiped bool, err error) {
	l := &loading{poll: p, late: true}
	if err := l.prepare([]string{key}); err != nil {
		return nil, false, err
	}
	found, err := l.asset(key)
	if errors.Is(err, errAway) { // it is told when that is known
		return nil, true, nil
	}
	if err != nil || found.counted {
		return nil, false, err
	}
	if kept, err := p.keptChecks(key); err != nil || kept {
		return nil, false, err
	}
	list = append(list, p.wipe(key, n, s.list))
	at := p.asset(key).Wiped
	for i := range found.items {
		if it := &found.items[i]; it.made && !it.event.At.After(at) {
			it.event.At = at.Add(time.Microsecond)
		}
	}
	list = append(list, found.items...)
	found.mark.Wiped = at
	p.change.assets[key] = &found.mark
	for _, id := range slices.Sorted(maps.Keys(found.ends)) {
		list = append(list, item{group: runsGroup, at: found.ends[id].At, event: found.ends[id]})
	}
	return list, true, nil
}

// keptChecks reports whether executions of an asset's checks are there that were told: a
// wipe deletes them.
func (p *poll) keptChecks(key string) (bool, error) {
	a, _ := p.graph.Asset(key)
	for _, c := range a.Checks {
		floor := p.check(key + ":" + c.Name).Floor
		if floor == 0 {
			continue
		}
		list, err := p.above(key, c.Name, floor-1)
		if err != nil {
			return false, err
		}
		if len(list) > 0 && list[len(list)-1].Id == strconv.FormatInt(floor, 10) {
			return true, nil
		}
	}
	return false, nil
}
