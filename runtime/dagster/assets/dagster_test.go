package assets_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/internal/dagster"
	"auto/internal/program"
	"auto/runtime/clock"
	"auto/runtime/dagster/assets"
	"auto/runtime/dagster/codeserver"
	"auto/runtime/dagster/deployment"
	"auto/runtime/dagster/gql"
	"auto/vm/graph"
	"auto/vm/space"

	"github.com/google/go-cmp/cmp"
)

// TestDagster imports from a real Dagster: of the location `exact` all is told by
// auto_dagster, of `plain`, which has the same, by texts or by its code server.
func TestDagster(t *testing.T) {
	folder := filepath.Join("testdata", "kinds")
	d := dagster.Start(t, dagster.Options{Folder: folder, Locations: map[string]string{"exact": "exact_defs.py", "plain": "plain_defs.py", "broken": "broken_defs.py"}})
	client := gql.New(gql.Options{URL: d.URL, Clock: clock.System{}})
	read := func(t *testing.T, exact deployment.Exact) *deployment.Deployment {
		t.Helper()
		found, err := deployment.Read(context.Background(), client, exact)
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	texts := read(t, nil)
	t.Run("locations", func(t *testing.T) { checkLocations(t, texts) })
	t.Run("assets", func(t *testing.T) { checkAssets(t, texts) })
	t.Run("doubts", func(t *testing.T) { checkDoubts(t, texts) })
	t.Run("partitions", func(t *testing.T) { checkPartitions(t, d, texts) })
	t.Run("back", func(t *testing.T) { checkBack(t, texts) })
	t.Run("code server", func(t *testing.T) {
		servers := codeserver.Servers{Addresses: map[string]string{"plain": startCodeServer(t, d.Dir)}, Timeout: time.Minute}
		checkAlike(t, read(t, servers))
	})
	t.Run("watch", func(t *testing.T) { checkWatch(t, d, client) })
}

func checkLocations(t *testing.T, d *deployment.Deployment) {
	if ok, why := d.Loaded("broken"); ok || !strings.Contains(why, "No module named 'no_such_module'") {
		t.Error(why)
	}
	for _, name := range []string{"exact", "plain"} {
		if ok, why := d.Loaded(name); !ok {
			t.Error(why)
		}
	}
	var jobs []string
	for _, j := range d.Jobs {
		jobs = append(jobs, j.Location+"/"+j.Name)
	}
	if diff := cmp.Diff([]string{"exact/exact_job", "exact/exact_ops", "plain/plain_job", "plain/plain_ops"}, jobs); diff != "" {
		t.Error(diff)
	}
}

// checkAssets looks at what is neither partitions nor mappings.
func checkAssets(t *testing.T, d *deployment.Deployment) {
	want := map[string]*deployment.Asset{
		"exact/plain": {
			Group: "sales", CodeVersion: "1", Description: "Two lines,\nthe second: # odd.", Kinds: []string{"python", "s3"}, Owners: []string{"a@b.example", "team:sales"},
			Tags: map[string]string{"tier": "gold", "odd": ""}, Ops: []string{"exact__plain"}, Jobs: []string{"__ASSET_JOB", "exact_job"}, Materializable: true, Freshness: true,
		},
		"exact/pair/left":  {Ops: []string{"exact_pair"}, Materializable: true, Deps: []deployment.Dep{{Key: "exact/plain"}}, Set: []string{"exact/pair/left", "exact/pair/right"}},
		"exact/graph/two":  {Ops: []string{"exact_graph.exact_y"}, Materializable: true, Set: []string{"exact/graph/one", "exact/graph/two"}},
		"exact/parts/a":    {Ops: []string{"exact_parts"}, Materializable: true, Checks: []deployment.Check{{Name: "inside", Blocking: true}}},
		"exact/parts/b":    {Ops: []string{"exact_parts"}, Materializable: true},
		"exact/observed":   {Ops: []string{"exact_observed"}, Observable: true},
		"exact/external":   {Partitions: &graph.Spec{Type: graph.Static, Keys: []string{"de", "fr", "us", "jp"}}, Jobs: []string{}},
		"exact/nowhere":    {Stub: true, Jobs: []string{}},
		"exact/auto/eager": {Ops: []string{"exact__auto__eager"}, Materializable: true, Condition: "eager", Deps: []deployment.Dep{{Key: "exact/plain"}}},
		"exact/countries": {
			Ops: []string{"exact__countries"}, Materializable: true, Partitions: &graph.Spec{Type: graph.Static, Keys: []string{"de", "fr", "us", "jp"}},
			Checks: []deployment.Check{{Name: "by_country", Blocking: true, Partitioned: true}},
		},
	}
	for key, want := range want {
		want.Key, want.Location, want.Repository = key, "exact", "__repository__"
		if want.Group == "" {
			want.Group = "default"
		}
		got := d.Assets[key]
		if got == nil {
			t.Errorf("%s is missing", key)
			continue
		}
		if diff := cmp.Diff(want, ignoring(*got, want), sameAssets); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
	if c := d.Assets["exact/daily"].Checks; len(c) != 1 || !slices.Equal(c[0].Deps, []string{"exact/plain"}) || c[0].Condition != "eager" {
		t.Errorf("%+v", c)
	}
}

// ignoring takes off what the wanted asset does not name.
func ignoring(a deployment.Asset, want *deployment.Asset) *deployment.Asset {
	a.Sensors = nil
	if want.Jobs == nil {
		a.Jobs = nil
	}
	return &a
}

// checkDoubts: where auto_dagster is, only what auto has no words for is in doubt.
func checkDoubts(t *testing.T, d *deployment.Deployment) {
	for key, a := range d.Assets {
		if a.Location != "exact" {
			continue
		}
		if a.PartitionsDoubt != "" && key != "exact/excluded" {
			t.Errorf("%s: %s", key, a.PartitionsDoubt)
		}
		for _, dep := range a.Deps {
			if dep.Doubt != "" {
				t.Errorf("%s of %s: %s", dep.Key, key, dep.Doubt)
			}
		}
	}
	doubts := map[string]string{}
	for _, key := range []string{"m/default", "m/last", "m/static", "m/unpartitioned", "m/multi", "m/single_named"} {
		for _, dep := range d.Assets["plain/"+key].Deps {
			if doubts[key+" "+dep.Key] = "exact"; dep.Doubt != "" {
				doubts[key+" "+dep.Key] = dep.Doubt
			}
		}
	}
	const untold = "GraphQL does not tell the mapping: "
	if diff := cmp.Diff(map[string]string{
		"m/default plain/plain": "exact", "m/default plain/hourly": untold + "`time_window`, which is the default here, and `all`, `last` and `identity` look the same.",
		"m/last plain/daily": untold + "`identity`, which is the default here, and `all` and `last` look the same.", "m/last plain/countries": untold + "`identity`, which is the default here, and `all` and `last` look the same.",
		"m/last plain/static": untold + "`identity`, which is the default here, and `all` and `last` look the same.", "m/static plain/static": "exact",
		"m/unpartitioned plain/daily": untold + "`all`, which is the default here, and `last` look the same.", "m/unpartitioned plain/countries": untold + "`all`, which is the default here, and `last` look the same.",
		"m/unpartitioned plain/static": "exact", "m/multi plain/multi": "GraphQL does not tell the offsets of the time_window mapping of the dimension `date`.", "m/single_named plain/multi": "exact",
	}, doubts); diff != "" {
		t.Error(diff)
	}
}

// checkPartitions holds the partitions that are known exactly against Dagster's own.
func checkPartitions(t *testing.T, d *dagster.Deployment, found *deployment.Deployment) {
	d.AddPartition(t, "exact", "customers", "acme")
	list := assets.Import(found, assets.Options{}).Assets
	checked := 0
	for _, a := range list {
		if a.Partitions == nil || a.Doubt != "" || !strings.HasPrefix(a.Key, "exact/") || found.Assets[a.Key].Stub {
			continue
		}
		checked++
		// A window may end while Dagster answers.
		before := keysAt(t, a.Partitions)
		want := d.Partitions(t, a.Key)
		if after := keysAt(t, a.Partitions); !sameKeys(want, before) && !sameKeys(want, after) {
			t.Errorf("%s: %d partitions %.200v, and Dagster has %d, %.200v", a.Key, len(after), after, len(want), want)
		}
	}
	if checked < 20 {
		t.Errorf("only %d assets have partitions", checked)
	}
}

// sameKeys compares sets: Dagster orders those of two dimensions otherwise.
func sameKeys(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// keysAt gives the partitions that there are now.
func keysAt(t *testing.T, p *graph.Partitions) []string {
	t.Helper()
	g, _ := graph.New([]graph.Asset{{Key: "a", Partitions: p}}, nil)
	s, err := space.New(space.Input{Graph: g, At: time.Now(), Dynamic: func(string) []string { return []string{"acme"} }})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i := range s.Entities[0].Keys.Len() {
		out = append(out, s.Entities[0].Keys.Key(i))
	}
	return out
}

// checkBack: the file that is written reads back as what was imported.
func checkBack(t *testing.T, d *deployment.Deployment) {
	i := assets.Import(d, assets.Options{})
	back := again(t, write(t, i))
	want := make([]graph.Asset, len(i.Assets))
	for n, a := range i.Assets {
		if want[n] = a.Asset; want[n].Group == "default" {
			want[n].Group = ""
		}
	}
	if diff := cmp.Diff(want, back, sameAssets); diff != "" {
		t.Error(diff)
	}
	g, _ := graph.New(back, nil)
	if changes := assets.Compare(g, d); len(changes) > 0 {
		t.Error(changes)
	}
}

// startCodeServer starts a code server of the location `plain`, and gives its address.
func startCodeServer(t *testing.T, dir string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	_, port, _ := net.SplitHostPort(address)
	command := exec.Command(filepath.Join(dagster.Bin(t), "dagster"), "api", "grpc", "-f", filepath.Join(dir, "plain_defs.py"), "-d", dir, "-h", "127.0.0.1", "-p", port)
	command.Env = append(os.Environ(), "DAGSTER_DISABLE_TELEMETRY=1", "PYTHONDONTWRITEBYTECODE=1", "DAGSTER_HOME="+t.TempDir())
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	command.Stdout, command.Stderr = log, log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := command.Process.Kill(); err != nil {
			t.Error(err)
		}
		_ = command.Wait() // it was killed
		log.Close()
	})
	servers := codeserver.Servers{Addresses: map[string]string{"plain": address}, Timeout: time.Minute}
	program.Eventually(t, time.Minute, "the code server answers", func() bool {
		_, err := servers.Definitions(context.Background(), "plain", "__repository__")
		return err == nil
	})
	return address
}

// checkAlike: by the code server `plain` is what `exact` is.
func checkAlike(t *testing.T, d *deployment.Deployment) {
	for key, a := range d.Assets {
		name, ok := strings.CutPrefix(key, "plain/")
		if !ok {
			continue
		}
		exact := d.Assets["exact/"+name]
		if diff := cmp.Diff(exact.Partitions, a.Partitions, sameAssets); diff != "" || exact.PartitionsDoubt != a.PartitionsDoubt {
			t.Errorf("%s: %s", name, diff)
		}
		for n, dep := range a.Deps {
			want := exact.Deps[n]
			want.Key = strings.Replace(want.Key, "exact/", "plain/", 1)
			if diff := cmp.Diff(want, dep); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	}
	for _, l := range d.Locations {
		if l.Inexact != "" {
			t.Error(l.Inexact)
		}
	}
}

// checkWatch: a sensor that starts, and code that changes, are noticed.
func checkWatch(t *testing.T, d *dagster.Deployment, client *gql.Client) {
	w := &deployment.Watch{Client: client, Now: time.Now, Every: time.Hour}
	fresh := func() *deployment.Deployment {
		found, err := w.Fresh(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	first := fresh()
	if fresh() != first {
		t.Error("another deployment though nothing changed")
	}
	eager := func() bool { _, ok := fresh().Assets["exact/auto/eager"].Driven(); return ok }
	if eager() {
		t.Error("driven by a sensor that does not run")
	}
	d.StartSensor(t, "exact", dagster.AutomationSensor)
	if !eager() {
		t.Error("not driven by a sensor that runs")
	}
	if daily := fresh().Assets["exact/daily"]; !slices.ContainsFunc(daily.Checks, func(c deployment.Check) bool { _, ok := c.Driven(); return ok }) {
		t.Error("the condition of a check drives nothing")
	}
	d.StopSensor(t, "exact", dagster.AutomationSensor)
	if eager() {
		t.Error("driven by a sensor that was stopped")
	}
	checkReload(t, d, first, fresh)
}

func checkReload(t *testing.T, d *dagster.Deployment, first *deployment.Deployment, fresh func() *deployment.Deployment) {
	g := assets.Import(first, assets.Options{}).Graph()
	d.Edit(t, "kinds.py", `code_version="1", group_name="sales"`, `code_version="2", group_name="sales"`)
	d.Reload(t, "exact")
	var got []string
	for _, change := range assets.Compare(g, fresh()) {
		got = append(got, change.String())
	}
	if diff := cmp.Diff([]string{"`exact/plain`: Its code version: `2` in Dagster, `1` here."}, got); diff != "" {
		t.Error(diff)
	}
	d.Edit(t, "exact_defs.py", "import kinds", "import kinds, no_such_module")
	d.Reload(t, "exact")
	down := fresh()
	if ok, why := down.Loaded("exact"); ok || !strings.Contains(why, "no_such_module") {
		t.Error(why)
	}
	if changes := assets.Compare(g, down); len(changes) > 0 {
		t.Error(changes)
	}
}
