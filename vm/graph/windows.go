package graph

import (
	"errors"
	"fmt"
	"time"

	"auto/internal/strftime"
	"auto/vm/cron"
)

// maxEndOffset bounds the windows that end_offset and the offsets of mappings count, which
// are counted one by one. Dagster recommends at most as many partitions.
const maxEndOffset = 100_000

// defaultFormats are Dagster's formats of keys.
var defaultFormats = map[Type]string{
	Hourly: "%Y-%m-%d-%H:%M", Daily: "%Y-%m-%d", Weekly: "%Y-%m-%d", Monthly: "%Y-%m-%d", Cron: "%Y-%m-%d-%H:%M",
}

// checkWindows checks a definition of time windows.
func (p *Partitions) checkWindows() (err error) {
	if p.zone, err = time.LoadLocation(p.zoneName()); err != nil || p.Timezone == "Local" {
		return fieldError("timezone", "Write a name of the IANA database, such as `Europe/Paris`.", "No time zone is called `%s`.", p.Timezone)
	}
	if err := p.checkOffsets(); err != nil {
		return err
	}
	if err := p.readSchedule(); err != nil {
		return err
	}
	if p.format, err = readKeyFormat(orText(p.Format, defaultFormats[p.Type]), p.zone, p.schedule); err != nil {
		return fieldError("format", "There are "+strftime.Directives+", and `%z` at the end.", "The format of keys is wrong: %v.", err)
	}
	if err := p.readBounds(); err != nil {
		return err
	}
	return p.checkFormat()
}

// offsetTops has the greatest value of each offset.
var offsetTops = map[Type]struct{ minute, hour, day int }{
	Hourly: {minute: 59}, Daily: {minute: 59, hour: 23}, Weekly: {59, 23, 6}, Monthly: {59, 23, 31},
}

func (p *Partitions) checkOffsets() error {
	tops := offsetTops[p.Type]
	for _, o := range []struct {
		field            string
		value, low, high int
	}{
		{"minute_offset", p.Minute, 0, tops.minute}, {"hour_offset", p.Hour, 0, tops.hour}, {"day_offset", p.Day, 0, tops.day},
		{"end_offset", p.EndOffset, -maxEndOffset, maxEndOffset},
	} {
		if o.value < o.low || o.value > o.high {
			return fieldError(o.field, fmt.Sprintf("Write a number from %d to %d.", o.low, o.high), "`%s: %d` is out of range for partitions of the type %s.", o.field, o.value, p.Type)
		}
	}
	return nil
}

func (p *Partitions) readSchedule() (err error) {
	if p.Type == Cron && p.Cron == "" {
		return fieldError("cron", "Write `cron: \"0 */6 * * *\"`.", "A definition of the type cron needs a schedule.")
	}
	p.schedule, err = cron.Parse(p.cronText(), p.zone)
	var wrong *cron.Error
	if !errors.As(err, &wrong) {
		return err
	}
	// Only a day that its month never has can be wrong in the other types.
	field := "cron"
	if p.Type != Cron {
		field = "day_offset"
	}
	return fieldError(field, wrong.Help, "%s", wrong.Message)
}

// cronText gives the schedule of the windows' starts. Dagster makes the types that way.
func (p *Partitions) cronText() string {
	switch p.Type {
	case Hourly:
		return fmt.Sprintf("%d * * * *", p.Minute)
	case Daily:
		return fmt.Sprintf("%d %d * * *", p.Minute, p.Hour)
	case Weekly:
		return fmt.Sprintf("%d %d * * %d", p.Minute, p.Hour, p.Day)
	case Monthly:
		return fmt.Sprintf("%d %d %d * *", p.Minute, p.Hour, max(p.Day, 1))
	}
	return p.Cron
}

// readBounds reads start and end.
func (p *Partitions) readBounds() (err error) {
	if p.Start == "" {
		return fieldError("start", `Write start: "2026-01-01".`, "A definition of time windows needs a start.")
	}
	if p.begin, err = p.readTime("start", p.Start); err != nil {
		return err
	}
	p.first, p.lattice = p.firstWindow(), &lattice{}
	if p.End == "" {
		return nil
	}
	if p.end, err = p.readTime("end", p.End); err != nil {
		return err
	}
	if !p.end.After(p.begin) {
		return fieldError("end", "Write a later end.", "The end `%s` is not after the start.", p.End)
	}
	return nil
}

// firstWindow gives the start of the first window. Where windows begin on the hour,
// Dagster takes a start on the hour as it is, also in a zone whose hours were once not
// those of UTC (America/Caracas from 2007 to 2016).
func (p *Partitions) firstWindow() time.Time {
	if p.cronText() == "0 * * * *" && p.begin.Minute() == 0 && p.begin.Second() == 0 {
		return p.begin
	}
	return p.schedule.Next(p.begin)
}

