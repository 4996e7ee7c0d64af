// Package assets makes the asset file of a project from a Dagster deployment, and
// compares a project's graph with one.
package assets

import (
	"fmt"
	"maps"
	"slices"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/dagster/deployment"
	"auto/vm/graph"
)

// Options say how a deployment becomes assets.
type Options struct {
	Overrides Overrides
	// Elsewhere gives the other file in which the project defines a job, which has its
	// parameters, "" for none: the job is left out.
	Elsewhere func(job string) string
}

// Imported is a deployment in the words of a project.
type Imported struct {
	// Assets and Jobs are sorted by key and name.
	Assets []Asset
	Jobs   []Job
	// LeftOut are jobs that another file defines, sorted by name.
	LeftOut []LeftOut
	// Findings name all that is in doubt, and what to write.
	Findings diag.List
}

// Asset is an imported asset.
type Asset struct {
	graph.Asset
	// Doubt is what is not known about its partitions, DepDoubts about the mapping of each
	// dependency; "" where that is exact or settled.
	Doubt     string
	DepDoubts []string
}

// Job is an imported job: the assets that it selects.
type Job struct {
	Name string
	Keys []string
}

// LeftOut is a job that is not imported, and the file that has it.
type LeftOut struct {
	Job  string `json:"job"`
	File string `json:"file"`
}

// Import gives the assets and jobs of a deployment. Of locations that are not loaded there
// are none, and a finding says so.
func Import(d *deployment.Deployment, o Options) Imported {
	i := &importer{d: d, o: o}
	i.locations()
	if list := i.d.Slashed; len(list) > 0 {
		i.add(diag.NotExpressible, "Give them keys without slashes in their components, such as `[\"sales\", \"orders\"]`.", "Components of the keys of %s hold a `/`, which joins components; they are left out.", keysText(list))
	}
	for _, key := range slices.Sorted(maps.Keys(d.Assets)) {
		i.asset(d.Assets[key])
	}
	i.override()
	i.jobs()
	i.doubted()
	i.driven()
	i.problems()
	return i.out
}

// Graph gives the graph of what was imported: all of it that fits together.
func (i Imported) Graph() *graph.Graph {
	g, _ := i.build()
	return g
}

func (i Imported) build() (*graph.Graph, []graph.Problem) {
	list := make([]graph.Asset, len(i.Assets))
	for n, a := range i.Assets {
		list[n] = a.Asset
	}
	var jobs []graph.Job
	for _, j := range i.Jobs {
		jobs = append(jobs, graph.Job{Name: j.Name, Selection: graph.Assets(j.Keys...)})
	}
	return graph.New(list, jobs)
}

// importer makes assets and jobs of a deployment.
type importer struct {
	d   *deployment.Deployment
	o   Options
	out Imported
}

func (i *importer) add(code diag.Code, help, format string, args ...any) {
	i.out.Findings.Addf(code, source.Span{}, help, format, args...)
}

func (i *importer) locations() {
	for _, l := range i.d.Locations {
		if ok, why := i.d.Loaded(l.Name); !ok {
			i.add(diag.LocationDown, "Mend it in Dagster, or import without its assets by `--partial`.", "%s", sentence(why))
		}
		if l.Inexact != "" {
			i.add(diag.DagsterDoubt, "Correct its address in `grpc` under `dagster`.", "The code server of `%s` does not tell its definitions: %s", l.Name, sentence(l.Inexact))
		}
	}
}

// asset takes in an asset. What a run cannot execute is external; so is what only others
// name, whose own location is not known.
func (i *importer) asset(a *deployment.Asset) {
	out := Asset{Doubt: a.PartitionsDoubt, Asset: graph.Asset{
		Key: a.Key, Description: a.Description, Group: a.Group, Kinds: a.Kinds, Owners: a.Owners, Tags: a.Tags, CodeVersion: a.CodeVersion,
		Observable: a.Observable && !a.Materializable, External: !a.Observable && !a.Materializable || a.Stub,
		Freshness: a.Freshness, Repository: a.Location + "/" + a.Repository,
	}}
	if a.Stub {
		out.Repository = ""
	}
	if len(a.Set) > 1 {
		out.ExecutionSet = a.Set[0]
	}
	if len(a.Ops) > 0 && a.Ops[0] != graph.OpName(a.Key) {
		out.Op = a.Ops[0]
	}
	out.Partitions = i.partitions(a, &out)
	for _, dep := range a.Deps {
		out.Deps, out.DepDoubts = append(out.Deps, graph.Dep{Key: dep.Key, Mapping: dep.Mapping}), append(out.DepDoubts, dep.Doubt)
	}
	for _, c := range a.Checks {
		out.Checks = append(out.Checks, graph.Check{Name: c.Name, Blocking: c.Blocking, Deps: c.Deps, Partitioned: c.Partitioned, Embedded: c.Embedded})
	}
	if a.ChecksProblem != "" {
		i.add(diag.DagsterDoubt, "Bring the code location to the version of the webserver.", "%s", sentence(a.ChecksProblem))
	}
	i.out.Assets = append(i.out.Assets, out)
}

func (i *importer) partitions(a *deployment.Asset, out *Asset) *graph.Partitions {
	if a.Partitions == nil {
		return nil
	}
	p, err := graph.NewPartitions(*a.Partitions)
	if err != nil {
		out.Doubt = fmt.Sprintf("auto does not accept its partitions: %s", sentence(err.Error()))
	}
	return p
}

// jobs takes in the jobs of assets. A name is a job of one repository here.
func (i *importer) jobs() {
	taken := map[string]deployment.Job{}
	for _, j := range i.d.Jobs {
		keys := i.selected(j)
		first, twice := taken[j.Name]
		switch {
		case len(keys) == 0: // a job of ops
		case i.elsewhere(j.Name):
		case twice:
			i.add(diag.NotExpressible, "Rename one of them in Dagster to launch both by their jobs.", "`%s` and `%s` both have a job `%s`; that of `%s` is imported.", first.Location, j.Location, j.Name, first.Location)
		default:
			taken[j.Name] = j
			i.out.Jobs = append(i.out.Jobs, Job{j.Name, keys})
		}
	}
}

// elsewhere leaves a job out that another file has.
func (i *importer) elsewhere(job string) bool {
	if i.o.Elsewhere == nil {
		return false
	}
	out := LeftOut{Job: job, File: i.o.Elsewhere(job)}
	if out.File == "" {
		return false
	}
	if !slices.Contains(i.out.LeftOut, out) {
		i.out.LeftOut = append(i.out.LeftOut, out)
	}
	return true
}

// selected gives the assets of a job, sorted.
func (i *importer) selected(j deployment.Job) []string {
	var keys []string
	for key, a := range i.d.Assets {
		if a.Location == j.Location && a.Repository == j.Repository && slices.Contains(a.Jobs, j.Name) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// problems finds what auto does not accept of what Dagster does.
func (i *importer) problems() {
	_, problems := i.out.build()
	for _, p := range problems {
		i.add(diag.NotExpressible, p.Help, "%s", p.Message)
	}
}
