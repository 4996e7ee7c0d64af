package condition

import (
	"errors"
	"maps"
	"math"
	"slices"
	"time"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/lang/types"
	"auto/vm/cron"
	"auto/vm/match"
)

// checkConstant reads a schedule, zone or pattern, where it is known, and reports whether
// it is one.
func (c *Checker) checkConstant(want []types.Type, v Value) bool {
	text, ok := v.Constant.(string)
	if !ok {
		return true
	}
	switch want[0] {
	case types.Cron:
		return c.checkCron(text, v.At)
	case types.Zone:
		return c.checkZone(text, v.At)
	case types.Pattern:
		return v.Type != types.Pattern || c.checkRegex(text, v.At)
	}
	return true
}

func (c *Checker) checkCron(text string, at source.Span) bool {
	var wrong *cron.Error
	if _, err := cron.Parse(text, time.UTC); errors.As(err, &wrong) {
		c.find(diag.BadConstant, within(at, text, wrong.Offset, wrong.Length), wrong.Help, "%s", wrong.Message)
		return false
	}
	return true
}

func (c *Checker) checkZone(name string, at source.Span) bool {
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
		c.find(diag.BadConstant, at, "Write a name of the IANA database, such as `\"Europe/Paris\"`.", "No time zone is called `%s`.", name)
		return false
	}
	return true
}

func (c *Checker) checkRegex(text string, at source.Span) bool {
	var wrong *match.Error
	if _, err := match.Regex(text); errors.As(err, &wrong) {
		c.find(diag.BadConstant, at, wrong.Help, "%s", wrong.Message)
		return false
	}
	return true
}

// within gives the place of a part of a string, where the string is written as it is.
func within(at source.Span, text string, offset, length int) source.Span {
	if at.IsValid() && at.Text() == `"`+text+`"` {
		return at.Sub(1+offset, length)
	}
	return at
}

// units are the functions that make durations.
var units = map[string]time.Duration{"days": 24 * time.Hour, "hours": time.Hour, "minutes": time.Minute}

// duration gives the constant of `days(n)` and the like, nil where n is not known.
func (c *Checker) duration(unit string, args arguments, at source.Span) any {
	n, ok := args.named["n"].Constant.(int64)
	if !ok {
		return nil
	}
	if limit := math.MaxInt64 / int64(units[unit]); n > limit || n < -limit {
		c.find(diag.BadConstant, at, "Write a shorter one.", "The duration is longer than 290 years.")
		return nil
	}
	return time.Duration(n) * units[unit]
}

// tagKeys gives the keys of run tags, each once. They are nil where the argument is not
// given; known is false where its value is not known.
func (c *Checker) tagKeys(args arguments) (keys []string, known bool) {
	v, given := args.named["tag_keys"]
	if !given {
		return nil, true
	}
	items, ok := v.Constant.([]any)
	keys = make([]string, 0, len(items))
	for _, item := range items {
		text, isText := c.tagText(item, v.At)
		ok = ok && isText
		keys = append(keys, text)
	}
	slices.Sort(keys)
	return slices.Compact(keys), ok
}

// tagValues gives the values of run tags by key, like tagKeys.
func (c *Checker) tagValues(args arguments) (values map[string]string, known bool) {
	v, given := args.named["tag_values"]
	if !given {
		return nil, true
	}
	entries, ok := v.Constant.(map[string]any)
	values = map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(entries)) {
		text, isText := c.tagText(entries[key], v.At)
		ok = ok && isText
		values[key] = text
	}
	return values, ok
}

// tagText gives a key or value of a run's tags, which is a text.
func (c *Checker) tagText(constant any, at source.Span) (string, bool) {
	text, ok := constant.(string)
	if !ok && constant != nil {
		c.find(diag.WrongType, at, "Write it in double quotes.", "Tags of runs are texts, and `%v` is none.", constant)
	}
	return text, ok
}
