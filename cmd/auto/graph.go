package main

import (
	"fmt"
	"sort"
	"strings"
	"text/tabwriter"
	"time"

	"auto/vm/graph"
	"auto/vm/space"
)

type graphCommand struct {
	Import graphImportCommand `cmd:"" help:"Write asset files from what another system defines."`
	Show   graphShowCommand   `cmd:"" help:"Show assets and checks by level: partitions, dependencies, mappings."`
}

type graphShowCommand struct {
	Path string `arg:"" optional:"" help:"A scenario file, as it is before the first tick, or a project; the project here by default."`
	JSON bool   `name:"json" help:"One JSON object a line."`
}

// Run shows the graph in the order of evaluation.
func (c graphShowCommand) Run(s system) error {
	g, at, err := c.load(s)
	if err != nil {
		return err
	}
	sp, err := space.New(space.Input{Graph: g, At: at, Dynamic: func(string) []string { return nil }})
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(s.stdout, 0, 8, 2, ' ', 0)
	if !c.JSON {
		fmt.Fprintln(table, "LEVEL\tKEY\tPARTITIONS\tDEPENDS ON")
	}
	for i := range sp.Entities {
		if c.JSON {
			if err := s.line(entityLine(sp, i)); err != nil {
				return err
			}
			continue
		}
		c.row(table, sp, i)
	}
	return table.Flush()
}

// load gives the graph, and the instant at which its time windows are counted.
func (c graphShowCommand) load(s system) (*graph.Graph, time.Time, error) {
	at := s.clock.Now()
	if c.Path == "" {
		c.Path = "."
	}
	if !isScenario(c.Path) {
		g, err := graphOf(s, c.Path)
		return g, at, err
	}
	sc, err := readScenario(c.Path)
	if err != nil {
		return nil, at, err
	}
	if len(sc.Ticks) > 0 {
		at = sc.Ticks[0].At
	}
	g, err := scenarioGraph(sc)
	return g, at, err
}

// row shows an entity, with each further dependency on a line of its own.
func (c graphShowCommand) row(table *tabwriter.Writer, sp *space.Space, entity int) {
	e := &sp.Entities[entity]
	deps := depsText(sp, entity)
	first := ""
	if len(deps) > 0 {
		first, deps = deps[0], deps[1:]
	}
	fmt.Fprintf(table, "%d\t%s\t%s\t%s\n", e.Level, e.Key, partitionsText(e), first)
	for _, dep := range deps {
		fmt.Fprintf(table, "\t\t\t%s\n", dep)
	}
}

func partitionsText(e *space.Entity) string {
	if e.Keys == nil {
		return "-"
	}
	p, count := e.Keys.Definition(), e.Keys.Len()
	text := string(p.Type)
	switch {
	case p.Type == graph.Dynamic:
		text += " " + p.Name
	case p.Type == graph.Multi:
		text += " " + strings.Join(p.DimensionNames(), " × ")
	case p.Type == "cron":
		text += " " + p.Cron
	}
	text += fmt.Sprintf(", %d", count)
	if count > 0 {
		text += fmt.Sprintf(" (%s … %s)", e.Keys.Key(0), e.Keys.Key(count-1))
	}
	return text
}

// depsText gives the dependencies of an entity with how partitions belong together.
func depsText(sp *space.Space, entity int) []string {
	var out []string
	for _, up := range sp.Deps(entity) {
		m, declared := mappingOf(sp, entity, up)
		text := sp.Entities[up].Key
		if sp.Entities[entity].Keys != nil || sp.Entities[up].Keys != nil {
			text += " by " + mappingText(m)
			if !declared {
				text += " (default)"
			}
		}
		out = append(out, text)
	}
	return out
}

// mappingOf gives the mapping of a dependency, and whether it is written.
func mappingOf(sp *space.Space, down, up int) (graph.Mapping, bool) {
	e, dep := &sp.Entities[down], &sp.Entities[up]
	if e.Check == nil {
		for _, d := range e.Asset.Deps {
			if d.Key == dep.Key && d.Mapping != nil {
				return *d.Mapping, true
			}
		}
	}
	return graph.DefaultMapping(definition(dep), definition(e)), false
}

func definition(e *space.Entity) *graph.Partitions {
	if e.Keys == nil {
		return nil
	}
	return e.Keys.Definition()
}

// mappingText writes a mapping as scenario files do, without the braces.
func mappingText(m graph.Mapping) string {
	text := string(m.Kind)
	switch m.Kind {
	case graph.MapTimeWindow:
		if m.StartOffset != 0 || m.EndOffset != 0 {
			text += fmt.Sprintf(" %+d to %+d", m.StartOffset, m.EndOffset)
		}
		if m.AllowNonexistent {
			text += ", nonexistent allowed"
		}
	case graph.MapStatic:
		text += " of " + plural(len(m.Static), "key")
	case graph.MapSpecific:
		text += " " + strings.Join(m.Keys, ", ")
	case graph.MapMultiToSingle:
		text += " " + m.Dimension
	case graph.MapMulti:
		text += " " + strings.Join(dimensionTexts(m.Dimensions), ", ")
	}
	return text
}

func dimensionTexts(dimensions map[string]graph.DimensionMapping) []string {
	var out []string
	for up, d := range dimensions {
		text := up + " → " + d.Dimension
		if d.Mapping != nil {
			text += " by " + mappingText(*d.Mapping)
		}
		out = append(out, text)
	}
	sort.Strings(out)
	return out
}

// entityLine is an entity as `--json` prints it.
func entityLine(sp *space.Space, entity int) map[string]any {
	e := &sp.Entities[entity]
	line := map[string]any{"key": e.Key, "level": e.Level, "deps": []any{}}
	if e.Keys != nil {
		line["partitions"] = map[string]any{"type": e.Keys.Definition().Type, "count": e.Keys.Len()}
	}
	var deps []any
	for _, up := range sp.Deps(entity) {
		m, declared := mappingOf(sp, entity, up)
		deps = append(deps, map[string]any{"key": sp.Entities[up].Key, "mapping": mappingText(m), "declared": declared})
	}
	if deps != nil {
		line["deps"] = deps
	}
	if e.Check == nil {
		line["group"] = e.Asset.Group
		if set := sp.ExecutionSet(entity); set != nil {
			var names []string
			for _, member := range set {
				names = append(names, sp.Entities[member].Key)
			}
			line["execution_set"] = names
		}
	}
	return line
}
