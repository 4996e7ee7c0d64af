package project

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"auto/runtime/params"

	"github.com/google/go-cmp/cmp"
)

var fenced = regexp.MustCompile("(?ms)^```(yaml|json)\n(.*?)^```$")

// TestDocsParameters: the first example of docs/parameters.md loads, and its runs are told
// what the document says.
func TestDocsParameters(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "parameters.md"))
	if err != nil {
		t.Fatal(err)
	}
	var example, told string
	for _, m := range fenced.FindAllStringSubmatch(string(text), -1) {
		if m[1] == "yaml" && example == "" {
			example = m[2]
		}
		if m[1] == "json" {
			told = m[2]
		}
	}
	p, found := load(t, ".", map[string]string{"jobs/j.yaml": example, "assets/a.yaml": "", "policies/p.auto": "", "auto.yaml": ""})
	if found != nil {
		t.Fatal(found)
	}
	j, _ := p.Job("ingest")
	config, err := j.Launch(params.Layers{}, params.Run{Asset: p.Graph.Asset})
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal([]byte(told), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, config); diff != "" {
		t.Error(diff)
	}
}
