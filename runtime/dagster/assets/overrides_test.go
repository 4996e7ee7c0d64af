package assets_test

import (
	"strings"
	"testing"

	"auto/lang/source"
	"auto/runtime/dagster/assets"
	"auto/runtime/dagster/deployment"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// doubted is a deployment of which only texts are known.
func doubted(t rapid.TB) *deployment.Deployment {
	t.Helper()
	daily := graph.Spec{Type: graph.Daily, Start: "2026-01-01"}
	grid := graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"date": partitions(t, daily), "who": partitions(t, graph.Spec{Type: graph.Dynamic, Name: "people"})}}
	const windows, mapping = "GraphQL does not tell `end` of its windows.", "GraphQL does not tell the mapping."
	list := []*deployment.Asset{
		{Key: "a", Partitions: &daily, PartitionsDoubt: windows, PartitionsTold: true},
		{Key: "b", Partitions: &daily, Deps: []deployment.Dep{{Key: "a", Doubt: mapping, Told: true}}},
		{Key: "c", Partitions: &grid, PartitionsDoubt: "In the dimension `date`: " + windows, PartitionsTold: true},
		{Key: "d", PartitionsDoubt: "auto does not know partitions of the type SPIRAL."},
		{Key: "e", Partitions: &daily, Deps: []deployment.Dep{{Key: "b", Mapping: &graph.Mapping{Kind: graph.MapLast}}}},
	}
	d := &deployment.Deployment{Locations: []deployment.Location{{Name: "core", Loaded: true}}, Assets: map[string]*deployment.Asset{}}
	for _, a := range list {
		a.Location, a.Repository, a.Group, a.Materializable = "core", "__repository__", "default", true
		d.Assets[a.Key] = a
	}
	return d
}

// settle imports with overrides, and gives the text of the file and the findings.
func settle(t rapid.TB, text string) (string, []string) {
	t.Helper()
	o, found := assets.ReadOverrides(source.New("over.yaml", text))
	if len(found) > 0 {
		t.Fatal(found)
	}
	i := assets.Import(doubted(t), assets.Options{Overrides: o})
	var messages []string
	for _, f := range i.Findings {
		message := f.Message
		if f.Span.IsValid() {
			message = f.Span.Text() + ": " + message
		}
		messages = append(messages, message)
	}
	return write(t, i), messages
}

func TestDoubtsInTheFile(t *testing.T) {
	text, messages := settle(t, "assets: []")
	want := `partitions:
  # In doubt: GraphQL does not tell ` + "`end`" + ` of its windows.
  daily: {type: daily, start: "2026-01-01"}
assets:
  - key: a
    repository: core/__repository__
    partitions: daily
  - key: b
    repository: core/__repository__
    partitions: daily
    deps:
      # In doubt: GraphQL does not tell the mapping.
      - a
  - key: c
    repository: core/__repository__
    # In doubt: In the dimension ` + "`date`" + `: GraphQL does not tell ` + "`end`" + ` of its windows.
    partitions: {type: multi, dimensions: {date: daily, who: {type: dynamic, name: people}}}
  # Its partitions are not known. In doubt: auto does not know partitions of the type SPIRAL.
  - key: d
    repository: core/__repository__
  - key: e
    repository: core/__repository__
    partitions: daily
    deps: [{key: b, mapping: {type: last}}]
`
	_, body, _ := strings.Cut(text, "# sha256")
	_, body, _ = strings.Cut(body, "\n")
	if diff := cmp.Diff(want, body); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{
		"Partitions of `a`: GraphQL does not tell `end` of its windows.",
		"Partitions of `c`: In the dimension `date`: GraphQL does not tell `end` of its windows.",
		"Partitions of `d`: auto does not know partitions of the type SPIRAL.",
		"Mapping of `a → b`: GraphQL does not tell the mapping.",
	}, messages); diff != "" {
		t.Error(diff)
	}
}

