//go:build soak

package dagster

import "testing"

// TestPostgresSoak: PostgreSQL in place of SQLite, and Dagster's own way to start runs.
func TestPostgresSoak(t *testing.T) {
	d := Start(t, Options{Daemon: true, Postgres: true})
	id := d.Launch(t, Launch{Assets: []string{"region_day"}, Partition: "2026-11-01|eu"})
	d.WaitRun(t, id, "SUCCESS")
	if m := d.Materializations(t, "region_day"); len(m) != 1 || m[0].Partition != "2026-11-01|eu" {
		t.Errorf("materializations %v", m)
	}
}
