package automation

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"auto/internal/spell"
	"auto/runtime/events"
	"auto/vm/graph"
)

// maxDoubts bounds what one answer says of what counts for nothing.
const maxDoubts = 20

// doubts says of events what will count for nothing as a graph is at an instant, a sentence
// each: partitions that an asset does not have, or has and the event does not name, and
// dynamic definitions that no asset has. Nothing is refused: the project may change.
func doubts(g *graph.Graph, now time.Time, list []events.Event) []string {
	if g == nil {
		return nil
	}
	d := doubter{graph: g, now: now}
	for i := range list {
		d.event(&list[i])
	}
	if over := len(d.found) - maxDoubts; over > 0 {
		d.found = append(d.found[:maxDoubts], fmt.Sprintf("And %d more like these.", over))
	}
	return d.found
}

// doubter collects sentences, each once.
type doubter struct {
	graph *graph.Graph
	now   time.Time
	found []string
	names []string // of dynamic definitions
	told  map[string]bool
}

func (d *doubter) say(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if d.told == nil {
		d.told = map[string]bool{}
	}
	if !d.told[text] {
		d.told[text] = true
		d.found = append(d.found, text)
	}
}

func (d *doubter) event(e *events.Event) {
	switch e.Type {
	case events.Materialization, events.Observation:
		d.asset(e.Asset, e.Partition, true)
	case events.Check:
		asset, _, _ := strings.Cut(e.Check, ":")
		d.asset(asset, e.Partition, false)
	case events.Run:
		d.run(e)
	case events.Partitions:
		d.definition(e.Name)
	}
}

// asset looks at one partition of an asset; whole tells that one without a key is of none.
func (d *doubter) asset(key, partition string, whole bool) {
	a, ok := d.graph.Asset(key)
	switch {
	case !ok: // it is unknown
	case partition == "" && a.Partitions != nil && whole:
		d.say("`%s` has partitions, and the event names none.", key)
	case partition != "" && a.Partitions == nil:
		d.say("`%s` has no partitions, and the event names `%s`.", key, partition)
	case partition != "":
		if m, why := a.Partitions.Has(partition, d.now, func(string, string) bool { return true }); m == graph.Absent {
			d.say("`%s` has no partition `%s`: %s", key, partition, uncapital(why))
		}
	}
}

// run looks at the partitioned assets of a run; those without may run along.
func (d *doubter) run(e *events.Event) {
	for _, key := range e.Assets {
		if a, ok := d.graph.Asset(key); ok && a.Partitions != nil && e.Partition != "" {
			d.asset(key, e.Partition, false)
		}
	}
}

// definition looks for a dynamic definition among those of the assets.
func (d *doubter) definition(name string) {
	if d.names == nil {
		d.names = dynamicNames(d.graph)
	}
	if slices.Contains(d.names, name) {
		return
	}
	meant := ""
	if near, ok := spell.Nearest(name, d.names); ok {
		meant = " Did you mean `" + near + "`?"
	}
	d.say("No asset has the dynamic partitions `%s`.%s", name, meant)
}

// dynamicNames gives the names of the dynamic definitions of a graph, sorted.
func dynamicNames(g *graph.Graph) []string {
	names := []string{}
	var add func(p *graph.Partitions)
	add = func(p *graph.Partitions) {
		if p.Type == graph.Dynamic {
			names = append(names, p.Name)
		}
		for _, name := range p.DimensionNames() {
			add(p.Dimensions[name])
		}
	}
	for _, key := range g.Keys() {
		if a, _ := g.Asset(key); a.Partitions != nil {
			add(a.Partitions)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// uncapital makes a sentence go on behind a colon.
func uncapital(sentence string) string {
	if sentence == "" {
		return ""
	}
	return strings.ToLower(sentence[:1]) + sentence[1:]
}
