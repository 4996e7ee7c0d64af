package dagster

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// Vars are the variables of a query.
type Vars map[string]any

// Query asks the webserver and reads the data of the answer into a value. An answer with
// errors fails the test.
func (d *Deployment) Query(t testing.TB, query string, vars Vars, into any) {
	t.Helper()
	if err := d.Ask(t.Context(), query, vars, into); err != nil {
		t.Fatal(err)
	}
}

// Ask is Query that gives the error: for a webserver that may be down.
func (d *Deployment) Ask(ctx context.Context, query string, vars Vars, into any) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	body, err := json.Marshal(map[string]any{"query": query, "variables": vars})
	if err != nil {
		return err
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	post.Header.Set("Content-Type", "application/json")
	post.Close = true // the webserver closes what was idle for 5 s, perhaps just as it is used again
	got, err := http.DefaultClient.Do(post)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		return err
	}
	return read(text, into)
}

// read takes an answer apart; its status does not matter.
func read(text []byte, into any) error {
	var parts struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
	}
	if err := json.Unmarshal(text, &parts); err != nil {
		return fmt.Errorf("no GraphQL: %.300s", text)
	}
	if len(parts.Errors) > 0 {
		return fmt.Errorf("the answer of Dagster: %s", parts.Errors[0].Message)
	}
	return json.Unmarshal(parts.Data, into)
}

// act sends a mutation that has one field named `did`, and fails the test unless the
// answer is of a type.
func (d *Deployment) act(t testing.TB, want, mutation string, vars Vars, into any) {
	t.Helper()
	var answer struct{ Did json.RawMessage }
	d.Query(t, mutation, vars, &answer)
	var kind struct {
		Typename string `json:"__typename"`
		Message  string
	}
	must(t, json.Unmarshal(answer.Did, &kind))
	if kind.Typename != want {
		t.Fatalf("Dagster answered %s", answer.Did)
	}
	if into != nil {
		must(t, json.Unmarshal(answer.Did, into))
	}
}

// path is an asset key as GraphQL has it.
func path(key string) Vars { return Vars{"path": strings.Split(key, "/")} }

func paths(keys []string) []Vars {
	list := []Vars{}
	for _, key := range keys {
		list = append(list, path(key))
	}
	return list
}

// Tag is a tag of a run.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

func tagList(tags map[string]string) []Tag {
	list := []Tag{}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, Tag{key, tags[key]})
	}
	return list
}

// repository is the one of a location that has a Definitions object.
const repository = "__repository__"
