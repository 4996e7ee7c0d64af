//go:build soak

package e2e

import "testing"

// TestSoakKills is TestKills at full size.
func TestSoakKills(t *testing.T) { kills(t, 200, 5000) }

// TestSoakChaos is TestChaos at full size.
func TestSoakChaos(t *testing.T) { chaos(t, 500, 20_000, 100) }

// TestSoakKilledEdits is TestKilledEdits at full size.
func TestSoakKilledEdits(t *testing.T) { killedEdits(t, 300, 500) }
