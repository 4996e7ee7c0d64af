package dagster

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Version is the version of Dagster that tests run against.
const Version = "1.13.27"

// pins are what a venv holds. SQLAlchemy 2.1 takes another driver for PostgreSQL than
// dagster-postgres expects; setuptools builds auto_dagster.
var pins = []string{
	"dagster==" + Version, "dagster-webserver==" + Version,
	"dagster-postgres==0.29.27", "sqlalchemy<2.1", "setuptools>=77,<81",
}

// installTime bounds the making of a venv.
const installTime = 8 * time.Minute

// Bin gives the folder of programs of a venv that has Dagster: the one that
// AUTO_DAGSTER_VENV names, or one in the user's cache, which is made once for all packages
// that are tested. Where it cannot be made the test is skipped, in CI it fails.
func Bin(t testing.TB) string {
	t.Helper()
	if named := os.Getenv("AUTO_DAGSTER_VENV"); named != "" {
		return filepath.Join(named, "bin")
	}
	dir, err := cached(install)
	if err != nil {
		skip(t, "Dagster "+Version+" cannot be installed: "+err.Error()+". Install Python 3 with venv, or name a venv with Dagster in AUTO_DAGSTER_VENV")
	}
	return filepath.Join(dir, "bin")
}

// skip leaves a test out, with the reason; in CI nothing may be left out.
func skip(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(reason)
	}
	t.Skip(reason)
}

// cached gives the venv of the user's cache, and makes it where it is not there.
func cached(install func(dir string) error) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(strings.Join(pins, "\n")))
	dir := filepath.Join(cache, "auto", fmt.Sprintf("dagster-%s-%x", Version, sum[:4]))
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return "", err
	}
	unlock, err := lock(dir + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	return dir, made(dir, install)
}

// ready is the file that a finished venv has. A venv cannot be made beside and renamed:
// its programs hold its path.
const ready = "auto-ready"

// made makes a venv where there is no finished one. Whoever calls it has the lock.
func made(dir string, install func(dir string) error) error {
	if _, err := os.Stat(filepath.Join(dir, ready)); err == nil {
		return nil
	}
	if failed, err := os.ReadFile(dir + ".failed"); err == nil && recent(dir+".failed") {
		return errors.New(string(failed)) // the next package need not wait for it, too
	}
	err := install(dir)
	if err != nil {
		return errors.Join(err, os.WriteFile(dir+".failed", []byte(err.Error()), 0o644))
	}
	if err := os.RemoveAll(dir + ".failed"); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, ready), nil, 0o644)
}

// recent reports whether a file is of this test run, more or less.
func recent(name string) bool {
	info, err := os.Stat(name)
	return err == nil && time.Since(info.ModTime()) < 5*time.Minute
}

func install(dir string) error {
	python, err := exec.LookPath("python3")
	if err != nil {
		return err
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := quietly(python, "-m", "venv", dir); err != nil {
		return err
	}
	pip := append([]string{"-m", "pip", "install", "--quiet", "--disable-pip-version-check"}, pins...)
	return quietly(filepath.Join(dir, "bin", "python"), pip...)
}

// quietly runs a program; the end of what it says is in the error.
func quietly(name string, args ...string) error {
	command := exec.Command(name, args...)
	timer := time.AfterFunc(installTime, func() { _ = command.Process.Kill() })
	out, err := command.CombinedOutput()
	timer.Stop()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", filepath.Base(name), args[1], err, tail(out, 300))
	}
	return nil
}

// tail gives the end of a text.
func tail(text []byte, most int) string {
	return strings.TrimSpace(string(text[max(0, len(text)-most):]))
}
