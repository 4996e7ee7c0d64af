package parse

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// durationError says why a text that looks like a duration is none.
type durationError struct{ why, help string }

// Error gives the reason.
func (e *durationError) Error() string { return e.why }

var durationUnit = map[string]time.Duration{"w": 7 * 24 * time.Hour, "d": 24 * time.Hour, "h": time.Hour, "m": time.Minute, "s": time.Second}

// maxDuration is the longest duration: 100 years.
const maxDuration = 100 * 365 * 24 * time.Hour

// readDuration reads a duration such as 1h30m: units large to small, each once
// (docs/language.md, Tokens).
func readDuration(text string) (time.Duration, error) {
	var total, last time.Duration
	for rest := text; rest != ""; {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits == 0 || digits == len(rest) || durationUnit[rest[digits:digits+1]] == 0 {
			return 0, notDuration(text)
		}
		unit := durationUnit[rest[digits:digits+1]]
		if last != 0 && unit >= last {
			return 0, &durationError{"its units do not go from large to small, each once", "Write such as `1d12h30m` (units `w d h m s`)."}
		}
		count, err := strconv.ParseInt(rest[:digits], 10, 64)
		if err != nil || count > int64(maxDuration/unit) || total+time.Duration(count)*unit > maxDuration {
			return 0, &durationError{"it is longer than 100 years", "Write a shorter one."}
		}
		total, last = total+time.Duration(count)*unit, unit
		rest = rest[digits+1:]
	}
	return total, nil
}

// notDuration says why a text is none.
func notDuration(text string) error {
	if parts := numberAndUnit.FindStringSubmatch(text); parts != nil && otherUnits[parts[2]] != "" {
		return &durationError{"there is no unit `" + parts[2] + "`", otherUnits[parts[2]]}
	}
	return errors.New("not a duration")
}

// unitWords are how other languages write units.
var unitWords = map[string]string{
	"sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
	"hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d", "week": "w", "weeks": "w", "S": "s", "M": "m", "H": "h", "D": "d", "W": "w",
}

// asDuration gives the duration that a text is or means, "" where it is none.
func asDuration(text string) string {
	if _, err := readDuration(text); err == nil && text != "" {
		return text
	}
	return nearDuration(text)
}

// otherUnits are units that durations do not have, and what to write for them.
var otherUnits = map[string]string{
	"ms": "The shortest unit is the second.", "us": "The shortest unit is the second.", "ns": "The shortest unit is the second.", "millis": "The shortest unit is the second.",
	"mo": "Write days, such as `30d`.", "month": "Write days, such as `30d`.", "months": "Write days, such as `30d`.",
	"y": "Write days, such as `365d`.", "yr": "Write days, such as `365d`.", "year": "Write days, such as `365d`.", "years": "Write days, such as `365d`.",
}

var fractionAndUnit = regexp.MustCompile(`^([0-9]{1,4})\.([0-9]{1,3})([wdhm])$`)

// wholeDuration gives the duration that a text such as 1.5h means in whole units, ""
// where it means none.
func wholeDuration(text string) string {
	parts := fractionAndUnit.FindStringSubmatch(text)
	if parts == nil {
		return ""
	}
	count, err := strconv.ParseFloat(parts[1]+"."+parts[2], 64)
	rest := time.Duration(count * float64(durationUnit[parts[3]])).Round(time.Second)
	if err != nil || rest == 0 {
		return ""
	}
	var b strings.Builder
	for _, unit := range []string{"w", "d", "h", "m", "s"} {
		if n := rest / durationUnit[unit]; n > 0 {
			b.WriteString(strconv.Itoa(int(n)) + unit)
			rest -= n * durationUnit[unit]
		}
	}
	return b.String()
}

var numberAndUnit = regexp.MustCompile(`^([0-9]+)([A-Za-z]+)$`)

// nearDuration gives the duration that a text such as 10min means, "" where it
// means none.
func nearDuration(text string) string {
	parts := numberAndUnit.FindStringSubmatch(text)
	if parts == nil {
		return ""
	}
	if unit, ok := unitWords[parts[2]]; ok {
		return parts[1] + unit
	}
	return ""
}

// quoteText gives text as a string of the language.
func quoteText(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < 0x20 || r == 0x7F || r == utf8.RuneError:
			b.WriteString(`\u{` + strings.ToUpper(strconv.FormatInt(int64(r), 16)) + `}`)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// unquote gives the value of a string token; escapes that are wrong have their
// finding already and stand for themselves.
func unquote(text string) string {
	inner := text[1 : len(text)-1]
	if !strings.Contains(inner, `\`) {
		return inner
	}
	var b strings.Builder
	for i := 0; i < len(inner); i++ {
		form := escapeForm.FindString(inner[i:])
		if form == "" {
			b.WriteByte(inner[i])
			continue
		}
		b.WriteRune(escaped(form))
		i += len(form) - 1
	}
	return b.String()
}

func escaped(form string) rune {
	switch form[1] {
	case 'n':
		return '\n'
	case 't':
		return '\t'
	case 'r':
		return '\r'
	case 'u':
		return parseHex(form)
	}
	return rune(form[1])
}

// parseHex gives the number of \u{…}; the form is checked before.
func parseHex(form string) rune {
	value, err := strconv.ParseInt(form[3:len(form)-1], 16, 32)
	if err != nil {
		return utf8.RuneError
	}
	return rune(value)
}

// unslash gives the value of a regex token.
func unslash(text string) string {
	return strings.ReplaceAll(text[1:len(text)-1], `\/`, `/`)
}
