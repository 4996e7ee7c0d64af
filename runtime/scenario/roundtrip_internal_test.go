package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/lang/source"
	"auto/runtime/graphdoc"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/txtar"
	"gopkg.in/yaml.v3"
)

// meaning compares scenarios without places.
var meaning = cmp.Options{
	cmpopts.IgnoreTypes(source.Span{}, []source.Span{}, &yaml.Node{}, []*yaml.Node{}),
	cmpopts.IgnoreFields(Scenario{}, "Source", "from", "jobs", "env", "own", "added"),
	cmpopts.IgnoreFields(graphdoc.Definition{}, "Refused"),
	cmp.Comparer(func(a, b *graph.Partitions) bool { return a.Same(b) }),
	cmp.Comparer(func(a, b *Condition) bool { return a.text() == b.text() }),
	cmp.Comparer(sameExpect),
	cmpopts.EquateEmpty(),
}

// TestWrite reads every recorded scenario, writes it and reads it again.
func TestWrite(t *testing.T) {
	each(t, func(t *testing.T, path, text string) {
		s, _ := Read(source.New(path, text))
		written := Write(s)
		again, findings := Read(source.New(path, written))
		if len(findings) > 0 {
			t.Fatalf("%v\n%s", findings[0], written)
		}
		if diff := cmp.Diff(s, again, meaning); diff != "" {
			t.Errorf("%s (-read +written and read):\n%s", path, diff)
		}
		if second := Write(again); second != written {
			t.Errorf("%s is written otherwise the second time:\n%s", path, cmp.Diff(written, second))
		}
	})
}

// TestRecordedAgain runs every recorded scenario with an evaluator that gives what is
// recorded; then all passes, and nothing is there to update.
func TestRecordedAgain(t *testing.T) {
	each(t, func(t *testing.T, path, text string) {
		s, _ := Read(source.New(path, text))
		r, err := Run(s, Options{Evaluator: &script{ticks: s.Ticks}, Strict: true})
		if err != nil {
			t.Fatal(err)
		}
		for i, tick := range r.Ticks {
			if tick.Err != nil && s.Ticks[i].Expect.Error == "" {
				t.Errorf("%s: tick %d: %v", path, i+1, tick.Err)
			}
		}
		if !r.Passed() {
			t.Errorf("%s:\n%s", path, Diff(r.Differences()))
		}
		updated, err := Update(s, r)
		if err != nil || updated != text {
			t.Errorf("%s: updated, %v:\n%s", path, err, cmp.Diff(text, updated))
		}
	})
}

// TestUpdateRecorded takes the expectations out of every recorded scenario and puts them
// back.
func TestUpdateRecorded(t *testing.T) {
	each(t, func(t *testing.T, path, text string) {
		s, _ := Read(source.New(path, text))
		spoilt := text
		for _, block := range blocks(text) {
			spoilt = strings.Replace(spoilt, "  expect:\n"+block, "  expect:\n    error: none yet\n", 1)
		}
		bare, findings := Read(source.New(path, spoilt))
		if len(findings) > 0 {
			t.Fatal(findings[0])
		}
		r := &Result{}
		for _, tick := range s.Ticks {
			bare.Ticks[len(r.Ticks)].Expect.Evaluations = tick.Expect.Evaluations // asks for trees
			out, err := (&script{ticks: []*Tick{tick}}).Tick(TickInput{})
			if err != nil {
				t.Fatal(err)
			}
			r.Ticks = append(r.Ticks, TickResult{At: tick.At, TickOutput: out, Differences: []Difference{{}}})
		}
		updated, err := Update(bare, r)
		if err != nil || updated != text {
			t.Errorf("%s: %v:\n%s", path, err, cmp.Diff(text, updated))
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, pattern := range []string{"testdata/conformance/scenarios/operators/or_*.yaml", "testdata/events/*.txtar", "testdata/broken/*.txtar", "testdata/daemon/*.txtar", "../play/testdata/daemon/*.yaml"} {
		paths, _ := filepath.Glob(pattern)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(text))
			for _, file := range txtar.Parse(text).Files {
				f.Add(string(file.Data))
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		src := source.New("fuzz.yaml", text)
		s, findings := Read(src)
		for _, d := range findings {
			at := d.Span
			if !at.IsValid() || at.Start < 0 || at.End < at.Start || at.End > len(at.File.Text) || d.Message == "" || d.Help == "" {
				t.Fatalf("%#v", d)
			}
		}
		if findings.HasErrors() {
			return
		}
		written := Write(s)
		again, findings := Read(source.New("written.yaml", written))
		if findings.HasErrors() {
			t.Fatalf("%v\n%s", findings[0], written)
		}
		if second := Write(again); second != written {
			t.Fatal(cmp.Diff(written, second))
		}
		r := &Result{Ticks: make([]TickResult, len(s.Ticks))}
		for i := range r.Ticks {
			r.Ticks[i].Differences = []Difference{{}}
		}
		if updated, err := Update(s, r); err == nil {
			if _, findings := Read(source.New("updated.yaml", updated)); findings.HasErrors() {
				t.Fatalf("%v\n%s", findings[0], updated)
			}
		}
	})
}
