package stale

import (
	"math/bits"

	set "auto/vm/bits"
)

// column has an id for some of the partitions of an asset, by their numbers. 64 neighbours
// with one id cost three words, so that what is about all partitions costs little.
type column []chunk

// chunk is 64 neighbours: has are those with an id, which is same for all of them unless
// each is there.
type chunk struct {
	has  uint64
	same int64
	each *[64]int64
}

// put gives those of a mask an id.
func (c *chunk) put(mask uint64, id int64) {
	switch {
	case mask == 0:
		return
	case c.has&^mask == 0:
		*c = chunk{has: mask, same: id}
		return
	case c.each == nil && c.same == id:
		c.has |= mask
		return
	case c.each == nil:
		c.spread()
	}
	c.has |= mask
	for ; mask != 0; mask &= mask - 1 {
		c.each[bits.TrailingZeros64(mask)] = id
	}
}

// spread stores an id for each.
func (c *chunk) spread() {
	c.each = new([64]int64)
	for i := range c.each {
		c.each[i] = c.same
	}
}

func (c *chunk) cut(mask uint64) {
	if c.has &^= mask; c.has == 0 {
		*c = chunk{}
	}
}

// above gives those whose id is greater than one.
func (c *chunk) above(id int64) (mask uint64) {
	if c.each == nil {
		if c.same > id {
			return c.has
		}
		return 0
	}
	for left := c.has; left != 0; left &= left - 1 {
		if i := bits.TrailingZeros64(left); c.each[i] > id {
			mask |= 1 << i
		}
	}
	return mask
}

func (c *chunk) at(i int) int64 {
	if c.each != nil {
		return c.each[i]
	}
	return c.same
}

func (c column) has(n int) bool { return n>>6 < len(c) && c[n>>6].has>>(n&63)&1 == 1 }

// get gives the id of a number, 0 where it has none.
func (c column) get(n int) int64 {
	if !c.has(n) {
		return 0
	}
	return c[n>>6].at(n & 63)
}

func (c *column) set(n int, id int64) { c.putWord(n>>6, 1<<(n&63), id) }

func (c column) remove(n int) {
	if n>>6 < len(c) {
		c[n>>6].cut(1 << (n & 63))
	}
}

// putWord gives those of one word of a set an id.
func (c *column) putWord(word int, mask uint64, id int64) {
	if mask == 0 {
		return
	}
	for len(*c) <= word {
		*c = append(*c, chunk{})
	}
	(*c)[word].put(mask, id)
}

// putAll gives those of a set an id.
func (c *column) putAll(s set.Set, id int64) {
	for word, mask := range s {
		c.putWord(word, mask, id)
	}
}

// removeUpTo takes out those of a set whose ids are not greater than one.
func (c column) removeUpTo(s set.Set, id int64) {
	for word := range min(len(c), len(s)) {
		if mask := c[word].has & s[word]; mask != 0 {
			c[word].cut(mask &^ c[word].above(id))
		}
	}
}

func (c column) isEmpty() bool {
	for i := range c {
		if c[i].has != 0 {
			return false
		}
	}
	return true
}

// each visits the numbers with their ids, in ascending order.
func (c column) each(visit func(n int, id int64)) {
	for word := range c {
		for left := c[word].has; left != 0; left &= left - 1 {
			i := bits.TrailingZeros64(left)
			visit(word<<6+i, c[word].at(i))
		}
	}
}

// moved gives the column by other numbers; to is false for those that have none.
func (c column) moved(to func(n int) (int, bool)) (out column) {
	c.each(func(n int, id int64) {
		if m, ok := to(n); ok {
			out.set(m, id)
		}
	})
	return out
}
