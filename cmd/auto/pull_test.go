package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"auto/internal/program"
	"auto/runtime/dagster/pull"
)

// TestPullDaemon: a request waits until the sensor in Dagster tells its outcome, does not hold
// up the end of the daemon, and is there for the next one.
func TestPullDaemon(t *testing.T) {
	files := map[string]string{
		"auto.yaml":       "launcher: {type: pull}\nhttp: {listen: \"127.0.0.1:0\"}\n",
		"assets/a.yaml":   "assets: [{key: orders}]\n",
		"policies/p.auto": "policy orders for assets(\"orders\") {\n  when missing()\n}\n",
	}
	d := startHTTP(t, files)
	id := pulled(t, d, "")
	if code := d.stop(); code != 0 {
		t.Fatalf("code %d: %s", code, d.log)
	}
	if text := d.log.String(); strings.Contains(text, "not delivered") {
		t.Errorf("the end counts as a failure: %s", text)
	}
	state, err := filepath.Abs(filepath.Join(d.dir, ".auto"))
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{"auto.yaml": files["auto.yaml"] + "state: " + state + "\n", "assets/a.yaml": files["assets/a.yaml"], "policies/p.auto": files["policies/p.auto"]}
	if _, err := os.Stat(state); err != nil {
		t.Fatal(err)
	}
	d = startHTTP(t, files)
	pulled(t, d, id)
	pulls(t, d, `,"done":["`+id+`"]`)
	d.log.await(t, `"msg":"delivered","request":"`+id+`"`)
	if code, text := d.call(t, "POST", "/v1/pull", `{"sensor":{"instance":"i","location":"core","repository":"r","name":"other"}}`); code != 409 || !strings.Contains(text, "core/r/auto pulls already") {
		t.Errorf("%d %s", code, text)
	}
}

// pulls asks as a sensor does.
func pulls(t *testing.T, d *httpDaemon, more string) pull.Offer {
	t.Helper()
	code, text := d.call(t, "POST", "/v1/pull", `{"sensor":{"instance":"i","location":"core","repository":"r","name":"auto"}`+more+`}`)
	var offer pull.Offer
	if err := json.Unmarshal([]byte(text), &offer); code != 200 || err != nil {
		t.Fatalf("%d %s %v", code, text, err)
	}
	return offer
}

// pulled asks until there is a request, of an ID where one is given, and gives its ID.
func pulled(t *testing.T, d *httpDaemon, id string) string {
	t.Helper()
	found := ""
	program.Eventually(t, time.Minute, "a request is offered", func() bool {
		for _, r := range pulls(t, d, "").Requests {
			if id == "" || r.ID == id {
				found = r.ID
			}
		}
		return found != ""
	})
	return found
}
