package explain_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"auto/lang/source"
	"auto/runtime/explain"
	"auto/runtime/play"
	"auto/runtime/scenario"

	"github.com/google/go-cmp/cmp"
)

// each reads the recorded scenarios below a folder.
func each(t *testing.T, folder string, f func(t *testing.T, s *scenario.Scenario)) {
	t.Helper()
	root := filepath.Join("..", "scenario", "testdata", "conformance")
	err := filepath.WalkDir(filepath.Join(root, folder), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s, _ := scenario.Read(source.New(path, string(text)))
		t.Run(s.Name, func(t *testing.T) { f(t, s) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// ticks plays a scenario and lets something be done after each tick, up to one that is
// refused.
func ticks(t *testing.T, s *scenario.Scenario, plain bool, f func(m *play.Machine)) {
	t.Helper()
	m := &play.Machine{Plain: plain, Keep: func(string) bool { return true }}
	session := scenario.NewSession(s, m)
	for _, tick := range s.Ticks {
		out, err := session.Tick(tick, false)
		if err != nil {
			t.Fatal(err)
		}
		if out.Err != nil {
			return
		}
		f(m)
	}
}

// partitions gives some partitions of what a story is about: the first and last few.
func partitions(t *explain.Tree) []int {
	total := t.Space.Entities[t.Root.Entity].Keys.Len()
	var out []int
	for i := range total {
		if i < 3 || i >= total-3 {
			out = append(out, i)
		}
	}
	return out
}

// TestRecorded: everything that happens in the recorded scenarios, of the random ones in
// every fourth, has its sentence, which says what was requested, and its tree.
func TestRecorded(t *testing.T) {
	count := 0
	each(t, ".", func(t *testing.T, s *scenario.Scenario) {
		if count++; strings.HasPrefix(s.Name, "random/") && count%4 > 0 {
			return
		}
		ticks(t, s, false, func(m *play.Machine) {
			for key := range m.Last().Input.Conditions {
				story := m.Story(key)
				tree := story.Last()
				for _, number := range partitions(tree) {
					checkSentence(t, story, number)
				}
				for _, v := range []explain.View{{Partition: explain.Whole}, {Partition: tree.Representative(), Unfolded: true}} {
					if err := story.Render(io.Discard, v); err != nil {
						t.Error(err)
					}
					story.Record(v)
				}
			}
		})
	})
}

func checkSentence(t *testing.T, story explain.Story, number int) {
	t.Helper()
	sentence := story.Sentence(number)
	tree := story.Last()
	want := "`" + tree.Name(number) + "` was not requested"
	if tree.Requested.Has(number) {
		want = "`" + tree.Name(number) + "` was requested"
	}
	if !strings.HasPrefix(sentence, want) || !strings.HasSuffix(sentence, ".") || strings.Contains(sentence, "  ") || strings.Contains(sentence, "%") || strings.Contains(sentence, ": .") {
		t.Errorf("%s\nwant %s", sentence, want)
	}
	if os.Getenv("SENTENCES") != "" {
		t.Log(sentence)
	}
}

// TestOptimiserHidesNothing: candidates, subsets and states of every node are the same with
// and without the optimiser.
func TestOptimiserHidesNothing(t *testing.T) {
	count := 0
	each(t, ".", func(t *testing.T, s *scenario.Scenario) {
		if count++; strings.HasPrefix(s.Name, "random/") && count%4 > 0 {
			return
		}
		plain, optimised := records(t, s, true), records(t, s, false)
		if !reflect.DeepEqual(plain, optimised) {
			t.Error(cmp.Diff(plain, optimised))
		}
	})
}

// records gives all trees of a scenario, tick by tick and by key.
func records(t *testing.T, s *scenario.Scenario, plain bool) []map[string]*explain.Record {
	t.Helper()
	var out []map[string]*explain.Record
	ticks(t, s, plain, func(m *play.Machine) {
		trees := map[string]*explain.Record{}
		for key := range m.Last().Input.Conditions {
			trees[key] = m.Story(key).Record(explain.View{Partition: explain.Whole})
		}
		out = append(out, trees)
	})
	return out
}
