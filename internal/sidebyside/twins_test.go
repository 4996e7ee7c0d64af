package sidebyside

import "testing"

// TestTwins: two Dagsters that live through the same history launch the same, so that a
// difference to auto is none of chance.
func TestTwins(t *testing.T) { compare(t, 1, 3, startItself(t), startItself(t)) }
