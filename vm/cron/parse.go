// Package cron computes the ticks of cron schedules as Dagster 1.13.27 does, changes of
// the clocks included. No library does: each rejects strings that Dagster accepts and
// misplaces ticks near those changes. The rules:
//
//   - A schedule that names no hours skips times that the clock skips, and ticks both
//     times through an hour that comes twice.
//   - Another one ticks at the end of a gap for a time in it, and for a time that comes
//     twice the second time only.
//   - A simple schedule of a day, week or month (one minute, one hour, a day up to 28)
//     does so at hours from 1 to 3. At others a time in a gap is read by the offset
//     before it, and a time that comes twice is the first.
//   - A simple schedule of every hour, such as `15,45 * * * *`, ticks on the line of time:
//     its minutes are those of UTC, or of the zone where its offset is no whole hour.
//   - Where day of the month and day of the week both restrict, either is enough.
//
// Dagster itself does otherwise in three places, which are not followed: in gaps of
// zones whose summer time is their standard time in the time zone database
// (Europe/Dublin, Africa/Casablanca), where it ticks an hour early or names the hour that
// is skipped, depending on how the database was built; in Antarctica/Troll, whose gap
// has two hours; and for simple hourly schedules in zones that move their clocks by half
// an hour (Australia/Lord_Howe) or once did, where its answer depends on the day and time
// of the question.
package cron

