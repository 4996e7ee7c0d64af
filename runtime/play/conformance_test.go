package play_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/lang/source"
	"auto/runtime/play"
	"auto/runtime/scenario"
)

const recorded = "../scenario/testdata/conformance"

// TestConformance: every recorded scenario gives Dagster's answers: requests, runs, and
// trees where there are some.
func TestConformance(t *testing.T) {
	count := 0
	each(t, recorded, func(t *testing.T, s *scenario.Scenario) {
		count++
		passes(t, s)
	})
	if count != 797 {
		t.Errorf("%d scenarios", count)
	}
}

// TestRecorded: so do those that were recorded for this package.
func TestRecorded(t *testing.T) { each(t, "testdata/recorded", passes) }

// TestOwn: so do those that Dagster's tools of one repository cannot record; their
// expectations are written by hand.
func TestOwn(t *testing.T) { each(t, "testdata/own", passes) }

// TestLossless: the forms that Dagster 1.13.27 does not have give what is right.
func TestLossless(t *testing.T) { each(t, "testdata/lossless", passes) }

func passes(t *testing.T, s *scenario.Scenario) {
	for _, plain := range []bool{false, true} {
		result, err := scenario.Run(s, scenario.Options{Evaluator: &play.Machine{Plain: plain}})
		if err != nil {
			t.Fatal(err)
		}
		if !result.Passed() {
			t.Errorf("plain %v:\n%s", plain, scenario.Diff(result.Differences()))
			return
		}
	}
}

func each(t *testing.T, folder string, f func(t *testing.T, s *scenario.Scenario)) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		s, findings := scenario.Read(source.New(path, string(text)))
		if s == nil {
			t.Errorf("%s: %v", path, findings)
			return nil
		}
		t.Run(strings.TrimSuffix(strings.TrimPrefix(path, folder+"/"), ".yaml"), func(t *testing.T) { f(t, s) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
