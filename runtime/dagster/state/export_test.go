package state

// Small has a reader do little at once, and with one call at a time, so that a test sees
// many pages and goes the same way again.
func (r *Reader) Small() {
	r.sizes = sizes{page: 3, glance: 2, batch: 2, peek: 2, recent: 6, callers: 1}
}
