package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"auto/lang/source"
	"auto/runtime/play"
	"auto/runtime/scenario"
	"auto/vm/graph"
)

// beside gives the files beside a scenario, which it may name.
func beside(s system, name string) scenario.From {
	return scenario.Folder{Dir: filepath.Dir(name), Getenv: s.getenv, Now: s.clock.Now()}
}

// readScenario reads a scenario file; its findings are the error.
func readScenario(name string) (*scenario.Scenario, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, noSuchPath(name, err)
	}
	from := scenario.Folder{Dir: filepath.Dir(name), Getenv: os.LookupEnv}
	s, found := scenario.ReadFrom(source.New(filepath.ToSlash(name), string(text)), from)
	if found.HasErrors() {
		return nil, findingList(found)
	}
	return s, nil
}

// onAssets says what to do instead where a scenario has no conditions on its assets.
func onAssets(s *scenario.Scenario, name string) error {
	if s.HasPolicies() {
		return fmt.Errorf("`%s` has policies, which `auto test` plays; here conditions are looked at that stand on assets", filepath.ToSlash(name))
	}
	return nil
}

// scenarioGraph gives the graph of a scenario's assets before anything happened.
func scenarioGraph(s *scenario.Scenario) (*graph.Graph, error) {
	g, _, err := scenario.NewSession(s, nil).Graph()
	return g, refusal(err)
}

// refusal gives the findings of what is refused, as an error that shows them at their
// places.
func refusal(err error) error {
	var refused *scenario.Refused
	if errors.As(err, &refused) {
		return findingList(refused.Findings)
	}
	return err
}

// scenarioUnits gives the conditions of a scenario's assets and checks, as they are
// before the first tick.
func scenarioUnits(name string) ([]unit, error) {
	s, err := readScenario(name)
	if err == nil {
		err = onAssets(s, name)
	}
	if err != nil {
		return nil, err
	}
	g, conditions, err := scenario.NewSession(s, nil).Graph()
	if err != nil {
		return nil, refusal(err)
	}
	nodes, err := play.Conditions(g, conditions)
	if err != nil {
		return nil, refusal(err)
	}
	var units []unit
	for _, key := range conditioned(nodes) {
		units = append(units, unit{name: key, tree: conditions[key].Expr, condition: play.Expand(nodes, key, g), graph: g})
	}
	return units, nil
}

// tickFlag chooses a tick of a scenario.
type tickFlag struct {
	Tick int `placeholder:"N" help:"The tick, counted from 1; the last by default."`
}

// of gives the number of ticks up to the one that is meant.
func (f tickFlag) of(s *scenario.Scenario) (int, error) {
	switch {
	case len(s.Ticks) == 0:
		return 0, fmt.Errorf("the scenario has no ticks; write some below `ticks`")
	case f.Tick == 0:
		return len(s.Ticks), nil
	case f.Tick < 0 || f.Tick > len(s.Ticks):
		return 0, fmt.Errorf("there is no tick %d; the scenario has %s, counted from 1", f.Tick, plural(len(s.Ticks), "tick"))
	}
	return f.Tick, nil
}

// subject is an asset or check, with a partition or without.
type subject struct{ key, partition string }

// parseSubject reads ASSET or ASSET[PARTITION].
func parseSubject(text string) subject {
	if rest, ok := strings.CutSuffix(text, "]"); ok {
		if key, partition, ok := strings.Cut(rest, "["); ok {
			return subject{key, partition}
		}
	}
	return subject{key: text}
}

// isCheckOf reports whether a key is that of a check of the graph.
func isCheckOf(g *graph.Graph, key string) bool {
	asset, name, ok := strings.Cut(key, ":")
	if !ok {
		return false
	}
	_, ok = g.Check(asset, name)
	return ok
}

// known says what to write where an asset or check has no condition.
func known(g *graph.Graph, key string, conditions []string) error {
	if slices.Contains(conditions, key) {
		return nil
	}
	slices.Sort(conditions)
	if _, ok := g.Asset(key); ok {
		return fmt.Errorf("`%s` has no condition on this tick; those that have one: %s", key, strings.Join(conditions, ", "))
	}
	if near, ok := g.Nearest(key); ok {
		return fmt.Errorf("there is no asset `%s`; did you mean `%s`?", key, near)
	}
	return fmt.Errorf("there is no asset `%s`; those with a condition: %s", key, strings.Join(conditions, ", "))
}
