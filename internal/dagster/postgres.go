package dagster

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"auto/internal/program"
)

// postgres starts an empty PostgreSQL that ends with the test, and gives the storage of a
// dagster.yaml on it. Where there is none the test is skipped, in CI as well: SQLite is what
// tests are held to, PostgreSQL is for figures.
func postgres(t testing.TB, bin string) map[string]any {
	t.Helper()
	programs, ok := postgresPrograms()
	if !ok {
		t.Skip("PostgreSQL is not installed: apt-get install postgresql")
	}
	if err := quietly(filepath.Join(bin, "python"), "-c", "import dagster_postgres"); err != nil {
		t.Skip("the venv has no dagster-postgres: " + err.Error())
	}
	dir := postgresFolder(t)
	owned(t, exec.Command(filepath.Join(programs, "initdb"), "--auth=trust", "--username=postgres", "--no-sync", filepath.Join(dir, "data")))
	host, port, err := net.SplitHostPort(freeAddress(t))
	must(t, err)
	server := &Process{
		Name: "postgres", Log: filepath.Join(dir, "log"), dir: dir, owner: postgresOwner(t),
		argv: []string{
			filepath.Join(programs, "postgres"), "-D", filepath.Join(dir, "data"), "-h", host, "-p", port,
			"-c", "fsync=off", "-c", "unix_socket_directories=", "-c", "max_connections=300",
		},
	}
	server.Start(t)
	t.Cleanup(func() { server.Kill(t) })
	program.Eventually(t, time.Minute, "PostgreSQL answers", func() bool {
		return exec.Command(filepath.Join(programs, "pg_isready"), "-h", host, "-p", port).Run() == nil
	})
	return map[string]any{"postgres": map[string]any{"postgres_url": fmt.Sprintf("postgresql://postgres@%s:%s/postgres", host, port)}}
}

// postgresPrograms finds the folder of initdb and postgres: Debian has them outside the path.
func postgresPrograms() (string, bool) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is well-formed
	if name, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(name); err == nil {
			found = append(found, real)
		}
	}
	if len(found) == 0 {
		return "", false
	}
	return filepath.Dir(slices.Max(found)), true
}

// postgresFolder makes a folder that the server's owner can reach: those of testing are
// closed to others.
func postgresFolder(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "auto-postgres")
	must(t, err)
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if owner := postgresOwner(t); owner != nil {
		must(t, os.Chown(dir, int(owner.Uid), int(owner.Gid)))
	}
	return dir
}

// postgresOwner is who runs the server: it refuses to be run by root. nil is whoever tests.
func postgresOwner(t testing.TB) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	found, err := user.Lookup("postgres")
	if err != nil {
		t.Skip("PostgreSQL does not run as root, and there is no user postgres")
	}
	uid, errU := strconv.ParseUint(found.Uid, 10, 32)
	gid, errG := strconv.ParseUint(found.Gid, 10, 32)
	must(t, errU)
	must(t, errG)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

// owned runs a program as the owner of the server.
func owned(t testing.TB, command *exec.Cmd) {
	t.Helper()
	command.Dir = "/"
	command.SysProcAttr = &syscall.SysProcAttr{Credential: postgresOwner(t)}
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
}

// makeStorage makes the tables of a deployment: two programs that start at once with none
// fall over each other.
func (d *Deployment) makeStorage(t testing.TB, bin string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), readyTime)
	defer cancel()
	command := exec.CommandContext(ctx, filepath.Join(bin, "python"), "-c", makeTables)
	command.Env = append(os.Environ(), "DAGSTER_HOME="+d.Home)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("the tables cannot be made: %v\n%s", err, out)
	}
}
