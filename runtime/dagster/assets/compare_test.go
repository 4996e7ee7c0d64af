package assets_test

import (
	"slices"
	"testing"

	"auto/lang/source"
	"auto/runtime/dagster/assets"
	"auto/runtime/dagster/deployment"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func partitions(t rapid.TB, spec graph.Spec) *graph.Partitions {
	t.Helper()
	p, err := graph.NewPartitions(spec)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sales are assets of all that is compared.
func sales(t rapid.TB) []graph.Asset {
	t.Helper()
	daily := partitions(t, graph.Spec{Type: graph.Daily, Start: "2026-01-01", End: "2026-12-31"})
	regions := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"eu", "us"}})
	return []graph.Asset{
		{Key: "raw"},
		{Key: "orders", Group: "sales", CodeVersion: "1", Tags: map[string]string{"tier": "gold"}, Kinds: []string{"s3"}, Owners: []string{"team:a"}, Partitions: daily,
			Deps: []graph.Dep{{Key: "raw"}}, Checks: []graph.Check{{Name: "full", Blocking: true}, {Name: "fresh"}}},
		{Key: "total", Partitions: daily, Deps: []graph.Dep{{Key: "orders", Mapping: &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1}}}},
		{Key: "regions", Partitions: regions, Deps: []graph.Dep{{Key: "orders", Mapping: &graph.Mapping{Kind: graph.MapLast}}}},
		{Key: "left", ExecutionSet: "pair"}, {Key: "right", ExecutionSet: "pair"},
		{Key: "other", Repository: "mart/__repository__"},
	}
}

// imported gives the graph of some assets as an import has it.
func imported(t rapid.TB, list []graph.Asset) *graph.Graph {
	t.Helper()
	return assets.Import(read(t, fake{assets: list}), assets.Options{}).Graph()
}

