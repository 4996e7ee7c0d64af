package launcher

import (
	"slices"
	"strings"

	"auto/runtime/dagster/deployment"
	"auto/vm/graph"
)

// checkPartitions: what has partitions gets one that it has, and where nothing has any,
// none is given. Dagster would run with no partition, or fail in the run.
func (p *planner) checkPartitions() error {
	wanted := p.wanted()
	some := false
	for _, at := range p.parts {
		for _, a := range p.partitioned(at) {
			some = true
			if err := p.checkPartition(at, a, wanted); err != nil {
				return err
			}
		}
	}
	if !some && len(wanted) > 0 && p.complete() && !slices.ContainsFunc(p.Selection, func(key string) bool { return p.Assets[key].Partitioned() }) {
		return refused("The run is for the partition `%s`, and nothing in it has partitions. Remove `partition`.", wanted[0])
	}
	return nil
}

// wanted gives the partition of the run, or the first and the last of its range; nil for
// none.
func (p *planner) wanted() []string {
	if p.Partition != "" {
		return []string{p.Partition}
	}
	first, last := p.Tags[rangeStartTag], p.Tags[rangeEndTag]
	if first == "" || last == "" {
		return nil
	}
	return []string{first, last}
}

// partitioned gives the assets by which a part needs a partition: those that are written,
// and those of checks that have partitions themselves.
func (p *planner) partitioned(at *part) (assets []*deployment.Asset) {
	add := func(a *deployment.Asset) {
		if a.Partitioned() && !slices.Contains(assets, a) {
			assets = append(assets, a)
		}
	}
	for _, key := range at.assets {
		add(p.Assets[key])
	}
	for _, key := range at.checks {
		if a, check := p.check(key); check.Partitioned {
			add(a)
		}
	}
	return assets
}

// checkPartition: an asset has the partitions that are wanted of it. Where its definition is
// not known for sure, or does not have them as far as is known, Dagster is asked later.
func (p *planner) checkPartition(at *part, a *deployment.Asset, wanted []string) error {
	if len(wanted) == 0 {
		return &amiss{refused("`%s` has partitions, and the run is for none: Dagster would write it as if it had none. Give the run a `partition`.", a.Key), a.Key, false}
	}
	at.partition = p.Partition
	definition := definitionOf(a)
	if definition == nil {
		at.doubtful = append(at.doubtful, a.Key)
		return nil
	}
	at.dynamic = append(at.dynamic, dynamic(definition)...)
	for _, key := range wanted {
		m, _ := definition.Has(key, p.now, p.adds)
		if m != graph.Present || a.PartitionsDoubt != "" {
			at.doubtful = append(at.doubtful, a.Key)
			return nil
		}
	}
	at.dimensions = dimensions(definition, p.Partition)
	return nil
}

// definitionOf gives the definition of an asset's partitions, nil where nothing is known of it.
func definitionOf(a *deployment.Asset) *graph.Partitions {
	if a.Partitions == nil {
		return nil
	}
	definition, err := graph.NewPartitions(*a.Partitions)
	if err != nil {
		return nil
	}
	return definition
}

// dynamic gives the names of the dynamic definitions in a definition.
func dynamic(p *graph.Partitions) (names []string) {
	if p.Type == graph.Dynamic {
		return []string{p.Name}
	}
	for _, of := range p.Dimensions {
		names = append(names, dynamic(of)...)
	}
	return names
}

// adds reports whether a key of a dynamic definition is there because the request adds it.
func (p *planner) adds(definition, key string) bool {
	return slices.Contains(p.AddPartitions[definition], key)
}

// dimensions gives the keys of the dimensions of a multi partition by name, as Dagster tags
// its own runs; nil for other partitions.
func dimensions(definition *graph.Partitions, key string) map[string]string {
	parts := strings.Split(key, "|")
	names := definition.DimensionNames()
	if definition.Type != graph.Multi || len(parts) != len(names) {
		return nil
	}
	keys := map[string]string{}
	for i, name := range names {
		keys[name] = parts[i]
	}
	return keys
}
