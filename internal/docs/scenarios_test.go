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

// acceptanceName is the name of a file of examples/acceptance.
var acceptanceName = regexp.MustCompile(`\bs[01][0-9]_[a-z0-9_]+`)

// TestAcceptanceNames: the acceptance scenarios that documents name exist, and the table of
// their folder has each of them, with what its name adds to the one before as `_eager`.
func TestAcceptanceNames(t *testing.T) {
	folder := filepath.Join("..", "..", "examples", "acceptance")
	for _, name := range []string{filepath.Join("..", "..", "docs", "semantics.md"), filepath.Join(folder, "README.md")} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range acceptanceName.FindAllString(string(text), -1) {
			if _, err := os.Stat(filepath.Join(folder, found+".yaml")); err != nil {
				t.Errorf("%s names %s: %v", name, found, err)
			}
		}
	}
	table, err := os.ReadFile(filepath.Join(folder, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(folder, "s*.yaml"))
	if err != nil || len(files) < 20 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		added := name[strings.LastIndexByte(name, '_'):]
		if !strings.Contains(string(table), name) && !strings.Contains(string(table), added) {
			t.Errorf("the table does not have %s", name)
		}
	}
}
