package space

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"

	"auto/vm/graph"
)

// CheckKey writes the key of a check, such as orders:not_null.
func CheckKey(asset, check string) string { return asset + ":" + check }

// entitiesOf lists the assets of a graph and their checks in the order of evaluation.
func entitiesOf(g *graph.Graph) ([]Entity, error) {
	var entities []Entity
	l := levels{g: g, of: map[string]int{}}
	for _, key := range g.Keys() {
		asset, _ := g.Asset(key)
		entities = append(entities, Entity{Key: key, Asset: asset, Level: l.asset(key)})
		for i := range asset.Checks {
			c := &asset.Checks[i]
			entities = append(entities, Entity{Key: CheckKey(key, c.Name), Asset: asset, Check: c, Level: l.check(asset, c)})
		}
	}
	if l.cycle != "" {
		return nil, fmt.Errorf("the asset %q depends on itself through others", l.cycle)
	}
	order := make(map[string]string, len(entities))
	for _, e := range entities {
		order[e.Key] = e.order()
	}
	slices.SortFunc(entities, func(a, b Entity) int {
		if a.Level != b.Level {
			return a.Level - b.Level
		}
		return strings.Compare(order[a.Key], order[b.Key])
	})
	return entities, nil
}

// order is what the entities of one level are sorted by: the JSON text of the key, as
// Dagster stores it.
func (e *Entity) order() string {
	asset := jsonList(strings.Split(e.Asset.Key, "/"))
	if e.Check == nil {
		return asset
	}
	return `{"asset_key": ` + jsonString(asset) + `, "check_name": ` + jsonString(e.Check.Name) + `}`
}

func jsonList(parts []string) string {
	for i, p := range parts {
		parts[i] = jsonString(p)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// jsonString writes a string as Python's json does: in ASCII.
func jsonString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch short := strings.IndexRune("\"\\\n\r\t\f\b", r); {
		case short >= 0:
			b.WriteByte('\\')
			b.WriteByte(`"\nrtfb`[short])
		case r < ' ' || r > '~' && r != 0x7f:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// levels finds how long the longest ways from the roots are.
type levels struct {
	g *graph.Graph
	// of has the level of each asset key, and open while it is being found.
	of    map[string]int
	cycle string
}

const open = -1

func (l *levels) asset(key string) int {
	if level, known := l.of[key]; known {
		if level == open {
			l.cycle = key
		}
		return level
	}
	l.of[key] = open
	level := 0
	for _, up := range l.g.Upstream(key) {
		if up != key {
			level = max(level, l.asset(up)+1)
		}
	}
	l.of[key] = level
	return level
}

func (l *levels) check(asset *graph.Asset, c *graph.Check) int {
	level := l.asset(asset.Key)
	for _, key := range c.Deps {
		if _, ok := l.g.Asset(key); ok {
			level = max(level, l.asset(key))
		}
	}
	return level + 1
}
