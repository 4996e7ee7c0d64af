package project

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/fstest"

	"auto/runtime/params"

	"github.com/google/go-cmp/cmp"
)

// landing is a project whose job has parameters of each kind.
var landing = map[string]string{
	"auto.yaml": "sources: {landing: {type: folder, path: landing}}\n",
	"assets/a.yaml": `
assets:
  - {key: move, config: {file_key: "{{ params.file_key }}", bucket: "{{ params.bucket }}"}}
  - {key: sales, deps: [move], config: {path: "in/{{ params.folder }}", bucket: "{{ params.bucket }}"}}
  - {key: plain, group: other}
`,
	"jobs/j.yaml": `
jobs:
  - name: ingest
    selection: groups("default")
    params_schema: {bucket: "string!|raw", sales.folder: string!, rows: int|5}
    ops_config: {move: {file_key: ""}}
  - name: strict
    selection: [plain]
    strict: true
    params_schema: {rows: int, token: secret}
`,
	"policies/p.auto": `
files inbound from landing {
    job ingest
    always move
    match "*.csv" -> sales
    config move { file_key: key }
    params { "sales.folder": name }
}
policy other for groups("other") {
    when eager()
    params { token: secret("TOKEN"), rows: 5 }
}
`,
}

// load loads the project with some files replaced, and gives the findings as lines.
func load(t *testing.T, dir string, changed map[string]string) (*Project, []string) {
	t.Helper()
	files := fstest.MapFS{}
	for name, text := range landing {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for name, text := range changed {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	p, list := Load(dir, Options{FS: files})
	var lines []string
	for _, d := range list {
		lines = append(lines, d.Error())
	}
	return p, lines
}

func TestParams(t *testing.T) {
	for _, dir := range []string{".", "./x", "a/../b", "/abs"} {
		p, found := load(t, dir, nil)
		if found != nil {
			t.Fatal(found)
		}
		j, ok := p.Job("ingest")
		if !ok {
			t.Fatal("no job")
		}
		needs := map[string][]params.Name{
			"move":  {{Asset: "move", Param: "bucket"}, {Asset: "move", Param: "file_key"}},
			"sales": {{Asset: "sales", Param: "bucket"}, {Asset: "sales", Param: "folder"}},
		}
		want := &params.Job{
			Name: "ingest", Assets: []string{"move", "sales"}, Known: []string{"move", "plain", "sales"},
			Uses:     map[string][]string{"move": {"bucket", "file_key"}, "sales": {"bucket", "folder"}},
			Needs:    needs,
			Schema:   j.Schema,
			Values:   params.Values{Assets: map[string]map[string]any{"move": {"file_key": ""}}},
			Fillable: []params.Name{{Asset: "move", Param: "file_key"}, {Asset: "sales", Param: "folder"}},
		}
		if diff := cmp.Diff(want, j); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]string{"bucket": "string!|raw", "sales.folder": "string!", "rows": "int|5"}, j.Schema.Shorthand()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[string]string{"ingest": "jobs/j.yaml", "strict": "jobs/j.yaml"}, p.JobFiles); diff != "" {
			t.Error(diff)
		}
	}
}

// TestJobsNamed: all files that name a job are known, whatever else is wrong with it.
func TestJobsNamed(t *testing.T) {
	p, found := load(t, ".", map[string]string{"jobs/k.yaml": "jobs:\n  - {name: ingest, selection: [none]}\n"})
	if found == nil {
		t.Error("no finding for two jobs of one name")
	}
	if diff := cmp.Diff(map[string][]string{"ingest": {"jobs/j.yaml", "jobs/k.yaml"}, "strict": {"jobs/j.yaml"}}, p.JobsNamed); diff != "" {
		t.Error(diff)
	}
}

// TestLargeNumbers: a job's file has numbers with all their digits.
func TestLargeNumbers(t *testing.T) {
	p, found := load(t, ".", map[string]string{"jobs/j.yaml": `
jobs:
  - name: ingest
    selection: [sales]
    params_schema: {z: int, sales.folder: string!}
    job_overrides: {z: 12345678901234567890, y: [99999999999999999999]}
  - {name: strict, selection: [plain], params_schema: {rows: int, token: secret}}
`, "policies/p.auto": ""})
	if found != nil {
		t.Fatal(found)
	}
	j, _ := p.Job("ingest")
	want := map[string]any{"z": json.Number("12345678901234567890"), "y": []any{json.Number("99999999999999999999")}}
	if diff := cmp.Diff(want, j.Values.Shared); diff != "" {
		t.Error(diff)
	}
}

