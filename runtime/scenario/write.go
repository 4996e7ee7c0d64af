package scenario

import (
	"strconv"
	"strings"
	"time"

	"auto/runtime/graphdoc"
	"auto/vm/graph"
)

// Write gives the text of a scenario as the recorded files are written: one line for each
// definition, asset, event, run and evaluation.
func Write(s *Scenario) string {
	var b strings.Builder
	b.WriteString("name: " + quote(s.Name, false) + "\n")
	if s.About != "" {
		b.WriteString("about: " + quote(s.About, false) + "\n")
	}
	if len(s.Partitions) > 0 {
		b.WriteString("partitions:\n")
	}
	for _, d := range s.Partitions {
		b.WriteString("  " + quote(d.Name, false) + ": " + flowText(func(f *flow) { writeSpec(f, d) }) + "\n")
	}
	if s.Project != "" {
		b.WriteString("project: " + quote(s.Project, false) + "\n")
	} else {
		b.WriteString("assets:\n")
		for _, a := range s.Assets {
			b.WriteString("- " + flowText(a.write) + "\n")
		}
	}
	if s.Policies != nil {
		b.WriteString("policies: " + s.Policies.block() + "\n")
	}
	b.WriteString("ticks:\n")
	for _, t := range s.Ticks {
		b.WriteString(t.text())
	}
	return b.String()
}

func (t *Tick) text() string {
	var b strings.Builder
	b.WriteString("- at: " + formatTime(t.At) + "\n")
	if t.Sensors != nil {
		b.WriteString("  sensor: " + flowText(func(f *flow) { f.scalarOrList(t.Sensors) }) + "\n")
	}
	if len(t.Events) > 0 {
		b.WriteString("  events:\n")
	}
	for _, e := range t.Events {
		b.WriteString("  - " + e.String() + "\n")
	}
	if t.Expect != nil {
		if t.Expect.says() {
			b.WriteString("  expect:\n" + t.Expect.lines("    "))
		} else {
			b.WriteString("  expect: {}\n")
		}
	}
	return b.String()
}