// timeForms are the forms of start and end.
var timeForms = []string{"2006-01-02", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02-15:04"}

func (p *Partitions) readTime(field, text string) (time.Time, error) {
	for _, form := range timeForms {
		if t, err := time.Parse(form, text); err == nil {
			return cron.Instant(t, p.zone), nil
		}
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.In(p.zone), nil
	}
	if t, ok := p.format.read(text); ok {
		return t, nil
	}
	return time.Time{}, fieldError(field, `Write a date such as "2026-01-01", or "2026-01-01 06:00".`, "`%s` is no date or time.", text)
}

// checkFormat wants keys that tell windows apart: those of the first two must be read as
// what they were written for.
func (p *Partitions) checkFormat() error {
	for _, start := range []time.Time{p.first, p.after(p.first)} {
		key := p.format.write(start)
		if back, ok := p.windowOf(key); !ok || !back.Equal(start) {
			return fieldError("format", fmt.Sprintf("Write a format that has every part of a window's start, such as `%s`.", defaultFormats[Cron]), "The format `%s` does not tell windows apart: `%s` stands for more than one.", p.format.source, key)
		}
	}
	return nil
}

// windowOf gives the start of the window that a key is written for, and false where it
// is the key of none. A format may leave out what the offsets say, such as the hour: the
// window is the first that begins at the key's time or later.
func (p *Partitions) windowOf(key string) (time.Time, bool) {
	at, ok := p.format.read(key)
	if !ok {
		return time.Time{}, false
	}
	start := p.next(at)
	return start, p.format.write(start) == key
}

// next gives the start of the first window that begins at t or later. Hours follow each
// other from the first one on, whatever the clocks of the zone do.
func (p *Partitions) next(t time.Time) time.Time {
	if !p.schedule.EachHour() {
		return p.schedule.Next(t)
	}
	return p.prev(t.Add(time.Hour - time.Nanosecond))
}

// prev gives the start of the last window that begins at t or before.
func (p *Partitions) prev(t time.Time) time.Time {
	if !p.schedule.EachHour() {
		return p.schedule.Prev(t)
	}
	const hour = 3600
	into := ((t.Unix()-p.first.Unix())%hour + hour) % hour
	return time.Unix(t.Unix()-into, 0).In(p.zone)
}

// after gives the start of the next window, before that of the one before.
func (p *Partitions) after(start time.Time) time.Time { return p.next(start.Add(time.Second)) }

func (p *Partitions) before(start time.Time) time.Time { return p.prev(start.Add(-time.Second)) }

// ended gives the start of the last window that has ended at t.
func (p *Partitions) ended(t time.Time) time.Time { return p.before(p.prev(t)) }

// begun reports whether there is a first partition at an instant.
func (p *Partitions) begun(now time.Time) bool {
	limit := now
	if p.EndOffset > 0 {
		limit = p.next(now)
	}
	for range p.EndOffset {
		limit = p.after(limit)
	}
	for range -p.EndOffset {
		limit = p.ended(limit)
	}
	return !p.after(p.first).After(limit)
}

// last gives the start of the last partition at an instant, where there is one at all.
// It is Dagster's last window with its oddity: with an end_offset above 0 the first
// window is a partition one window early, unless a window has just ended.
func (p *Partitions) last(now time.Time) time.Time {
	start := p.ended(now)
	for range p.EndOffset {
		start = p.after(start)
	}
	for range -p.EndOffset {
		start = p.before(start)
	}
	if p.EndOffset != 0 && start.Before(p.first) {
		start = p.first
	}
	if !p.end.IsZero() {
		if bound := p.ended(p.end); bound.Before(start) {
			return bound
		}
	}
	return start
}

// KeyOf gives the key of the window that contains a reading of the definition's wall
// clock, whether or not the window is a partition. A reading that comes twice is the
// first; one that the clock skips is read by the offset before the change. It is for
// definitions of time windows, and "" for others.
func (p *Partitions) KeyOf(reading time.Time) string {
	if !p.IsTime() {
		return ""
	}
	return p.format.write(p.prev(cron.Instant(reading, p.zone)))
}

// Window gives when the window of a key begins and ends, and false where no window has
// the key. Whether it is a partition is for Has to say.
func (p *Partitions) Window(key string) (start, end time.Time, ok bool) {
	if !p.IsTime() {
		return start, end, false
	}
	if start, ok = p.windowOf(key); !ok {
		return time.Time{}, time.Time{}, false
	}
	return start, p.after(start), true
}
