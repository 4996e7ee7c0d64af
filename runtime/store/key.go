package store

import (
	"errors"
	"fmt"
	"math"
	"time"

	"auto/vm/match"
)

// Earliest and Latest bound the instants that a store keeps: those that a signed
// 64-bit count of nanoseconds since 1970 can hold, but for the first.
var (
	Earliest = time.Unix(0, math.MinInt64+1).UTC()
	Latest   = time.Unix(0, math.MaxInt64).UTC()
)

// Instant gives the instant in UTC that a store keeps for t: t itself, or the bound
// that it is beyond. The zero time stays zero.
func Instant(t time.Time) time.Time {
	switch {
	case t.IsZero():
		return time.Time{}
	case t.Before(Earliest):
		return Earliest
	case t.After(Latest):
		return Latest
	}
	return t.UTC()
}

// Keys gives a test for the keys that a glob names: the key that reads like it, and
// those that it matches whole, by the rules of a folder glob (docs/language.md,
// Globs, captures, templates). The error says what is wrong with the glob and what
// to write.
func Keys(glob string) (func(key string) bool, error) {
	pattern, err := match.Glob(glob, true)
	if wrong, ok := errors.AsType[*match.Error](err); ok {
		return nil, fmt.Errorf("the glob %q cannot be read: %w %s", glob, err, wrong.Help)
	}
	if err != nil {
		return nil, fmt.Errorf("the glob %q cannot be read: %w", glob, err)
	}
	return func(key string) bool { return key == glob || pattern.Matches(key) }, nil
}
