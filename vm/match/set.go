package match

import (
	"slices"
	"sync"
)

// Rule is a pair of patterns that a file has to match both: its name, and the path of
// its folder below the source's prefix. A nil Folder is any folder.
type Rule struct {
	Name, Folder *Pattern
}

// Set matches a file against many rules at once, at a cost that hardly grows with their
// number. It is immutable and safe for concurrent use.
type Set struct {
	names, folders *group
	// byName has the rules of each distinct name pattern, ascending; byFolder likewise,
	// the rules without a folder in its last entry.
	byName, byFolder lists
	// nameOf and folderOf give each rule's patterns as indexes into the two.
	nameOf, folderOf []int32
	scratch          sync.Pool
}

// scratch is what one match needs to write to.
type scratch struct {
	names, folders *matcher
	nameHits       []int32
	folderHits     []int32
	stamps         []uint32 // of name or folder patterns, equal to turn where they hit
	turn           uint32
	// folder is the last folder, known where folderHits are its: a listing has the files
	// of a folder together.
	folder []byte
	known  bool
}

// NewSet gives the set of some rules; a match names them by their index.
func NewSet(rules []Rule) *Set {
	s := &Set{nameOf: make([]int32, len(rules)), folderOf: make([]int32, len(rules))}
	names, folders := newIndex(), newIndex()
	for i, r := range rules {
		s.nameOf[i] = names.of(r.Name)
		if r.Folder != nil {
			s.folderOf[i] = folders.of(r.Folder)
		} else {
			s.folderOf[i] = -1
		}
	}
	anyFolder := int32(len(folders.patterns))
	for i := range rules {
		if s.folderOf[i] < 0 {
			s.folderOf[i] = anyFolder
		}
	}
	s.byName, s.byFolder = newLists(s.nameOf, len(names.patterns)), newLists(s.folderOf, int(anyFolder)+1)
	s.names, s.folders = newGroup(names.patterns), newGroup(folders.patterns)
	s.scratch.New = func() any { return s.newScratch() }
	return s
}

func (s *Set) newScratch() *scratch {
	return &scratch{names: s.names.matcher(), folders: s.folders.matcher(), stamps: make([]uint32, max(s.byName.len(), s.byFolder.len()))}
}

// index numbers distinct patterns.
type index struct {
	patterns []*Pattern
	known    map[string]int32
}

func newIndex() *index { return &index{known: map[string]int32{}} }

func (x *index) of(p *Pattern) int32 {
	key := p.key()
	i, ok := x.known[key]
	if !ok {
		i = int32(len(x.patterns))
		x.known[key] = i
		x.patterns = append(x.patterns, p)
	}
	return i
}

// Match appends the indexes of the rules that a file's name and folder match,
// ascending. It allocates nothing when hits has room and the set is warm, but to read the
// date of a text that the characters of a pattern with one match.
func (s *Set) Match(name, folder string, hits []int32) []int32 {
	w := s.scratch.Get().(*scratch)
	w.nameHits = w.names.match(name, w.nameHits[:0])
	if len(w.nameHits) > 0 {
		if !w.known || string(w.folder) != folder {
			w.folderHits = append(w.folders.match(folder, w.folderHits[:0]), int32(s.byFolder.len()-1))
			w.folder, w.known = append(w.folder[:0], folder...), true
		}
		hits = s.join(w, hits)
	}
	s.scratch.Put(w)
	return hits
}

// join appends the rules both of whose patterns hit, going through the smaller side.
func (s *Set) join(w *scratch, hits []int32) []int32 {
	start := len(hits)
	if s.byName.count(w.nameHits) <= s.byFolder.count(w.folderHits) {
		hits = w.collect(hits, w.nameHits, s.byName, w.folderHits, s.folderOf)
	} else {
		hits = w.collect(hits, w.folderHits, s.byFolder, w.nameHits, s.nameOf)
	}
	slices.Sort(hits[start:])
	return hits
}

// collect appends the rules of the hit patterns whose other pattern hit, too.
func (w *scratch) collect(hits, patterns []int32, rules lists, others, otherOf []int32) []int32 {
	if w.turn++; w.turn == 0 {
		clear(w.stamps)
		w.turn = 1
	}
	for _, p := range others {
		w.stamps[p] = w.turn
	}
	for _, p := range patterns {
		for _, rule := range rules.of(p) {
			if w.stamps[otherOf[rule]] == w.turn {
				hits = append(hits, rule)
			}
		}
	}
	return hits
}

// lists has for each pattern its rules, ascending, one after the other in memory.
type lists struct {
	rules []int32
	start []int32 // of each pattern in rules, and the end
}

// newLists turns the pattern of each rule into the rules of each of n patterns.
func newLists(patternOf []int32, n int) lists {
	l := lists{rules: make([]int32, len(patternOf)), start: make([]int32, n+1)}
	for _, p := range patternOf {
		l.start[p+1]++
	}
	for p := range n {
		l.start[p+1] += l.start[p]
	}
	next := slices.Clone(l.start)
	for rule, p := range patternOf {
		l.rules[next[p]] = int32(rule)
		next[p]++
	}
	return l
}

func (l *lists) len() int { return len(l.start) - 1 }

func (l *lists) of(pattern int32) []int32 { return l.rules[l.start[pattern]:l.start[pattern+1]] }

// count gives the number of rules of some patterns.
func (l *lists) count(patterns []int32) int {
	n := int32(0)
	for _, p := range patterns {
		n += l.start[p+1] - l.start[p]
	}
	return int(n)
}
