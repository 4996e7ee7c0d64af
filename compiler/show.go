package compiler

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"auto/compiler/files"
	"auto/lang/parse"
)

// Text gives how the policy launches, in the words of the language, one clause a line:
// those of its block and of the defaults, and no clause that is as the language has it.
// Tags are without those of sensors.
func (p *Policy) Text() string {
	var b strings.Builder
	c := &p.Clauses
	line := func(show bool, format string, args ...any) {
		if show {
			fmt.Fprintf(&b, format+"\n", args...)
		}
	}
	line(p.Job != "", "job %s", files.KeyText(p.Job))
	line(c.PerTick > 0, "limit %d per tick", c.PerTick)
	for _, l := range c.Limits {
		line(true, "limit %d per %s", l.Count, files.DurationText(l.Per))
	}
	for _, l := range c.AtMost {
		line(true, "at most %d per %s", l.Count, files.DurationText(l.Per))
	}
	line(c.Quiet > 0, "quiet %s", files.DurationText(c.Quiet))
	line(c.Retry.Times > 0, "retry %s", c.Retry)
	line(c.Missed != MissedLast, "missed %s", c.Missed)
	line(c.NewestFirst, "order newest first")
	line(c.HaltAbove > 0, "halt above %d per tick", c.HaltAbove)
	line(!c.PausedUntil.IsZero(), "pause until %q because %s", c.PausedUntil.Format(time.RFC3339), parse.Quote(c.PauseReason))
	line(c.Priority != 0, "priority %d", c.Priority)
	line(c.Group != GroupDefault, "group by %s", c.Group)
	line(c.MaxPerRun > 0, "max %d per run", c.MaxPerRun)
	line(len(c.Tags) > 0, "tags %s", entriesText(c.Tags))
	line(len(c.Params) > 0, "params %s", entriesText(c.Params))
	for _, k := range c.Config {
		line(true, "config %s %s", files.KeyText(k.Asset), entriesText(k.Entries))
	}
	return b.String()
}

// String gives the words after `retry`.
func (r Retry) String() string {
	text := fmt.Sprintf("%d after %s", r.Times, files.DurationText(r.After))
	if r.UpTo > 0 {
		text += " up to " + files.DurationText(r.UpTo)
	}
	return text
}

func entriesText(entries []files.Entry) string {
	parts := make([]string, len(entries))
	for i, e := range entries {
		parts[i] = files.KeyText(e.Key) + ": " + valueText(e.Value)
	}
	return "{ " + strings.Join(parts, ", ") + " }"
}

func valueText(v files.Value) string {
	switch {
	case v.Field != "":
		return v.Field
	case v.Template != nil:
		return parse.Quote(v.Template.Text())
	case v.Secret != "":
		return "secret(" + parse.Quote(v.Secret) + ")"
	case v.Items != nil:
		parts := make([]string, len(v.Items))
		for i, item := range v.Items {
			parts[i] = valueText(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case v.Entries != nil:
		return entriesText(v.Entries)
	}
	return constantText(v.Const)
}

// braces makes a plain text a template that gives it.
var braces = strings.NewReplacer("{", "{{", "}", "}}")

// constantText gives a string, int64, bool, []any or map[string]any.
func constantText(v any) string {
	switch v := v.(type) {
	case string:
		return parse.Quote(braces.Replace(v))
	case []any:
		parts := make([]string, len(v))
		for i, item := range v {
			parts[i] = constantText(item)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case map[string]any:
		var entries []files.Entry
		for _, key := range slices.Sorted(maps.Keys(v)) {
			entries = append(entries, files.Entry{Key: key, Value: files.Value{Const: v[key]}})
		}
		return entriesText(entries)
	}
	return fmt.Sprint(v)
}
