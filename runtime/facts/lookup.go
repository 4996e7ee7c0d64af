package facts

import "slices"

// StatusOf gives the status of a run, and false where no RunStarted made it known.
func (w *World) StatusOf(run string) (Status, bool) {
	n, ok := w.runOf[run]
	if !ok || !w.runs[n].known {
		return "", false
	}
	return w.runs[n].status, true
}

// Plans reports whether a run was said to materialize a partition of an asset, or, with ""
// for the partition, an asset without partitions.
func (w *World) Plans(run, asset, partition string) bool {
	n, known := w.runOf[run]
	a := w.assetOf[asset]
	if !known || a == nil {
		return false
	}
	key, ok := w.names.find(partition)
	return ok && slices.Contains(w.runs[n].plans, plan{a, key})
}

// PlansCheck reports whether a run was said to execute a check, of one partition or "".
func (w *World) PlansCheck(run, check, partition string) bool {
	n, known := w.runOf[run]
	c := w.checkOf[check]
	if !known || c == nil {
		return false
	}
	key, ok := w.names.find(partition)
	return ok && slices.Contains(c.seen[n], key)
}

// TagOf gives the value of a tag of a run, "" where it has none or the run is not known.
func (w *World) TagOf(run, tag string) string {
	n, ok := w.runOf[run]
	if !ok {
		return ""
	}
	return w.runs[n].tags[tag]
}
