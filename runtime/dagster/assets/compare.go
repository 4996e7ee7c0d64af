package assets

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"auto/runtime/dagster/deployment"
	"auto/vm/graph"
)

// Change is one difference between a project's graph and a deployment.
type Change struct {
	// Key is the asset or check.
	Key string `json:"key"`
	// What says in a sentence how they differ.
	What string `json:"what"`
}

// String gives the key and the sentence.
func (c Change) String() string { return "`" + c.Key + "`: " + c.What }

// Compare gives the differences that matter to policies and launches, sorted by key: keys,
// partitions, dependencies and mappings, groups, tags, kinds, owners, code versions,
// locations, execution sets, checks. Assets of locations that are not loaded are left out,
// as is what the deployment does not tell for sure. External assets that only the project
// has are not of this deployment.
func Compare(g *graph.Graph, d *deployment.Deployment) []Change {
	return (&comparison{g: g, d: d}).all(Import(d, Options{}))
}

// CompareImport gives what an import of a deployment would change of the graph of the file
// that there is: as Compare does, and also by overrides, by what is in doubt and written all
// the same, and by locations that are not loaded.
func CompareImport(g *graph.Graph, d *deployment.Deployment, i Imported) []Change {
	return (&comparison{g: g, d: d, whole: true}).all(i)
}

// all compares all assets.
func (c *comparison) all(there Imported) []Change {
	c.here = setsOf(c.g)
	for _, a := range there.Assets {
		c.there(a)
	}
	for _, key := range c.g.Keys() {
		if c.d.Assets[key] == nil {
			c.gone(key)
		}
	}
	slices.SortStableFunc(c.changes, func(a, b Change) int { return strings.Compare(a.Key, b.Key) })
	return c.changes
}

type comparison struct {
	g *graph.Graph
	d *deployment.Deployment
	// whole: what is in doubt or left out counts, too, as the other side is what would be
	// written.
	whole   bool
	here    map[string][]string // execution set → keys
	changes []Change
}

func (c *comparison) add(key, format string, args ...any) {
	c.changes = append(c.changes, Change{key, fmt.Sprintf(format, args...)})
}

// setsOf gives the assets of each execution set, sorted.
func setsOf(g *graph.Graph) map[string][]string {
	out := map[string][]string{}
	for _, key := range g.Keys() {
		if a, _ := g.Asset(key); a.ExecutionSet != "" {
			out[a.ExecutionSet] = append(out[a.ExecutionSet], key)
		}
	}
	return out
}

// down reports whether the location of an asset of the project is not loaded; one that
// there is not any more is not down.
func (c *comparison) down(a *graph.Asset) bool {
	location, _, _ := strings.Cut(a.Repository, "/")
	return slices.ContainsFunc(c.d.Locations, func(l deployment.Location) bool { return l.Name == location && !l.Loaded })
}

// gone tells of an asset that the deployment does not have.
func (c *comparison) gone(key string) {
	a, _ := c.g.Asset(key)
	switch down := c.down(a); {
	case down && c.whole:
		c.add(key, "Its code location is not loaded, so it is left out.")
	case !down && (c.whole || !a.External || a.Repository != ""):
		c.add(key, "It is not in Dagster.")
	}
}

// there compares an asset of the deployment.
func (c *comparison) there(a Asset) {
	stub := c.d.Assets[a.Key].Stub
	mine, ok := c.g.Asset(a.Key)
	switch {
	case !ok && stub && !c.d.Complete() && !c.whole: // it may be of a location that is down
	case !ok:
		c.add(a.Key, "It is new in Dagster.")
	case stub && c.down(mine) && !c.whole:
	case stub && c.down(mine):
		c.add(a.Key, "Its code location is not loaded, so it becomes external.")
	case stub && mine.Repository != "":
		c.add(a.Key, "In Dagster it is not defined any more, and others still depend on it.")
	default:
		c.fields(mine, a)
		c.partitions(mine, a)
		c.deps(mine, a)
		c.set(mine, a)
		c.checks(mine, a)
	}
}