// TestOverrides settles all doubts.
func TestOverrides(t *testing.T) {
	text, messages := settle(t, `
partitions:
  year: {type: daily, start: "2026-01-01", end: "2026-12-31"}
assets:
  - {key: a, partitions: year}
  - {key: b, deps: [{key: a, mapping: {type: all}}]}
  - {key: c, partitions: {type: multi, dimensions: {date: year, who: {type: dynamic, name: people}}}}
  - {key: d, partitions: {type: static, keys: [x]}}
`)
	if len(messages) > 0 || strings.Contains(text, "In doubt") {
		t.Error(messages, text)
	}
	for _, a := range again(t, text) {
		switch {
		case a.Key == "a" && a.Partitions.End != "2026-12-31", a.Key == "c" && a.Partitions.Dimensions["date"].End != "2026-12-31", a.Key == "d" && a.Partitions.Type != graph.Static:
			t.Errorf("%s: %+v", a.Key, a.Partitions)
		case a.Key == "b" && a.Deps[0].Mapping.Kind != graph.MapAll:
			t.Errorf("%+v", a.Deps)
		}
	}
}

// TestOverrideIdle: an override that settles nothing is told.
func TestOverrideIdle(t *testing.T) {
	for text, want := range map[string]string{
		`{key: b, partitions: {type: daily, start: "2026-01-01"}}`:                                                                         "b: The partitions of `b` are known without the override.",
		`{key: b, partitions: {type: daily, start: "2026-02-01"}}`:                                                                         "b: The override contradicts what Dagster tells exactly about the partitions of `b`.",
		`{key: a, partitions: {type: static, keys: [x]}}`:                                                                                  "a: The override contradicts what Dagster tells about the partitions of `a`: `type` is `daily` in Dagster and `static` here.",
		`{key: a, partitions: {type: hourly, start: "2026-01-01"}}`:                                                                        "a: The override contradicts what Dagster tells about the partitions of `a`: `type` is `daily` in Dagster and `hourly` here.",
		`{key: a, partitions: {type: cron, cron: "0 */6 * * *", start: "2026-01-01"}}`:                                                     "a: The override contradicts what Dagster tells about the partitions of `a`: `type` is `daily` in Dagster and `cron` here.",
		`{key: a, partitions: {type: daily, start: "2026-01-02"}}`:                                                                         "a: The override contradicts what Dagster tells about the partitions of `a`: `start` is `2026-01-01` in Dagster and `2026-01-02` here.",
		`{key: a, partitions: {type: daily, start: "2026-01-01", timezone: Europe/Paris}}`:                                                 "a: The override contradicts what Dagster tells about the partitions of `a`: `timezone` is `UTC` in Dagster and `Europe/Paris` here.",
		`{key: a, partitions: {type: daily, start: "2026-01-01", format: "%Y/%m/%d"}}`:                                                     "a: The override contradicts what Dagster tells about the partitions of `a`: `format` is `%Y-%m-%d` in Dagster and `%Y/%m/%d` here.",
		`{key: a, partitions: {type: daily, start: "2026-01-01", hour_offset: 6}}`:                                                         "a: The override contradicts what Dagster tells about the partitions of `a`: `hour_offset` is `0` in Dagster and `6` here.",
		`{key: a, partitions: {type: daily, start: "2026-01-01", end_offset: 1}}`:                                                          "a: The override contradicts what Dagster tells about the partitions of `a`: `end_offset` is `0` in Dagster and `1` here.",
		`{key: c, partitions: {type: multi, dimensions: {date: {type: daily, start: "2026-01-01"}, who: {type: dynamic, name: folk}}}}`:    "c: The override contradicts what Dagster tells about the partitions of `c`: in the dimension `who` they are dynamic `people` in Dagster and dynamic `folk` here.",
		`{key: c, partitions: {type: multi, dimensions: {date: {type: weekly, start: "2026-01-01"}, who: {type: dynamic, name: people}}}}`: "c: The override contradicts what Dagster tells about the partitions of `c`: in the dimension `date` `type` is `daily` in Dagster and `weekly` here.",
		`{key: e, deps: [{key: b, mapping: {type: last}}]}`:                                                                                "{: The mapping of `b` to `e` is known without the override.",
		`{key: e, deps: [b]}`: "b: The override contradicts what Dagster tells exactly about the mapping of `b` to `e`.",
		`{key: e, deps: [a]}`: "a: In Dagster `e` does not depend on `a`.",
		`{key: z, deps: [a]}`: "z: Dagster has no asset `z`.",
		`{key: c, partitions: {type: multi, dimensions: {date: {type: daily, start: "2026-01-01"}, x: {type: dynamic, name: people}}}}`: "c: The override contradicts what Dagster tells about the partitions of `c`: `dimensions` is `date, who` in Dagster and `date, x` here.",
	} {
		_, messages := settle(t, "assets:\n  - "+text+"\n")
		if len(messages) != 5 || messages[0] != want {
			t.Errorf("%s: %q", text, messages)
		}
	}
	// A mapping that is settled as the default one is settled.
	if text, messages := settle(t, "assets: [{key: b, deps: [a]}]"); len(messages) != 3 || strings.Contains(text, "the mapping") {
		t.Error(messages, text)
	}
}

