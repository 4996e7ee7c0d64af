package dagster

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// makeTables makes the databases of an empty DAGSTER_HOME. A webserver and a daemon that
// start at once with none fall over each other.
const makeTables = `import dagster
with dagster.DagsterInstance.get() as i:
    i.get_runs(limit=1)
    i.get_daemon_heartbeats()
    i.event_log_storage.get_maximum_record_id()
    i.schedule_storage.all_instigator_state()
`

// empty gives an empty DAGSTER_HOME of a venv: its databases have been made once.
func empty(t testing.TB, bin string) string {
	t.Helper()
	cache, err := os.UserCacheDir()
	must(t, err)
	dir := filepath.Join(cache, "auto", fmt.Sprintf("home-%s-%.4x", Version, sha256.Sum256([]byte(bin))))
	must(t, os.MkdirAll(filepath.Dir(dir), 0o755))
	unlock, err := lock(dir + ".lock")
	must(t, err)
	defer unlock()
	if _, err := os.Stat(dir); err == nil {
		return dir
	}
	must(t, makeEmpty(bin, dir))
	return dir
}

// makeEmpty makes an empty home beside and renames it, so that there is never half of one.
func makeEmpty(bin, dir string) error {
	beside := dir + ".new"
	if err := os.RemoveAll(beside); err != nil {
		return err
	}
	if err := os.Mkdir(beside, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(beside, "dagster.yaml"), []byte("telemetry: {enabled: false}\n"), 0o644); err != nil {
		return err
	}
	if err := quietly("/usr/bin/env", "DAGSTER_HOME="+beside, filepath.Join(bin, "python"), "-c", makeTables); err != nil {
		return err
	}
	return os.Rename(beside, dir)
}
