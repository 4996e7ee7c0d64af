package dagster

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// TestBin also makes the venv for the tests of other packages: .ci/run calls it.
func TestBin(t *testing.T) {
	if _, err := os.Stat(filepath.Join(Bin(t), "dagster-webserver")); err != nil {
		t.Error(err)
	}
}

func TestNamed(t *testing.T) {
	t.Setenv("AUTO_DAGSTER_VENV", "/opt/venv")
	if got := Bin(t); got != "/opt/venv/bin" {
		t.Error(got)
	}
}

// noCache gives a cache that is empty.
func noCache(t *testing.T) {
	t.Helper()
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir()) // for systems that have the cache there
}

// TestMadeOnce: packages that are tested at once wait for one venv.
func TestMadeOnce(t *testing.T) {
	noCache(t)
	var group sync.WaitGroup
	installs := 0 // by the lock, one at a time
	for range 8 {
		group.Go(func() {
			_, err := cached(func(dir string) error { installs++; return os.Mkdir(dir, 0o755) })
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if installs != 1 {
		t.Errorf("installed %d times", installs)
	}
}

// TestHalfMade: what an install that was killed left behind is not used.
func TestHalfMade(t *testing.T) {
	noCache(t)
	dir := filepath.Join(t.TempDir(), "venv")
	must(t, os.Mkdir(dir, 0o755))
	installed := false
	if err := made(dir, func(string) error { installed = true; return nil }); err != nil || !installed {
		t.Errorf("installed: %t, %v", installed, err)
	}
	if err := made(dir, func(string) error { return errors.New("again") }); err != nil {
		t.Error(err)
	}
}

// TestFailed: what cannot be installed is not tried by each package anew.
func TestFailed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "venv")
	tries := 0
	for range 3 {
		if err := made(dir, func(string) error { tries++; return errors.New("no index") }); err == nil || !strings.Contains(err.Error(), "no index") {
			t.Error(err)
		}
	}
	if tries != 1 {
		t.Errorf("tried %d times", tries)
	}
}

func TestNoPython(t *testing.T) {
	noCache(t)
	t.Setenv("PATH", "")
	if _, err := cached(install); err == nil || !strings.Contains(err.Error(), "python3") {
		t.Error(err)
	}
}