// TestGiven: what policies give fits the job that they launch.
func TestGiven(t *testing.T) {
	policy := func(params string) map[string]string {
		return map[string]string{"policies/p.auto": "policy other for groups(\"other\") {\n    when eager()\n    params { " + params + " }\n}\n"}
	}
	for params, want := range map[string]string{
		`rows: 5`:                  "",
		`rows: "5"`:                "policies/p.auto:3:14: error: A705 `rows`: `\"5\"` is no whole number. Write `5` without quotes.",
		`rowz: 5`:                  "policies/p.auto:3:14: error: A706 The job `strict` is strict and does not declare `rowz`. Did you mean `rows`?",
		`token: "hunter2"`:         "policies/p.auto:3:14: error: A711 `token`: A secret is a reference, never the value itself. Write {\"$secret\": \"env:NAME\"} or {\"$secret\": \"file:/path\"}.",
		`rows: secret("ROWS")`:     "policies/p.auto:3:14: error: A705 `rows`: `{\"$secret\":\"env:ROWS\"}` is no whole number. Write a value such as `5`.",
		`"sales.rows": 5`:          "policies/p.auto:3:14: error: A702 The job `strict` does not select the asset `sales`. Add it to the selection of the job, or write an asset that is in it.",
		`token: "{partition}"`:     "policies/p.auto:3:14: error: A711 `token`: A secret is a reference, never the value itself. Write {\"$secret\": \"env:NAME\"} or {\"$secret\": \"file:/path\"}.",
		`token: partition`:         "policies/p.auto:3:14: error: A711 `token`: A secret is a reference, never the value itself. Write {\"$secret\": \"env:NAME\"} or {\"$secret\": \"file:/path\"}.",
		`token: "env:TOKEN"`:       "policies/p.auto:3:14: error: A711 `token`: A secret is a reference, never the value itself. Write {\"$secret\": \"env:NAME\"} or {\"$secret\": \"file:/path\"}.",
		`rows: partition`:          "",
		`"plain.rows": 5, rows: 6`: "",
	} {
		_, found := load(t, ".", policy(params))
		got := ""
		if len(found) > 0 {
			got = found[0]
		}
		if got != want || len(found) > 1 {
			t.Errorf("%s: %v, want %s", params, found, want)
		}
	}
}

// TestGivenConfig: config gives no secret but by its reference.
func TestGivenConfig(t *testing.T) {
	const text = `
policy other for groups("other") {
    when eager()
    config plain { token: TOKEN }
}
files inbound from landing {
    job ingest
    always move
    config move { token: "kept", file_key: key }
    match "*.csv" -> sales {
        config sales { token: TOKEN }
    }
}
`
	jobs := strings.Replace(landing["jobs/j.yaml"], "rows: int|5}", "rows: int|5, sales.token: secret}", 1)
	for value, want := range map[string][]string{
		`secret("TOKEN")`: nil,
		`"hunter2"`:       {"policies/p.auto:4:20: A711 `plain.token`", "policies/p.auto:11:24: A711 `sales.token`"},
		`"{env.TOKEN}"`:   {"policies/p.auto:4:20: A711 `plain.token`", "policies/p.auto:11:24: A711 `sales.token`"},
	} {
		_, found := load(t, ".", map[string]string{
			"auto.yaml": landing["auto.yaml"] + "env: [TOKEN]\n", "jobs/j.yaml": jobs,
			"policies/p.auto": strings.ReplaceAll(text, "TOKEN }", value+" }"),
		})
		for i := range found {
			found[i], _, _ = strings.Cut(strings.Replace(found[i], "error: ", "", 1), ": A secret")
		}
		if diff := cmp.Diff(want, found); diff != "" {
			t.Errorf("%s: %s", value, diff)
		}
	}
}
