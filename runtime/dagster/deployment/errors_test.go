package deployment_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"auto/runtime/clock"
	"auto/runtime/dagster/deployment"
	"auto/runtime/dagster/gql"

	"github.com/google/go-cmp/cmp"
)

// TestErrors: each way in which a deployment cannot be read says what is wrong.
func TestErrors(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
		want   string
	}{
		"no GraphQL":   {200, "<html>Jenkins</html>", `with "<html>Jenkins</html>", which is no GraphQL. Is ` + "`url`" + ` the address of a Dagster webserver?`},
		"login":        {302, "", "Write the address of the webserver itself, and a token where it asks for a login."},
		"denied":       {401, "no", "401 Unauthorized. Check `token` and `headers` under `dagster`."},
		"not there":    {404, "no", "which is no GraphQL"},
		"python error": {500, `{"data": {"version": "1.13.27", "locationStatusesOrError": {"__typename": "PythonError", "message": "OperationalError: no database\n  stack"}, "workspaceOrError": {"__typename": "PythonError", "message": "x"}, "assetNodes": []}}`, "no answer about the states of its code locations: OperationalError: no database"},
		"workspace":    {500, `{"data": {"version": "1.13.27", "locationStatusesOrError": {"__typename": "WorkspaceLocationStatusEntries", "entries": []}, "workspaceOrError": {"__typename": "PythonError", "message": "OperationalError: no database\n  stack"}, "assetNodes": []}}`, "no answer about its workspace: OperationalError: no database"},
		"errors":       {500, `{"data": null, "errors": [{"message": "list index out of range"}]}`, "Dagster answered: list index out of range."},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/login")
			w.WriteHeader(c.status)
			w.Write([]byte(c.body))
		}))
		_, err := deployment.Read(context.Background(), gql.New(gql.Options{URL: server.URL, Clock: clock.System{}}), nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		server.Close()
	}
}

// TestOld: a Dagster without what is asked for is told by its version.
func TestOld(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if strings.Contains(string(body), "internalFreshnessPolicy") {
			w.WriteHeader(http.StatusBadRequest)
			w.Write([]byte(`{"errors": [{"message": "Cannot query field 'internalFreshnessPolicy' on type 'AssetNode'. Did you mean 'freshnessPolicy'?"}]}`))
			return
		}
		w.Write([]byte(`{"data": {"version": "1.8.4"}}`))
	}))
	defer server.Close()
	_, err := deployment.Read(context.Background(), gql.New(gql.Options{URL: server.URL, Clock: clock.System{}}), nil)
	if want := "Dagster 1.8.4 does not know what auto asks for, and 1.13 or newer is needed: Dagster answered: Cannot query field 'internalFreshnessPolicy' on type 'AssetNode'. Did you mean 'freshnessPolicy'?"; err == nil || err.Error() != want {
		t.Error(err)
	}
}

// TestMoved: a location that is loaded anew between two answers has all read again.
func TestMoved(t *testing.T) {
	moves := 1
	c := &recorded{dir: "sample", edit: func(operation string, answer map[string]any) error {
		if operation == "RequiredKeys" && moves > 0 {
			moves--
			reload(answer, "another")
		}
		return nil
	}}
	read(t, c)
	if len(c.asked()) != 6 {
		t.Errorf("asked %v", c.asked())
	}
	moves = 100
	if _, err := deployment.Read(context.Background(), c, nil); err == nil || !strings.Contains(err.Error(), "again and again") {
		t.Error(err)
	}
}

// TestDown: what is loaded is read beside a location that is not.
func TestDown(t *testing.T) {
	c := &recorded{dir: "sample", edit: func(operation string, answer map[string]any) error {
		if operation == "Definitions" {
			entries := answer["workspaceOrError"].(at)["locationEntries"].([]any)
			entries[0].(at)["locationOrLoadError"] = at{"__typename": "PythonError", "message": "dagster.ImportError: no module\n  stack"}
			entries[1].(at)["locationOrLoadError"], entries[1].(at)["loadStatus"] = nil, "LOADING"
		}
		return nil
	}}
	d := read(t, c)
	for location, want := range map[string]string{
		"core": "The code location `core` is not loaded: dagster.ImportError: no module", "mart": "Dagster is loading the code location `mart`.", "other": "Dagster has no code location `other`.",
	} {
		if ok, why := d.Loaded(location); ok || why != want {
			t.Errorf("%s: %v, %s", location, ok, why)
		}
	}
	if d.Complete() || len(d.Jobs) > 0 || d.Assets["raw_events"] == nil {
		t.Error("not as it is")
	}
}

// exact is a way to definitions.
type exact func(location string) (map[string]deployment.Definition, error)

func (e exact) Definitions(_ context.Context, location, _ string) (map[string]deployment.Definition, error) {
	return e(location)
}

// TestExactAtOnce: locations are asked at once, so that those that do not answer take the time of
// one together.
func TestExactAtOnce(t *testing.T) {
	var asked sync.WaitGroup
	asked.Add(2) // core and mart
	_, err := deployment.Read(t.Context(), &recorded{dir: "sample"}, exact(func(string) (map[string]deployment.Definition, error) {
		asked.Done()
		asked.Wait()
		return nil, nil
	}))
	if err != nil {
		t.Error(err)
	}
}

// TestExact: the exact way goes before all others, and where it fails the location says so.
func TestExact(t *testing.T) {
	c := &recorded{dir: "sample"}
	d, err := deployment.Read(context.Background(), c, exact(func(location string) (map[string]deployment.Definition, error) {
		if location == "core" {
			return nil, context.DeadlineExceeded
		}
		return map[string]deployment.Definition{
			"mart_orders": {PartitionsDoubt: "odd", Deps: []deployment.Dep{{Key: "daily_orders", Doubt: "odder"}}},
			"mart/kpi":    {Deps: []deployment.Dep{{Key: "mart_orders"}}},
			"raw_events":  {PartitionsDoubt: "of another location"},
		}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	if d.Locations[0].Inexact != "context deadline exceeded" || d.Locations[1].Inexact != "" {
		t.Errorf("%+v", d.Locations)
	}
	a := d.Assets["mart_orders"]
	if a.Partitions != nil || a.PartitionsDoubt != "odd" || !a.Partitioned() || !cmp.Equal(a.Deps, []deployment.Dep{{Key: "daily_orders", Doubt: "odder"}}) {
		t.Errorf("%+v", a)
	}
	if d.Assets["mart/kpi"].Deps[0].Doubt != "" || d.Assets["raw_events"].PartitionsDoubt != "" {
		t.Error("in doubt")
	}
	if want := []string{"Definitions", "RequiredKeys"}; !cmp.Equal(c.asked(), want) {
		t.Errorf("asked %v", c.asked())
	}
}