// fields compares what is a text, a list or true and false.
func (c *comparison) fields(mine *graph.Asset, a Asset) {
	group := a.Group
	if group == "" {
		group = "default"
	}
	for _, f := range []struct{ name, here, there string }{
		{"repository", mine.Repository, a.Repository}, {"group", mine.Group, group}, {"code version", mine.CodeVersion, a.CodeVersion},
		{"kinds", words(mine.Kinds), words(a.Kinds)}, {"owners", words(mine.Owners), words(a.Owners)}, {"tags", pairs(mine.Tags), pairs(a.Tags)},
		{"execution", execution(mine), execution(&a.Asset)},
	} {
		if f.here != f.there {
			c.add(a.Key, "Its %s: %s in Dagster, %s here.", f.name, quoted(f.there), quoted(f.here))
		}
	}
	if mine.Freshness != a.Freshness {
		c.add(a.Key, "Its freshness policy: %s in Dagster, %s here.", whether(a.Freshness), whether(mine.Freshness))
	}
}

func whether(has bool) string {
	if has {
		return "it has one"
	}
	return "it has none"
}

func quoted(text string) string {
	if text == "" {
		return "none"
	}
	return "`" + text + "`"
}

// words joins a set of texts.
func words(list []string) string { return strings.Join(slices.Sorted(slices.Values(list)), ", ") }

func pairs(m map[string]string) string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(m)) {
		out = append(out, strconv.Quote(name)+": "+strconv.Quote(m[name]))
	}
	return strings.Join(out, ", ")
}

func execution(a *graph.Asset) string {
	switch {
	case a.Observable:
		return "observable"
	case a.External:
		return "external"
	}
	return "materializable"
}

func (c *comparison) partitions(mine *graph.Asset, a Asset) {
	switch {
	case mine.Partitions.Same(a.Partitions):
	case c.whole:
		c.add(a.Key, "Its partitions: %s as imported, %s here.", describe(a.Partitions), describe(mine.Partitions))
	case a.Doubt != "" && mine.Partitions != nil && contradiction(a.Partitions, mine.Partitions, a.Doubt) == "":
	default:
		c.add(a.Key, "Its partitions: %s in Dagster, %s here.", describe(a.Partitions), describe(mine.Partitions))
	}
}

// describe gives a definition in a few words.
func describe(p *graph.Partitions) string {
	switch {
	case p == nil:
		return "none"
	case p.Type == graph.Static:
		return fmt.Sprintf("static %s of %d", keysText(p.Keys), len(p.Keys))
	case p.Type == graph.Dynamic:
		return "dynamic `" + p.Name + "`"
	case p.Type == graph.Multi:
		var parts []string
		for _, name := range p.DimensionNames() {
			parts = append(parts, name+": "+describe(p.Dimensions[name]))
		}
		return "multi (" + strings.Join(parts, "; ") + ")"
	}
	return describeWindows(p)
}

func describeWindows(p *graph.Partitions) string {
	out := []string{string(p.Type)}
	for _, f := range []struct{ name, value string }{
		{"cron", p.Cron}, {"start", p.Start}, {"end", p.End}, {"timezone", p.Timezone}, {"format", p.Format},
		{"minute_offset", digits(p.Minute)}, {"hour_offset", digits(p.Hour)}, {"day_offset", digits(p.Day)}, {"end_offset", digits(p.EndOffset)},
	} {
		if f.value != "" {
			out = append(out, f.name+" "+f.value)
		}
	}
	return strings.Join(out, ", ")
}

func digits(i int) string {
	if i == 0 {
		return ""
	}
	return strconv.Itoa(i)
}

func (c *comparison) deps(mine *graph.Asset, a Asset) {
	for n, dep := range a.Deps {
		at := slices.IndexFunc(mine.Deps, func(d graph.Dep) bool { return d.Key == dep.Key })
		switch {
		case at < 0:
			c.add(a.Key, "In Dagster it depends on `%s`, and here it does not.", dep.Key)
		case a.DepDoubts[n] != "" && !c.whole || c.sameMapping(dep, mine.Deps[at], a.Partitions):
		case c.whole:
			c.add(a.Key, "The mapping of `%s`: %s as imported, %s here.", dep.Key, mappingWords(dep.Mapping), mappingWords(mine.Deps[at].Mapping))
		default:
			c.add(a.Key, "The mapping of `%s`: %s in Dagster, %s here.", dep.Key, mappingWords(dep.Mapping), mappingWords(mine.Deps[at].Mapping))
		}
	}
	for _, dep := range mine.Deps {
		if !slices.ContainsFunc(a.Deps, func(d graph.Dep) bool { return d.Key == dep.Key }) {
			c.add(a.Key, "Here it depends on `%s`, and in Dagster it does not.", dep.Key)
		}
	}
}

