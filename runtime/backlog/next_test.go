package backlog

import "time"

// nextAt gives the earliest instant after one at which a release can give something without
// a further decision or event, and false for none: what spares Release its work before. It
// may be too early, never too late.
func (l *Ledger) nextAt(at time.Time) (time.Time, bool) {
	soon := nano(at) + 1
	if l.changed {
		pairs, _ := l.Count()
		return instant(soon), pairs+len(l.gone) > 0
	}
	return instant(max(l.next, soon)), l.next < forever
}
