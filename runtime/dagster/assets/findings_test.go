package assets_test

import (
	"testing"

	"auto/runtime/dagster/assets"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

// TestFindings names what is not imported as it is in Dagster, and what Dagster does by
// itself.
func TestFindings(t *testing.T) {
	list := []graph.Asset{
		{Key: "a", Condition: "eager"}, {Key: "b", Condition: "eager"}, {Key: "c", Condition: "eager"}, {Key: "d", Condition: "eager"}, {Key: "e", Condition: "on_cron"},
		{Key: "f"}, {Key: "g", Partitions: partitions(t, graph.Spec{Type: graph.Static, Keys: []string{"x"}})},
	}
	f := fake{assets: list, jobs: map[string][]string{"nightly": {"a", "f"}, "ops_only": nil, "mine": {"b"}}, edit: func(answer object) {
		nodes := answer["assetNodes"].([]object)
		answer["assetNodes"] = append(nodes, merged(nodes[5], object{"assetKey": object{"path": []string{"h", "x/y"}}}))
		nodes[5]["assetChecksOrError"] = object{"__typename": "AssetCheckNeedsUserCodeUpgrade", "message": "Asset checks need dagster 1.5"}
		nodes[6]["metadataEntries"].([]object)[1]["jsonString"] = `{"partitions": {"__class__": "ExternalStaticPartitionsDefinitionData", "partition_keys": ["a..b"]}}`
	}}
	i := assets.Import(read(t, f), assets.Options{Elsewhere: func(job string) string {
		return map[string]string{"mine": "jobs/mine.yaml", "ops_only": "jobs/ops.yaml"}[job]
	}})
	var messages []string
	for _, finding := range i.Findings {
		messages = append(messages, string(finding.Code)+" "+finding.Message)
	}
	if diff := cmp.Diff([]string{
		"A343 Components of the keys of `h/x/y` hold a `/`, which joins components; they are left out.",
		"A340 Dagster gives no answer about the checks of `f`: Asset checks need dagster 1.5.",
		"A340 Partitions of `g`: auto does not accept its partitions: `a..b` cannot be a partition key: it is empty or holds `..`.",
		"A342 The sensor `automation` of Dagster runs, and launches `a`, `b`, `c` and 2 more by their AutomationConditions.",
	}, messages); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]assets.Job{{Name: "nightly", Keys: []string{"a", "f"}}}, i.Jobs); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]assets.LeftOut{{Job: "mine", File: "jobs/mine.yaml"}}, i.LeftOut); diff != "" {
		t.Error(diff)
	}
}

// TestJobTwice: a job of two locations is that of the first.
func TestJobTwice(t *testing.T) {
	f := fake{assets: []graph.Asset{{Key: "a"}, {Key: "b", Repository: "mart/__repository__"}}, jobs: map[string][]string{"load": {"a", "b"}}, edit: func(answer object) {
		mart := answer["workspaceOrError"].(object)["locationEntries"].([]object)[1]["locationOrLoadError"].(object)["repositories"].([]object)[0]
		mart["jobs"] = []object{{"name": "load", "isAssetJob": true}}
	}}
	i := assets.Import(read(t, f), assets.Options{})
	if diff := cmp.Diff([]assets.Job{{Name: "load", Keys: []string{"a"}}}, i.Jobs); diff != "" || len(i.Findings) != 1 {
		t.Error(diff, i.Findings)
	}
}

// TestNames: definitions that share a short name have longer ones.
func TestNames(t *testing.T) {
	list := []graph.Asset{}
	for n, spec := range []graph.Spec{
		{Type: graph.Daily, Start: "2026-01-01"}, {Type: graph.Daily, Start: "2026-02-01"}, {Type: graph.Daily, Start: "2026-01-01", End: "2026-02-01"},
		{Type: graph.Daily, Start: "2026-01-01", Timezone: "Europe/Berlin"}, {Type: graph.Hourly, Start: "2026-01-01"},
		{Type: graph.Static, Keys: []string{"!", "?"}}, {Type: graph.Static, Keys: []string{"a", "b", "c", "d", "e"}}, {Type: graph.Static, Keys: []string{"a", "b", "c", "d", "f"}},
		{Type: graph.Dynamic, Name: "Customers of EU"},
	} {
		for _, key := range []string{"x", "y"} {
			list = append(list, graph.Asset{Key: key + string(rune('a'+n)), Partitions: partitions(t, spec)})
		}
	}
	i := assets.Import(read(t, fake{assets: list}), assets.Options{})
	want := map[string]string{}
	for _, line := range []string{"a_b_c_d_1", "a_b_c_d_2", "customers_of_eu", "daily_2026_01_01_1", "daily_2026_01_01_2", "daily_2026_02_01", "daily_europe_berlin", "hourly", "static"} {
		want[line] = ""
	}
	got := map[string]string{}
	for _, name := range definitionNames(t, write(t, i)) {
		got[name] = ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
