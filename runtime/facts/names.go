package facts

// table numbers partition keys in order of appearance. Number 0 is "", no partition.
type table struct {
	texts   []string
	numbers map[string]int32
}

func newTable() *table {
	return &table{texts: []string{""}, numbers: map[string]int32{}}
}

// number gives the number of a text, a new one where it was not seen before.
func (t *table) number(text string) int32 {
	if text == "" {
		return 0
	}
	n, ok := t.numbers[text]
	if !ok {
		n = int32(len(t.texts))
		t.texts = append(t.texts, text)
		t.numbers[text] = n
	}
	return n
}

// find gives the number of a text that was seen before.
func (t *table) find(text string) (int32, bool) {
	n, ok := t.numbers[text]
	return n, ok || text == ""
}

// slots numbers the partitions that something is known about, so that columns of assets
// have one place for each. Assets of one definition share their slots, and with them the
// way from slots to partitions of a space.
type slots struct {
	keys  []int32         // by slot, the number of the partition key
	slots map[int32]int32 // and back
}

func newSlots() *slots { return &slots{slots: map[int32]int32{}} }

// slot gives the slot of a partition key, a new one where it has none.
func (s *slots) slot(key int32) int {
	at, ok := s.slots[key]
	if !ok {
		at = int32(len(s.keys))
		s.keys = append(s.keys, key)
		s.slots[key] = at
	}
	return int(at)
}

// column has a position in the log for each slot, 0 for none. It is as long as it needs
// to be.
type column []int32

func (c column) at(slot int) int32 {
	if slot < len(c) {
		return c[slot]
	}
	return 0
}
