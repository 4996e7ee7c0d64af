//go:build soak

package sidebyside

import (
	"testing"

	"auto/internal/program"
)

// TestSoakSideBySide is TestSideBySide at full length: more than a hundred ticks.
func TestSoakSideBySide(t *testing.T) {
	compare(t, program.Seed(t), 40, startItself(t), startAuto(t))
}

// TestSoakKills is TestKills at full size.
func TestSoakKills(t *testing.T) { kills(t, 200, 20) }

// TestSoakTwins: two Dagsters that live through the same history launch the same, so that a
// difference to auto is none of chance.
func TestSoakTwins(t *testing.T) { compare(t, program.Seed(t), 8, startItself(t), startItself(t)) }
