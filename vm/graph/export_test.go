package graph

import "time"

// KeyAt gives the key of the window that contains an instant.
func (p *Partitions) KeyAt(t time.Time) string { return p.format.write(p.prev(t)) }
