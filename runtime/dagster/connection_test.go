package dagster_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"auto/runtime/clock"
	"auto/runtime/dagster"
	"auto/runtime/events"
	"auto/runtime/project"
	"auto/runtime/store"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

// noMarks are store.Marks that keep nothing.
type noMarks struct{}

func (noMarks) PutMarks(context.Context, map[string][]byte) error           { return nil }
func (noMarks) Marks(context.Context, string, func(store.Mark) error) error { return nil }

// empty answers polls as a Dagster without anything, and anything else with an error.
func empty(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		OperationName string `json:"operationName"`
	}
	if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	const runs, assets = `{"__typename": "Runs", "results": []}`, `{"__typename": "AssetConnection", "nodes": []}`
	answer := `{"errors": [{"message": "Cannot query field \"kinds\""}]}`
	switch ask.OperationName {
	case "Newest":
		answer = `{"data": {"runsOrError": ` + runs + `}}`
	case "Poll":
		answer = `{"data": {"locationStatusesOrError": {"__typename": "WorkspaceLocationStatusEntries", "entries": []}, "active": ` + runs + `, "changed": ` + runs + `, "newest": ` + runs + `,
			"backfills": {"__typename": "PartitionBackfills", "results": []}, "dynamic": [], "heads": ` + assets + `, "seen": ` + assets + `}}`
	}
	if _, err := w.Write([]byte(answer)); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// sample answers what a recorded deployment defines; edit may change the answer before.
func sample(t *testing.T, edit func(answer map[string]any)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var ask struct {
			OperationName string `json:"operationName"`
		}
		if err := json.NewDecoder(r.Body).Decode(&ask); err != nil {
			t.Error(err)
		}
		text, err := os.ReadFile(filepath.Join("deployment", "testdata", "sample", ask.OperationName+".json"))
		var answer struct {
			Data map[string]any `json:"data"`
		}
		if err = errors.Join(err, json.Unmarshal(text, &answer)); err != nil {
			t.Error(err)
		}
		edit(answer.Data)
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}
}

// locations changes the code locations of an answer that lists them.
func locations(answer map[string]any, change func(list []any) []any) {
	if workspace, ok := answer["workspaceOrError"].(map[string]any); ok {
		workspace["locationEntries"] = change(workspace["locationEntries"].([]any))
	}
}

// TestUnseen: an asset that Dagster does not define is not waited for, where that is certain.
func TestUnseen(t *testing.T) {
	g, problems := graph.New([]graph.Asset{{Key: "country_sales"}, {Key: "phantom"}, {Key: "feed", External: true}}, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	all := g.Keys()
	for _, c := range []struct {
		name string
		edit func(answer map[string]any)
		want []string
	}{
		{"all locations are loaded", func(map[string]any) {}, []string{"country_sales"}},
		{"one is down", func(answer map[string]any) {
			locations(answer, func(list []any) []any {
				list[1].(map[string]any)["locationOrLoadError"] = map[string]any{"__typename": "PythonError", "message": "SyntaxError: no"}
				return list
			})
		}, all},
		{"there is none", func(answer map[string]any) {
			answer["assetNodes"] = []any{}
			locations(answer, func([]any) []any { return []any{} })
		}, all},
		{"it cannot be read", func(answer map[string]any) { clear(answer) }, all},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewServer(sample(t, c.edit))
			defer server.Close()
			p := &project.Project{Graph: g}
			p.Config.Dagster = project.Dagster{URL: server.URL, Timeout: time.Minute}
			connection, err := dagster.Open(dagster.Options{Project: p, Marks: noMarks{}, Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			unseen, err := connection.Unseen(t.Context(), g)
			if diff := cmp.Diff(c.want, unseen); diff != "" || err != nil {
				t.Error(diff, err)
			}
		})
	}
}

// TestUndefined: that definitions cannot be read, while polls go well, is said once.
func TestUndefined(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(empty))
	defer server.Close()
	g, _ := graph.New(nil, nil)
	p := &project.Project{Graph: g}
	p.Config.Dagster = project.Dagster{URL: server.URL, Timeout: time.Minute}
	var log bytes.Buffer
	c, err := dagster.Open(dagster.Options{Project: p, Marks: noMarks{}, Clock: clock.System{}, Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := c.Look(t.Context(), p, func(context.Context, []events.Event) error { return nil }); err != nil {
			t.Fatal(err)
		}
		c.Compare(t.Context(), p)
	}
	if got := log.String(); strings.Count(got, "what Dagster defines could not be read") != 1 || !strings.Contains(got, "1.13 or newer is needed") {
		t.Errorf("the log has %q", got)
	}
}
