package dagster_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"auto/runtime/clock"
	"auto/runtime/dagster"
	"auto/runtime/events"
	"auto/runtime/project"
	"auto/runtime/store"
	"auto/vm/graph"
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
