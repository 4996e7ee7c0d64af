package main

import (
	"testing"
	"time"
)

func TestReadInstant(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 5, time.UTC)
	for text, want := range map[string]time.Time{
		"now":                       now,
		"2026-01-31":                time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC),
		"2026-01-31T06:00:00+01:00": time.Date(2026, 1, 31, 5, 0, 0, 0, time.UTC),
		"2026-01-31T06:00:00.5Z":    time.Date(2026, 1, 31, 6, 0, 0, 500_000_000, time.UTC),
		"+2d":                       now.Add(48 * time.Hour),
		"-1h30m":                    now.Add(-90 * time.Minute),
	} {
		if got, err := readInstant(text, now); err != nil || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%s: %s, want %s: %v", text, got, want, err)
		}
	}
	for _, text := range []string{"", "2d", "tomorrow", "+2", "+-2d", "--2d", "2026-02-30", "06:00", "+2d ", "1767225600"} {
		if got, err := readInstant(text, now); err == nil {
			t.Errorf("%q is taken for %s", text, got)
		}
	}
	if got, err := readSince("30d", now); err != nil || !got.Equal(now.Add(-30*24*time.Hour)) {
		t.Error(got, err)
	}
	if _, err := readSince("30", now); err == nil {
		t.Error("30 is taken for a beginning")
	}
}

func TestLasting(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 1500 * time.Microsecond: "1.5ms", time.Second: "1s", 90 * time.Minute: "1h30m",
		49*time.Hour + 400*time.Millisecond: "2d1h", -time.Minute: "-1m", 999*time.Millisecond + 999*time.Microsecond: "999.999ms",
	} {
		if got := lasting(d); got != want {
			t.Errorf("%d: %s, want %s", d, got, want)
		}
	}
}

func TestSubjects(t *testing.T) {
	for text, want := range map[string]subject{
		"a": {key: "a"}, "a/b[2026-01-01]": {"a/b", "2026-01-01"}, "a:c[x|y]": {"a:c", "x|y"}, "a[x]y]": {"a", "x]y"},
		"a[": {key: "a["}, "a]": {key: "a]"}, "a[]": {key: "a"},
	} {
		got := parseSubject(text)
		if got != want {
			t.Errorf("%s: %+v", text, got)
		}
		if again := parseSubject(got.String()); again != got {
			t.Errorf("%s becomes %+v", got, again)
		}
	}
}
