package sidebyside

import (
	"testing"
	"time"
)

// itself is a Dagster that is driven by its own automation sensor.
type itself struct{ *driver }

func (itself) name() string       { return "Dagster" }
func (s itself) history() *driver { return s.driver }

// explain has nothing to say: Dagster's runs are those that the test lists anyway.
func (itself) explain(*testing.T, []string) {}

// startItself starts a deployment in which the sensor runs.
func startItself(t *testing.T) side { t.Helper(); return itself{deployAlone(t, "RUNNING")} }

// tick is one round of Dagster's asset daemon.
func (s itself) tick(t *testing.T, at time.Time) {
	t.Helper()
	s.clock.set(t, at)
	var tick struct {
		At            float64
		Status, Error string
	}
	s.do(t, "tick", &tick, nil)
	if tick.Error != "" || int64(tick.At) != at.Unix() {
		t.Fatalf("the sensor's tick at %s: %+v: %s", at, tick, s.answers.Bytes())
	}
}