func TestCompare(t *testing.T) {
	monthly := partitions(t, graph.Spec{Type: graph.Monthly, Start: "2026-01-01", Timezone: "Europe/Berlin", Day: 2, EndOffset: 1})
	grid := partitions(t, graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"m": monthly, "who": partitions(t, graph.Spec{Type: graph.Dynamic, Name: "people"})}})
	many := partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"eu", "us", "jp", "au", "br"}})
	for _, c := range []struct {
		name   string
		asset  string
		change func(a *graph.Asset)
		want   []string
	}{
		{"nothing", "raw", func(*graph.Asset) {}, nil},
		{"group", "orders", func(a *graph.Asset) { a.Group = "" }, []string{"`orders`: Its group: `default` in Dagster, `sales` here."}},
		{"code version", "orders", func(a *graph.Asset) { a.CodeVersion = "2" }, []string{"`orders`: Its code version: `2` in Dagster, `1` here."}},
		{"tags", "orders", func(a *graph.Asset) { a.Tags = nil }, []string{"`orders`: Its tags: none in Dagster, `\"tier\": \"gold\"` here."}},
		{"kinds", "orders", func(a *graph.Asset) { a.Kinds = []string{"dbt", "s3"} }, []string{"`orders`: Its kinds: `dbt, s3` in Dagster, `s3` here."}},
		{"owners", "orders", func(a *graph.Asset) { a.Owners = []string{"a@b.example"} }, []string{"`orders`: Its owners: `a@b.example` in Dagster, `team:a` here."}},
		{"freshness", "raw", func(a *graph.Asset) { a.Freshness = true }, []string{"`raw`: Its freshness policy: it has one in Dagster, it has none here."}},
		{"external", "raw", func(a *graph.Asset) { a.External = true }, []string{"`raw`: Its execution: `external` in Dagster, `materializable` here."}},
		{"observable", "raw", func(a *graph.Asset) { a.Observable = true }, []string{"`raw`: Its execution: `observable` in Dagster, `materializable` here."}},
		{"repository", "other", func(a *graph.Asset) { a.Repository = "mart/new" }, []string{"`other`: Its repository: `mart/new` in Dagster, `mart/__repository__` here."}},
		{"windows", "orders", func(a *graph.Asset) { a.Partitions = monthly }, []string{
			"`orders`: Its partitions: monthly, start 2026-01-01, timezone Europe/Berlin, day_offset 2, end_offset 1 in Dagster, daily, start 2026-01-01, end 2026-12-31 here."}},
		{"no partitions", "total", func(a *graph.Asset) { a.Partitions = nil }, []string{
			"`total`: Its partitions: none in Dagster, daily, start 2026-01-01, end 2026-12-31 here."}},
		{"static", "regions", func(a *graph.Asset) { a.Partitions = many }, []string{
			"`regions`: Its partitions: static `eu`, `us`, `jp` and 2 more of 5 in Dagster, static `eu`, `us` of 2 here."}},
		{"multi", "regions", func(a *graph.Asset) { a.Partitions = grid }, []string{
			"`regions`: Its partitions: multi (m: monthly, start 2026-01-01, timezone Europe/Berlin, day_offset 2, end_offset 1; who: dynamic `people`) in Dagster, static `eu`, `us` of 2 here."}},
		{"dependency", "total", func(a *graph.Asset) { a.Deps = []graph.Dep{{Key: "raw"}} }, []string{
			"`total`: In Dagster it depends on `raw`, and here it does not.", "`total`: Here it depends on `orders`, and in Dagster it does not."}},
		{"mapping", "total", func(a *graph.Asset) {
			a.Deps = []graph.Dep{{Key: "orders", Mapping: &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -2, AllowNonexistent: true}}}
		}, []string{"`total`: The mapping of `orders`: time_window from -2 to +0, nonexistent allowed in Dagster, time_window from -1 to +0 here."}},
		{"default mapping", "regions", func(a *graph.Asset) { a.Deps = []graph.Dep{{Key: "orders"}} }, []string{
			"`regions`: The mapping of `orders`: the default in Dagster, last here."}},
		{"mapping written out", "orders", func(a *graph.Asset) { a.Deps = []graph.Dep{{Key: "raw", Mapping: &graph.Mapping{Kind: graph.MapAll}}} }, nil},
		{"execution set", "right", func(a *graph.Asset) { a.ExecutionSet = "" }, []string{
			"`left`: It runs together with: none in Dagster, `left, right` here.", "`right`: It runs together with: none in Dagster, `left, right` here."}},
		{"checks", "orders", func(a *graph.Asset) {
			a.Checks = []graph.Check{{Name: "full", Deps: []string{"raw"}, Partitioned: true, Embedded: true}, {Name: "new"}}
		}, []string{
			"`orders:fresh`: It is not in Dagster.",
			"`orders:full`: Not blocking, partitioned, embedded, with raw in Dagster, Blocking here.",
			"`orders:new`: It is new in Dagster."}},
		{"renamed", "raw", func(a *graph.Asset) { a.Key = "rawer" }, []string{"`raw`: It is not in Dagster.", "`rawer`: It is new in Dagster."}},
	} {
		here, there := imported(t, sales(t)), sales(t)
		c.change(&there[slices.IndexFunc(there, func(a graph.Asset) bool { return a.Key == c.asset })])
		var got []string
		for _, change := range assets.Compare(here, read(t, fake{assets: there})) {
			got = append(got, change.String())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

// TestCompareDown: of a location that is not loaded nothing is told.
func TestCompareDown(t *testing.T) {
	list := sales(t)
	list[6].Deps, list[2].Deps = nil, append(list[2].Deps, graph.Dep{Key: "other"})
	here := imported(t, list)
	down := fake{assets: list, edit: func(answer object) {
		entries := answer["workspaceOrError"].(object)["locationEntries"].([]object)
		entries[1]["locationOrLoadError"] = object{"__typename": "PythonError", "message": "ImportError: no\n  stack"}
		stub := answer["assetNodes"].([]object)[6]
		stub["isAutoCreatedStub"], stub["isMaterializable"], stub["repository"] = true, false, object{"name": "__repository__", "location": object{"name": "core"}}
	}}
	d := read(t, down)
	if changes := assets.Compare(here, d); len(changes) > 0 {
		t.Error(changes)
	}
	i := assets.Import(d, assets.Options{})
	if len(i.Findings) != 1 || i.Findings[0].Message != "The code location `mart` is not loaded: ImportError: no." {
		t.Error(i.Findings)
	}
	want := []assets.Change{{Key: "other", What: "Its code location is not loaded, so it becomes external."}}
	if diff := cmp.Diff(want, assets.CompareImport(here, d, i)); diff != "" {
		t.Error(diff)
	}
	// Without the location, the asset that others name is external.
	gone := fake{assets: list, edit: func(answer object) {
		down.edit(answer)
		workspace := answer["workspaceOrError"].(object)
		workspace["locationEntries"] = workspace["locationEntries"].([]object)[:1]
	}}
	d = read(t, gone)
	want = []assets.Change{{Key: "other", What: "In Dagster it is not defined any more, and others still depend on it."}}
	if diff := cmp.Diff(want, assets.Compare(here, d)); diff != "" {
		t.Error(diff)
	}
	if a, _ := assets.Import(d, assets.Options{}).Graph().Asset("other"); !a.External || a.Repository != "" {
		t.Errorf("%+v", a)
	}
}

// TestCompareImport: what would be written is compared, whether it is told, settled or left out.
func TestCompareImport(t *testing.T) {
	d := doubted(t)
	before := assets.Import(d, assets.Options{}).Graph()
	if changes := assets.CompareImport(before, d, assets.Import(d, assets.Options{})); len(changes) > 0 {
		t.Error(changes)
	}
	o, _ := assets.ReadOverrides(source.New("over.yaml", `assets:
  - {key: a, partitions: {type: daily, start: "2026-01-01", end: "2026-12-31"}}
  - {key: b, deps: [{key: a, mapping: {type: last}}]}
  - {key: d, partitions: {type: static, keys: [x]}}
`))
	settled := assets.Import(d, assets.Options{Overrides: o})
	want := []assets.Change{
		{Key: "a", What: "Its partitions: daily, start 2026-01-01, end 2026-12-31 as imported, daily, start 2026-01-01 here."},
		{Key: "b", What: "The mapping of `a`: last as imported, the default here."},
		{Key: "d", What: "Its partitions: static `x` of 1 as imported, none here."},
	}
	if diff := cmp.Diff(want, assets.CompareImport(before, d, settled)); diff != "" {
		t.Error(diff)
	}
	// Of what is in doubt a project may differ from Dagster.
	if changes := assets.Compare(settled.Graph(), d); len(changes) > 0 {
		t.Error(changes)
	}
	d.Assets["c"].ChecksProblem = "Dagster gives no answer."
	delete(d.Assets, "e")
	d.Locations = append(d.Locations, deployment.Location{Name: "mart"})
	mine := []graph.Asset{{Key: "c", Repository: "core/__repository__", Partitions: partitions(t, *d.Assets["c"].Partitions), Checks: []graph.Check{{Name: "full"}}},
		{Key: "e", Repository: "mart/__repository__"}, {Key: "feed", External: true}}
	g, _ := graph.New(mine, nil)
	want = []assets.Change{
		{Key: "a", What: "It is new in Dagster."}, {Key: "b", What: "It is new in Dagster."},
		{Key: "c:full", What: "Dagster gives no answer about it, so it is left out."},
		{Key: "d", What: "It is new in Dagster."},
		{Key: "e", What: "Its code location is not loaded, so it is left out."},
		{Key: "feed", What: "It is not in Dagster."},
	}
	if diff := cmp.Diff(want, assets.CompareImport(g, d, assets.Import(d, assets.Options{}))); diff != "" {
		t.Error(diff)
	}
}

// TestCompareExternal: what only the project has, and nobody runs, is not of Dagster.
func TestCompareExternal(t *testing.T) {
	list := sales(t)
	mine := append(slices.Clone(list), graph.Asset{Key: "feed", External: true}, graph.Asset{Key: "mine"})
	for i := range mine[:len(list)] {
		mine[i].Repository = orHome(mine[i].Repository)
	}
	g, _ := graph.New(mine, nil)
	if diff := cmp.Diff([]assets.Change{{Key: "mine", What: "It is not in Dagster."}}, assets.Compare(g, read(t, fake{assets: list}))); diff != "" {
		t.Error(diff)
	}
}

func TestDrift(t *testing.T) {
	before, after := read(t, fake{assets: sales(t)}), read(t, fake{assets: sales(t)[1:]})
	g := assets.Import(before, assets.Options{}).Graph()
	var d assets.Drift
	look := func(now *deployment.Deployment, wantCount int, wantFresh bool) {
		t.Helper()
		changes, fresh := d.Look(g, now)
		if len(changes) != wantCount || fresh != wantFresh || len(d.Changes()) != wantCount {
			t.Errorf("%v, fresh %v", changes, fresh)
		}
	}
	look(nil, 0, false)
	look(before, 0, false)
	look(after, 1, true)
	look(after, 1, false)
	look(read(t, fake{assets: sales(t)[1:]}), 1, false) // loaded anew, and nothing else
	look(before, 0, true)
}
