package facts

import "math/bits"

// chunkSize is the number of entries that are packed together.
const chunkSize = 128

// fields of an entry, as numbers.
const fields = 7

// chunk are entries packed to as few bits as the differences of their fields need.
type chunk struct {
	// least has the least of each field, width the bits that the differences from it take.
	least [fields]uint64
	width [fields]uint8
	// words have the entries one after another.
	words []uint64
}

func (e *entry) fields() [fields]uint64 {
	return [fields]uint64{uint64(e.id), uint64(e.at), e.version, uint64(e.key), uint64(e.run), uint64(e.before), uint64(e.kind)}
}

// entryOf is the entry of fields.
func entryOf(v [fields]uint64) entry {
	return entry{id: int64(v[0]), at: int64(v[1]), version: v[2], key: int32(v[3]), run: int32(v[4]), before: int32(v[5]), kind: kind(v[6])}
}

// pack packs the entries of a full chunk.
func pack(entries []entry) *chunk {
	c := &chunk{}
	for f := range c.least {
		c.least[f], c.width[f] = spread(entries, f)
	}
	c.words = make([]uint64, c.size())
	at := 0
	for i := range entries {
		for f, v := range entries[i].fields() {
			c.write(at, v-c.least[f], c.width[f])
			at += int(c.width[f])
		}
	}
	return c
}

// spread gives the least of a field and the bits that the differences from it take.
func spread(entries []entry, field int) (least uint64, width uint8) {
	least = entries[0].fields()[field]
	for i := range entries {
		if v := entries[i].fields()[field]; int64(v) < int64(least) {
			least = v
		}
	}
	var all uint64
	for i := range entries {
		all |= entries[i].fields()[field] - least
	}
	return least, uint8(bits.Len64(all))
}

// row is how many bits an entry takes.
func (c *chunk) row() (n int) {
	for _, width := range c.width {
		n += int(width)
	}
	return n
}

// size is how many words a full chunk takes.
func (c *chunk) size() int { return (c.row()*chunkSize + 63) / 64 }

// at gives one of the entries.
func (c *chunk) at(i int) entry {
	var v [fields]uint64
	at := i * c.row()
	for f := range v {
		v[f] = c.least[f] + c.read(at, c.width[f])
		at += int(c.width[f])
	}
	return entryOf(v)
}

// id gives the event of one of the entries.
func (c *chunk) id(i int) int64 { return int64(c.least[0] + c.read(i*c.row(), c.width[0])) }

func (c *chunk) read(at int, width uint8) uint64 {
	if width == 0 {
		return 0
	}
	word, shift := at>>6, at&63
	v := c.words[word] >> shift
	if shift+int(width) > 64 {
		v |= c.words[word+1] << (64 - shift)
	}
	return v & (1<<width - 1)
}

func (c *chunk) write(at int, v uint64, width uint8) {
	if width == 0 {
		return
	}
	word, shift := at>>6, at&63
	c.words[word] |= v << shift
	if shift+int(width) > 64 {
		c.words[word+1] |= v >> (64 - shift)
	}
}
