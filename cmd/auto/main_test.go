package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the expected outputs into the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"auto": main, "eventOfRequest": eventOfRequest})
}

// eventOfRequest is `auto event … --request-id ID`, about the request in request.json.
func eventOfRequest() {
	text, err := os.ReadFile("request.json")
	var r struct{ ID string }
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitFailed)
	}
	os.Args = append([]string{"auto", "event", "--request-id", r.ID}, os.Args[1:]...)
	main()
}

// TestGoldenScripts runs the command lines of testdata/script.
func TestGoldenScripts(t *testing.T) {
	sample := recordedDagster(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", UpdateScripts: *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("NO_COLOR", "1")
			e.Setenv("AWS_EC2_METADATA_DISABLED", "true")
			e.Setenv("DAGSTER", sample)
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
