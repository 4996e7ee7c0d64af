package main

import (
	"strconv"
	"strings"
	"time"

	"auto/lang/diag"
	"auto/lang/parse"
)

// readInstant reads an instant as people write it: in RFC 3339, as a date in UTC, as now,
// or relative to now as +2d or -3h.
func readInstant(text string, now time.Time) (time.Time, error) {
	if text == "now" {
		return now, nil
	}
	for _, form := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), nil
		}
	}
	if later, ok := strings.CutPrefix(text, "+"); ok {
		if d, err := parse.Duration(later); err == nil {
			return now.Add(d), nil
		}
	}
	if earlier, ok := strings.CutPrefix(text, "-"); ok {
		if d, err := parse.Duration(earlier); err == nil {
			return now.Add(-d), nil
		}
	}
	return time.Time{}, diag.Diagnostic{Code: diag.WrongInstant, Message: "`" + text + "` is no instant.",
		Help: "Write such as `2026-01-31T06:00:00Z`, `2026-01-31` for midnight in UTC, or `+2d` and `-3h` from now."}
}

// readSince reads the beginning of a stretch up to now: an instant, or how long ago it is.
func readSince(text string, now time.Time) (time.Time, error) {
	if d, err := parse.Duration(text); err == nil {
		return now.Add(-d), nil
	}
	t, err := readInstant(text, now)
	if err != nil {
		return time.Time{}, diag.Diagnostic{Code: diag.WrongInstant, Message: "`" + text + "` is neither a duration nor an instant.",
			Help: "Write such as `30d` for the last 30 days, or `2026-01-31`."}
	}
	return t, nil
}

// lasting gives a duration as the language writes it, to the second: 1h30m, 2d; below a
// second as Go does.
func lasting(d time.Duration) string {
	if d < 0 {
		return "-" + lasting(-d)
	}
	if d < time.Second {
		return d.Round(time.Microsecond).String()
	}
	d = d.Round(time.Second)
	var b strings.Builder
	for _, unit := range []struct {
		name string
		size time.Duration
	}{{"d", 24 * time.Hour}, {"h", time.Hour}, {"m", time.Minute}, {"s", time.Second}} {
		if n := d / unit.size; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10) + unit.name)
			d -= n * unit.size
		}
	}
	return b.String()
}
