package state

// Serial has a reader load with one call at a time, so that a test goes the same way again.
func (r *Reader) Serial() { r.callers = 1 }
