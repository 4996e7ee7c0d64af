package space

import "auto/vm/bits"

// AddImage puts what a single number relates to into a set by the image of its way.
func (r *Relation) AddImage(dst bits.Set, number int, upward bool) {
	w := r.down
	if upward {
		w = r.up
	}
	addSpans(dst, 0, w.image(number))
}
