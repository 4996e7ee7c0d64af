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

func TestAsSentence(t *testing.T) {
	for text, want := range map[string]string{"no answer": "No answer.", "Done.": "Done.", "ärger": "Ärger."} {
		if got := asSentence(text); got != want {
			t.Error(got)
		}
	}
}
