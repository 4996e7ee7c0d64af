package graph

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// checkKey finds an asset key that is none or is taken.
func (g *Graph) checkKey(key string) []Problem {
	if wrong := badKey(key); wrong != "" {
		return []Problem{{Asset: key, Field: "key", Message: fmt.Sprintf("`%s` is no asset key: %s.", key, wrong), Help: "Write components joined by `/`, such as `sales/orders`."}}
	}
	if g.assets[key] != nil {
		return []Problem{{Asset: key, Field: "key", Message: fmt.Sprintf("The asset `%s` is defined twice.", key), Help: "Remove one of them."}}
	}
	return nil
}

func badKey(key string) string {
	switch {
	case key == "":
		return "it is empty"
	case strings.HasPrefix(key, "/") || strings.HasSuffix(key, "/") || strings.Contains(key, "//"):
		return "a component is empty"
	case strings.ContainsFunc(key, isControl):
		return "it has control characters"
	}
	return ""
}

// checker looks through a graph that has all its assets.
type checker struct {
	*Graph
	undefined int // dependencies that are not defined
}

// maxSuggestions is for how many keys that are not defined the nearest one is looked for:
// where there are more, no slip of the pen is behind them.
const maxSuggestions = 100

// checkAsset finds what is wrong with an asset's dependencies and checks, and links it
// to the assets that it depends on.
func (c *checker) checkAsset(a *Asset) []Problem {
	var problems []Problem
	for i, d := range a.Deps {
		if p := c.checkDep(a, d, i); p.Message != "" {
			p.Asset, p.Field, p.Index = a.Key, "deps", i
			problems = append(problems, p)
		}
		if c.assets[d.Key] != nil && !slices.Contains(c.upstream[a.Key], d.Key) {
			c.upstream[a.Key] = append(c.upstream[a.Key], d.Key)
			c.downstream[d.Key] = append(c.downstream[d.Key], a.Key)
		}
	}
	for i := range a.Checks {
		if message, help := c.checkCheck(a, i); message != "" {
			problems = append(problems, Problem{Asset: a.Key, Field: "checks", Index: i, Message: message, Help: help})
		}
	}
	return problems
}

func (c *checker) checkDep(a *Asset, d Dep, index int) Problem {
	up := c.assets[d.Key]
	switch {
	case up == nil:
		message, help := c.notDefined(d.Key)
		return Problem{Message: message, Help: help}
	case slices.ContainsFunc(a.Deps[:index], func(other Dep) bool { return other.Key == d.Key }):
		return Problem{Message: fmt.Sprintf("`%s` depends on `%s` twice.", a.Key, d.Key), Help: "Remove one of them."}
	case d.Key == a.Key && !d.Mapping.toEarlier(a.Partitions):
		return Problem{Message: fmt.Sprintf("`%s` depends on itself.", a.Key), Help: "Remove it, or write `mapping: {type: time_window, start_offset: -1, end_offset: -1}` for earlier windows."}
	}
	mapping := DefaultMapping(up.Partitions, a.Partitions)
	if d.Mapping != nil {
		mapping = *d.Mapping
	}
	var wrong *FieldError
	if errors.As(mapping.Fits(up.Partitions, a.Partitions), &wrong) {
		return Problem{Message: fmt.Sprintf("The mapping of `%s` to `%s` does not fit. %s", d.Key, a.Key, wrong.Message), Help: wrong.Help, Mapping: true}
	}
	return Problem{}
}

func (c *checker) notDefined(key string) (message, help string) {
	help = "Define it, with `external: true` where it is not executed here."
	if c.undefined++; c.undefined <= maxSuggestions {
		if near, ok := c.Nearest(key); ok {
			help = "Did you mean `" + near + "`?"
		}
	}
	return fmt.Sprintf("No asset is called `%s`.", key), help
}

func (c *checker) checkCheck(a *Asset, index int) (message, help string) {
	check := a.Checks[index]
	if slices.ContainsFunc(a.Checks[:index], func(other Check) bool { return other.Name == check.Name }) {
		return fmt.Sprintf("The check `%s` of `%s` is defined twice.", check.Name, a.Key), "Remove one of them."
	}
	for _, key := range check.Deps {
		if c.assets[key] == nil {
			return c.notDefined(key)
		}
	}
	return "", ""
}

// checkCycles finds assets that depend on each other, each cycle once at the dependency
// that closes it.
func (g *Graph) checkCycles() []Problem {
	c := cycles{g: g, state: map[string]progress{}}
	for _, key := range g.keys {
		c.visit(key)
	}
	return c.problems
}

// cycles is a search in depth for cycles.
type cycles struct {
	g        *Graph
	state    map[string]progress
	path     []string
	problems []Problem
}

// progress is how far the search is with an asset.
type progress int

const (
	fresh progress = iota
	onPath
	done
)

func (c *cycles) visit(key string) {
	if c.state[key] != fresh {
		return
	}
	c.state[key] = onPath
	c.path = append(c.path, key)
	for _, up := range c.g.upstream[key] {
		if up != key && c.state[up] == onPath {
			c.close(key, up)
		}
		c.visit(up)
	}
	c.path = c.path[:len(c.path)-1]
	c.state[key] = done
}

// close notes the cycle that a dependency closes.
func (c *cycles) close(key, up string) {
	cycle := append(slices.Clone(c.path[slices.Index(c.path, up):]), up)
	index := slices.IndexFunc(c.g.assets[key].Deps, func(d Dep) bool { return d.Key == up })
	c.problems = append(c.problems, Problem{Asset: key, Field: "deps", Index: index,
		Message: "Assets depend on each other: `" + strings.Join(cycle, "` on `") + "`.", Help: "Remove one of the dependencies."})
}

// checkExecutionSets finds sets whose assets have different partitions. Assets without
// any may be among them.
func checkExecutionSets(assets []*Asset) []Problem {
	firsts := map[string]*Asset{}
	var problems []Problem
	for _, a := range assets {
		if a.ExecutionSet == "" || a.Partitions == nil {
			continue
		}
		switch first := firsts[a.ExecutionSet]; {
		case first == nil:
			firsts[a.ExecutionSet] = a
		case !first.Partitions.Same(a.Partitions):
			problems = append(problems, Problem{Asset: a.Key, Field: "key",
				Message: fmt.Sprintf("The assets `%s` and `%s` of the execution set `%s` have different partitions.", first.Key, a.Key, a.ExecutionSet), Help: "Give them the same partitions, or put one into another set."})
		}
	}
	return problems
}
