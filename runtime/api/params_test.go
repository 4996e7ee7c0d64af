package api_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"auto/lang/diag"
	"auto/runtime/api"
	"auto/runtime/parameters"
	"auto/runtime/project"
	"auto/runtime/store/sqlite"
)

// edited serves a project in a folder of its own, which it gives.
func edited(t *testing.T) (service, string) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"auto.yaml":     "sources: {landing: {type: folder, path: landing}}\n",
		"assets/a.yaml": "assets: [{key: sales}, {key: a/b}]\n",
		"jobs/j.yaml":   "jobs:\n  - name: team/ingest # ours\n    selection: all()\n    params_schema: {rows: int!, sales.folder: string, token: secret}\n",
	} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files := parameters.Files{Load: func(files fs.FS) (*project.Project, diag.List) {
		return project.Load(dir, project.Options{FS: files})
	}}
	s, err := sqlite.Open(t.Context(), filepath.Join(dir, ".auto"), sqlite.Owner{PID: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return serve(t, func(o *api.Options) {
		o.Files = files
		o.Params = &parameters.Service{Store: s, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
			Project: func() *project.Project { p, _ := files.Load(nil); return p }}
	}), dir
}

const at = "/v1/jobs/team%2Fingest/params"

// TestParams: parameters are read, edited in every form that is accepted, and restored.
func TestParams(t *testing.T) {
	s, _ := edited(t)
	answer(t, s.ask("GET", "/v1/jobs", ""), 200, `{"jobs":[{"name":"team/ingest","assets":["a/b","sales"],"version":0,"params_schema":{"rows":"int!","sales.folder":"string","token":"secret"},"missing":["rows"]}]}`)
	refused(t, s.ask("PATCH", at, `{"rows":1}`), 428, "If-Match")
	refused(t, s.ask("PATCH", at, `{"rows":1}`, "If-Match: x"), 400, "If-Match")
	refused(t, s.ask("PATCH", at, `{"rows":1`, "If-Match: *"), 400, "not as asked")
	w := s.ask("PATCH", at+"?author=ann", `{"rows":9007199254740993,"_ops_config":{"sales":{"folder":"in"}},"a/b.rows":0,"token":{"$secret":"env:T"}}`, `If-Match: "0"`)
	answer(t, w, 200, `{"job":"team/ingest","version":1,"config_json":{"rows":9007199254740993,"token":{"$secret":"env:T"},"_ops_config":{"sales":{"folder":"in"},"a/b":{"rows":0}}},"parameters":[
		{"name":"rows","type":"int!","set":true,"value":9007199254740993,"layer":"operations/shared"},
		{"name":"sales.folder","type":"string","set":true,"value":"in","layer":"operations/asset"},
		{"name":"token","type":"secret","set":true,"secret":true,"layer":"operations/shared"},
		{"name":"a/b.rows","type":"int!","set":true,"value":0,"layer":"operations/asset","overrides":[{"layer":"operations/shared","value":9007199254740993}]},
		{"name":"sales.rows","type":"int!","set":true,"value":9007199254740993,"layer":"operations/shared"}]}`)
	if !strings.Contains(w.Body.String(), "9007199254740993") {
		t.Error("digits are lost")
	}
	if w.Header().Get("ETag") != `"1"` {
		t.Error(w.Header())
	}
	answer(t, s.ask("PATCH", at, `{"rows":2}`, "If-Match: 0"), 409, fmt.Sprintf(`{"problems":[{"message":"The parameters were changed: they are at version 1, and the edit is of version 0.","help":"Look at what changed, and save again."}],
		"changed":[{"version":1,"author":"ann","at":%q,"restored":-1,"changes":[{"name":"rows","new":9007199254740993},{"name":"token","new":{"$secret":"env:T"}},{"name":"a/b.rows","new":0},{"name":"sales.folder","new":"in"}]}]}`, now.Format(time.RFC3339)))
	refused(t, s.ask("PATCH", at, `{"rows":"text","x":{"a":1},"sales.none.x":1}`, "If-Match: *"), 400, "sales.none")
	refused(t, s.ask("PATCH", at, `{"token":"open"}`, "If-Match: *"), 400, "token")
	refused(t, s.ask("PATCH", at, `{"rows":2,"rows":3}`, "If-Match: *"), 400, "`rows` is given twice")
	refused(t, s.ask("PATCH", at, `[1]`, "If-Match: *"), 400, "no object, but: array")
	refused(t, s.ask("PATCH", at, `{"rows":null}`, "If-Match: *"), 400, "rows")
	if w := s.ask("POST", at+"/restore", `{"version":0}`, "If-Match: 1"); w.Code != 200 || !strings.Contains(w.Body.String(), `"config_json":{}`) {
		t.Error(w.Code, w.Body)
	}
	refused(t, s.ask("POST", at+"/restore", `{"version":7}`, "If-Match: 2"), 404, "no version 7")
	refused(t, s.ask("POST", at+"/restore", `{}`, "If-Match: 2"), 400, "what to restore")
	var past struct {
		History []struct {
			Version, Restored int
			Author            string
		}
	}
	if err := json.Unmarshal(s.ask("GET", at+"/history", "").Body.Bytes(), &past); err != nil || len(past.History) != 2 || past.History[0].Restored != 0 || past.History[1].Author != "ann" {
		t.Errorf("%+v %v", past, err)
	}
	for _, path := range []string{"", "/history", "/preview"} {
		refused(t, s.ask("GET", "/v1/jobs/team%2Fingst/params"+path, ""), 404, "Did you mean `team/ingest`")
	}
	refused(t, s.ask("GET", "/v1/jobs/team/ingest/params", ""), 404, "Nothing is at this path")
}

func TestPreview(t *testing.T) {
	s, _ := edited(t)
	if w := s.ask("GET", at+"/preview", ""); w.Code != 200 || !strings.Contains(w.Body.String(), `"refused":{"reason":"The required parameter `) || !strings.Contains(w.Body.String(), `"run_config":null`) {
		t.Error(w.Code, w.Body)
	}
	if w := s.ask("PATCH", at, `{"rows":2,"sales.rows":3}`, "If-Match: *"); w.Code != 200 {
		t.Fatal(w.Body)
	}
	if w := s.ask("GET", at+"/preview?asset=sales", ""); !strings.Contains(w.Body.String(), `"run_config":{"ops":{},"resources":{"params":{"config":{"__nexus_ops__sales__rows":3,"rows":2}}}}`) {
		t.Error(w.Code, w.Body)
	}
	refused(t, s.ask("GET", at+"/preview?asset=none", ""), 400, "none")
	refused(t, s.ask("GET", at+"/preview?asset=", ""), 400, "No asset is called ``")
	refused(t, s.ask("GET", at+"/preview?assets=sales", ""), 400, "Nothing is asked by `assets`")
	refused(t, s.ask("GET", at+"/preview?asset=sales&key=x", ""), 400, "by `key` or by `asset`")
	if w := s.ask("GET", at+"/preview?asset=sales&asset=sales", ""); !strings.Contains(w.Body.String(), `"selection":["sales"]`) {
		t.Error(w.Code, w.Body)
	}
	refused(t, s.ask("GET", at+"/preview?key=x", ""), 404, "No files block launches the job")
}

// TestJobFiles: jobs are written into the project's files, or nothing is.
func TestJobFiles(t *testing.T) {
	s, dir := edited(t)
	answer(t, s.ask("PUT", "/v1/jobs/team%2Fingest", `{"params":{"sales.folder":"in","rows":5}}`), 200, `{"file":"jobs/j.yaml","changed":true}`)
	answer(t, s.ask("PUT", "/v1/jobs/team%2Fingest", `{"params":{"sales.folder":"in","rows":5}}`), 200, `{"file":"jobs/j.yaml","changed":false}`)
	text, err := os.ReadFile(filepath.Join(dir, "jobs/j.yaml"))
	if err != nil || !strings.Contains(string(text), "# ours") || !strings.Contains(string(text), "folder: in") {
		t.Errorf("%s %v", text, err)
	}
	answer(t, s.ask("POST", "/v1/jobs", `{"name":"new","assets":["sales"],"params":{"sales.folder":"x"}}`), 201, `{"file":"jobs/new.yaml","changed":true}`)
	refused(t, s.ask("POST", "/v1/jobs", `{"name":"new","assets":["sales"]}`), 409, "PUT")
	for body, part := range map[string]string{
		`{"name":"n"}`: "a selection or assets", `{"name":"n","selection":"groups("}`: "", `{"name":"n","assets":["none"]}`: "No asset is called `none`",
		`{"name":"n","assets":["sales"],"params":{"a/b.x":1}}`: "does not select", `{"name":"n","assets":["sales"],"more":1}`: "more",
	} {
		refused(t, s.ask("POST", "/v1/jobs", body), 400, part)
	}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			if w := s.ask("PUT", "/v1/jobs/new", fmt.Sprintf(`{"params":{"sales.p%d":%d}}`, i, i)); w.Code != 200 {
				t.Error(w.Code, w.Body)
			}
		})
	}
	all.Wait()
	text, err = os.ReadFile(filepath.Join(dir, "jobs/new.yaml"))
	if n := strings.Count(string(text), ": int"); err != nil || n != 8 {
		t.Errorf("%d of 8 updates at once are there: %s %v", n, text, err)
	}
	refused(t, s.ask("PUT", "/v1/jobs/none", `{"params":{}}`), 404, "none")
	refused(t, s.ask("PUT", "/v1/jobs/new", `{"selection":"all()"}`), 400, "in its file")
	entries, err := os.ReadDir(filepath.Join(dir, "jobs"))
	if err != nil || len(entries) != 2 {
		t.Error(entries, err)
	}
}

// TestWrongFiles: what is wrong with the project's files is no fault of a call, and has its place.
func TestWrongFiles(t *testing.T) {
	s, dir := edited(t)
	w := s.ask("POST", "/v1/jobs", `{"name":"n","selection":"all("}`)
	if refused(t, w, 400, "is not closed"); !strings.Contains(w.Body.String(), `"at":"`) {
		t.Error(w.Body)
	}
	if err := os.WriteFile(filepath.Join(dir, "jobs/k.yaml"), []byte("\njobs: [\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for method, path := range map[string]string{"PUT": "/v1/jobs/team%2Fingest", "POST": "/v1/jobs"} {
		w := s.ask(method, path, `{"name":"n","assets":["sales"],"params":{"rows":5}}`)
		if method == "PUT" {
			w = s.ask(method, path, `{"params":{"rows":5}}`)
		}
		if refused(t, w, 409, "not valid YAML"); !strings.Contains(w.Body.String(), `jobs/k.yaml:2:`) {
			t.Error(w.Body)
		}
	}
}
