package cron

import (
	"math/bits"
	"time"
)

// The functions of this file know no zone: their times carry a wall clock's reading as
// if it were UTC.

// horizon bounds the steps of a search: a schedule that matches no date within the
// years that they cover never ticks.
const horizon = 366 * 50

func daysIn(t time.Time) int {
	return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// onDay reports whether the schedule ticks on a day. Where both day fields restrict,
// either of them is enough.
func (s *Schedule) onDay(t time.Time) bool {
	if s.month>>uint(t.Month())&1 == 0 {
		return false
	}
	byDay := s.day>>uint(t.Day())&1 == 1 || s.lastDay && t.Day() == daysIn(t)
	byWeekday := s.onWeekday(t)
	switch {
	case s.anyWeekday:
		return byDay
	case s.anyDay:
		return byWeekday
	}
	return byDay || byWeekday
}

// matches reports whether the schedule ticks at a reading, to the minute.
func (s *Schedule) matches(t time.Time) bool {
	return s.onDay(t) && s.hour>>uint(t.Hour())&1 == 1 && s.minute>>uint(t.Minute())&1 == 1
}

func (s *Schedule) onWeekday(t time.Time) bool {
	weekday, day := t.Weekday(), t.Day()
	nth := s.nth[weekday]
	return s.weekday>>uint(weekday)&1 == 1 || nth>>uint((day-1)/7+1)&1 == 1 || nth>>6&1 == 1 && day+7 > daysIn(t)
}

// after gives the first matching minute after t, zero where there is none.
func (s *Schedule) after(t time.Time) time.Time {
	t = t.Truncate(time.Minute).Add(time.Minute)
	for range horizon {
		hours := s.hour >> uint(t.Hour())
		minutes := s.minute >> uint(t.Minute())
		switch {
		case !s.onDay(t) || hours == 0:
			t = time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, time.UTC)
		case hours&1 == 0:
			t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour()+bits.TrailingZeros64(hours), 0, 0, 0, time.UTC)
		case minutes == 0:
			t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour()+1, 0, 0, 0, time.UTC)
		default:
			return t.Add(time.Duration(bits.TrailingZeros64(minutes)) * time.Minute)
		}
	}
	return time.Time{}
}

// before gives the last matching minute before t, zero where there is none.
func (s *Schedule) before(t time.Time) time.Time {
	t = t.Add(-time.Nanosecond).Truncate(time.Minute)
	for range horizon {
		hours := s.hour << (63 - uint(t.Hour()))
		minutes := s.minute << (63 - uint(t.Minute()))
		switch {
		case !s.onDay(t) || hours == 0:
			t = time.Date(t.Year(), t.Month(), t.Day(), 0, -1, 0, 0, time.UTC)
		case hours>>63 == 0:
			t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour()-bits.LeadingZeros64(hours)+1, -1, 0, 0, time.UTC)
		case minutes == 0:
			t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), -1, 0, 0, time.UTC)
		default:
			return t.Add(-time.Duration(bits.LeadingZeros64(minutes)) * time.Minute)
		}
	}
	return time.Time{}
}
