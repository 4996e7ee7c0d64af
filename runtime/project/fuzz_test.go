package project

import (
	"testing"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/yamldoc"
	"auto/vm/graph"
)

// FuzzFiles: whatever stands in a project's YAML files, reading them ends with findings
// that point into them.
func FuzzFiles(f *testing.F) {
	for _, seed := range []string{
		"env: [A]\nhttp: {listen: \":1\", tokens: [\"{env.A}\"], body_limit: 1MiB}\nopenlineage: {datasets: [{name: a, asset: b}, {name: c, ignore: true}], namespaces: [n], partition: a.b}\ntracing: {endpoint: http://a, headers: {a: b}}\n",
		"sources: {landing: {type: s3, bucket: b, prefix: x}}\nlauncher: {type: webhook, url: http://a/b, headers: {a: b}}\nenv: {A: b}\npolicies: [a]\n",
		"partitions: {d: {type: daily, start: \"2026-01-01\"}, m: {type: multi, dimensions: {a: d, b: {type: static, keys: [x]}}}}\nassets: [{key: a, partitions: d, deps: [b, {key: c, mapping: {type: static, map: {a: [b]}}}], checks: [{name: c}], config: {a: [1, 2.5, null, {b: true}]}}]\n",
		"jobs: [{name: j, selection: groups(\"a\") | all()}, {name: k, selection: [a, b]}]\n",
		"assets: [{key: a, config: {f: \"{{ params.x }}\"}}]\njobs: [{name: j, selection: all(), strict: true, params_schema: {x: int!|5, a.y: [p, q]}, job_overrides: {x: 1}, ops_config: {a: {y: p}}}]\n",
		"files: [{name: f, from: folder(\"x\"), every: 5s, always: [a], match: [{name: r, file: \"/a(b/\", in: \"**\", to: [\"t[a]\", \"x_{b}\"], tags: {a: \"{key}\"}}], limit: [1 per tick], otherwise: {quarantine: x/}, pause: {until: a, because: b}, run_key: x, config: {a: {b: {secret: C}, d: [1]}}}]\n",
		"a: &x {b: *x}\n", "<<: {a: b}\n", "? [a]\n: b\n", "- a\n--- \n", "\"a\\\nb\": 'c''d'\n", "a: |\n  x\n", "\xff", "!!binary a: b\n", "a: !!int x\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var list diag.List
		src := source.New("fuzz.yaml", text)
		parseConfig(src, &list)
		if doc, root := yamldoc.Parse(src, &list); root != nil {
			a := newAssets(&list)
			opened := file{doc.Map(root, "the file"), src}
			a.readDefinitions([]file{opened})
			a.readAssets(opened)
			a.readJobs(opened)
			opened.root.Close()
			g, problems := graph.New(a.assets, a.jobs)
			a.problems(problems)
			a.params(g)
		}
		parseSensors(src, &list)
		for _, d := range list {
			if d.Span.IsValid() && (d.Span.File != src || d.Span.Start < 0 || d.Span.End > len(text) || d.Span.Start > d.Span.End) {
				t.Fatalf("%v: %d to %d of %d bytes", d, d.Span.Start, d.Span.End, len(text))
			}
			if d.Message == "" || d.Help == "" {
				t.Fatalf("%#v", d)
			}
		}
	})
}
