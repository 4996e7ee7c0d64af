package yamldoc

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

var durationForm = regexp.MustCompile(`^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$`)

var durationUnits = []time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second}

// ParseDuration reads a duration in the form of policy files: `30s`, `1h30m`, `2d`,
// units w d h m s, large to small, each once (docs/language.md, Tokens).
func ParseDuration(text string) (time.Duration, error) {
	parts := durationForm.FindStringSubmatch(text)
	if parts == nil || text == "" {
		return 0, fmt.Errorf("%q is not a duration", text)
	}
	var total time.Duration
	for i, unit := range durationUnits {
		if parts[i+1] == "" {
			continue
		}
		count, err := strconv.ParseInt(parts[i+1], 10, 64)
		if err != nil || count > int64((1<<62)/unit) {
			return 0, fmt.Errorf("%q is too long", text)
		}
		total += time.Duration(count) * unit
	}
	if total < 0 {
		return 0, fmt.Errorf("%q is too long", text)
	}
	return total, nil
}
