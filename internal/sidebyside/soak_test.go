//go:build soak

package sidebyside

import (
	"testing"

	"auto/internal/program"
)

// TestSoakSideBySide is TestSideBySide at full length: each condition launches in at least
// twenty ticks.
func TestSoakSideBySide(t *testing.T) {
	compare(t, program.Seed(t), 60, startItself(t), startAuto(t))
}

// TestSoakKills is TestKills at full size.
func TestSoakKills(t *testing.T) { kills(t, 200, 20) }
