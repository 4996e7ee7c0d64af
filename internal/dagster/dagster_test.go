package dagster

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDeployment(t *testing.T) {
	d := Start(t, Options{Daemon: true})
	d.Loaded(t)
	t.Run("a run", func(t *testing.T) {
		id := d.Launch(t, Launch{Assets: []string{"daily_orders"}, Partition: "2026-11-01", Tags: map[string]string{"who": "test"}})
		d.WaitRun(t, id, "SUCCESS")
		runs := d.Runs(t, map[string]string{"who": "test"})
		if len(runs) != 1 || runs[0].ID != id || runs[0].Partition() != "2026-11-01" {
			t.Errorf("runs %v, want %s", runs, id)
		}
		if diff := cmp.Diff([]string{"daily_orders"}, runs[0].Assets()); diff != "" {
			t.Error(diff)
		}
		if m := d.Materializations(t, "daily_orders"); len(m) != 1 || m[0].Run != id || m[0].Metadata["run"] != id {
			t.Errorf("materializations %v", m)
		}
	})
	t.Run("events", func(t *testing.T) {
		d.Report(t, "raw_events")
		if m := d.Materializations(t, "raw_events"); len(m) != 1 || m[0].Run != "" {
			t.Errorf("materializations %v", m)
		}
		d.Wipe(t, "raw_events")
		if m := d.Materializations(t, "raw_events"); len(m) != 0 {
			t.Errorf("materializations %v after a wipe", m)
		}
		d.AddPartition(t, "core", "customers", "acme")
		if p := d.Partitions(t, "customer_report"); !slices.Equal(p, []string{"acme"}) {
			t.Errorf("partitions %v", p)
		}
		d.DeletePartition(t, "core", "customers", "acme")
	})
	t.Run("killed", func(t *testing.T) {
		d.Webserver.Kill(t)
		d.Webserver.Start(t)
		d.Ready(t)
		d.Edit(t, "mart_defs.py", `key=["mart", "kpi"]`, `key=["mart", "kpi2"]`)
		d.Reload(t, "mart")
		d.Loaded(t)
		d.Report(t, "mart/kpi2")
	})
}

func TestFast(t *testing.T) {
	d := Start(t, Options{Daemon: true, Fast: true})
	var ids []string
	for range 10 {
		ids = append(ids, d.Launch(t, Launch{Assets: []string{"raw_events"}}))
	}
	for _, id := range ids {
		d.WaitRun(t, id, "SUCCESS")
	}
	d.WaitRun(t, d.Launch(t, Launch{Job: "params_job"}), "SUCCESS")
	d.WaitRun(t, d.Launch(t, Launch{Location: "mart", Assets: []string{"mart_orders"}, Partition: "2026-03-01"}), "SUCCESS")
	d.WaitRun(t, d.Launch(t, Launch{Assets: []string{"raw_events"}, Tags: map[string]string{"sample/behaviour": "fail"}}), "FAILURE")
}
