package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// scenarioName is the name of a recorded scenario in a document.
var scenarioName = regexp.MustCompile("`((?:accepted|composites|cron|eager|edits|filters|mappings|on_cron|on_missing|operands|operators|order|partitions|refused|runs|self_dependency|timing|wipes)/[a-z0-9_]+)`")

// TestDocsScenarios: the scenarios that documents name exist.
func TestDocsScenarios(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "semantics.md"))
	if err != nil {
		t.Fatal(err)
	}
	names := scenarioName.FindAllStringSubmatch(string(text), -1)
	if len(names) < 10 {
		t.Errorf("%d names", len(names))
	}
	for _, m := range names {
		path := filepath.Join("..", "..", "runtime", "scenario", "testdata", "conformance", "scenarios", filepath.FromSlash(m[1])+".yaml")
		if _, err := os.Stat(path); err != nil {
			t.Errorf("there is no scenario %s", m[1])
		}
	}
}
