package graph

import (
	"regexp"
	"strings"
	"time"

	"auto/internal/strftime"
	"auto/vm/cron"
)

// keyFormat writes and reads the keys of time windows as Dagster does. Where windows
// begin on every hour, a key that the wall clock would give twice ends the second time
// in the offset from UTC, such as `2024-11-03-01:00-0500`.
type keyFormat struct {
	source string
	layout *strftime.Layout
	zone   *time.Location
	// schedule of the windows' starts.
	schedule *cron.Schedule
	// withOffset: the format ends in %z.
	withOffset bool
}

func readKeyFormat(source string, zone *time.Location, schedule *cron.Schedule) (keyFormat, error) {
	body, withOffset := strings.CutSuffix(source, "%z")
	layout, err := strftime.Parse(body)
	return keyFormat{source, layout, zone, schedule, withOffset}, err
}

// offsetLayout is %z as Go writes it.
const offsetLayout = "-0700"

// write gives the key of a window by its start.
func (f keyFormat) write(start time.Time) string {
	reading := f.schedule.Reading(start)
	key := f.layout.Format(reading)
	if f.withOffset || f.schedule.EveryHour() && !cron.Instant(reading, f.zone).Equal(start) {
		key += reading.In(time.FixedZone("", int(reading.Sub(start).Seconds()))).Format(offsetLayout)
	}
	return key
}

var offsetForm = regexp.MustCompile(`[+-]\d{4}$`)

// read gives the instant that a key names, and false where it does not fit the format.
func (f keyFormat) read(key string) (time.Time, bool) {
	if !f.withOffset {
		if reading, ok := f.layout.Parse(key); ok {
			return cron.Instant(reading, f.zone), true
		}
	}
	at := offsetForm.FindStringIndex(key)
	if at == nil {
		return time.Time{}, false
	}
	reading, ok := f.layout.Parse(key[:at[0]])
	offset, err := time.Parse(offsetLayout, key[at[0]:])
	if !ok || err != nil {
		return time.Time{}, false
	}
	_, seconds := offset.Zone()
	return reading.Add(-time.Duration(seconds) * time.Second).In(f.zone), true
}
