package dagster

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDeployment(t *testing.T) {
	d := Start(t, Options{Daemon: true, Fast: true})
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
	t.Run("ends of runs", func(t *testing.T) {
		fails := d.Launch(t, Launch{Assets: []string{"raw_events"}, Tags: map[string]string{"sample/behaviour": "fail"}})
		sleeps := d.Launch(t, Launch{Assets: []string{"summary"}, Tags: map[string]string{"sample/sleep": "600"}})
		elsewhere := d.Launch(t, Launch{Location: "mart", Assets: []string{"mart_orders"}, Partition: "2026-03-01"})
		named := d.Launch(t, Launch{Job: "params_job"})
		d.WaitRun(t, sleeps, "STARTED")
		d.Terminate(t, sleeps)
		d.WaitRun(t, sleeps, "CANCELED")
		d.WaitRun(t, fails, "FAILURE")
		d.WaitRun(t, elsewhere, "SUCCESS")
		if r := d.WaitRun(t, named, "SUCCESS"); r.Job != "params_job" || len(r.Assets()) != 0 {
			t.Errorf("job %s, assets %v", r.Job, r.Assets())
		}
		d.DeleteRun(t, named)
		if _, ok := d.Run(t, named); ok {
			t.Error("the run is still there")
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
