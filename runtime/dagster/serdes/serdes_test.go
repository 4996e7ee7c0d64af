package serdes_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"auto/runtime/dagster/serdes"
	"auto/vm/graph"
	"auto/vm/space"

	"github.com/google/go-cmp/cmp"
)

// definition is one that testdata/record.py recorded.
type definition struct {
	Name   string
	Serdes json.RawMessage
	// Keys are the partitions at some instants: their number, the first and last two.
	Keys map[time.Time]struct {
		Count int
		Ends  []string
	}
}

// recorded reads a file of testdata.
func recorded[T any](t testing.TB, name string) []T {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var list []T
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	return list
}

var berlin = "Europe/Berlin"

// specs are the recorded definitions as they are written here.
var specs = map[string]graph.Spec{
	"daily":                               {Type: graph.Daily, Start: "2026-01-01"},
	"daily ended":                         {Type: graph.Daily, Start: "2026-01-01", End: "2026-12-31", Timezone: berlin},
	"daily offsets":                       {Type: graph.Daily, Start: "2026-01-01", Timezone: "America/New_York", Minute: 30, Hour: 6, EndOffset: 1},
	"daily behind":                        {Type: graph.Daily, Start: "2025-12-01", EndOffset: -2},
	"daily format":                        {Type: graph.Daily, Start: "2026-01-01", Format: "%Y/%m/%d"},
	"daily with hour":                     {Type: graph.Daily, Start: "2026-01-01", Format: "%Y-%m-%d %H", Hour: 4},
	"hourly":                              {Type: graph.Hourly, Start: "2026-10-24", Timezone: berlin},
	"hourly minute":                       {Type: graph.Hourly, Start: "2026-10-24", Minute: 15, EndOffset: 2},
	"hourly offset in keys":               {Type: graph.Hourly, Start: "2026-10-24", Timezone: berlin, Format: "%Y-%m-%d-%H:%M%z"},
	"hourly from a time that comes twice": {Type: graph.Hourly, Start: "2026-10-25T02:00:00+01:00", Timezone: berlin},
	"weekly":                              {Type: graph.Weekly, Start: "2026-01-01"},
	"weekly offsets":                      {Type: graph.Weekly, Start: "2026-01-01", Timezone: "Asia/Kolkata", Minute: 5, Hour: 1, Day: 3},
	"monthly":                             {Type: graph.Monthly, Start: "2025-01-01"},
	"monthly offsets":                     {Type: graph.Monthly, Start: "2025-01-01", Timezone: "Australia/Sydney", Hour: 23, Day: 31, EndOffset: 1},
	"monthly format":                      {Type: graph.Monthly, Start: "2025-01-01", Format: "%Y-%m"},
	"cron":                                {Type: graph.Cron, Start: "2026-01-01", Timezone: berlin, Cron: "*/15 6-8 * * 1-5"},
	"cron lists":                          {Type: graph.Cron, Start: "2026-01-01", End: "2026-06-01", Cron: "0 0 1,15 * *", Format: "%Y-%m-%d"},
	"cron as daily":                       {Type: graph.Daily, Start: "2026-01-01"},
	"cron weekday 7":                      {Type: graph.Cron, Start: "2026-01-01", Cron: "0 0 * * 7", Format: "%Y-%m-%d"},
	"start within a day":                  {Type: graph.Daily, Start: "2026-01-01 13:45:30", Timezone: berlin},
	"start in a fraction":                 {Type: graph.Daily, Start: "2026-01-01T13:45:30.25+01:00", Timezone: berlin},
	"exclusions":                          {Type: graph.Daily, Start: "2026-01-01"},
	"static":                              {Type: graph.Static, Keys: []string{"eu", "us", "apac"}},
	"static odd":                          {Type: graph.Static, Keys: []string{"it's", `a "b"`, "2026-01-01", "yes", "null", " a ", "ä", "#x"}},
	"dynamic":                             {Type: graph.Dynamic, Name: "customers"},
}

// TestPartitions holds what is read against Dagster's own partitions.
func TestPartitions(t *testing.T) {
	list := recorded[definition](t, "definitions.json")
	if len(list) != 28 {
		t.Errorf("%d definitions", len(list))
	}
	for _, d := range list {
		spec, doubt := serdes.Partitions(d.Serdes)
		if (doubt != "") != (d.Name == "exclusions") || spec == nil {
			t.Errorf("%s: %q, %v", d.Name, doubt, spec)
			continue
		}
		p, err := graph.NewPartitions(*spec)
		if err != nil {
			t.Errorf("%s: %v", d.Name, err)
			continue
		}
		if want, ok := specs[d.Name]; ok {
			if diff := cmp.Diff(want, *spec); diff != "" {
				t.Errorf("%s: %s", d.Name, diff)
			}
		}
		if doubt == "" {
			compareKeys(t, d, p)
		}
	}
}

