package deployment_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

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

// record writes the answers of a Dagster as test data, where one is named by the
// environment: see testdata/README.md.
type record struct {
	graphql.Client
	t   *testing.T
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
		r.t.Error(err)
	}
	return json.Unmarshal(raw, answer.Data)
}