import (
	"fmt"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Schedule is a cron string in a time zone. It is immutable and safe for concurrent
// use.
type Schedule struct {
	zone *time.Location
	// minute to weekday hold a bit for each value that the field allows.
	minute, hour, day, month, weekday uint64
	// anyHour, anyDay, anyWeekday: the field restricts nothing.
	anyHour, anyDay, anyWeekday bool
	// lastDay: the last day of the month counts, too.
	lastDay bool
	// nth has for each weekday a bit for its n-th in the month, and bit 6 for its last.
	nth [7]uint8
	// every is how often a simple schedule ticks; Dagster places the ticks of simple ones
	// near changes of the clocks by rules of their own.
	every period
}

// period tells simple schedules from others.
type period int

const (
	irregular period = iota
	hourly
	daily
	weekly
	monthly
)

// Error says what is wrong with a cron string.
type Error struct {
	// Offset and Length are the bytes of the string that it is about.
	Offset, Length int
	Message, Help  string
}

// Error gives the message.
func (e *Error) Error() string { return e.Message }

var aliases = map[string]string{
	"@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
	"@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}

// fieldSpec is what one of the five fields takes.
type fieldSpec struct {
	name   string
	lo, hi int
	names  []string
}

var specs = [5]fieldSpec{
	{"minute", 0, 59, nil}, {"hour", 0, 23, nil}, {"day of the month", 1, 31, nil},
	{"month", 1, 12, []string{"", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
	{"day of the week", 0, 6, []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
}

// Parse reads a cron string of five fields or an alias such as @daily, for a zone. A
// failure is an *Error.
func Parse(expr string, zone *time.Location) (*Schedule, error) {
	text := strings.ToLower(expr)
	if long, ok := aliases[strings.TrimSpace(text)]; ok {
		text = long
	}
	fields := strings.Fields(text)
	if len(fields) != 5 {
		return nil, &Error{0, len(expr), fmt.Sprintf("A cron schedule has five fields, and `%s` has %d.", expr, len(fields)),
			"Write minute, hour, day of the month, month and day of the week, such as `0 6 * * 1-5`, or `@daily`."}
	}
	s := &Schedule{zone: zone}
	anyMinute, anyMonth := false, false
	readers := []func(string) error{
		func(f string) (err error) { s.minute, anyMinute, err = readField(f, specs[0]); return err },
		func(f string) (err error) { s.hour, s.anyHour, err = readField(f, specs[1]); return err },
		s.readDays,
		func(f string) (err error) { s.month, anyMonth, err = readField(f, specs[3]); return err },
		s.readWeekdays,
	}
	for i, read := range readers {
		if err := read(fields[i]); err != nil {
			return nil, fieldError(expr, text, fields, i, err)
		}
	}
	s.simplify(fields, anyMinute, anyMonth)
	if s.neverTicks() {
		return nil, &Error{0, len(expr), fmt.Sprintf("The schedule `%s` names a day that never comes.", expr), "Write a day that its month has."}
	}
	return s, nil
}

// neverTicks reports whether no date ever matches, such as 30 February.
func (s *Schedule) neverTicks() bool {
	return s.after(time.Date(1999, 12, 31, 23, 59, 0, 0, time.UTC)).IsZero()
}

func fieldError(expr, text string, fields []string, i int, err error) *Error {
	offset, length := 0, len(expr)
	if text == strings.ToLower(expr) && len(text) == len(expr) {
		at := 0
		for j := range i + 1 {
			at += strings.Index(text[at:], fields[j])
			if j < i {
				at += len(fields[j])
			}
		}
		offset, length = at, len(fields[i])
	}
	spec := specs[i]
	return &Error{offset, length, fmt.Sprintf("`%s` is no %s of a cron schedule: %v.", fields[i], spec.name, err),
		fmt.Sprintf("Write `*`, numbers from %d to %d, ranges such as `%d-%d`, lists with `,`, or steps such as `*/2`.", spec.lo, spec.hi, spec.lo, spec.lo+4)}
}

// number reads a value or a name of a field.
func (f fieldSpec) number(text string) (int, error) {
	if text != "" {
		if i := slices.Index(f.names, text); i >= 0 {
			return i, nil
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil || text[0] == '+' || text[0] == '-' {
		return 0, fmt.Errorf("`%s` is no number", text)
	}
	top := f.hi
	if len(f.names) == 7 {
		top = 7 // Sunday again
	}
	if n < f.lo || n > top {
		return 0, fmt.Errorf("%d is not from %d to %d", n, f.lo, f.hi)
	}
	return n, nil
}

// readField gives the values that a field allows, and whether it is `*`.
func readField(text string, f fieldSpec) (set uint64, any bool, err error) {
	for part := range strings.SplitSeq(text, ",") {
		more, err := readPart(part, f)
		if err != nil {
			return 0, false, err
		}
		set |= more
	}
	return set, text == "*" || text == "?", nil
}

func readPart(part string, f fieldSpec) (uint64, error) {
	body, stepText, stepped := strings.Cut(part, "/")
	step := 1
	if stepped {
		var err error
		if step, err = strconv.Atoi(stepText); err != nil || step <= 0 || step > 1000 {
			return 0, fmt.Errorf("`%s` is no step", stepText)
		}
	}
	from, to := f.lo, f.hi
	if body != "*" && body != "?" {
		low, high, isRange := strings.Cut(body, "-")
		var err error
		if from, err = f.number(low); err != nil {
			return 0, err
		}
		switch {
		case isRange:
			if to, err = f.number(high); err != nil {
				return 0, err
			}
		case !stepped:
			to = from
		}
	}
	return spread(from, to, step, f), nil
}

// spread gives every step-th value from one to the other; backwards it goes over the
// end, as in fri-mon.
func spread(from, to, step int, f fieldSpec) (set uint64) {
	size := f.hi - f.lo + 1
	if to < from {
		to += size
	}
	for v := from; v <= to; v += step {
		w := v
		if w > f.hi && !(len(f.names) == 7 && w == 7) {
			w -= size
		}
		set |= 1 << uint(w)
	}
	return set
}

// readDays reads the day of the month, in which `l` is the last.
func (s *Schedule) readDays(text string) (err error) {
	plain := slices.DeleteFunc(strings.Split(text, ","), func(p string) bool { return p == "l" })
	s.lastDay = len(plain) < strings.Count(text, ",")+1
	if len(plain) > 0 {
		s.day, s.anyDay, err = readField(strings.Join(plain, ","), specs[2])
	}
	return err
}

// readWeekdays reads the day of the week, in which `5#2` is the second Friday and `l5`
// the last.
func (s *Schedule) readWeekdays(text string) (err error) {
	var plain []string
	for part := range strings.SplitSeq(text, ",") {
		special, err := s.readNth(part)
		if err != nil {
			return err
		}
		if !special {
			plain = append(plain, part)
		}
	}
	if len(plain) > 0 {
		s.weekday, s.anyWeekday, err = readField(strings.Join(plain, ","), specs[4])
		s.weekday = (s.weekday | s.weekday>>7) & 0x7f
	}
	return err
}

func (s *Schedule) readNth(part string) (bool, error) {
	if dayText, nText, ok := strings.Cut(part, "#"); ok {
		day, err := specs[4].number(dayText)
		if err != nil {
			return false, err
		}
		n, err := strconv.Atoi(nText)
		if err != nil || n < 1 || n > 5 {
			return false, fmt.Errorf("`#%s` is not from #1 to #5", nText)
		}
		s.nth[day%7] |= 1 << uint(n)
		return true, nil
	}
	if len(part) > 1 && part[0] == 'l' {
		day, err := specs[4].number(part[1:])
		if err != nil {
			return false, err
		}
		s.nth[day%7] |= 1 << 6
		return true, nil
	}
	return false, nil
}

func full(set uint64, f fieldSpec) bool {
	all := uint64(1)<<uint(f.hi+1) - uint64(1)<<uint(f.lo)
	return set&all == all
}

// simplify finds fields that restrict nothing (a list that covers its field counts as
// `*`; for days only where the other day field is `*`) and simple schedules.
func (s *Schedule) simplify(fields []string, anyMinute, anyMonth bool) {
	star := func(f string) bool { return f == "*" || f == "?" }
	hasNth := s.nth != [7]uint8{}
	anyMinute = anyMinute || full(s.minute, specs[0])
	anyMonth = anyMonth || full(s.month, specs[3])
	s.anyHour = s.anyHour || full(s.hour, specs[1])
	s.anyDay = s.anyDay || full(s.day, specs[2]) && !s.lastDay && star(fields[4])
	s.anyWeekday = !hasNth && (s.anyWeekday || full(s.weekday, specs[4]) && star(fields[2]))
	if hasNth || !anyMonth || anyMinute {
		return
	}
	single := func(set uint64) bool { return bits.OnesCount64(set) == 1 }
	clock := single(s.minute) && single(s.hour) && !s.anyHour
	switch {
	case clock && single(s.day) && !s.lastDay && s.day&(1<<29|1<<30|1<<31) == 0 && s.anyWeekday:
		s.every = monthly
	case clock && single(s.weekday) && !s.anyWeekday && s.anyDay:
		s.every = weekly
	case clock && s.anyDay:
		s.every = daily
	case s.anyHour && s.anyDay && s.anyWeekday:
		s.every = hourly
	}
}
