package condition

import (
	"slices"
	"strings"

	"auto/lang/diag"
	"auto/lang/types"
)

// Fit finds a value of a type that its place does not take.
func (c *Checker) Fit(v Value, want []types.Type, what string) bool {
	if slices.ContainsFunc(want, func(t types.Type) bool { return types.Fits(v.Type, t) }) {
		return true
	}
	names := make([]string, len(want))
	for i, t := range want {
		names[i] = string(t)
	}
	help := "Write " + example(want[0]) + "."
	if key, ok := v.Constant.(string); ok && want[0] == types.Selection && c.isAsset(key) {
		help = "Write `assets(\"" + key + "\")`."
	}
	c.find(diag.WrongType, v.At, help, "%s%s takes a %s, and this has the type %s.", strings.ToUpper(what[:1]), what[1:], strings.Join(names, " or "), v.Type)
	return false
}

func (c *Checker) isAsset(key string) bool {
	if c.Graph == nil {
		return false
	}
	_, ok := c.Graph.Asset(key)
	return ok
}

// example shows a value of a type, for sentences.
func example(t types.Type) string {
	switch t {
	case types.Condition:
		return "a condition such as `eager()`"
	case types.Selection:
		return "a selection such as `groups(\"sales\")`"
	case types.Checks:
		return "checks such as `checks(\"orders:not_null\")`"
	case types.Pattern:
		return "a pattern such as `\"*.csv\"`"
	case types.Duration:
		return "a duration such as `2d`"
	case types.Cron:
		return "a schedule such as `\"0 6 * * *\"`"
	case types.Zone:
		return "a time zone such as `\"Europe/Paris\"`"
	case types.Int:
		return "a whole number"
	case types.Bool:
		return "`true` or `false`"
	case types.List:
		return "a list such as `[\"a\", \"b\"]`"
	case types.Map:
		return "a map such as `{mode: \"full\"}`"
	}
	return "a text in double quotes"
}
