package oracle

import "time"

// times has the subsets that became true at instants (TimingMetadata); nil where a
// condition has no times.
type times []timed

type timed struct {
	at time.Time
	Subset
}

// later gives the partitions whose time is later than each of the other's
// (subset_with_later_timestamps_than).
func (t times) later(o times, none Subset) Subset {
	for _, own := range t {
		left := own.Subset
		for _, other := range o {
			if !other.at.Before(own.at) {
				left = left.Minus(other.Subset)
			}
		}
		none = none.Or(left)
	}
	return none
}

// merged joins the times of several dependencies.
func (t times) merged(o times) times {
next:
	for _, other := range o {
		for i, own := range t {
			if own.at.Equal(other.at) {
				t[i].Subset = own.Or(other.Subset)
				continue next
			}
		}
		t = append(t, other)
	}
	return t
}
