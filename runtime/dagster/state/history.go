package state

import (
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
		case head < m.Head:
			out = append(out, p.vanished(key, m, head)...)
			if head > 0 {
				read = append(read, key)
			}
		case head > m.Head || p.open(m) || n.ended[key]:
			read = append(read, key)
		}
	}
	written := map[string]bool{}
	for some := range slices.Chunk(read, 50) {
		found, err := p.readEvents(some, written)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, found...)
	}
	return out, written, nil
}

// open reports whether an asset is to be read once more, for events that were stored late.
func (p *poll) open(m *assetMark) bool { return m.Seen > 0 && p.now.Sub(m.Moved) >= settle }

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
		last[e.Asset] = items[i].at
	}
	return items
}

// readEvents reads the newest events of assets.
func (p *poll) readEvents(keys []string, written map[string]bool) ([]item, error) {
	answer, err := Events(p.ctx, p.calls, inputs(keys), glance, "")
	if err != nil {
		return nil, err
	}
	list, ok := answer.AssetsOrError.(*EventListAssetConnection)
	if !ok {
		return nil, refused("the events of assets", answer.AssetsOrError)
	}
	var out []item
	for i := range list.Nodes {
		node := &list.Nodes[i]
		key := node.Key.key()
		if !slices.Contains(keys, key) {
			continue
		}
		found, err := p.news(key, &node.AssetEventHistory)
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
func (p *poll) news(key string, first *History) ([]item, error) {
	m := *p.asset(key)
	s, err := p.show(key, &m, first)
	if err != nil {
		return nil, err
	}
	if s.lost {
		return p.lost(key, &m, s)
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
	m.Head = max(p.heads[key], m.Head)
	p.change.assets[key] = &m
	return out, p.rise(key, &m, s, len(fresh) > 0)
}

// rise lifts the floor of an asset to a head that was seen long enough ago.
func (p *poll) rise(key string, m *assetMark, s *shown, news bool) error {
	if p.open(m) {
		at := 0
		if news || m.Seen != m.Head { // otherwise the newest event is at the head
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
	at, h, size := -1, first, glance
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
		if h, err = p.older(key, h.Cursor, page); err != nil {
			return nil, err
		}
		size = page
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
	answer, err := Events(p.ctx, p.calls, inputs([]string{key}), limit, cursor)
	if err != nil {
		return nil, err
	}
	list, ok := answer.AssetsOrError.(*EventListAssetConnection)
	if !ok || len(list.Nodes) != 1 {
		return nil, refused("the events of `"+key+"`", answer.AssetsOrError)
	}
	return &list.Nodes[0].AssetEventHistory, nil
}

// vanished tells that an asset whose head went back was wiped. While its location is down
// nothing is taken for a wipe.
func (p *poll) vanished(key string, m *assetMark, head int64) []item {
	a, _ := p.graph.Asset(key)
	if !p.up(a) {
		return nil
	}
	p.change.assets[key] = &assetMark{}
	return []item{p.wipe(key, m, p.wiped(m, nil))}
}

// wiped gives an instant between what is gone of an asset and what is there: at or after
// all that is told, and the newest update of a run at the last poll.
func (p *poll) wiped(m *assetMark, there []occurrence) time.Time {
	at := m.Last
	if runs := p.memory.runs; runs != nil {
		at = latest(at, seconds(runs.Since))
	}
	for i := range there {
		if before := there[i].at.Add(-time.Microsecond); before.Before(at) {
			at = before
		}
	}
	return p.at(at)
}

func (p *poll) wipe(key string, m *assetMark, at time.Time) item {
	a, _ := p.graph.Asset(key)
	for _, c := range a.Checks {
		if check := key + ":" + c.Name; p.check(check).Floor > 0 {
			p.change.checks[check] = nil
		}
	}
	return item{group: wipesGroup, at: at, event: events.Event{
		ID: ID("wipe", key, strconv.FormatInt(m.Head, 10), brief(m.Last.String())), Type: events.Wipe, At: at, Asset: key,
	}}
}

// lost tells that an asset was wiped and written again, and all that it has now: where only
// the runs that wrote it were deleted, Dagster still counts it as written.
func (p *poll) lost(key string, m *assetMark, s *shown) ([]item, error) {
	at := p.wiped(m, s.list)
	out := []item{p.wipe(key, m, at)}
	found, err := p.again(key, at)
	if err != nil {
		return nil, err
	}
	return append(out, found...), nil
}
