package facts

import (
	"crypto/sha256"
	"fmt"
	"io"
	"slices"

	"auto/vm/space"
)

// A snapshot begins with what it is and the version of its form, then come numbers (as
// varints), texts (length and bytes) and words, and a CRC-32 of all. Numbers stand for
// partition keys, runs, assets and positions, as in memory; packed entries are written as
// they lie. Equal worlds are written to equal bytes.
const (
	magic = "auto/facts"
	// Version is the version of the form of snapshots.
	Version = 1
)

// saver writes a world.
type saver struct {
	*writer
	*World
	slots  map[*slots]int
	checks []string
	ofKeys map[*space.Keys]string
}

// Save writes a snapshot: Load gives a world that answers every question as this one does.
// An error is one of writing.
func (w *World) Save(to io.Writer) error {
	s := &saver{writer: newWriter(to), World: w, slots: map[*slots]int{}, ofKeys: map[*space.Keys]string{}}
	s.text(magic)
	s.uint(Version)
	s.int(w.last)
	s.int(w.compacted)
	s.int(w.evaluated)
	s.uint(uint64(w.runsSoFar))
	s.uint(uint64(w.keptRuns))
	list(s.writer, w.names.texts[1:], s.text)
	list(s.writer, w.assets, func(a *asset) { s.text(a.key) })
	s.saveSlots()
	for _, a := range w.assets {
		s.saveAsset(a)
	}
	s.saveChecks()
	sorted(s.writer, w.runs, s.saveRun)
	sorted(s.writer, w.dynamic, func(name string, d *dynamic) {
		s.text(name)
		list(s.writer, d.keys, s.text)
	})
	s.saveBackfills()
	return s.close()
}

func (s *saver) number(n int32) { s.uint(uint64(uint32(n))) }

// saveSlots writes the slots that assets have, those that they share once.
func (s *saver) saveSlots() {
	var all []*slots
	for _, a := range s.assets {
		if _, ok := s.slots[a.slots]; !ok {
			s.slots[a.slots] = len(all)
			all = append(all, a.slots)
		}
	}
	list(s.writer, all, func(o *slots) { list(s.writer, o.keys, s.number) })
}

// saveAsset writes what is known about an asset, all but what its log says.
func (s *saver) saveAsset(a *asset) {
	s.uint(uint64(s.slots[a.slots]))
	s.bool(a.shares)
	s.saveLog(&a.log)
	s.number(a.settled)
	list(s.writer, a.holds, s.number)
	s.int(a.touched)
	s.bool(a.isWipe)
	s.int(a.wiped)
	list(s.writer, a.seeds, func(o seed) {
		s.number(o.position)
		s.words(o.slots)
	})
	s.uint(uint64(a.state))
	s.words(a.failed)
	if !a.failed.IsEmpty() {
		s.text(s.definition(a))
	}
}

// definition tells the partitions that an asset had at the last tick from others.
func (s *saver) definition(a *asset) string {
	if a.keys == nil {
		return a.defined
	}
	if _, ok := s.ofKeys[a.keys]; !ok {
		s.ofKeys[a.keys] = definitionOf(a.keys)
	}
	return s.ofKeys[a.keys]
}

// definitionOf gives a text that is the same for keys that sameKeys holds for.
func definitionOf(k *space.Keys) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%q\n", k.Definition().Identity())
	if hasDynamic(k.Definition()) {
		for i := range k.Len() {
			fmt.Fprintf(sum, "%q\n", k.Key(i))
		}
	}
	return string(sum.Sum(nil))
}

func (s *saver) saveLog(l *log) {
	list(s.writer, l.packed, func(c *chunk) {
		for f := range c.least {
			s.int(int64(c.least[f]))
			s.uint(uint64(c.width[f]))
		}
		for _, v := range c.words {
			s.word(v)
		}
	})
	list(s.writer, l.tail, func(e entry) {
		for _, v := range e.fields() {
			s.int(int64(v))
		}
	})
}

// saveChecks writes the checks in the order of their keys.
func (s *saver) saveChecks() {
	sorted(s.writer, s.checkOf, func(key string, c *check) {
		s.checks = append(s.checks, key)
		s.text(key)
		s.bool(c.any)
		s.number(c.last)
		sorted(s.writer, c.rows, func(key int32, r row) {
			s.number(key)
			s.number(r.run)
			s.uint(uint64(r.outcome))
			s.int(r.at)
			s.int(r.created)
			s.uint(uint64(r.target - gone))
		})
		sorted(s.writer, c.seen, func(run int32, keys []int32) {
			s.number(run)
			list(s.writer, keys, s.number)
		})
	})
}

func (s *saver) saveRun(n int32, r *run) {
	s.number(n)
	s.text(r.id)
	s.int(r.last)
	s.bool(r.known)
	if !r.known {
		s.saveGoals(r)
		return
	}
	s.text(string(r.status))
	s.int(r.created)
	sorted(s.writer, r.tags, func(key, value string) {
		s.text(key)
		s.text(value)
	})
	list(s.writer, r.selects, s.text)
	s.saveGoals(r)
}

// saveGoals writes what a run is going to make.
func (s *saver) saveGoals(r *run) {
	s.bool(r.wide)
	list(s.writer, r.plans, func(p plan) {
		s.number(p.asset.number)
		s.number(p.key)
	})
	list(s.writer, r.evaluations, func(c *check) {
		n, _ := slices.BinarySearch(s.checks, c.key)
		s.uint(uint64(n))
	})
}

// saveBackfills writes the backfills, and which are in progress.
func (s *saver) saveBackfills() {
	sorted(s.writer, s.backfills, func(id string, b *backfill) {
		s.text(id)
		s.int(b.last)
		s.int(int64(slices.Index(s.active, b)))
		sorted(s.writer, b.left, func(asset string, keys map[int32]bool) {
			s.text(asset)
			sorted(s.writer, keys, func(key int32, _ bool) { s.number(key) })
		})
	})
}
