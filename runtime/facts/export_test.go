package facts

// Entries counts what is kept of events about assets, Runs the runs.
func (w *World) Entries() (n int) {
	for _, a := range w.assets {
		n += int(a.log.last())
	}
	return n
}

// Runs counts the runs that are known or were mentioned.
func (w *World) Runs() int { return len(w.runs) }