// sameMapping compares mappings by what they mean: none is the default one.
func (c *comparison) sameMapping(there, here graph.Dep, down *graph.Partitions) bool {
	var up *graph.Partitions
	if a, ok := c.g.Asset(there.Key); ok {
		up = a.Partitions
	}
	standard := graph.DefaultMapping(up, down)
	return up == nil || sameMapping(orDefault(there.Mapping, standard), orDefault(here.Mapping, standard))
}

func orDefault(m *graph.Mapping, standard graph.Mapping) *graph.Mapping {
	if m == nil {
		return &standard
	}
	return m
}

// sameMapping compares mappings as they are written. The order of keys means nothing.
func sameMapping(a, b *graph.Mapping) bool { return reflect.DeepEqual(plain(a), plain(b)) }

// plain gives a mapping in one form.
func plain(m *graph.Mapping) *graph.Mapping {
	if m == nil {
		return nil
	}
	out := *m
	out.Static, out.Dimensions, out.Keys = nil, nil, slices.Sorted(slices.Values(m.Keys))
	for up, to := range m.Static {
		if out.Static == nil {
			out.Static = map[string][]string{}
		}
		out.Static[up] = slices.Sorted(slices.Values(to))
	}
	for up, to := range m.Dimensions {
		if out.Dimensions == nil {
			out.Dimensions = map[string]graph.DimensionMapping{}
		}
		inner := plain(to.Mapping)
		if inner != nil && inner.Kind == graph.MapIdentity {
			inner = nil
		}
		out.Dimensions[up] = graph.DimensionMapping{Dimension: to.Dimension, Mapping: inner}
	}
	return &out
}

func mappingWords(m *graph.Mapping) string {
	if m == nil {
		return "the default"
	}
	text := string(m.Kind)
	if m.Kind == graph.MapTimeWindow {
		text += fmt.Sprintf(" from %+d to %+d", m.StartOffset, m.EndOffset)
		if m.AllowNonexistent {
			text += ", nonexistent allowed"
		}
	}
	return text
}

func (c *comparison) set(mine *graph.Asset, a Asset) {
	var here []string
	if mine.ExecutionSet != "" {
		here = c.here[mine.ExecutionSet]
	}
	there := c.d.Assets[a.Key].Set
	if len(here) < 2 && len(there) < 2 || slices.Equal(here, there) {
		return
	}
	c.add(a.Key, "It runs together with: %s in Dagster, %s here.", quoted(words(there)), quoted(words(here)))
}

func (c *comparison) checks(mine *graph.Asset, a Asset) {
	if c.d.Assets[a.Key].ChecksProblem != "" {
		c.untold(mine)
		return
	}
	for _, check := range a.Checks {
		key := a.Key + ":" + check.Name
		at := slices.IndexFunc(mine.Checks, func(m graph.Check) bool { return m.Name == check.Name })
		switch {
		case at < 0:
			c.add(key, "It is new in Dagster.")
		case checkWords(check) != checkWords(mine.Checks[at]):
			c.add(key, "%s in Dagster, %s here.", checkWords(check), checkWords(mine.Checks[at]))
		}
	}
	for _, m := range mine.Checks {
		if !slices.ContainsFunc(a.Checks, func(check graph.Check) bool { return check.Name == m.Name }) {
			c.add(a.Key+":"+m.Name, "It is not in Dagster.")
		}
	}
}

// untold tells of checks about which Dagster gives no answer, so that none are written.
func (c *comparison) untold(mine *graph.Asset) {
	for _, m := range mine.Checks {
		if c.whole {
			c.add(mine.Key+":"+m.Name, "Dagster gives no answer about it, so it is left out.")
		}
	}
}

// checkWords gives what matters about a check.
func checkWords(c graph.Check) string {
	out := []string{"Not blocking"}
	if c.Blocking {
		out[0] = "Blocking"
	}
	if c.Partitioned {
		out = append(out, "partitioned")
	}
	if c.Embedded {
		out = append(out, "embedded")
	}
	if len(c.Deps) > 0 {
		out = append(out, "with "+words(c.Deps))
	}
	return strings.Join(out, ", ")
}
