package project

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/lang/diag"
	"auto/lang/source"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func configOf(text string) (Config, diag.List) {
	var list diag.List
	c := parseConfig(source.New("auto.yaml", text), &list)
	return c, list
}

func TestHTTP(t *testing.T) {
	for text, want := range map[string]HTTP{
		"{}":                                 {},
		"http: {listen: \"127.0.0.1:7777\"}": {Listen: "127.0.0.1:7777", BodyLimit: 8 << 20},
		"http: {listen: \"[::1]:0\"}":        {Listen: "[::1]:0", BodyLimit: 8 << 20},
		"http: {listen: \"localhost:80\", body_limit: 512KiB}":                                          {Listen: "localhost:80", BodyLimit: 512 << 10},
		"env: [A, B]\nhttp: {listen: \":7777\", tokens: [\"{env.A}\", \"{env.B}\"], body_limit: 1 MiB}": {Listen: ":7777", Tokens: []string{"{env.A}", "{env.B}"}, BodyLimit: 1 << 20},
		"env: {A: x}\nhttp: {listen: \"0.0.0.0:7777\", tokens: \"{env.A}\", body_limit: 2048}":          {Listen: "0.0.0.0:7777", Tokens: []string{"{env.A}"}, BodyLimit: 2048},
	} {
		c, list := configOf(text)
		if diff := cmp.Diff(want, c.HTTP, cmpopts.IgnoreFields(HTTP{}, "At")); diff != "" || len(list) > 0 {
			t.Errorf("%s: %v %s", text, list, diff)
		}
	}
}

func TestOpenLineageAndTracing(t *testing.T) {
	c, list := configOf(`
openlineage:
  datasets:
    - {namespace: "kafka://k", name: orders, asset: shop/orders}
    - {name: scratch.orders, ignore: true}
  namespaces: []
  partition: slice.key
tracing: {endpoint: "http://collector.example:4318", headers: {X-Key: a}}
`)
	want := OpenLineage{Datasets: []Dataset{{"kafka://k", "orders", "shop/orders"}, {"", "scratch.orders", ""}}, Namespaces: []string{}, Facet: "slice", Field: "key"}
	if diff := cmp.Diff(want, c.OpenLineage); diff != "" || len(list) > 0 {
		t.Error(list, diff)
	}
	if diff := cmp.Diff(Tracing{"http://collector.example:4318", map[string]string{"X-Key": "a"}}, c.Tracing); diff != "" {
		t.Error(diff)
	}
	c, _ = configOf("{}")
	if diff := cmp.Diff(OpenLineage{Facet: "partition", Field: "key"}, c.OpenLineage); diff != "" {
		t.Error(diff)
	}
}

