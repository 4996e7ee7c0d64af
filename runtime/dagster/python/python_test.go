package python_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"auto/internal/dagster"
	"auto/runtime/dagster/python"
)

// TestPackage installs the package as a user would, and runs its tests.
func TestPackage(t *testing.T) {
	bin := dagster.Bin(t)
	dir, target := filepath.Join(t.TempDir(), "package"), t.TempDir()
	if err := python.Write(dir); err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(bin, "python")
	run(t, nil, program, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", target, dir)
	if _, err := os.Stat(filepath.Join(target, "auto_dagster", "py.typed")); err != nil {
		t.Error(err)
	}
	out := run(t, []string{"PYTHONPATH=" + target, "PYTHONDONTWRITEBYTECODE=1"}, program, "-W", "ignore", "-m", "unittest", "discover", "-s", "tests")
	if strings.Contains(out, "Ran 0 tests") {
		t.Error(out)
	}
}

func run(t *testing.T, env []string, name string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Env = append(os.Environ(), env...)
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func TestWriteAgain(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		if err := python.Write(dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"pyproject.toml", "README.md", "auto_dagster/__init__.py", "auto_dagster/export.py"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestWriteElsewhere(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pyproject.toml"), []byte("# mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := python.Write(dir); err == nil || !strings.Contains(err.Error(), "holds other files") {
		t.Errorf("%v", err)
	}
}
