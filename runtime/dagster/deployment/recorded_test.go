package deployment_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"auto/runtime/clock"
	"auto/runtime/dagster/deployment"
	"auto/runtime/dagster/gql"

	"github.com/Khan/genqlient/graphql"
)

// recorded answers calls from files that hold what a real Dagster answered, one for each
// operation (testdata/README.md).
type recorded struct {
	dir string
	// edit may change an answer before it is read; nil for as it is.
	edit func(operation string, answer map[string]any) error

	mu    sync.Mutex
	calls []string
}

func (r *recorded) MakeRequest(_ context.Context, ask *graphql.Request, answer *graphql.Response) error {
	r.mu.Lock()
	r.calls = append(r.calls, ask.OpName)
	r.mu.Unlock()
	text, err := os.ReadFile(filepath.Join("testdata", r.dir, ask.OpName+".json"))
	if err != nil {
		return err
	}
	var whole struct {
		Data map[string]any `json:"data"`
	}
	if err := json.Unmarshal(text, &whole); err != nil {
		return err
	}
	if r.edit != nil {
		if err := r.edit(ask.OpName, whole.Data); err != nil {
			return err
		}
	}
	again, err := json.Marshal(whole.Data)
	if err != nil {
		return err
	}
	return json.Unmarshal(again, answer.Data)
}

// asked gives the operations so far.
func (r *recorded) asked() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.calls...)
}

var (
	recordURL = flag.String("record", "", "address of a Dagster whose answers to write as test data, in place of the tests")
	recordDir = flag.String("record-dir", "sample", "folder of testdata to write")
)

// TestMain writes test data where a Dagster is named, and otherwise runs the tests
// (testdata/README.md).
func TestMain(m *testing.M) {
	flag.Parse()
	if *recordURL == "" {
		os.Exit(m.Run())
	}
	w := &deployment.Watch{Client: record{gql.New(gql.Options{URL: *recordURL, Clock: clock.System{}}), *recordDir}, Now: clock.System{}.Now}
	for range 2 {
		if _, err := w.Fresh(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// record writes the answers of a Dagster as test data.
type record struct {
	graphql.Client
	dir string
}

func (r record) MakeRequest(ctx context.Context, ask *graphql.Request, answer *graphql.Response) error {
	var raw json.RawMessage
	if err := r.Client.MakeRequest(ctx, ask, &graphql.Response{Data: &raw}); err != nil {
		return err
	}
	text, err := json.MarshalIndent(map[string]any{"data": raw}, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join("testdata", r.dir, ask.OpName+".json"), append(text, '\n'), 0o644); err != nil {
		return err
	}
	return json.Unmarshal(raw, answer.Data)
}
