package openlineage_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"auto/runtime/events"
	"auto/runtime/openlineage"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

var now = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func shop(t testing.TB) *graph.Graph {
	t.Helper()
	spec := func(s graph.Spec) *graph.Partitions {
		p, err := graph.NewPartitions(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	daily := spec(graph.Spec{Type: graph.Daily, Start: "2020-01-01", Timezone: "America/New_York"})
	region := spec(graph.Spec{Type: graph.Static, Keys: []string{"eu", "us"}})
	g, problems := graph.New([]graph.Asset{
		{Key: "public/orders", Partitions: daily},
		{Key: "shop/totals"}, {Key: "shop/old"},
		{Key: "analytics/customers"},
		{Key: "regions", Partitions: region},
		{Key: "grid", Partitions: spec(graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"day": daily, "region": region}})},
		{Key: "Twice"}, {Key: "twice"},
	}, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return g
}

var options = openlineage.Options{Facet: "partition", Field: "key"}

// line writes an event for comparison.
func line(e events.Event) string {
	parts := []string{string(e.Type)}
	for _, part := range []string{e.Asset, string(e.Status), strings.Join(e.Assets, "+"), e.Partition, e.DataVersion, e.Tags["auto/request"]} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " ")
}

func lines(r openlineage.Result) []string {
	var out []string
	for _, e := range r.Events {
		out = append(out, line(e))
	}
	for _, name := range r.Unmapped {
		out = append(out, "unmapped "+name)
	}
	for _, name := range r.Unplaced {
		out = append(out, "unplaced "+name)
	}
	return out
}

func read(t testing.TB, o openlineage.Options, body []byte) openlineage.Result {
	t.Helper()
	r, problems := openlineage.New(o, shop(t)).Read(body, now)
	if problems != nil {
		t.Fatal(problems)
	}
	return r
}

