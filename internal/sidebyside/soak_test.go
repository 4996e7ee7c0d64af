//go:build soak

package sidebyside

import "testing"

// TestSoakSideBySide is TestSideBySide at full length: about ninety ticks.
func TestSoakSideBySide(t *testing.T) {
	compare(t, seed(t), 30, startItself(t), startAuto(t))
}

// TestSoakKills is TestKills at full size.
func TestSoakKills(t *testing.T) { kills(t, 200, 20) }

// TestSoakTwins: two Dagsters that live through the same history launch the same, so that a
// difference to auto is none of chance.
func TestSoakTwins(t *testing.T) { compare(t, seed(t), 8, startItself(t), startItself(t)) }
