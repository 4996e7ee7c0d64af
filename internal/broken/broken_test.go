// Package broken has policy and project files with mistakes: each gets its code, its
// place, and a sentence that says what to write.
package broken

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"auto/lang/diag"
	"auto/runtime/project"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the expected findings")

// base are the files of a right project; a case puts one of its own in the place of one.
var base = map[string]string{
	"auto.yaml": `
env: [CLUSTER]
sources: {landing: {type: folder, path: landing}}
`,
	"assets/a.yaml": `
partitions:
  daily: {type: daily, start: "2026-01-01"}
  monthly: {type: monthly, start: "2026-01-01"}
  grid: {type: multi, dimensions: {date: daily, region: {type: static, keys: [eu, us]}}}
assets:
  - {key: move, group: ingestion}
  - {key: sales_data, group: ingestion, deps: [move]}
  - {key: orders, group: mart, partitions: daily, deps: [sales_data], checks: [{name: not_null}]}
  - {key: orders_month, group: mart, partitions: monthly, deps: [orders]}
  - {key: by_region, group: mart, partitions: grid}
  - {key: audit/eu, group: audit}
  - {key: feed, group: feeds, external: true}
  - {key: left, group: twins, execution_set: twins}
  - {key: right, group: twins, execution_set: twins}
`,
	"jobs/j.yaml": `
jobs:
  - {name: ingest, selection: groups("ingestion")}
  - {name: everything, selection: all()}
`,
	"policies/p.auto": `
policy mart for groups("mart") {
    when eager()
    job everything
}
`,
}

// separator begins a case: its name, and the file that it replaces.
var separator = regexp.MustCompile(`(?m)^=== (\S+) (\S+)\n`)

// expected begins what is found.
const expected = "--- found\n"

func TestGoldenSingle(t *testing.T)  { cases(t, "single.txt", 100, 1) }
func TestGoldenSeveral(t *testing.T) { cases(t, "several.txt", 20, 2) }

// TestEntries holds every example of the catalogue's A7xx, which are fields of a job,
// against a project.
func TestEntries(t *testing.T) {
	count := 0
	for _, e := range diag.Catalogue() {
		if e.Code[1] != '7' || e.Bad == "" {
			continue
		}
		count++
		job := func(fields string) string {
			return "jobs:\n  - name: everything\n    selection: all()\n    " + strings.ReplaceAll(fields, "\n", "\n    ") + "\n"
		}
		if found := check(t, "jobs/j.yaml", job(e.Bad), 1); !strings.Contains(found, string(e.Code)) {
			t.Errorf("%s: Bad gives %s", e.Code, found)
		}
		if found := check(t, "jobs/j.yaml", job(e.Good), 0); found != "" {
			t.Errorf("%s: Good gives %s", e.Code, found)
		}
	}
	if count < 8 {
		t.Errorf("only %d examples", count)
	}
}

func cases(t *testing.T, name string, atLeast, findings int) {
	path := filepath.Join("testdata", name)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	heads := separator.FindAllStringSubmatchIndex(string(text), -1)
	if len(heads) < atLeast {
		t.Errorf("%d cases, want %d", len(heads), atLeast)
	}
	var written strings.Builder
	for i, h := range heads {
		end := len(text)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		head, name, file := string(text[h[0]:h[1]]), string(text[h[2]:h[3]]), string(text[h[4]:h[5]])
		body, want, _ := strings.Cut(string(text[h[1]:end]), expected)
		got := ""
		t.Run(name, func(t *testing.T) {
			got = check(t, file, body, findings)
			if diff := cmp.Diff(want, got); diff != "" && !*update {
				t.Error(diff)
			}
		})
		written.WriteString(head + body + expected + got)
	}
	if *update {
		if err := os.WriteFile(path, []byte(written.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// check loads the project with one file replaced, and gives the findings as lines.
func check(t *testing.T, file, body string, atLeast int) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range base {
		if name == file {
			text = body
		}
		put(t, filepath.Join(dir, name), text)
	}
	if base[file] == "" {
		put(t, filepath.Join(dir, file), body)
	}
	_, found := project.Load(dir, project.Options{Now: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)})
	if len(found) < atLeast {
		t.Errorf("%d findings, want %d at least", len(found), atLeast)
	}
	if atLeast == 1 && len(found) > 1 {
		t.Errorf("one mistake gives %d findings: %v", len(found), found)
	}
	var lines strings.Builder
	for _, d := range found {
		if d.Help == "" || d.Message == "" || !d.Span.IsValid() {
			t.Errorf("a finding lacks its place, its sentence, or what to write: %v", d)
		}
		if _, ok := diag.Explain(d.Code); !ok {
			t.Errorf("%s is in no catalogue", d.Code)
		}
		lines.WriteString(strings.ReplaceAll(d.Error(), dir+"/", "") + "\n")
	}
	return lines.String()
}

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
