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

func asDurationError(err error, target **durationError) bool { return errors.As(err, target) }

var (
	durationPiece = regexp.MustCompile(`^([0-9]+)([wdhms])`)
	durationUnit  = map[string]time.Duration{"w": 7 * 24 * time.Hour, "d": 24 * time.Hour, "h": time.Hour, "m": time.Minute, "s": time.Second}
)

// maxDuration is the longest duration: 100 years.
const maxDuration = 100 * 365 * 24 * time.Hour

// readDuration reads a duration such as 1h30m: units large to small, each once
// (docs/language.md, Tokens).
func readDuration(text string) (time.Duration, error) {
	var total, last time.Duration
	for rest := text; rest != ""; {
		piece := durationPiece.FindStringSubmatch(rest)
		if piece == nil {
			return 0, errors.New("not a duration")
		}
		unit := durationUnit[piece[2]]
		if last != 0 && unit >= last {
			return 0, &durationError{"its units do not go from large to small, each once", "Write such as `1d12h30m` (units `w d h m s`)."}
		}
		count, err := strconv.ParseInt(piece[1], 10, 64)
		if err != nil || count > int64(maxDuration/unit) || total+time.Duration(count)*unit > maxDuration {
			return 0, &durationError{"it is longer than 100 years", "Write a shorter one."}
		}
		total, last = total+time.Duration(count)*unit, unit
		rest = rest[len(piece[0]):]
	}
	return total, nil
}

// unitWords are how other languages write units.
var unitWords = map[string]string{
	"sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m", "minute": "m", "minutes": "m",
	"hr": "h", "hrs": "h", "hour": "h", "hours": "h", "day": "d", "days": "d", "week": "w", "weeks": "w", "S": "s", "M": "m", "H": "h", "D": "d", "W": "w",
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
