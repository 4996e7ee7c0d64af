package main

import (
	"flag"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the expected outputs into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"auto": main})
}

// TestGoldenScripts runs the command lines of testdata/script.
func TestGoldenScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("NO_COLOR", "1")
			e.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			return nil
		},
	})
}

// TestBug: a panic is a bug of ours, with its exit code and without a stack trace.
func TestBug(t *testing.T) {
	out, err := os.CreateTemp(t.TempDir(), "stderr")
	if err != nil {
		t.Fatal(err)
	}
	code := run([]string{"version"}, system{stderr: out}) // standard output is missing
	text, err := os.ReadFile(out.Name())
	if err != nil {
		t.Fatal(err)
	}
	if code != exitBug || len(text) == 0 {
		t.Errorf("code %d: %s", code, text)
	}
}
