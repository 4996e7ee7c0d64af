package assets_test

import (
	"slices"
	"strings"
	"testing"

	"auto/internal/random"
	"auto/lang/source"
	"auto/runtime/dagster/assets"
	"auto/runtime/project"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// sameAssets compares assets: definitions by what they mean, and none like empty.
var sameAssets = cmp.Options{
	cmp.Comparer(func(p, q *graph.Partitions) bool { return p.Same(q) }),
	cmpopts.EquateEmpty(),
}

// write gives the text of an import.
func write(t rapid.TB, i assets.Imported) string {
	t.Helper()
	text, err := i.Write()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// again reads a text that was written.
func again(t rapid.TB, text string) []graph.Asset {
	t.Helper()
	list, found := project.Assets(source.New("dagster.yaml", text))
	if len(found) > 0 {
		t.Fatalf("%v\n%s", found, text)
	}
	return list
}

// odd are texts that YAML could take for something else.
var odd = rapid.OneOf(rapid.SampledFrom([]string{
	"yes", "null", "~", "2026-01-01", "1", "0x1f", "1e3", " lead", "trail ", "a: b", "a #b", "# a", "- a", "{a}", "[a]", "*a", "&a", "!a", "%a", "@a", "`a`", "'", `"`, "it's", "<<", "=", "ä€😀",
	"two\nlines", "two\n\n lines\n", "tab\tin", "\\", ".inf", ":", "?", "|", ">", strings.Repeat("long ", 60),
}), rapid.StringN(1, 12, -1))

// TestWriteReadsBack: random graphs of all kinds come back from the file as they are in
// Dagster, and nothing of them is in doubt.
func TestWriteReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		drawn, err := random.Draw(rapid.Uint64().Draw(t, "seed"))
		if err != nil {
			t.Fatal(err)
		}
		var list []graph.Asset
		for _, a := range drawn.Assets {
			list = append(list, decorated(t, a.Asset.Asset))
		}
		d := read(t, fake{assets: list})
		i := assets.Import(d, assets.Options{})
		text := write(t, i)
		back := again(t, text)
		if diff := cmp.Diff(expected(list), back, sameAssets); diff != "" {
			t.Fatalf("%s\n%s", diff, text)
		}
		// A mapping that does not fit is one in Dagster, too.
		if _, problems := graph.New(list, nil); len(i.Findings) != len(problems) {
			t.Fatal(i.Findings)
		}
		g, _ := graph.New(back, nil)
		if changes := assets.Compare(g, d); len(changes) > 0 {
			t.Fatal(changes)
		}
		if assets.Untouched([]byte(text)) != nil || write(t, assets.Import(read(t, fake{assets: list}), assets.Options{})) != text {
			t.Fatal("a second import differs")
		}
	})
}

// decorated adds texts that are hard to write, and takes off what an import leaves out.
func decorated(t *rapid.T, a graph.Asset) graph.Asset {
	a.Condition, a.Checks = "", slices.Clone(a.Checks)
	for i := range a.Checks {
		a.Checks[i].Condition = ""
	}
	a.Description = odd.Draw(t, "description")
	if rapid.Bool().Draw(t, "tagged") {
		a.Tags = map[string]string{odd.Draw(t, "tag"): odd.Draw(t, "value")}
	}
	return a
}

// expected are the assets as they come back: sorted, of a location, execution sets named
// by their first asset.
func expected(list []graph.Asset) []graph.Asset {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b graph.Asset) int { return strings.Compare(a.Key, b.Key) })
	firsts := map[string]string{}
	for i := range out {
		a := &out[i]
		a.Repository = orHome(a.Repository)
		a.Deps = slices.Clone(a.Deps)
		slices.SortFunc(a.Deps, func(x, y graph.Dep) int { return strings.Compare(x.Key, y.Key) })
		for n := range a.Deps {
			a.Deps[n].Mapping = plain(a.Deps[n].Mapping)
		}
		if set := a.ExecutionSet; set != "" {
			if firsts[set] == "" {
				firsts[set] = a.Key
			}
			a.ExecutionSet, a.Op = firsts[set], set
		}
	}
	return out
}

// plain leaves out identity between dimensions, which is the default.
func plain(m *graph.Mapping) *graph.Mapping {
	if m == nil || m.Kind != graph.MapMulti {
		return m
	}
	out := *m
	out.Dimensions = map[string]graph.DimensionMapping{}
	for name, d := range m.Dimensions {
		if d.Mapping != nil && d.Mapping.Kind == graph.MapIdentity {
			d.Mapping = nil
		}
		out.Dimensions[name] = d
	}
	return &out
}