func TestIntegrations(t *testing.T) {
	for name, want := range map[string][]string{
		"airflow": {
			"run started 0b5f",
			"run started public/orders 2026-01-01 0b5f",
			"materialization public/orders 2026-01-01",
			"run success 0b5f",
			"unmapped postgres://db.example:5432 shop.public.audit_log",
		},
		// Midnight in UTC is still the day before in New York.
		"airflow_failed": {"run failure public/orders 2021-02-28"},
		"spark": {
			"run started shop/totals",
			"run started",
			"run started shop/totals",
			"materialization shop/totals 3821550127947089009",
			"run success",
		},
		"dbt": {
			"run started analytics/customers",
			"run started analytics/customers",
			"materialization analytics/customers",
			"run success",
		},
		"ignored": nil,
	} {
		t.Run(name, func(t *testing.T) {
			body, err := os.ReadFile(filepath.Join("testdata", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			r := read(t, options, body)
			if diff := cmp.Diff(want, lines(r)); diff != "" {
				t.Error(diff)
			}
			if name == "ignored" && r.Ignored != 3 {
				t.Error(r.Ignored)
			}
			accepted(t, r)
			if diff := cmp.Diff(r, read(t, options, body)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// accepted: what comes out are events that Read accepts, each with an ID of its own.
func accepted(t testing.TB, r openlineage.Result) {
	t.Helper()
	if len(r.Events) == 0 {
		return
	}
	text, err := json.Marshal(r.Events)
	if err != nil {
		t.Fatal(err)
	}
	again, problems := events.Read(text, now)
	if diff := cmp.Diff(r.Events, again); diff != "" || problems != nil {
		t.Fatal(diff, problems)
	}
	ids := map[string]bool{}
	for _, e := range r.Events {
		if e.ID == "" || ids[e.ID] {
			t.Fatalf("%q is no ID of its own", e.ID)
		}
		ids[e.ID] = true
	}
}

// complete gives a COMPLETE event with one output.
func complete(output, runFacets string) []byte {
	return fmt.Appendf(nil, `{"eventType":"COMPLETE","eventTime":"2026-01-02T00:00:00Z","run":{"runId":"r","facets":{%s}},"job":{},"outputs":[%s]}`, runFacets, output)
}

func TestNames(t *testing.T) {
	o := options
	o.Datasets = []openlineage.Dataset{
		{Namespace: "kafka://k", Name: "totals", Asset: "shop/totals"},
		{Name: "scratch.shop.totals", Asset: ""},
		{Name: "later", Asset: "not/yet"},
	}
	for _, test := range []struct{ namespace, name, want string }{
		{"n", "shop.totals", "shop/totals"},
		{"n", "shop/totals", "shop/totals"},
		{"n", "db.shop.totals", "shop/totals"},
		{"n", "totals", ""},
		{"n", "shop.totals.x", ""},
		{"n", "DB.SHOP.Totals", "shop/totals"},
		{"n", "TWICE", ""},
		{"n", "Twice", "Twice"},
		{"n", "", ""},
		{"kafka://k", "totals", "shop/totals"},
		{"n", "scratch.shop.totals", ""},
		{"n", "later", "not/yet"},
	} {
		body := complete(fmt.Sprintf(`{"namespace":%q,"name":%q}`, test.namespace, test.name), "")
		r := read(t, o, body)
		got := ""
		if len(r.Events) == 3 {
			got = r.Events[1].Asset
		}
		if got != test.want || (got == "") != (len(r.Unmapped) == 1) {
			t.Errorf("%s %s: %q %v", test.namespace, test.name, got, r.Unmapped)
		}
	}
	o = openlineage.Options{Namespaces: []string{"mine"}}
	if r := read(t, o, complete(`{"namespace":"other","name":"shop.totals"}`, "")); len(r.Unmapped) != 1 {
		t.Error(lines(r))
	}
	if r := read(t, o, complete(`{"namespace":"mine","name":"shop.totals"}`, "")); len(r.Unmapped) != 0 {
		t.Error(lines(r))
	}
}

func TestPartitions(t *testing.T) {
	for _, test := range []struct {
		name, output, run string
		want              []string
	}{
		{"a facet of the output", `{"name":"regions","outputFacets":{"partition":{"key":"eu"}}}`, "", []string{"eu"}},
		{"a facet of the dataset", `{"name":"regions","facets":{"partition":{"key":["eu","us","eu"]}}}`, "", []string{"eu", "us"}},
		{"a facet of the run", `{"name":"regions"}`, `"partition":{"key":"us"}`, []string{"us"}},
		{"a tag", `{"name":"regions"}`, `"tags":{"tags":[{"key":"dagster/partition","value":"us"}]}`, []string{"us"}},
		{"dimensions", `{"name":"grid"}`, `"partition":{"key":{"region":"eu","day":"2026-01-01"}}`, []string{"2026-01-01|eu"}},
		{"a dimension lacks", `{"name":"grid"}`, `"partition":{"key":{"region":"eu"}}`, nil},
		{"nothing says so", `{"name":"regions"}`, `"nominalTime":{"nominalStartTime":"2026-01-01T06:00:00Z"}`, nil},
		{"the nominal time", `{"name":"public.orders"}`, `"nominalTime":{"nominalStartTime":"2026-01-01T06:00:00Z"}`, []string{"2026-01-01"}},
		{"no nominal time", `{"name":"public.orders"}`, `"nominalTime":{"nominalStartTime":"soon"}`, nil},
		{"an impossible one", `{"name":"public.orders"}`, `"nominalTime":{"nominalStartTime":"0001-01-01T00:00:00Z"}`, nil},
		{"facets that are none", `{"name":"public.orders","facets":{"partition":7,"version":[]}}`, `"tags":{"tags":[1,{"key":2}]},"partition":{"key":{}}`, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := read(t, options, complete(test.output, test.run))
			accepted(t, r)
			var got []string
			for _, e := range r.Events {
				if e.Type == events.Materialization {
					got = append(got, e.Partition)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" || (got == nil) != (len(r.Unplaced) == 1) {
				t.Error(diff, r.Unplaced)
			}
		})
	}
}

func TestTimes(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2026-01-02T06:00:00+01:00":      time.Date(2026, 1, 2, 5, 0, 0, 0, time.UTC),
		"2026-01-02T06:00:00.123456789Z": time.Date(2026, 1, 2, 6, 0, 0, 123456000, time.UTC),
		"2026-01-02T06:00:00.5+0100":     time.Date(2026, 1, 2, 5, 0, 0, 500000000, time.UTC),
		"2026-01-02T06:00:00.123456":     time.Date(2026, 1, 2, 6, 0, 0, 123456000, time.UTC),
		"2036-01-02T06:00:00Z":           now,
		"0001-01-02T06:00:00Z":           now,
	} {
		r := read(t, options, fmt.Appendf(nil, `{"eventType":"START","eventTime":%q,"run":{"runId":"r"}}`, text))
		if len(r.Events) != 1 || !r.Events[0].At.Equal(want) {
			t.Error(text, r.Events)
		}
	}
}

func TestProblems(t *testing.T) {
	for body, want := range map[string]string{
		`{`:                        "not valid JSON",
		"\"\xff":                   "not UTF-8",
		`[1]`:                      "cannot be a JSON number",
		`{"eventType":7,"run":{}}`: "`eventType` cannot be a JSON number",
		`{"eventType":"DONE","eventTime":"2026-01-02T06:00:00Z","run":{"runId":"r"}}`:      "event 0: `eventType` cannot be \"DONE\"",
		`[{"run":null},{"eventType":"START","eventTime":"2026-01-02T06:00:00Z","run":{}}]`: "event 1: `run.runId` is missing",
		`{"eventType":"START","eventTime":"now","run":{"runId":"r"}}`:                      "`eventTime` is a time",
		"[" + strings.Repeat("{},", 1000) + "{}]":                                          "more than 1000 events",
	} {
		r, problems := openlineage.New(options, shop(t)).Read([]byte(body), now)
		if len(problems) != 1 || r.Events != nil || !strings.Contains(problems.Error(), want) {
			t.Errorf("%.60s: %v", body, problems)
		}
	}
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, name := range files {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add(complete(`{"name":"grid"}`, `"partition":{"key":{"region":"eu","day":"2026-01-01"}}`))
	translator := openlineage.New(options, shop(f))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, problems := translator.Read(body, now)
		if problems != nil && r.Events != nil {
			t.Fatal("events and problems")
		}
		if len(r.Events) > 0 {
			list := map[string]bool{}
			for _, e := range r.Events {
				list[e.ID] = true
			}
			if len(list) == len(r.Events) { // a body may have an event twice
				accepted(t, r)
			}
		}
	})
}
