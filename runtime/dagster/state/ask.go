package state

import (
	"maps"
	"slices"
	"strings"

	"auto/vm/graph"
)

// ask sends the query of the poll. The first one of all finds out which runs there are, and
// what their clocks showed.
func (p *poll) ask() error {
	if p.memory.runs != nil {
		p.change.runs = p.memory.copyRuns()
	} else if err := p.noteNewest(); err != nil {
		return err
	}
	p.asked = p.tellers()
	answer, err := Poll(p.ctx, p.calls, p.since(), p.page, p.peek, inputs(p.graph.Keys()), inputs(p.observable()), inputs(p.asked))
	if err != nil {
		return err
	}
	p.answer = answer
	return p.readHeads()
}

// since gives the update after which runs are asked for. It saves calls only: a run is found
// as one of those that go, or of the newest, whatever the clock by which it was updated.
func (p *poll) since() float64 { return max(p.change.runs.Since-overlap.Seconds(), 0) }

// readHeads notes the newest storage ids of assets.
func (p *poll) readHeads() error {
	list, ok := p.answer.Heads.(*HeadListAssetConnection)
	seen, also := p.answer.Seen.(*SeenListAssetConnection)
	if !ok || !also {
		return refused("assets", p.answer.Heads)
	}
	p.heads = map[string]int64{}
	for i := range list.Nodes {
		id, err := storageID(list.Nodes[i].LatestEventSortKey)
		if err != nil {
			return err
		}
		p.heads[list.Nodes[i].Key.key()] = id
	}
	for i := range seen.Nodes {
		id, err := oldest(seen.Nodes[i].AssetEventHistory.Cursor)
		if err != nil {
			return err
		}
		key := seen.Nodes[i].Key.key()
		p.heads[key] = max(p.heads[key], id)
	}
	return nil
}

// observable gives the assets that are observed.
func (p *poll) observable() []string {
	out := []string{}
	for _, key := range p.graph.Keys() {
		if a, _ := p.graph.Asset(key); a.Observable {
			out = append(out, key)
		}
	}
	return out
}

// locate finds out which locations are not loaded. They are looked at when a version has
// changed, and while one is down.
func (p *poll) locate() error {
	list, ok := p.answer.LocationStatusesOrError.(*LocationListWorkspaceLocationStatusEntries)
	if !ok {
		return refused("code locations", p.answer.LocationStatusesOrError)
	}
	versions := map[string]string{}
	for _, e := range list.Entries {
		versions[e.Name] = string(e.LoadStatus) + e.VersionKey
	}
	if len(p.down) == 0 && maps.Equal(versions, p.versions) {
		return nil
	}
	answer, err := Locations(p.ctx, p.calls)
	if err != nil {
		return err
	}
	workspace, ok := answer.WorkspaceOrError.(*WorkspaceWorkspace)
	if !ok {
		return refused("workspace", answer.WorkspaceOrError)
	}
	p.down = downOf(workspace.LocationEntries)
	p.versions = versions
	clear(p.unfit)
	clear(p.away)
	return nil
}

func downOf(entries []Location) map[string]string {
	down := map[string]string{}
	for _, e := range entries {
		switch problem := e.LocationOrLoadError.(type) {
		case *LoadedRepositoryLocation:
		case *LoadedPythonError:
			down[e.Name] = problem.reason()
		default:
			down[e.Name] = "it is being loaded"
		}
	}
	return down
}

// reason gives the last line of the first cause, such as "SyntaxError: invalid syntax".
func (e *LoadedPythonError) reason() string {
	text := e.Message
	if n := len(e.Causes); n > 0 {
		text = e.Causes[n-1].Message
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// up reports whether nothing is known to keep an asset's definition away.
func (p *poll) up(a *graph.Asset) bool {
	_, down := p.down[location(a)]
	return !down
}

func location(a *graph.Asset) string {
	name, _, _ := strings.Cut(a.Repository, "/")
	return name
}

// dimension is a dynamic definition, with its name among the dimensions of an asset; ""
// where it is the whole definition.
type dimension struct{ definition, name string }

// dynamicOf gives the dynamic definitions that an asset's partitions have.
func dynamicOf(a *graph.Asset) []dimension {
	switch {
	case a.Partitions == nil:
		return nil
	case a.Partitions.Type == graph.Dynamic:
		return []dimension{{a.Partitions.Name, ""}}
	}
	var out []dimension
	for _, name := range slices.Sorted(maps.Keys(a.Partitions.Dimensions)) {
		if d := a.Partitions.Dimensions[name]; d.Type == graph.Dynamic {
			out = append(out, dimension{d.Name, name})
		}
	}
	return out
}

// tellers gives an asset for each dynamic definition of the graph, which tells its keys.
func (p *poll) tellers() []string {
	told, out := map[string]bool{}, []string{}
	for _, key := range p.graph.Keys() {
		a, _ := p.graph.Asset(key)
		if p.unfit[key] || !p.up(a) {
			continue
		}
		fresh := false
		for _, d := range dynamicOf(a) {
			fresh = fresh || !told[d.definition]
			told[d.definition] = true
		}
		if fresh {
			out = append(out, key)
		}
	}
	return out
}
