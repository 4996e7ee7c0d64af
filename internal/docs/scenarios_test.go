package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"auto/lang/source"
	"auto/runtime/play"
	"auto/runtime/scenario"
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

// yamlBlock is a fenced block of YAML.
var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// TestDocsPlay: the scenarios in the documents pass as they stand there.
func TestDocsPlay(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "testing.md"))
	if err != nil {
		t.Fatal(err)
	}
	played := 0
	for _, m := range yamlBlock.FindAllStringSubmatch(string(text), -1) {
		if !strings.Contains(m[1], "\nticks:") {
			continue
		}
		played++
		s, found := scenario.Read(source.New("testing.md", m[1]))
		if found = append(found, play.Review(s)...); found.HasErrors() {
			t.Error(found)
		}
		result, err := scenario.Run(s, scenario.Options{Evaluator: &play.Machine{}, Driver: play.NewDaemon()})
		if err != nil || !result.Passed() {
			t.Errorf("%s: %v\n%s", s.Name, err, scenario.Diff(result.Differences()))
		}
	}
	if played < 2 {
		t.Errorf("%d scenarios", played)
	}
}