func formatTime(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// String gives the event as scenarios write it, on one line.
func (e *Event) String() string {
	return flowText(func(f *flow) {
		f.mapping(present(append(e.What.entries(), when(!e.At.IsZero(), "at", func(f *flow) { f.scalar(formatTime(e.At)) }))...))
	})
}

// The entries of fields that are written where they are not empty.

func textEntry(name, text string) entry {
	return when(text != "", name, func(f *flow) { f.scalar(text) })
}

func textsEntry(name string, texts []string) entry {
	return when(texts != nil, name, func(f *flow) { f.scalars(texts) })
}

func boolEntry(name string, set bool) entry {
	return when(set, name, func(f *flow) { f.WriteString("true") })
}

func intEntry(name string, n int) entry {
	return when(n != 0, name, func(f *flow) { f.WriteString(strconv.Itoa(n)) })
}

func mapEntry[V any](name string, values map[string]V, value func(V) func(*flow)) entry {
	return when(len(values) > 0, name, func(f *flow) {
		var entries []entry
		for _, key := range union(values, nil) {
			entries = append(entries, entry{key, value(values[key])})
		}
		f.mapping(entries)
	})
}

func oneText(text string) func(*flow)      { return func(f *flow) { f.scalar(text) } }
func manyTexts(texts []string) func(*flow) { return func(f *flow) { f.scalars(texts) } }
func oneSubset(s Subset) func(*flow)       { return s.text }

func (e Materialize) entries() []entry {
	return []entry{textEntry("materialize", e.Asset), textsEntry("partitions", e.Partitions), textEntry("data_version", e.DataVersion), runEntry(e.Run, e.Of)}
}

func (e Observe) entries() []entry {
	return []entry{textEntry("observe", e.Asset), textsEntry("partitions", e.Partitions), textEntry("data_version", e.DataVersion)}
}

func (e RunChange) entries() []entry {
	return []entry{
		runEntry(e.Run, e.Of), textsEntry("assets", e.Assets), textsEntry("checks", e.Checks), textEntry("partition", e.Partition),
		mapEntry("tags", e.Tags, oneText), textEntry("status", string(e.Status)),
	}
}

func (e Check) entries() []entry {
	severity := ""
	if e.Warn {
		severity = "warn"
	}
	passed := entry{"passed", func(f *flow) { f.WriteString(strconv.FormatBool(e.Passed)) }}
	return []entry{textEntry("check", e.Check), passed, textEntry("severity", severity), textsEntry("partitions", e.Partitions), runEntry(e.Run, e.Of)}
}

func (e Backfill) entries() []entry {
	return []entry{
		textEntry("backfill", e.ID), textsEntry("assets", e.Assets), textsEntry("partitions", e.Partitions),
		mapEntry("materialized", e.Materialized, oneSubset), mapEntry("failed", e.Failed, oneSubset), textEntry("status", string(e.Status)),
	}
}

func (e CodeVersion) entries() []entry {
	return []entry{textEntry("code_version", e.Asset), textEntry("to", e.To)}
}

func (e EditCondition) entries() []entry {
	return []entry{textEntry("condition", e.Key), textEntry("to", e.To.text())}
}

func (e EditDeps) entries() []entry {
	return []entry{textEntry("deps", e.Asset), {"to", func(f *flow) { list(f, e.To.Deps, writeDep) }}}
}

func (e EditPartitions) entries() []entry {
	return []entry{textEntry("partitions_of", e.Asset), definitionEntry("to", e.To)}
}

func (e Dynamic) entries() []entry {
	return []entry{textEntry("dynamic", e.Name), textsEntry("add", e.Add), textsEntry("delete", e.Delete)}
}

func (e Wipe) entries() []entry { return []entry{textEntry("wipe", e.Asset)} }

func (e Freshness) entries() []entry {
	return []entry{textEntry("freshness", e.Asset), textEntry("state", e.State)}
}

// definitionEntry writes a definition's name, or the definition where it has none.
func definitionEntry(name string, d *graphdoc.Definition) entry {
	return when(d != nil, name, func(f *flow) {
		if d.Name != "" {
			f.scalar(d.Name)
			return
		}
		writeSpec(f, d)
	})
}

func writeSpec(f *flow, d *graphdoc.Definition) {
	s := d.Spec
	f.mapping(present(
		textEntry("type", string(s.Type)), textEntry("cron", s.Cron), textEntry("start", s.Start), textEntry("end", s.End), textEntry("timezone", s.Timezone),
		intEntry("minute_offset", s.Minute), intEntry("hour_offset", s.Hour), intEntry("day_offset", s.Day), intEntry("end_offset", s.EndOffset),
		textEntry("format", s.Format), textsEntry("keys", s.Keys), textEntry("name", s.Name),
		mapEntry("dimensions", d.Dimensions, func(d *graphdoc.Definition) func(*flow) { return definitionEntry("", d).value }),
	))
}

func (a *Asset) write(f *flow) {
	f.mapping(present(
		textEntry("key", a.Key), textEntry("group", a.Group), textsEntry("kinds", a.Kinds), mapEntry("tags", a.Tags, oneText), textsEntry("owners", a.Owners),
		textEntry("code_version", a.CodeVersion), boolEntry("external", a.External), boolEntry("observable", a.Observable), textEntry("execution_set", a.ExecutionSet),
		boolEntry("freshness", a.Freshness), textEntry("repository", a.Repository), definitionEntry("partitions", a.Definition),
		when(len(a.Deps) > 0, "deps", func(f *flow) { list(f, a.Deps, writeDep) }),
		when(len(a.Checks) > 0, "checks", func(f *flow) {
			list(f, a.graph().Checks, writeCheck)
		}),
		textEntry("condition", a.Condition.text()),
	))
}

func writeCheck(f *flow, c graph.Check) {
	f.mapping(present(
		textEntry("name", c.Name), boolEntry("blocking", c.Blocking), boolEntry("partitioned", c.Partitioned), boolEntry("embedded", c.Embedded),
		textsEntry("deps", c.Deps), textEntry("condition", c.Condition),
	))
}

func writeDep(f *flow, d graph.Dep) {
	if d.Mapping == nil {
		f.scalar(d.Key)
		return
	}
	f.mapping([]entry{{"key", oneText(d.Key)}, {"mapping", func(f *flow) { writeMapping(f, d.Mapping) }}})
}

func writeMapping(f *flow, m *graph.Mapping) {
	f.mapping(present(
		textEntry("type", string(m.Kind)), intEntry("start_offset", m.StartOffset), intEntry("end_offset", m.EndOffset),
		boolEntry("allow_nonexistent_upstream_partitions", m.AllowNonexistent), mapEntry("map", m.Static, manyTexts), textsEntry("keys", m.Keys),
		textEntry("dimension", m.Dimension), mapEntry("dimensions", m.Dimensions, writeDimension),
	))
}

func writeDimension(d graph.DimensionMapping) func(*flow) {
	return func(f *flow) {
		f.mapping(present(textEntry("dimension", d.Dimension), when(d.Mapping != nil, "mapping", func(f *flow) { writeMapping(f, d.Mapping) })))
	}
}
