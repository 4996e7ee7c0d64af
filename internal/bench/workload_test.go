package bench_test

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"auto/internal/bench"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

// write has TestScenarios leave the scenarios in a folder, for testdata/measure.py.
var write = flag.String("write", "", "folder to write the scenarios of all workloads to")

func TestScenarios(t *testing.T) {
	for _, w := range bench.All() {
		var text bytes.Buffer
		if err := w.WriteScenario(&text); err != nil {
			t.Fatal(err)
		}
		fmt.Printf("%q: %d pairs %d updates %x\n", w.Name, w.Pairs(), w.Updated(w.Ticks[2]), sha256.Sum256(text.Bytes()))
		if *write != "" {
			if err := os.WriteFile(filepath.Join(*write, w.Name+".yaml"), text.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestGraphs(t *testing.T) {
	for _, w := range bench.All() {
		g, problems := graph.New(w.Assets, nil)
		if diff := cmp.Diff([]graph.Problem(nil), problems); diff != "" {
			t.Errorf("%s: %s", w.Name, diff)
		}
		_ = g
	}
}
