package deployment_test

import (
	"context"
	"testing"

	"auto/runtime/dagster/deployment"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

func read(t *testing.T, c *recorded) *deployment.Deployment {
	t.Helper()
	d, err := deployment.Read(context.Background(), c, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestRead(t *testing.T) {
	c := &recorded{dir: "sample"}
	d := read(t, c)
	if d.Version != "1.13.27" || len(d.Assets) != 18 || !d.Complete() {
		t.Errorf("%s, %d assets", d.Version, len(d.Assets))
	}
	if want := []string{"Definitions", "PartitionKeys", "RequiredKeys"}; !cmp.Equal(c.asked(), want) {
		t.Errorf("asked %v", c.asked())
	}
	if want := []deployment.Job{{Name: "params_job", Location: "core", Repository: "__repository__"}, {Name: "s3_ingestion", Location: "core", Repository: "__repository__"}}; !cmp.Equal(d.Jobs, want) {
		t.Error(d.Jobs)
	}
	daily := &graph.Spec{Type: graph.Daily, Start: "2026-01-01", End: "2026-12-31", Timezone: "Europe/Berlin"}
	want := &deployment.Asset{
		Key: "daily_clicks", Location: "core", Repository: "__repository__", Group: "core", Tags: map[string]string{},
		Ops: []string{"daily_clicks"}, Jobs: []string{"__ASSET_JOB"}, Materializable: true, Partitions: daily,
		Deps: []deployment.Dep{{Key: "daily_orders", Mapping: &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1, EndOffset: -1}}, {Key: "hourly_clicks"}},
	}
	if diff := cmp.Diff(want, d.Assets["daily_clicks"]); diff != "" {
		t.Error(diff)
	}
	if pair := []string{"pair_left", "pair_right"}; !cmp.Equal(d.Assets["pair_right"].Set, pair) || d.Assets["raw_events"].Set != nil {
		t.Error(d.Assets["pair_right"].Set)
	}
}
