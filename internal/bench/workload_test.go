package bench_test

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"auto/internal/bench"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

var (
	update = flag.Bool("update", false, "write the golden files")
	// write has TestWorkloads leave the scenarios in a folder, for testdata/measure.py.
	write = flag.String("write", "", "folder to write the scenarios of all workloads to")
)

func scenario(t *testing.T, w *bench.Workload) []byte {
	t.Helper()
	var text bytes.Buffer
	if err := w.WriteScenario(&text); err != nil {
		t.Fatal(err)
	}
	return text.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Error(diff)
	}
}

// TestWorkloads: the workloads are the ones that Dagster was measured on, to the byte.
func TestWorkloads(t *testing.T) {
	var list bytes.Buffer
	for _, w := range bench.All() {
		text := scenario(t, w)
		fmt.Fprintf(&list, "%s: %s: %d pairs, %d updated, scenario %x\n", w.Name, w.About, w.Pairs(), w.Updated(w.Ticks[2]), sha256.Sum256(text))
		if *write != "" {
			if err := os.WriteFile(filepath.Join(*write, w.Name+".yaml"), text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	golden(t, "workloads.golden", list.Bytes())
}

func TestScenario(t *testing.T) {
	golden(t, "static.golden.yaml", scenario(t, bench.Static(3, 200)))
	golden(t, "fan-in.golden.yaml", scenario(t, bench.FanIn(100)))
}

// TestGraphs: the assets make a graph, and each comes after its dependencies.
func TestGraphs(t *testing.T) {
	for _, w := range bench.All() {
		if _, problems := graph.New(w.Assets, nil); len(problems) > 0 {
			t.Errorf("%s: %v", w.Name, problems)
		}
		seen := map[string]bool{}
		for _, a := range w.Assets {
			for _, d := range a.Deps {
				if !seen[d.Key] {
					t.Errorf("%s: %s comes before its dependency %s", w.Name, a.Key, d.Key)
				}
			}
			seen[a.Key] = true
		}
	}
}

// TestKeys: the keys of windows are those of the definition.
func TestKeys(t *testing.T) {
	for _, w := range []*bench.Workload{bench.Daily(2, 3), bench.Hourly(1, 2, 1)} {
		p := w.Assets[0].Partitions
		for i, key := range w.Keys {
			start, end, ok := p.Window(key)
			m, why := p.Has(key, w.Ticks[0].At, nil)
			if !ok || m != graph.Present {
				t.Errorf("%s: %s: %s", w.Name, key, why)
			}
			if i+1 < len(w.Keys) && p.KeyOf(end) != w.Keys[i+1] || p.KeyOf(start) != key {
				t.Errorf("%s: %s ends at %v", w.Name, key, end)
			}
		}
		_, end, _ := p.Window(w.Keys[len(w.Keys)-1])
		if m, _ := p.Has(p.KeyOf(end), w.Ticks[0].At, nil); m != graph.Absent {
			t.Errorf("%s: %v is the start of one more partition", w.Name, end)
		}
	}
}

// TestMeasured: Dagster was measured on every tick.
func TestMeasured(t *testing.T) {
	measured, err := bench.Measured()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range bench.All() {
		for _, tick := range w.Ticks {
			if _, ok := measured[w.Name].Ticks[tick.Name]; !ok {
				t.Errorf("%s: no measurement of the tick %s", w.Name, tick.Name)
			}
		}
	}
}

func ExampleWorkload() {
	w := bench.FanIn(1_000)
	var ticks []string
	for _, t := range w.Ticks {
		ticks = append(ticks, fmt.Sprintf("%s: %d updated", t.Name, w.Updated(t)))
	}
	fmt.Println(strings.Join(slices.Compact(ticks), ", "))
	// Output: first: 1001 updated, idle: 0 updated, busy: 10 updated, settle: 0 updated
}
