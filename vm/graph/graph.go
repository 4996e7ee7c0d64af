// Package graph is the model of what is automated: assets with their checks and
// dependencies, jobs, partition definitions and the selections over them. It knows no
// file format; scenarios and projects describe assets alike and build the same graph.
package graph

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"auto/internal/spell"
)

// Asset is one asset.
type Asset struct {
	// Key has the components of the asset key joined by "/".
	Key         string
	Description string
	// Group is "default" where none is given.
	Group         string
	Kinds, Owners []string
	Tags          map[string]string
	CodeVersion   string
	// External assets are not executed here; Observable ones are observed.
	External, Observable bool
	// ExecutionSet: assets of one name always execute as one unit.
	ExecutionSet string
	// Freshness: the asset has a freshness policy.
	Freshness bool
	// Repository is the code location and repository, "location/name".
	Repository string
	// Partitions is nil where the asset has none.
	Partitions *Partitions
	Deps       []Dep
	Checks     []Check
	// Condition is an automation condition in the language, "" for none.
	Condition string
	// Op is the name of the asset's op in run config: the key with "__" for "/" where
	// none is given.
	Op string
	// Config is config of that op in every run.
	Config map[string]any
}

// Dep is a dependency on another asset.
type Dep struct {
	Key string
	// Mapping is nil for the default one.
	Mapping *Mapping
}

// Check is an asset check.
type Check struct {
	Name     string
	Blocking bool
	// Condition is the check's own automation condition, "" for none.
	Condition string
	// Deps are dependencies beside its asset.
	Deps []string
	// Partitioned gives it the partitions of its asset.
	Partitioned bool
	// Embedded makes it part of the asset's own step.
	Embedded bool
}

// Job is a named selection that runs together.
type Job struct {
	Name      string
	Selection Selection
}

// Problem is something about assets and jobs that does not fit.
type Problem struct {
	// Asset or Job names what it is about.
	Asset, Job string
	// Field is the part of it, such as "deps", with the index where it is a list.
	Field string
	Index int
	// Message says what is wrong, Help what to write instead.
	Message, Help string
	// Mapping: a mapping does not suit the definitions on its sides. Dagster refuses it
	// only when a condition looks through it.
	Mapping bool
}

// Graph is a set of assets and jobs. It is immutable and safe for concurrent use.
type Graph struct {
	assets               map[string]*Asset
	keys                 []string // sorted
	jobs                 map[string]Job
	members              map[string]map[string]bool // job → asset keys
	upstream, downstream map[string][]string        // asset key → asset keys, defined ones only
}

// OpName gives the op of an asset key as Dagster names it.
func OpName(key string) string { return strings.ReplaceAll(key, "/", "__") }

// New puts assets and jobs together. The graph holds everything that fits; the problems
// say what does not, those of assets before those of jobs, in the order of the input.
// Of two assets or jobs of one name the first is held; dependencies on assets that are
// not defined are left out.
func New(assets []Asset, jobs []Job) (*Graph, []Problem) {
	g := &Graph{assets: map[string]*Asset{}, jobs: map[string]Job{}, members: map[string]map[string]bool{}, upstream: map[string][]string{}, downstream: map[string][]string{}}
	var problems []Problem
	var held []*Asset
	for _, a := range assets {
		if found := g.checkKey(a.Key); len(found) > 0 {
			problems = append(problems, found...)
			continue
		}
		held = append(held, g.addAsset(a))
	}
	slices.Sort(g.keys)
	c := checker{Graph: g}
	for _, a := range held {
		problems = append(problems, c.checkAsset(a)...)
	}
	problems = append(problems, g.checkCycles()...)
	problems = append(problems, checkExecutionSets(held)...)
	for _, j := range jobs {
		problems = append(problems, g.addJob(j)...)
	}
	return g, problems
}

func (g *Graph) addAsset(a Asset) *Asset {
	if a.Group == "" {
		a.Group = "default"
	}
	if a.Op == "" {
		a.Op = OpName(a.Key)
	}
	g.assets[a.Key] = &a
	g.keys = append(g.keys, a.Key)
	return &a
}

func (g *Graph) addJob(j Job) []Problem {
	if _, twice := g.jobs[j.Name]; twice {
		return []Problem{{Job: j.Name, Field: "name", Message: fmt.Sprintf("The job `%s` is defined twice.", j.Name), Help: "Remove one of them."}}
	}
	g.jobs[j.Name] = j
	g.members[j.Name] = map[string]bool{}
	for key := range j.Selection.resolve(g) {
		if g.assets[key] != nil {
			g.members[j.Name][key] = true
		}
	}
	if len(g.members[j.Name]) == 0 {
		return []Problem{{Job: j.Name, Field: "selection", Message: fmt.Sprintf("The job `%s` selects no asset.", j.Name), Help: "Write a selection of assets that are defined."}}
	}
	return nil
}

// Asset gives an asset by its key, and false where there is none.
func (g *Graph) Asset(key string) (*Asset, bool) {
	a, ok := g.assets[key]
	return a, ok
}

// Keys gives all asset keys, sorted.
func (g *Graph) Keys() []string { return slices.Clone(g.keys) }

// Nearest gives the asset key that a wrong one is nearest to, and false where none is
// near.
func (g *Graph) Nearest(key string) (string, bool) { return spell.Nearest(key, g.keys) }

// Job gives a job by its name, and false where there is none.
func (g *Graph) Job(name string) (Job, bool) {
	j, ok := g.jobs[name]
	return j, ok
}

// Jobs gives the names of all jobs, sorted.
func (g *Graph) Jobs() []string { return slices.Sorted(maps.Keys(g.jobs)) }

// InJob reports whether a job selects an asset.
func (g *Graph) InJob(job, key string) bool { return g.members[job][key] }

// Selected gives the keys of the assets that a job selects, sorted.
func (g *Graph) Selected(job string) []string { return slices.Sorted(maps.Keys(g.members[job])) }

// JobsOf gives the names of the jobs that select all of the given assets, sorted.
func (g *Graph) JobsOf(keys ...string) []string {
	return slices.DeleteFunc(g.Jobs(), func(job string) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return !g.members[job][key] })
	})
}

// Upstream gives the keys of the defined assets that an asset depends on, in the order
// in which it names them.
func (g *Graph) Upstream(key string) []string { return slices.Clone(g.upstream[key]) }

// Downstream gives the keys of the assets that depend on an asset, in the order in which
// they were given.
func (g *Graph) Downstream(key string) []string { return slices.Clone(g.downstream[key]) }

func (g *Graph) upstreamKeys(key string) []string   { return g.upstream[key] }
func (g *Graph) downstreamKeys(key string) []string { return g.downstream[key] }

// Has reports whether there is an asset, or a check as asset:check, of a key.
func (g *Graph) Has(key string) bool {
	if _, ok := g.assets[key]; ok {
		return true
	}
	asset, check, ok := strings.Cut(key, ":")
	if ok {
		_, ok = g.Check(asset, check)
	}
	return ok
}

// Check gives a check by its asset's key and its name, and false where there is none.
func (g *Graph) Check(asset, name string) (Check, bool) {
	a, ok := g.assets[asset]
	if !ok {
		return Check{}, false
	}
	i := slices.IndexFunc(a.Checks, func(c Check) bool { return c.Name == name })
	if i < 0 {
		return Check{}, false
	}
	return a.Checks[i], true
}
