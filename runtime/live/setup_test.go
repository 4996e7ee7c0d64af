package live_test

import (
	"testing"

	"auto/runtime/live"
	"auto/runtime/project"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

// TestEnvironment: tokens and keys of the project file are no part of what is in force, and a
// new one changes nothing of it.
func TestEnvironment(t *testing.T) {
	files, err := txtar.FS(txtar.Parse([]byte(`
-- auto.yaml --
env: [TOKEN, SIGN, CLUSTER, SCHEDULE, BUCKET, UNUSED]
launcher: {type: webhook, url: "http://127.0.0.1:1/", headers: {Authorization: "Bearer {env.TOKEN}"}, sign: "{env.SIGN}"}
sources: {inbox: {type: folder, path: inbox}}
-- assets/a.yaml --
assets: [{key: a}, {key: b}]
-- policies/p.auto --
let cron = env.SCHEDULE
policy p for all() { when on_cron(cron) tags { cluster: "{env.CLUSTER}" } }
files f from inbox { match "{table}.csv" -> a config a { to: "{env.BUCKET}/{table}" } }
`)))
	if err != nil {
		t.Fatal(err)
	}
	loaded := func(token string) *project.Project {
		values := map[string]string{"TOKEN": token, "SIGN": token, "UNUSED": token, "CLUSTER": "eu", "SCHEDULE": "@daily", "BUCKET": "b"}
		p, found := project.Load("project", project.Options{FS: files, Getenv: func(name string) (string, bool) { value, ok := values[name]; return value, ok }})
		if found.HasErrors() {
			t.Fatal(found)
		}
		return p
	}
	p := loaded("one")
	if diff := cmp.Diff(map[string]string{"CLUSTER": "eu", "SCHEDULE": "@daily", "BUCKET": "b"}, live.Environment(p)); diff != "" {
		t.Error(diff)
	}
	if live.Fingerprint(p) != live.Fingerprint(loaded("two")) {
		t.Error("a new token is a new project")
	}
}
