package scenario

import (
	"maps"
	"slices"
	"strings"

	"auto/lang/diag"
	"auto/lang/source"
)

// refusals are the findings about what is well written and yet not accepted: conditions,
// definitions, events about what does not exist; and where all could be read, how the
// assets fit together before the first tick.
func (s *Scenario) refusals(all bool) diag.List {
	var list diag.List
	for _, d := range s.Partitions {
		list = append(list, d.Refused...)
	}
	for _, a := range s.Assets {
		list = append(list, a.refusals()...)
	}
	if all && !list.HasErrors() {
		_, refused := newDefinitions(s).build()
		list = append(list, refused...)
	}
	for _, t := range s.Ticks {
		for _, e := range t.Events {
			list = append(list, s.unknownKeys(e)...)
			list = append(list, editRefusals(e)...)
		}
	}
	if all && s.HasPolicies() && !list.HasErrors() {
		list = append(list, errorsOf(s.policyFindings())...)
	}
	return list
}

// editRefusals are the findings about what an edit puts in place.
func editRefusals(e *Event) diag.List {
	switch edit := e.What.(type) {
	case EditCondition:
		return edit.To.findings()
	case EditDeps:
		return edit.To.Refused
	case Pause:
		return edit.Selection.findings()
	case Resume:
		return edit.Selection.findings()
	case EditPartitions:
		if edit.To != nil {
			return edit.To.Refused
		}
	}
	return nil
}

// findings are those about a condition or selection as it is written.
func (c *Condition) findings() diag.List {
	if c == nil {
		return nil
	}
	return c.Findings
}

// unknownKeys finds assets and checks of an event that the scenario does not have.
func (s *Scenario) unknownKeys(e *Event) diag.List {
	var list diag.List
	for _, key := range mentions(e.What) {
		s.unknownKey(&list, key, s.mentionPlace(e, key))
	}
	if c, ok := e.What.(Check); ok && c.Check != "" && !IsCheck(c.Check) {
		list.Addf(diag.YAMLValue, e.Place, "Write `asset:check`, with the name of one of its `checks`.", "`%s` is no check.", c.Check)
	}
	return list
}

// unknownKey finds an asset or check that the scenario does not have.
func (s *Scenario) unknownKey(list *diag.List, key string, at source.Span) {
	known, checks := s.keys()
	what, otherwise := "asset", "Add it to `assets`, with `external: true` where it is not executed here."
	if IsCheck(key) {
		known, what, otherwise = checks, "check", "Add it to the `checks` of its asset."
	}
	if !slices.Contains(known, key) {
		list.Addf(diag.UnknownAsset, at, nearest(key, known, otherwise), "No %s is called `%s`.", what, key)
	}
}

// mentionPlace is where an event names a key, or the event where that cannot be said.
func (s *Scenario) mentionPlace(e *Event, key string) source.Span {
	if e.Place.Text() == key || e.Place.File == nil {
		return e.Place
	}
	rest := e.Place.File.Text[e.Place.Start:]
	if end := strings.IndexByte(rest, '\n'); end >= 0 {
		rest = rest[:end]
	}
	return within(e.Place, rest, key)
}

// within gives the place of a key in the text that begins where a span does, the span
// where the text does not have it.
func within(at source.Span, text, key string) source.Span {
	if i := whole(text, key); i >= 0 {
		return source.Span{File: at.File, Start: at.Start + i, End: at.Start + i + len(key)}
	}
	return at
}

// whole finds a key in a text where it is no part of a longer one, else where it is; -1
// where it is not.
func whole(text, key string) int {
	const between = " \t'\"[]{},\r\n"
	for from := 0; key != ""; {
		i := strings.Index(text[from:], key)
		if i < 0 {
			break
		}
		start, end := from+i, from+i+len(key)
		if (start == 0 || strings.ContainsAny(text[start-1:start], between)) && (end == len(text) || strings.ContainsAny(text[end:end+1], between+":")) {
			return start
		}
		from = end
	}
	return strings.Index(text, key)
}

// keys gives the keys of all assets and checks.
func (s *Scenario) keys() (assets, checks []string) {
	for _, a := range slices.Concat(s.Assets, s.added) {
		assets = append(assets, a.Key)
		for _, c := range a.Checks {
			checks = append(checks, checkKey(a.Key, c.Name))
		}
	}
	return assets, checks
}

// mentions gives the keys of the assets and checks that an event is about.
func mentions(w What) []string {
	switch e := w.(type) {
	case Materialize:
		return []string{e.Asset}
	case Observe:
		return []string{e.Asset}
	case RunChange:
		return slices.Concat(e.Assets, e.Checks)
	case Check:
		return []string{e.Check}
	case Backfill:
		return slices.Concat(e.Assets, slices.Sorted(maps.Keys(e.Materialized)), slices.Sorted(maps.Keys(e.Failed)))
	case CodeVersion:
		return []string{e.Asset}
	case EditCondition:
		return []string{e.Key}
	case EditDeps:
		return []string{e.Asset}
	case EditPartitions:
		return []string{e.Asset}
	case Wipe:
		return []string{e.Asset}
	case Freshness:
		return []string{e.Asset}
	}
	return nil
}

// checkKey writes the key of a check, splitCheck reads it: the name is what follows the
// last colon.
func checkKey(asset, name string) string { return asset + ":" + name }

func splitCheck(key string) (asset, name string) {
	i := strings.LastIndexByte(key, ':')
	return key[:max(i, 0)], key[i+1:]
}

// IsCheck reports whether a key is that of a check: asset:check.
func IsCheck(key string) bool { return strings.Contains(key, ":") }
