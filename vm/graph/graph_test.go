package graph_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

func partitions(t testing.TB, s graph.Spec) *graph.Partitions {
	t.Helper()
	p, err := graph.NewPartitions(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var (
	dailySpec  = graph.Spec{Type: graph.Daily, Start: "2024-01-01"}
	hourlySpec = graph.Spec{Type: graph.Hourly, Start: "2024-01-01"}
	staticSpec = graph.Spec{Type: graph.Static, Keys: []string{"a", "b"}}
)

func multiSpec(t testing.TB, dimensions map[string]graph.Spec) graph.Spec {
	t.Helper()
	spec := graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{}}
	for name, s := range dimensions {
		spec.Dimensions[name] = partitions(t, s)
	}
	return spec
}

// world is a small graph: raw (external) → stage → mart → report (observed).
func world(t testing.TB) *graph.Graph {
	t.Helper()
	g, problems := graph.New([]graph.Asset{
		{Key: "raw/orders", External: true, Kinds: []string{"s3"}, Owners: []string{"team:x"}}, {Key: "stage/orders", Group: "stage", Deps: []graph.Dep{{Key: "raw/orders"}}},
		{Key: "mart/orders", Group: "mart", Tags: map[string]string{"tier": "gold"}, Partitions: partitions(t, dailySpec), Checks: []graph.Check{{Name: "c1", Blocking: true}, {Name: "c2"}},
			Deps: []graph.Dep{{Key: "stage/orders"}, {Key: "mart/orders", Mapping: &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1, EndOffset: -1}}}},
		{Key: "report", Group: "mart", Observable: true, Deps: []graph.Dep{{Key: "mart/orders"}}, Checks: []graph.Check{{Name: "c1", Deps: []string{"stage/orders"}}}},
	}, []graph.Job{{Name: "j", Selection: graph.Groups(true, "mart")}, {Name: "all", Selection: graph.All(true)}})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return g
}

func TestGraph(t *testing.T) {
	g := world(t)
	mart, ok := g.Asset("mart/orders")
	if !ok || mart.Op != "mart__orders" || mart.Group != "mart" {
		t.Errorf("%+v", mart)
	}
	if raw, _ := g.Asset("raw/orders"); raw.Group != "default" {
		t.Error(raw.Group)
	}
	if _, ok := g.Asset("nothing"); ok {
		t.Error("an asset that is none")
	}
	got := map[string][]string{"keys": g.Keys(), "jobs": g.Jobs(), "up": g.Upstream("mart/orders"), "down": g.Downstream("mart/orders"), "none": g.Upstream("nothing")}
	want := map[string][]string{"keys": {"mart/orders", "raw/orders", "report", "stage/orders"}, "jobs": {"all", "j"}, "up": {"stage/orders", "mart/orders"}, "down": {"mart/orders", "report"}, "none": nil}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if c, ok := g.Check("mart/orders", "c1"); !ok || !c.Blocking {
		t.Errorf("%+v %v", c, ok)
	}
	for _, at := range [][2]string{{"mart/orders", "c3"}, {"nothing", "c1"}} {
		if _, ok := g.Check(at[0], at[1]); ok {
			t.Errorf("%v is a check", at)
		}
	}
}

func TestJobs(t *testing.T) {
	g := world(t)
	for keys, want := range map[string]string{"report": "all j", "report stage/orders": "all", "nothing": ""} {
		if got := strings.Join(g.JobsOf(strings.Fields(keys)...), " "); got != want {
			t.Errorf("%s: %s, want %s", keys, got, want)
		}
	}
	if !g.InJob("j", "report") || g.InJob("j", "raw/orders") || g.InJob("nothing", "report") {
		t.Error("InJob")
	}
	if j, ok := g.Job("j"); !ok || j.Name != "j" {
		t.Errorf("%+v %v", j, ok)
	}
}

