package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/lang/source"

	"github.com/google/go-cmp/cmp"
)

// folder writes files below a new folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var projectFiles = map[string]string{
	"auto.yaml":           "policies: [policies/*.auto]\nassets: [assets.yaml]\njobs: [jobs.yaml]\nenv: {TEAM: sales}\n",
	"assets.yaml":         "partitions: {p: {type: static, keys: [x]}}\nassets: [{key: raw, external: true}, {key: A, deps: [raw], partitions: p, checks: [{name: c}]}]\n",
	"jobs.yaml":           "jobs: [{name: j, selection: [A]}]\n",
	"policies/a.auto":     "policy a for assets(\"A\") {\n    when eager()\n    job j\n    tags { team: env.TEAM }\n}\n",
	"other/b.auto":        "policy b for assets(\"A\") { when on_missing() }\n",
	"scenarios/plain.txt": "",
}

// TestProject: a scenario of a project has its assets, jobs, environment and policies.
func TestProject(t *testing.T) {
	dir := folder(t, projectFiles)
	for text, want := range map[string]string{
		"project: ..\nticks: [{at: 2026-01-01}]\n":                                                  "policies: a for A",
		"project: ..\npolicies: [../other/b.auto]\nticks: [{at: 2026-01-01}]\n":                     "policies: b for A",
		"project: ..\npolicies: 'policy c for all() { when eager() }'\nticks: [{at: 2026-01-01}]\n": "policies: c for A",
		"project: ..\nticks: [{at: 2026-01-01, events: [{reload: [../other/b.auto]}]}]\n":           "policies: b for A",
		"assets: [{key: A}]\npolicies: [../other/b.auto]\nticks: [{at: 2026-01-01}]":                "policies: b for A",
	} {
		s, found := ReadFrom(source.New("in.yaml", text), Folder{Dir: filepath.Join(dir, "scenarios")})
		if len(found) > 0 {
			t.Errorf("%s%v", text, found)
			continue
		}
		driver := &scripted{}
		if _, err := Run(s, Options{Driver: driver}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(driver.log.String(), want+"\n") {
			t.Errorf("%s%s", text, driver.log.String())
		}
		written := Write(s)
		again, found := ReadFrom(source.New("in.yaml", written), Folder{Dir: filepath.Join(dir, "scenarios")})
		if diff := cmp.Diff(written, Write(again)); diff != "" || len(found) > 0 {
			t.Errorf("%v\n%s", found, diff)
		}
	}
}

// TestNoFiles: what cannot be read is a finding where it is named.
func TestNoFiles(t *testing.T) {
	dir := folder(t, map[string]string{"auto.yaml": "policies: [none.auto]\n"})
	for text, at := range map[string]string{
		"project: nowhere\nticks: []\n":                                                          "nowhere",
		"assets: [{key: A}]\npolicies: [none.auto]\nticks: []\n":                                 "none.auto",
		"assets: [{key: A}]\npolicies: ''\nticks: [{at: 2026-01-01, events: [{reload: [x]}]}]\n": "x",
	} {
		_, found := ReadFrom(source.New("in.yaml", text), Folder{Dir: dir})
		if !found.HasErrors() || found[0].Span.Text() != at {
			t.Errorf("%s%v", text, found)
		}
	}
}
