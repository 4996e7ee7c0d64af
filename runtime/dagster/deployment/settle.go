package deployment

import (
	"encoding/json"
	"slices"
	"strings"

	"auto/runtime/dagster/serdes"
	"auto/vm/graph"
)

// Label is the label of the metadata in which auto_dagster exports what GraphQL loses.
const Label = "auto/definition"

// settle fills in partitions and mappings: as the exact way has them, else as the
// metadata of the asset has them, else as far as texts tell.
func (r *reading) settle(d *Deployment, exact map[string]Definition) error {
	texts, err := r.keys(exact)
	if err != nil {
		return err
	}
	var rest []*node
	for i := range r.nodes {
		n := &r.nodes[i]
		a := d.Assets[key(n.AssetKey.Path)]
		definition, ok := known(n, exact)
		if ok {
			a.Partitions, a.PartitionsDoubt = definition.Partitions, definition.PartitionsDoubt
			a.take(definition.Deps)
			continue
		}
		if n.PartitionDefinition != nil {
			a.Partitions, a.PartitionsDoubt = fromText(n.PartitionDefinition, texts[a.Key])
			a.PartitionsTold = a.Partitions != nil && a.PartitionsDoubt != ""
		}
		rest = append(rest, n)
	}
	for _, n := range rest {
		guessDeps(d, n)
	}
	return nil
}

// known gives the definition of an asset where one of the exact ways has it.
func known(n *node, exact map[string]Definition) (Definition, bool) {
	at := place(n.Repository.Location.Name, n.Repository.Name) + key(n.AssetKey.Path)
	if definition, ok := exact[at]; ok {
		return definition, true
	}
	for _, entry := range n.MetadataEntries {
		if m, ok := entry.(*DefinitionsAssetNodesAssetNodeMetadataEntriesJsonMetadataEntry); ok && m.Label == Label {
			return exported(m.JsonString)
		}
	}
	return Definition{}, false
}

// exported reads what auto_dagster exports of an asset.
func exported(text string) (Definition, bool) {
	var e struct {
		Partitions json.RawMessage            `json:"partitions"`
		Deps       map[string]json.RawMessage `json:"deps"`
	}
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		return Definition{}, false
	}
	var out Definition
	out.Partitions, out.PartitionsDoubt = serdes.Partitions(e.Partitions)
	for up, raw := range e.Deps {
		mapping, doubt := serdes.Mapping(raw)
		out.Deps = append(out.Deps, Dep{Key: up, Mapping: mapping, Doubt: doubt})
	}
	return out, true
}

// take fills in the mappings of the asset's dependencies. One that the exact way does not
// have, as a dependency that a later step added, has the default.
func (a *Asset) take(list []Dep) {
	for _, known := range list {
		for i := range a.Deps {
			if a.Deps[i].Key == known.Key {
				a.Deps[i] = known
			}
		}
	}
}

// keys asks for keys of partitions of the assets whose definitions are told by texts only.
func (r *reading) keys(exact map[string]Definition) (map[string][]dimensionKeys, error) {
	var ask []AssetKeyInput
	for i := range r.nodes {
		n := &r.nodes[i]
		if _, ok := known(n, exact); !ok && n.PartitionDefinition != nil {
			ask = append(ask, AssetKeyInput{Path: n.AssetKey.Path})
		}
	}
	if len(ask) == 0 {
		return nil, nil
	}
	answer, err := PartitionKeys(r.ctx, r.client, ask)
	if err != nil {
		return nil, r.explain(err)
	}
	if err := r.same(&answer.Versions); err != nil {
		return nil, err
	}
	out := map[string][]dimensionKeys{}
	for _, n := range answer.AssetNodes {
		out[key(n.AssetKey.Path)] = n.PartitionKeysByDimension
	}
	return out, nil
}

// fromText makes a definition of what GraphQL tells.
func fromText(p *partitionsText, keys []dimensionKeys) (*graph.Spec, string) {
	if p.Type == PartitionDefinitionTypeMultipartitioned {
		return multiFromText(p, keys)
	}
	t := told{kind: p.Type, description: p.Description, format: text(p.Fmt), name: text(p.Name)}
	if len(keys) > 0 {
		t.keys = keys[0].PartitionKeys
	}
	return t.spec()
}

func multiFromText(p *partitionsText, keys []dimensionKeys) (*graph.Spec, string) {
	spec := &graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{}}
	var doubts []string
	for _, d := range p.DimensionTypes {
		t := told{kind: d.Type, description: d.Description, name: text(d.DynamicPartitionsDefinitionName), unformatted: true}
		if at := slices.IndexFunc(keys, func(k dimensionKeys) bool { return k.Name == d.Name }); at >= 0 {
			t.keys = keys[at].PartitionKeys
		}
		dimension, doubt := t.checked()
		if doubt != "" {
			doubts = append(doubts, "In the dimension `"+d.Name+"`: "+doubt)
		}
		if dimension == nil {
			return nil, strings.Join(doubts, " ")
		}
		spec.Dimensions[d.Name] = dimension
	}
	return spec, strings.Join(doubts, " ")
}

// guessDeps fills in mappings by the texts that GraphQL has about them.
func guessDeps(d *Deployment, n *node) {
	a := d.Assets[key(n.AssetKey.Path)]
	told := map[string]*mappingTold{}
	for _, dep := range n.Dependencies {
		told[key(dep.Asset.AssetKey.Path)] = dep.PartitionMapping
	}
	for i := range a.Deps {
		up := d.Assets[a.Deps[i].Key]
		m := told[a.Deps[i].Key]
		switch {
		case up != nil && !up.Partitioned():
			// Whatever is written, all of upstream is one.
		case m == nil:
			a.Deps[i].Doubt, a.Deps[i].Told = untoldMapping(up, a), true
		default:
			mapping, doubt := mappingText(m.ClassName, m.Description, up, a)
			a.Deps[i].Mapping, a.Deps[i].Doubt, a.Deps[i].Told = mapping, doubt, mapping != nil && doubt != ""
		}
	}
}
