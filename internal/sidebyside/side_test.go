package sidebyside

import (
	"testing"

	"auto/internal/program"
)

func TestMain(m *testing.M) { program.Main(m) }

// TestSideBySide: auto launches in a Dagster what Dagster's own sensor launches in another,
// through the same history.
func TestSideBySide(t *testing.T) {
	compare(t, program.Seed(t), 8, startItself(t), startAuto(t))
}
