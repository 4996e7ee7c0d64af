package dispatch_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"auto/runtime/dispatch"
	"auto/runtime/params"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

// declared gives a job with declarations in short form.
func declared(t testing.TB, name string, assets []string, schema ...string) *params.Job {
	t.Helper()
	j := &params.Job{Name: name, Assets: assets}
	for i := 0; i < len(schema); i += 2 {
		n, err := j.ParseName(schema[i])
		if err != nil {
			t.Fatal(err)
		}
		d, err := params.ParseDecl(schema[i+1])
		if err != nil {
			t.Fatal(err)
		}
		j.Schema = append(j.Schema, params.Entry{Name: n, Decl: d})
	}
	return j
}

// told writes requests in short: the job, the assets, and what the run is told or lacks.
func told(t testing.TB, sent []dispatch.Sent) (lines []string) {
	t.Helper()
	for _, one := range sent {
		what := any(one.Request.RunConfig)
		if one.Request.Refused != nil {
			what = one.Request.Refused
		}
		text, err := json.Marshal(what)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, fmt.Sprintf("%s %v %s", one.Request.Job, one.Request.Selection, text))
	}
	return lines
}

// TestParams: a run is told the parameters of the job of its assets, those of its policy
// over what is edited; assets of several jobs go into several runs; what lacks parameters
// is refused with all of them.
func TestParams(t *testing.T) {
	jobs := []*params.Job{
		declared(t, "j", []string{"a", "b"}, "n", "int!", "b.m", "string|x"), declared(t, "k", []string{"c"}, "c.n", "int!", "c.m", "string!"), declared(t, "plain", []string{"d"}),
	}
	var stored params.Values
	stored.Set(params.Name{Asset: "b", Param: "n"}, 7)
	stored.Set(params.Name{Param: "n"}, 5)
	all := []string{"a", "b", "c", "d", "e"}
	for name, c := range map[string]struct {
		pairs   []string
		clauses string
		want    []string
	}{
		"checks alone": {[]string{"e:ok", "a"}, "", []string{` [] {"ops":{}}`, `j [a] {"ops":{"a":{"config":{"f":1}}},"resources":{"params":{"config":{"n":5}}}}`}},
		"edited": {all, "", []string{
			`j [a b] {"ops":{"a":{"config":{"f":1}}},"resources":{"params":{"config":{"__nexus_ops__b__m":"x","__nexus_ops__b__n":7,"n":5}}}}`,
			"k [c] {\"reason\":\"The required parameter `c.m` has no value. The required parameter `c.n` has no value. Give one by `auto params set`, the Operations page, the job's file, or at launch.\"}",
			` [d e] {"ops":{}}`,
		}},
		"launched": {all, "params { n: 9 }\nconfig b { g: 2 }\ngroup by none\n", []string{
			`j [a] {"ops":{"a":{"config":{"f":1}}},"resources":{"params":{"config":{"n":9}}}}`,
			`j [b] {"ops":{"b":{"config":{"g":2}}},"resources":{"params":{"config":{"__nexus_ops__b__m":"x","__nexus_ops__b__n":7,"n":9}}}}`,
			"k [c] {\"reason\":\"The required parameter `c.m` has no value. Give one by `auto params set`, the Operations page, the job's file, or at launch.\"}",
			` [d] {"ops":{},"resources":{"params":{"config":{"n":9}}}}`, ` [e] {"ops":{}}`,
		}},
		"wrong": {all, `params { "b.n": "text" }`, []string{
			"j [a b] {\"reason\":\"`b.n`: `\\\"text\\\"` is no whole number. Write a value such as `5`.\"}",
			"k [c] {\"reason\":\"No asset is called `b`. Write `asset.param` with an asset of the job, or `param` for a shared parameter.\"}",
			` [d e] {"ops":{}}`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			g := graphOf(t, graph.Asset{Key: "a", Config: map[string]any{"f": 1}}, graph.Asset{Key: "b"}, graph.Asset{Key: "c"}, graph.Asset{Key: "d"}, graph.Asset{Key: "e", Checks: []graph.Check{{Name: "ok", Condition: "missing()"}}})
			in := dispatch.Input{Sensor: "default", At: at, Space: spaceOf(t, g, at), Launches: launches("p", pairs(c.pairs...)...),
				Policies: byName(compile(t, g, "policy p for all() {\n when eager()\n"+c.clauses+"\n}")),
				Params:   params.InForce{Jobs: jobs, Stored: map[string]params.Stored{"j": {Version: 1, Values: stored}}}}
			sent, err := dispatch.Requests(in)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, told(t, sent)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// BenchmarkParams: 10,000 runs of one asset each of a job with 1,000 assets.
func BenchmarkParams(b *testing.B) {
	var list []graph.Asset
	var keys []string
	job := &params.Job{Name: "j"}
	for i := range 1000 {
		key := fmt.Sprintf("asset_%d", i)
		keys = append(keys, key)
		list = append(list, graph.Asset{Key: key, Partitions: partitions(b, graph.Spec{Type: graph.Static, Keys: []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}})})
		job.Schema = append(job.Schema, params.Entry{Name: params.Name{Asset: key, Param: "folder"}, Decl: params.Decl{Type: params.String}})
		job.Values.Set(params.Name{Asset: key, Param: "folder"}, key)
	}
	job.Assets = keys
	g := graphOf(b, list...)
	var all []string
	for _, key := range keys {
		for i := range 10 {
			all = append(all, fmt.Sprintf("%s[%d]", key, i))
		}
	}
	in := dispatch.Input{Sensor: "default", At: at, Space: spaceOf(b, g, at), Launches: launches("p", pairs(all...)...),
		Policies: byName(compile(b, g, "policy p for all() {\n when eager()\n group by none\n}")), Params: params.InForce{Jobs: []*params.Job{job}}}
	for b.Loop() {
		sent, err := dispatch.Requests(in)
		if err != nil || len(sent) != 10_000 {
			b.Fatal(len(sent), err)
		}
	}
}
