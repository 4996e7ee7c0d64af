package api_test

import (
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"auto/runtime/api"
	"auto/runtime/project"
)

// TestProject: a project file says where the API is, who may call it, and what datasets
// are.
func TestProject(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("auto.yaml", `
assets: a.yaml
env: {TOKEN: a-token-for-the-test}
http: {listen: "127.0.0.1:0", tokens: ["{env.TOKEN}"]}
openlineage: {datasets: [{name: t1, asset: shop/orders}], partition: slice.day}
`)
	write("a.yaml", `{assets: [{key: shop/orders, partitions: {type: daily, start: "2026-01-01"}}]}`)
	p, found := project.Load(dir, project.Options{Now: now})
	if len(found) > 0 {
		t.Fatal(found)
	}
	l, err := api.Listen(p)
	if err != nil {
		t.Fatal(err)
	}
	d := &daemon{known: map[string]bool{}}
	log := slog.New(slog.DiscardHandler)
	server := api.NewServer(api.ForProject(p, func() *project.Project { return p }, api.Options{Automation: d, Now: func() time.Time { return now }, Log: log}), log)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	call, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+l.Addr().String()+"/api/v1/lineage",
		strings.NewReader(`{"eventType":"COMPLETE","eventTime":"2026-01-02T11:00:00Z","run":{"runId":"r","facets":{"slice":{"day":"2026-01-01"}}},"outputs":[{"namespace":"n","name":"t1"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	call.Header.Set("Content-Type", "application/json")
	call.Header.Set("Authorization", "Bearer a-token-for-the-test")
	answer, err := http.DefaultClient.Do(call)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != 201 || len(d.taken) != 3 || d.taken[1].Asset != "shop/orders" || d.taken[1].Partition != "2026-01-01" {
		t.Error(answer.StatusCode, string(body), err, d.taken)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if err := <-served; err != http.ErrServerClosed {
		t.Error(err)
	}
}

func TestListen(t *testing.T) {
	if l, err := api.Listen(&project.Project{}); l != nil || err != nil {
		t.Error(l, err)
	}
	p := &project.Project{Config: project.Config{HTTP: project.HTTP{Listen: "127.0.0.1:0"}}}
	first, err := api.Listen(p)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	p.Config.HTTP.Listen = first.Addr().String()
	if _, err := api.Listen(p); err == nil || !strings.Contains(err.Error(), "nothing can listen at 127.0.0.1:") {
		t.Error(err)
	}
}
