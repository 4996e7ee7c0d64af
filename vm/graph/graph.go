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
}

// Graph is a set of assets and jobs. It is immutable and safe for concurrent use.
type Graph struct {
	assets     map[string]*Asset
	keys       []string
	jobs       map[string]Job
	members    map[string]map[string]bool // job → asset keys
	downstream map[string][]string
}

// OpName gives the op of an asset key as Dagster names it.
func OpName(key string) string { return strings.ReplaceAll(key, "/", "__") }

// New puts assets and jobs together. The graph holds everything that fits; the problems
// say what does not, in the order of the input.
func New(assets []Asset, jobs []Job) (*Graph, []Problem) {
	g := &Graph{assets: map[string]*Asset{}, jobs: map[string]Job{}, members: map[string]map[string]bool{}, downstream: map[string][]string{}}
	var problems []Problem
	for i := range assets {
		problems = append(problems, g.addAsset(assets[i])...)
	}
	slices.Sort(g.keys)
	for _, a := range assets {
		problems = append(problems, g.checkDeps(a)...)
	}
	problems = append(problems, g.checkCycles()...)
	for _, j := range jobs {
		problems = append(problems, g.addJob(j)...)
	}
	return g, problems
}

func (g *Graph) addAsset(a Asset) []Problem {
	if problem := badKey(a.Key); problem != "" {
		return []Problem{{Asset: a.Key, Field: "key", Message: fmt.Sprintf("`%s` is no asset key: %s.", a.Key, problem), Help: "Write components joined by `/`, such as `sales/orders`."}}
	}
	if g.assets[a.Key] != nil {
		return []Problem{{Asset: a.Key, Field: "key", Message: fmt.Sprintf("The asset `%s` is defined twice.", a.Key), Help: "Remove one of them."}}
	}
	if a.Group == "" {
		a.Group = "default"
	}
	if a.Op == "" {
		a.Op = OpName(a.Key)
	}
	g.assets[a.Key] = &a
	g.keys = append(g.keys, a.Key)
	return checkNames(a)
}

func checkNames(a Asset) []Problem {
	var problems []Problem
	seen := map[string]bool{}
	for i, c := range a.Checks {
		if seen[c.Name] {
			problems = append(problems, Problem{Asset: a.Key, Field: "checks", Index: i, Message: fmt.Sprintf("The check `%s` of `%s` is defined twice.", c.Name, a.Key), Help: "Remove one of them."})
		}
		seen[c.Name] = true
	}
	return problems
}

func badKey(key string) string {
	switch {
	case key == "":
		return "it is empty"
	case strings.HasPrefix(key, "/") || strings.HasSuffix(key, "/") || strings.Contains(key, "//"):
		return "a component is empty"
	case strings.ContainsFunc(key, func(r rune) bool { return r < 0x20 || r == 0x7F }):
		return "it has control characters"
	}
	return ""
}

// checkDeps finds dependencies that are not defined, and notes the others.
func (g *Graph) checkDeps(a Asset) []Problem {
	var problems []Problem
	for i, d := range a.Deps {
		if g.assets[d.Key] == nil {
			problems = append(problems, Problem{Asset: a.Key, Field: "deps", Index: i, Message: fmt.Sprintf("No asset is called `%s`.", d.Key),
				Help: g.suggest(d.Key, "Define it, with `external: true` where it is not executed here.")})
			continue
		}
		g.downstream[d.Key] = append(g.downstream[d.Key], a.Key)
	}
	return problems
}

func (g *Graph) suggest(key, otherwise string) string {
	if near, ok := g.Nearest(key); ok {
		return "Did you mean `" + near + "`?"
	}
	return otherwise
}

// Nearest gives the asset key that a wrong one is nearest to, and false where none is
// near.
func (g *Graph) Nearest(key string) (string, bool) { return spell.Nearest(key, g.keys) }

// checkCycles finds assets that depend on themselves.
func (g *Graph) checkCycles() []Problem {
	const onPath, done = 1, 2
	state := map[string]int{}
	var problems []Problem
	var path []string
	var visit func(key string)
	visit = func(key string) {
		state[key] = onPath
		path = append(path, key)
		for _, d := range g.assets[key].Deps {
			switch {
			case g.assets[d.Key] == nil:
			case state[d.Key] == onPath && d.Key != key:
				cycle := append(slices.Clone(path[slices.Index(path, d.Key):]), d.Key)
				problems = append(problems, Problem{Asset: key, Field: "deps", Message: "Assets depend on each other: `" + strings.Join(cycle, "` on `") + "`.", Help: "Remove one of the dependencies."})
			case state[d.Key] == 0:
				visit(d.Key)
			}
		}
		path = path[:len(path)-1]
		state[key] = done
	}
	for _, key := range g.keys {
		if state[key] == 0 {
			visit(key)
		}
	}
	return problems
}

func (g *Graph) addJob(j Job) []Problem {
	if _, twice := g.jobs[j.Name]; twice {
		return []Problem{{Job: j.Name, Field: "name", Message: fmt.Sprintf("The job `%s` is defined twice.", j.Name), Help: "Remove one of them."}}
	}
	g.jobs[j.Name] = j
	g.members[j.Name] = map[string]bool{}
	for _, key := range j.Selection.Resolve(g) {
		g.members[j.Name][key] = true
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

// Job gives a job by its name, and false where there is none.
func (g *Graph) Job(name string) (Job, bool) {
	j, ok := g.jobs[name]
	return j, ok
}

// Jobs gives the names of all jobs, sorted.
func (g *Graph) Jobs() []string { return slices.Sorted(maps.Keys(g.jobs)) }

// InJob reports whether a job selects an asset.
func (g *Graph) InJob(job, key string) bool { return g.members[job][key] }

// JobsOf gives the names of the jobs that select all of the given assets, sorted.
func (g *Graph) JobsOf(keys ...string) []string {
	return slices.DeleteFunc(g.Jobs(), func(job string) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return !g.members[job][key] })
	})
}

// Upstream gives the keys of the assets that an asset depends on, in order.
func (g *Graph) Upstream(key string) []string {
	var keys []string
	if a, ok := g.assets[key]; ok {
		for _, d := range a.Deps {
			if g.assets[d.Key] != nil {
				keys = append(keys, d.Key)
			}
		}
	}
	return keys
}

// Downstream gives the keys of the assets that depend on an asset, in order.
func (g *Graph) Downstream(key string) []string { return slices.Clone(g.downstream[key]) }

// Check gives a check by its asset's key and its name, and false where there is none.
func (g *Graph) Check(asset, name string) (Check, bool) {
	if a, ok := g.assets[asset]; ok {
		for _, c := range a.Checks {
			if c.Name == name {
				return c, true
			}
		}
	}
	return Check{}, false
}
