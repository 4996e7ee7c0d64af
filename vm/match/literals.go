package match

// literals finds which of many words a text holds (Aho and Corasick, 1975). Its table
// has a column for each byte that a word uses, not for all 256: ten thousand words take
// megabytes, where a table for every byte would take hundreds.
type literals struct {
	class  [256]uint16 // column of a byte; 0 where no word uses it
	width  int
	next   []int32 // state × width + column → state
	word   []int32 // the word that ends in a state, -1 for none
	suffix []int32 // the nearest shorter state in which a word ends, 0 for none
	count  int
}

func newLiterals(words []string) *literals {
	l := &literals{width: 1, count: len(words)}
	for _, word := range words {
		for i := range len(word) {
			if l.class[word[i]] == 0 {
				l.class[word[i]] = uint16(l.width)
				l.width++
			}
		}
	}
	l.grow()
	for i, word := range words {
		state := int32(0)
		for j := range len(word) {
			cell := int(state)*l.width + int(l.class[word[j]])
			if l.next[cell] == 0 {
				l.next[cell] = l.grow()
			}
			state = l.next[cell]
		}
		l.word[state] = int32(i)
	}
	l.link()
	return l
}

func (l *literals) grow() int32 {
	l.next = append(l.next, make([]int32, l.width)...)
	l.word, l.suffix = append(l.word, -1), append(l.suffix, 0)
	return int32(len(l.word) - 1)
}

// link turns the tree of words into the automaton: breadth first, each missing edge
// becomes that of the longest suffix that is a state.
func (l *literals) link() {
	fail := make([]int32, len(l.word))
	queue := make([]int32, 0, len(l.word))
	for c := range l.width {
		if s := l.next[c]; s != 0 {
			queue = append(queue, s)
		}
	}
	for len(queue) > 0 {
		s := queue[0]
		queue = queue[1:]
		if f := fail[s]; l.word[f] >= 0 {
			l.suffix[s] = f
		} else {
			l.suffix[s] = l.suffix[f]
		}
		for c := range l.width {
			cell, other := int(s)*l.width+c, l.next[int(fail[s])*l.width+c]
			if t := l.next[cell]; t != 0 {
				fail[t] = other
				queue = append(queue, t)
			} else {
				l.next[cell] = other
			}
		}
	}
}

// find appends the words that a text holds, each once.
func (l *literals) find(text string, found []int32) []int32 {
	if l.count == 0 {
		return found
	}
	state := int32(0)
	for i := range len(text) {
		state = l.next[int(state)*l.width+int(l.class[text[i]])]
		for s := state; s != 0; s = l.suffix[s] {
			if l.word[s] >= 0 && !contains(found, l.word[s]) {
				found = append(found, l.word[s])
			}
		}
	}
	return found
}

// contains looks through the few words that one text holds.
func contains(list []int32, word int32) bool {
	for _, w := range list {
		if w == word {
			return true
		}
	}
	return false
}
