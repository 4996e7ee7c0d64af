package pull

import (
	"fmt"
	"time"
)

// Sensor says who asks.
type Sensor struct {
	// Instance identifies the Dagster instance, Location and Repository where the sensor is
	// defined, and Name is its own.
	Instance   string `json:"instance"`
	Location   string `json:"location"`
	Repository string `json:"repository"`
	Name       string `json:"name"`
	// Every is how often it asks, in seconds.
	Every int `json:"every,omitempty"`
}

// String gives the sensor's name with its code location.
func (s Sensor) String() string {
	if s.Repository == "" || s.Repository == implicit {
		return s.Location + "/" + s.Name
	}
	return s.Location + "/" + s.Repository + "/" + s.Name
}

// implicit is the repository of a Definitions object.
const implicit = "__repository__"

// is reports whether it is the same sensor: the one whose runs a run key is held against.
func (s Sensor) is(other Sensor) bool {
	s.Every, other.Every = 0, 0
	return s == other
}

// place is where a sensor is defined: it launches runs of that repository only.
type place struct{ location, repository string }

func (s Sensor) place() place { return place{s.Location, s.Repository} }

// seat is the sensor that is let in for a place.
type seat struct {
	Sensor
	last time.Time // when it asked last
}

// A place is free for another sensor when its own has missed several calls.
const (
	leastLease  = 5 * time.Minute
	missedCalls = 4
)

// free is when another may take the seat.
func (s seat) free() time.Time {
	return s.last.Add(max(leastLease, missedCalls*time.Duration(s.Every)*time.Second))
}

func (s seat) lapsed(now time.Time) bool { return !now.Before(s.free()) }

// TakenError is an answer to a sensor whose place another has.
type TakenError struct {
	// By is the other sensor; from Free on this one is let in, if the other does not ask.
	By   Sensor
	Free time.Time
	// Instance: the other is of another Dagster.
	Instance bool
}

// Error says who has the place.
func (e *TakenError) Error() string {
	whose := ""
	if e.Instance {
		whose = " of another Dagster"
	}
	return fmt.Sprintf("The sensor %s%s pulls already.", e.By, whose)
}

// Help says what to do about it.
func (e *TakenError) Help() string {
	return fmt.Sprintf("Stop one of the two; if the other asks no more, this one is let in at %s.", e.Free.UTC().Format(time.RFC3339))
}
