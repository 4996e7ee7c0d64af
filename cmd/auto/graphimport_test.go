package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/runtime/clock"
	"auto/runtime/project"
)

// recordedDagster answers as a Dagster did whose definitions were recorded, below /sample.
// Below other paths it is one to which something happened.
func recordedDagster(t interface{ Cleanup(func()) }) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ OperationName string }
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(body, &asked)
		}
		var text []byte
		if err == nil {
			text, err = os.ReadFile(filepath.Join("..", "..", "runtime", "dagster", "deployment", "testdata", "sample", asked.OperationName+".json"))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusNotFound)
			return
		}
		const down = `"locationOrLoadError": {"__typename": "PythonError", "message": "ImportError: no module"}, "was": {`
		switch out := string(text); strings.Split(r.URL.Path, "/")[1] {
		case "changed":
			io.WriteString(w, strings.ReplaceAll(out, `"groupName": "geo"`, `"groupName": "world"`))
		case "down":
			io.WriteString(w, strings.Replace(out, `"locationOrLoadError": {`, down, 1))
		case "page":
			io.WriteString(w, "<html>a page</html>")
		case "empty":
			io.WriteString(w, `{"data": {"version": "1.13.27", "locationStatusesOrError": {"__typename": "WorkspaceLocationStatusEntries", "entries": []},
				"workspaceOrError": {"__typename": "Workspace", "locationEntries": []}, "assetNodes": []}}`)
		default:
			io.WriteString(w, out)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestImportToken: the project's token goes to the project's Dagster, however its address is
// given, and to no other one.
func TestImportToken(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Get("Dagster-Cloud-Api-Token")
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer server.Close()
	for url, want := range map[string]string{"": "secret", server.URL + "/prod/": "secret", server.URL + "/prod/graphql": "secret", server.URL + "/stage": ""} {
		p := &project.Project{Env: map[string]string{"T": "secret"}}
		p.Config.Dagster = project.Dagster{URL: server.URL + "/prod", Token: "T"}
		got = "nothing was sent"
		_, err := graphImportDagsterCommand{URL: url}.read(system{ctx: t.Context(), clock: clock.System{}}, p)
		if err == nil || got != want {
			t.Errorf("%q: %q is sent, want %q; %v", url, got, want, err)
		}
	}
}

func TestAsSentence(t *testing.T) {
	for text, want := range map[string]string{"no answer": "No answer.", "Done.": "Done.", "ärger": "Ärger.", "auto can't.": "Auto can't.",
		"http://h/graphql answered 404. Is `url` right?": "http://h/graphql answered 404. Is `url` right?", "Did you mean y?": "Did you mean y?", "halt!": "Halt!", "": ".",
		"auto.yaml: no": "auto.yaml: no.", "`x` is": "`x` is.", "x509: unknown": "x509: unknown.", "assetNodes is": "assetNodes is.", "dial: refused": "Dial: refused."} {
		if got := asSentence(text); got != want {
			t.Error(got)
		}
	}
}
