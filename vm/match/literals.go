package match

import "slices"

// literals finds which of many words a text holds (Aho and Corasick, 1975). Its table
// has a column for each byte that a word uses, not for all 256: ten thousand words take
// megabytes, where a table for every byte would take hundreds.
type literals struct {
	class [256]uint8 // column of a byte; 0 where no word uses it
	width int
	// next is state × width + column → the next state's first cell, with endBit where
	// words end there: most bytes of a text then cost one look into memory.
	next  []uint32
	ends  []end // of each state
	count int
}

// end is the word that ends in a state, -1 for none, and the nearest shorter state in
// which one does, 0 for none.
type end struct{ word, suffix int32 }

// endBit marks a cell whose state, or a shorter one, ends a word.
const endBit = 1 << 31

func newLiterals(words []string) *literals {
	l := &literals{count: len(words)}
	l.columns(words)
	tree := l.grow()
	for i, word := range words {
		state := tree
		for j := range len(word) {
			cell := state + uint32(l.class[word[j]])
			if l.next[cell] == 0 {
				added := l.grow()
				l.next[cell] = added
			}
			state = l.next[cell]
		}
		l.ends[int(state)/l.width].word = int32(i)
	}
	l.link()
	return l
}

// columns numbers the bytes that words use.
func (l *literals) columns(words []string) {
	var used [256]bool
	for _, word := range words {
		for i := range len(word) {
			used[word[i]] = true
		}
	}
	n := 1
	if !slices.Contains(used[:], false) {
		n = 0
	}
	for c, is := range used {
		if is {
			l.class[c] = uint8(n)
			n++
		}
	}
	l.width = n
}

// grow adds a state and gives its first cell.
func (l *literals) grow() uint32 {
	l.next = append(l.next, make([]uint32, l.width)...)
	l.ends = append(l.ends, end{word: -1})
	return uint32(len(l.next) - l.width)
}

// link turns the tree of words into the automaton: breadth first, each missing edge
// becomes that of the longest suffix that is a state.
func (l *literals) link() {
	fail := make([]uint32, len(l.ends)) // by state, the first cell of its longest suffix
	queue := make([]uint32, 0, len(l.ends))
	for c := range l.width {
		if s := l.next[c]; s != 0 {
			queue = append(queue, s)
		}
	}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		f := fail[int(s)/l.width]
		l.ends[int(s)/l.width].suffix = l.shorter(f)
		for c := range uint32(l.width) {
			if t := l.next[s+c]; t != 0 {
				fail[int(t)/l.width] = l.next[f+c]
				queue = append(queue, t)
			} else {
				l.next[s+c] = l.next[f+c]
			}
		}
	}
	for cell, s := range l.next {
		if l.shorter(s) != 0 {
			l.next[cell] |= endBit
		}
	}
}

// shorter gives the number of a state if a word ends there, else of the nearest shorter
// one where one does.
func (l *literals) shorter(cell uint32) int32 {
	state := int32(int(cell) / l.width)
	if e := l.ends[state]; e.word < 0 {
		return e.suffix
	}
	return state
}

// find appends the words that a text holds, each once.
func (l *literals) find(text string, found []int32) []int32 {
	if l.count == 0 {
		return found
	}
	cell := uint32(0)
	for i := range len(text) {
		cell = l.next[cell+uint32(l.class[text[i]])]
		if cell&endBit != 0 {
			cell &^= endBit
			found = l.endingAt(cell, found)
		}
	}
	return found
}

// endingAt appends the words that end in a state and were not found before.
func (l *literals) endingAt(cell uint32, found []int32) []int32 {
	for e := l.ends[int(cell)/l.width]; ; e = l.ends[e.suffix] {
		if e.word >= 0 && !slices.Contains(found, e.word) {
			found = append(found, e.word)
		}
		if e.suffix == 0 {
			return found
		}
	}
}