func TestProblems(t *testing.T) {
	daily, weekly, static := partitions(t, dailySpec), partitions(t, graph.Spec{Type: graph.Weekly, Start: "2024-01-01", Timezone: "Europe/Paris"}), partitions(t, staticSpec)
	dep := func(key string) []graph.Dep { return []graph.Dep{{Key: key}} }
	mapped := func(key string, m graph.Mapping) []graph.Dep { return []graph.Dep{{Key: key, Mapping: &m}} }
	self := graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -2, EndOffset: -1}
	var many []graph.Dep
	for i := range 150 {
		many = append(many, graph.Dep{Key: fmt.Sprintf("order_%d", i)})
	}
	for name, test := range map[string]struct {
		assets []graph.Asset
		jobs   []graph.Job
		want   []string // place, then a part of message and help
	}{
		"fine":           {assets: []graph.Asset{{Key: "a"}, {Key: "b", Deps: dep("a")}}},
		"bad keys":       {assets: []graph.Asset{{Key: ""}, {Key: "/x"}, {Key: "x//y"}, {Key: "a\n"}}, want: []string{".key[0]", "/x.key[0]", "x//y.key[0]", "a\n.key[0]"}},
		"twice":          {assets: []graph.Asset{{Key: "a"}, {Key: "a", Deps: dep("none")}}, want: []string{"a.key[0] is defined twice"}},
		"undefined":      {assets: []graph.Asset{{Key: "orders"}, {Key: "b", Deps: []graph.Dep{{Key: "orders"}, {Key: "order"}, {Key: "xyz"}}}}, want: []string{"b.deps[1] No asset is called `order`", "b.deps[2] external: true"}},
		"dep twice":      {assets: []graph.Asset{{Key: "a"}, {Key: "b", Deps: []graph.Dep{{Key: "a"}, {Key: "a"}}}}, want: []string{"b.deps[1] depends on `a` twice"}},
		"cycle":          {assets: []graph.Asset{{Key: "a", Deps: dep("c")}, {Key: "b", Deps: dep("a")}, {Key: "c", Deps: dep("b")}}, want: []string{"b.deps[0] `a` on `c` on `b` on `a`"}},
		"self":           {assets: []graph.Asset{{Key: "a", Deps: dep("a")}}, want: []string{"a.deps[0] depends on itself"}},
		"self static":    {assets: []graph.Asset{{Key: "a", Partitions: static, Deps: mapped("a", graph.Mapping{Kind: graph.MapStatic, Static: map[string][]string{"a": {"b"}}})}}, want: []string{"a.deps[0] depends on itself"}},
		"self future":    {assets: []graph.Asset{{Key: "a", Partitions: daily, Deps: mapped("a", graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1, EndOffset: 0})}}, want: []string{"a.deps[0] depends on itself"}},
		"self earlier":   {assets: []graph.Asset{{Key: "a", Partitions: daily, Deps: mapped("a", self)}}},
		"zones":          {assets: []graph.Asset{{Key: "a", Partitions: daily}, {Key: "b", Partitions: weekly, Deps: dep("a")}}, want: []string{"b.deps[0] `UTC` and `Europe/Paris`"}},
		"window static":  {assets: []graph.Asset{{Key: "a", Partitions: static}, {Key: "b", Partitions: static, Deps: mapped("a", self)}}, want: []string{"b.deps[0] time windows on both sides"}},
		"window none":    {assets: []graph.Asset{{Key: "a", Partitions: daily}, {Key: "b", Deps: mapped("a", self)}}, want: []string{"b.deps[0] time windows on both sides"}},
		"window on none": {assets: []graph.Asset{{Key: "a"}, {Key: "b", Partitions: static, Deps: mapped("a", self)}}},
		"checks":         {assets: []graph.Asset{{Key: "a", Checks: []graph.Check{{Name: "k"}, {Name: "k"}, {Name: "l", Deps: []string{"aa"}}}}}, want: []string{"a.checks[1] is defined twice", "a.checks[2] Did you mean `a`"}},
		"set":            {assets: []graph.Asset{{Key: "a", ExecutionSet: "s", Partitions: daily}, {Key: "b", ExecutionSet: "s"}, {Key: "c", ExecutionSet: "s", Partitions: static}}, want: []string{"c.key[0] `a` and `c` of the execution set `s`"}},
		"job none":       {assets: []graph.Asset{{Key: "a"}}, jobs: []graph.Job{{Name: "j", Selection: graph.Assets("b")}, {Name: "k"}}, want: []string{"j.selection[0] selects no asset", "k.selection[0] selects no asset"}},
		"job of checks":  {assets: []graph.Asset{{Key: "a", Checks: []graph.Check{{Name: "c"}}}}, jobs: []graph.Job{{Name: "j", Selection: graph.AllChecks()}}, want: []string{"j.selection[0] selects no asset"}},
		"job twice":      {assets: []graph.Asset{{Key: "a"}}, jobs: []graph.Job{{Name: "j", Selection: graph.All(false)}, {Name: "j"}}, want: []string{"j.name[0] is defined twice"}},
	} {
		t.Run(name, func(t *testing.T) {
			g, problems := graph.New(test.assets, test.jobs)
			if g == nil || len(problems) != len(test.want) {
				t.Fatalf("%+v, want %q", problems, test.want)
			}
			for i, p := range problems {
				place, text, _ := strings.Cut(test.want[i], " ")
				if got := fmt.Sprintf("%s%s.%s[%d]", p.Asset, p.Job, p.Field, p.Index); got != place || !strings.Contains(p.Message+" "+p.Help, text) || p.Message == "" || p.Help == "" {
					t.Errorf("%s: %+v, want %s", got, p, test.want[i])
				}
			}
		})
	}
	_, problems := graph.New([]graph.Asset{{Key: "order_x"}, {Key: "b", Deps: many}}, nil)
	if len(problems) != 150 || !strings.Contains(problems[99].Help, "Did you mean") || strings.Contains(problems[100].Help, "Did you mean") {
		t.Errorf("%d problems, %+v", len(problems), problems)
	}
}

// TestUsable: what does not fit is left out of the graph, the rest is held.
func TestUsable(t *testing.T) {
	g, problems := graph.New([]graph.Asset{
		{Key: "a"}, {Key: "a", Group: "second"}, {Key: "b", Deps: []graph.Dep{{Key: "a"}, {Key: "none"}, {Key: "c"}}}, {Key: "c", Deps: []graph.Dep{{Key: "b"}}}, {Key: "//"},
	}, []graph.Job{{Name: "j", Selection: graph.All(false)}, {Name: "j"}})
	if len(problems) != 5 {
		t.Errorf("%+v", problems)
	}
	if diff := cmp.Diff([]string{"a", "b", "c"}, g.Keys()); diff != "" {
		t.Error(diff)
	}
	if a, _ := g.Asset("a"); a.Group != "default" || !g.InJob("j", "c") {
		t.Errorf("%+v", a)
	}
	if diff := cmp.Diff([]string{"a", "c"}, g.Upstream("b")); diff != "" {
		t.Error(diff)
	}
	// A cycle has neither a first nor a last.
	ring := graph.Assets("b", "c")
	if len(ring.Roots().Resolve(g)) != 0 || len(ring.Sinks().Resolve(g)) != 0 || !slices.Equal(ring.Upstream(-1).Resolve(g), []string{"a", "b", "c"}) {
		t.Error("selections over a cycle")
	}
}

func TestNearest(t *testing.T) {
	if near, ok := world(t).Nearest("mart/oders"); !ok || near != "mart/orders" {
		t.Error(near)
	}
}
