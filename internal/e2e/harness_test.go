// Package e2e runs the whole program: real processes, real HTTP, real kills, on a clock
// that the test moves.
package e2e

import (
	"testing"

	"auto/internal/program"
)

func TestMain(m *testing.M) { program.Main(m) }