// compareKeys compares partitions at all recorded instants.
func compareKeys(t *testing.T, d definition, p *graph.Partitions) {
	t.Helper()
	for at, want := range d.Keys {
		keys := keysOf(t, p, at)
		ends := append(append([]string{}, keys[:min(2, len(keys))]...), keys[max(0, len(keys)-2):]...)
		if len(keys) != want.Count || !cmp.Equal(ends, want.Ends) {
			t.Errorf("%s at %s: %d partitions %v, and Dagster has %d, %v", d.Name, at, len(keys), ends, want.Count, want.Ends)
		}
	}
}

func keysOf(t *testing.T, p *graph.Partitions, at time.Time) []string {
	t.Helper()
	g, _ := graph.New([]graph.Asset{{Key: "a", Partitions: p}}, nil)
	s, err := space.New(space.Input{Graph: g, At: at, Dynamic: func(string) []string { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, s.Entities[0].Keys.Len())
	for i := range out {
		out[i] = s.Entities[0].Keys.Key(i)
	}
	return out
}

func TestDimensions(t *testing.T) {
	for _, d := range recorded[definition](t, "definitions.json") {
		if d.Name != "multi offsets" {
			continue
		}
		spec, _ := serdes.Partitions(d.Serdes)
		want := map[string]graph.Spec{"day": {Type: graph.Daily, Start: "2026-01-01", Hour: 2}, "who": {Type: graph.Dynamic, Name: "customers"}}
		for name, p := range spec.Dimensions {
			if diff := cmp.Diff(want[name], p.Spec); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
}

// TestMappings reads all mappings of Dagster.
func TestMappings(t *testing.T) {
	want := map[string]*graph.Mapping{
		"all": {Kind: graph.MapAll}, "last": {Kind: graph.MapLast}, "identity": {Kind: graph.MapIdentity},
		"time window":           {Kind: graph.MapTimeWindow},
		"time window offsets":   {Kind: graph.MapTimeWindow, StartOffset: -7, EndOffset: -1},
		"time window allows":    {Kind: graph.MapTimeWindow, StartOffset: 1, AllowNonexistent: true},
		"static":                {Kind: graph.MapStatic, Static: map[string][]string{"eu": {"de", "fr"}, "us": {"us"}, "apac": {"au", "jp"}}},
		"static odd":            {Kind: graph.MapStatic, Static: map[string][]string{"it's": {`a "b"`, "it's"}, `back\slash`: {"tab\tend"}, "ä€": {"\x7f\u200b"}}},
		"specific":              {Kind: graph.MapSpecific, Keys: []string{"a", "it's"}},
		"multi to single":       nil,
		"multi to single named": {Kind: graph.MapMultiToSingle, Dimension: "date"},
		"multi": {Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{
			"date": {Dimension: "day", Mapping: &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1, EndOffset: -1}}, "region": {Dimension: "area"}}},
		"multi of all": {Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{
			"a": {Dimension: "a", Mapping: &graph.Mapping{Kind: graph.MapAll}}, "b": {Dimension: "b", Mapping: &graph.Mapping{Kind: graph.MapLast}}}},
		"multi of static": {Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{
			"a": {Dimension: "a", Mapping: &graph.Mapping{Kind: graph.MapStatic, Static: map[string][]string{"x": {"y"}}}}, "b": {Dimension: "b"}}},
		"multi of specific": {Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{
			"a": {Dimension: "a", Mapping: &graph.Mapping{Kind: graph.MapSpecific, Keys: []string{"x"}}}, "b": {Dimension: "b"}}},
	}
	type mapping struct {
		Name   string
		Serdes json.RawMessage
	}
	list := recorded[mapping](t, "mappings.json")
	if len(list) != len(want) {
		t.Errorf("%d mappings, want %d", len(list), len(want))
	}
	for _, m := range list {
		got, doubt := serdes.Mapping(m.Serdes)
		if diff := cmp.Diff(want[m.Name], got); diff != "" || doubt != "" {
			t.Errorf("%s: %s%s", m.Name, doubt, diff)
		}
		if got == nil {
			continue
		}
		if err := got.Check(); err != nil {
			t.Errorf("%s: %v", m.Name, err)
		}
	}
}

// TestDoubts: what cannot be read is said, and nothing is guessed.
func TestDoubts(t *testing.T) {
	const windows = `{"__class__": "ExternalTimeWindowPartitionsDefinitionData", "start": 0, "timezone": "UTC", "fmt": "%Y-%m-%d", "end_offset": 0, `
	for _, c := range []struct{ raw, doubt string }{
		{`{"__class__": "MyPartitions"}`, "auto does not know `MyPartitions`, which Dagster has as a partitions definition."},
		{`[]`, "What Dagster has as a partitions definition cannot be read."},
		{`{}`, "What Dagster has as a partitions definition cannot be read."},
		{windows + `"cron_schedule": null}`, "Dagster's `ExternalTimeWindowPartitionsDefinitionData` is written in a form that auto does not know."},
		{windows + `"cron_schedule": 5}`, "Dagster's `ExternalTimeWindowPartitionsDefinitionData` is written in a form that auto does not know."},
		{strings.Replace(windows, "UTC", "Mars/Base", 1) + `"cron_schedule": "0 0 * * *"}`, "Dagster's `ExternalTimeWindowPartitionsDefinitionData` is written in a form that auto does not know."},
		{`{"__class__": "ExternalStaticPartitionsDefinitionData"}`, "Dagster's `ExternalStaticPartitionsDefinitionData` is written in a form that auto does not know."},
		{`{"__class__": "ExternalDynamicPartitionsDefinitionData", "name": null}`, "Dagster's `ExternalDynamicPartitionsDefinitionData` is written in a form that auto does not know."},
		{`{"__class__": "ExternalMultiPartitionsDefinitionData", "external_partition_dimension_definitions": [{"name": "a", "external_partitions_def_data": {"__class__": "Mine"}}]}`,
			"In the dimension `a`: auto does not know `Mine`, which Dagster has as a partitions definition."},
		{`{"__class__": "ExternalMultiPartitionsDefinitionData", "external_partition_dimension_definitions": [{"name": "a"}]}`,
			"Dagster's `ExternalMultiPartitionsDefinitionData` is written in a form that auto does not know."},
		{`{"__class__": "ExternalMultiPartitionsDefinitionData", "external_partition_dimension_definitions": [{"name": "a", "external_partitions_def_data": {"__class__": "ExternalStaticPartitionsDefinitionData", "partition_keys": [""]}}]}`,
			"In the dimension `a`: `` cannot be a partition key: it is empty or holds `..`."},
	} {
		if spec, doubt := serdes.Partitions([]byte(c.raw)); spec != nil || doubt != c.doubt {
			t.Errorf("%s: %v, %s", c.raw, spec, doubt)
		}
	}
	for _, c := range []struct{ raw, doubt string }{
		{`{"__class__": "MyMapping"}`, "auto does not know `MyMapping`, which Dagster has as a partition mapping."},
		{`{"__class__": "TimeWindowPartitionMapping", "start_offset": "1"}`, "Dagster's `TimeWindowPartitionMapping` is written in a form that auto does not know."},
		{`{"__class__": "StaticPartitionMapping"}`, "Dagster's `StaticPartitionMapping` is written in a form that auto does not know."},
		{`{"__class__": "MultiPartitionMapping", "downstream_mappings_by_upstream_dimension": {"a": {"dimension_name": "b", "partition_mapping": {"__class__": "Mine"}}}}`,
			"In the dimension `a`: auto does not know `Mine`, which Dagster has as a partition mapping."},
	} {
		if m, doubt := serdes.Mapping([]byte(c.raw)); m != nil || doubt != c.doubt {
			t.Errorf("%s: %v, %s", c.raw, m, doubt)
		}
	}
}

// TestOldSchedules reads what there was before cron_schedule.
func TestOldSchedules(t *testing.T) {
	const raw = `{"__class__": "ExternalTimeWindowPartitionsDefinitionData", "cron_schedule": null, "schedule_type": {"__enum__": "ScheduleType.%s"},
		"minute_offset": 5, "hour_offset": 6, "day_offset": 2, "start": 1767225600.0, "timezone": null, "fmt": "%%Y-%%m-%%d", "end_offset": 0}`
	spec, doubt := serdes.Partitions([]byte(strings.NewReplacer("%%", "%", "%s", "WEEKLY").Replace(raw)))
	want := &graph.Spec{Type: graph.Weekly, Start: "2026-01-01", Minute: 5, Hour: 6, Day: 2}
	if diff := cmp.Diff(want, spec); diff != "" || doubt != "" {
		t.Error(doubt, diff)
	}
	if spec, doubt := serdes.Partitions([]byte(strings.NewReplacer("%%", "%", "%s", "YEARLY").Replace(raw))); spec != nil || doubt == "" {
		t.Error(spec)
	}
}

func TestNull(t *testing.T) {
	for _, raw := range []string{"null", ""} {
		if spec, doubt := serdes.Partitions([]byte(raw)); spec != nil || doubt != "" {
			t.Errorf("%q: %v, %s", raw, spec, doubt)
		}
		if m, doubt := serdes.Mapping([]byte(raw)); m != nil || doubt != "" {
			t.Errorf("%q: %v, %s", raw, m, doubt)
		}
	}
}

func FuzzPartitions(f *testing.F) {
	for _, d := range recorded[definition](f, "definitions.json") {
		f.Add([]byte(d.Serdes))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if spec, doubt := serdes.Partitions(raw); spec == nil && doubt == "" && len(raw) > 0 && string(raw) != "null" {
			t.Errorf("%q is neither read nor doubted", raw)
		}
		if m, doubt := serdes.Mapping(raw); m != nil && doubt != "" {
			t.Errorf("%q is read and doubted", raw)
		}
	})
}