// TestHTTPFindings has for each text a part of its one finding.
func TestHTTPFindings(t *testing.T) {
	for text, want := range map[string]string{
		"http: {}":                                                           "1:7: error: A403 `http` needs `listen`",
		"http: {listen: \"7777\"}":                                           "A406 `listen` is an IP address and a port",
		"http: {listen: \"127.0.0.1:http\"}":                                 "A406 `listen` is an IP address and a port",
		"http: {listen: \"127.0.0.1:65536\"}":                                "A406 `listen` is an IP address and a port",
		"http: {listen: \"auto.example:80\"}":                                "A406 `listen` is an IP address and a port",
		"http: {listen: \":7777\"}":                                          "A403 Others can reach `:7777`, and there are no tokens.",
		"http: {listen: \"0.0.0.0:7777\"}":                                   "listen at `127.0.0.1:7777`",
		"http: {listen: \"[::]:7777\", tokens: []}":                          "A403 Others can reach",
		"http: {listen: \"127.0.0.1:1\", tokens: [secret]}":                  "A406 A token does not stand in the project file.",
		"http: {listen: \"127.0.0.1:1\", tokens: [\"x{env.A}\"]}":            "A406 A token does not stand in the project file.",
		"http: {listen: \"127.0.0.1:1\", tokens: [\"{env.A}\"]}":             "A406 The environment name `A` is not allowed. Write `env: [A]`.",
		"http: {listen: \"127.0.0.1:1\", body_limit: 1GiB}":                  "A406 `body_limit` cannot be \"1GiB\"",
		"http: {listen: \"127.0.0.1:1\", body_limit: 1023}":                  "A406 `body_limit` cannot be",
		"http: {listen: \"127.0.0.1:1\", body_limit: -1MiB}":                 "A406 `body_limit` cannot be",
		"http: {listen: \"127.0.0.1:1\", body_limit: 9999999999999MiB}":      "A406 `body_limit` cannot be",
		"http: {listen: \"127.0.0.1:1\", token: a}":                          "A402 `http` has no field `token`. Did you mean `tokens`?",
		"openlineage: {datasets: [{name: a}]}":                               "A403 A dataset needs `asset`",
		"openlineage: {datasets: [{asset: a}]}":                              "A403 A dataset needs `name`",
		"openlineage: {datasets: [{name: a, asset: /a}]}":                    "A406 \"/a\" is no asset key",
		"openlineage: {datasets: [{name: a, asset: a, ignore: true}]}":       "A406 A dataset has `asset` or `ignore`, not both.",
		"openlineage: {partition: key}":                                      "A406 `partition` names a facet and a field of it",
		"openlineage: {dataset: []}":                                         "A402 `openlineage` has no field `dataset`",
		"tracing: {}":                                                        "A403 `tracing` needs `endpoint`",
		"tracing: {endpoint: \"http://c\", headers: {\"A B\": x}}":           "1:43: error: A406 \"A B\" is no name of a header.",
		"dagster: {url: \"http://d\", headers: {X-A: x, \"Bad Header\": x}}": "1:46: error: A406 \"Bad Header\" is no name of a header.",
		"dagster: {url: \"http://d\", headers: {\"\": x}}":                   "1:38: error: A406 \"\" is no name of a header.",
		"dagster: {url: \"http://d\", headers: {X-A: \"a\\nb\"}}":            "1:43: error: A406 The header `X-A` holds a control character.",
		"launcher: {type: webhook, url: \"http://d\", headers: {\"Ü\": x}}":  "A406 \"Ü\" is no name of a header.",
		"tracing: {endpoint: collector:4318}":                                "A406 `endpoint` is an address",
	} {
		_, list := configOf(text)
		if len(list) != 1 || !strings.Contains(list[0].Error(), want) {
			t.Errorf("%s: %v", text, list)
		}
	}
}

func TestTokens(t *testing.T) {
	dir := t.TempDir()
	text := "env: {A: default-that-is-long-enough, B: short}\nhttp: {listen: \"127.0.0.1:1\", tokens: [\"{env.A}\", \"{env.B}\"]}\n"
	if err := os.WriteFile(filepath.Join(dir, FileName), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, list := Load(dir, Options{})
	if len(list) != 1 || list[0].Message != "The token in `B` has less than 16 characters." {
		t.Error(list)
	}
	p, list := Load(dir, Options{Getenv: func(name string) (string, bool) { return "{env.A} and more than that", name == "B" }})
	if diff := cmp.Diff([]string{"default-that-is-long-enough", "{env.A} and more than that"}, p.Tokens()); diff != "" || len(list) > 0 {
		t.Error(list, diff)
	}
}

// TestReaches: a file that says the same elsewhere reaches the same.
func TestReaches(t *testing.T) {
	before, list := configOf("dagster: {url: \"https://a.example\", headers: {X: y}}\nlauncher: {type: dagster}\n")
	if len(list) > 0 {
		t.Fatal(list)
	}
	for text, want := range map[string]bool{
		"# moved\nretention: 1d\nlauncher: {type: dagster}\ndagster: {headers: {X: y}, url: \"https://a.example\"}\n": true,
		"dagster: {url: \"https://b.example\", headers: {X: y}}\nlauncher: {type: dagster}\n":                         false,
		"dagster: {url: \"https://a.example\", headers: {X: z}}\nlauncher: {type: dagster}\n":                         false,
		"dagster: {url: \"https://a.example\", headers: {X: y}}\nlauncher: {type: dagster, workers: 3}\n":             false,
	} {
		after, list := configOf(text)
		if got := after.Reaches(&before); got != want || len(list) > 0 {
			t.Errorf("%s: %v, %v", text, got, list)
		}
	}
}