// TestOverrideNamed: a definition is settled by the name that the file gives it, wherever
// it is in doubt.
func TestOverrideNamed(t *testing.T) {
	text, messages := settle(t, `partitions: {daily: {type: cron, cron: "0 0 * * *", format: "%Y-%m-%d", start: "2026-01-01", end: "2026-12-31"}, other: {type: static, keys: [x]}}`)
	if len(messages) != 2 || strings.Contains(text, "windows") {
		t.Error(messages, text)
	}
	for _, a := range again(t, text) {
		switch {
		case a.Key == "a" && a.Partitions.End != "2026-12-31", a.Key == "c" && a.Partitions.Dimensions["date"].End != "2026-12-31", a.Key == "b" && a.Partitions.End != "":
			t.Errorf("%s: %+v", a.Key, a.Partitions)
		}
	}
	for text, want := range map[string]string{
		"partitions: {daily: {type: static, keys: [x]}}":                                                                   "The override contradicts what Dagster tells about the partitions `daily`: `type` is `daily` in Dagster and `static` here.",
		"as_told: [mappings]\npartitions: {other: {type: static, keys: [x]}, daily: {type: daily, start: \"2026-02-01\"}}": "The override contradicts what Dagster tells about the partitions `daily`: `start` is `2026-01-01` in Dagster and `2026-02-01` here.",
		"as_told: [partitions]\npartitions: {daily: {type: daily, start: \"2026-01-01\"}}":                                 "No partitions are in doubt that GraphQL tells.",
	} {
		if _, messages := settle(t, text); !strings.HasSuffix(messages[0], want) {
			t.Errorf("%s: %q", text, messages)
		}
	}
}

// TestAsTold: what GraphQL tells is taken for all there is; what nothing is known of stays
// in doubt.
func TestAsTold(t *testing.T) {
	text, messages := settle(t, "as_told: [partitions, mappings]")
	if diff := cmp.Diff([]string{"Partitions of `d`: auto does not know partitions of the type SPIRAL."}, messages); diff != "" || strings.Count(text, "In doubt") != 1 {
		t.Error(diff, text)
	}
	if _, messages := settle(t, "as_told: [mappings]"); len(messages) != 3 {
		t.Error(messages)
	}
}

// TestReadOverrides finds what is no override.
func TestReadOverrides(t *testing.T) {
	for text, want := range map[string]string{
		"assets: [{key: a, grup: x}]":                                   "grup",
		"assets: [{partitions: x}]":                                     "needs `key`",
		"assets: [{key: a, partitions: x}]":                             "No partitions are called `x`",
		"assets: [{key: a, partitions: {type: daily, start: never}}]":   "`never` is no date",
		"assets: [{key: a, deps: [{key: b, mapping: {type: static}}]}]": "needs `map`",
		"assets: [{key: a}, {key: a}]":                                  "two overrides",
		"partitions: {x: {type: daily, start: never}}":                  "`never` is no date",
		"as_told: [all]":                                                "`as_told` cannot be `all`",
		"jobs: []":                                                      "jobs",
		"[":                                                             "YAML",
		"- a":                                                           "mapping",
	} {
		_, found := assets.ReadOverrides(source.New("over.yaml", text))
		if len(found) == 0 || !strings.Contains(found.Error(), want) {
			t.Errorf("%s: %v", text, found)
		}
	}
}
