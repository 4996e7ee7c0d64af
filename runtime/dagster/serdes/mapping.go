package serdes

import (
	"encoding/json"

	"auto/vm/graph"
)

// Mapping reads a partition mapping. null gives nil without a doubt, which is Dagster's
// default; with a doubt nothing is known.
func Mapping(raw json.RawMessage) (mapping *graph.Mapping, doubt string) {
	o, ok := open(raw)
	if !ok && (len(raw) == 0 || string(raw) == "null") {
		return nil, ""
	}
	switch o.class() {
	case "IdentityPartitionMapping":
		return &graph.Mapping{Kind: graph.MapIdentity}, ""
	case "AllPartitionMapping":
		return &graph.Mapping{Kind: graph.MapAll}, ""
	case "LastPartitionMapping":
		return &graph.Mapping{Kind: graph.MapLast}, ""
	case "TimeWindowPartitionMapping":
		return timeWindow(o)
	case "StaticPartitionMapping":
		return staticMapping(o)
	case "SpecificPartitionsPartitionMapping":
		return specific(o)
	case "MultiToSingleDimensionPartitionMapping":
		return multiToSingle(o)
	case "MultiPartitionMapping":
		return multiMapping(o)
	}
	return nil, unknown(o, "a partition mapping")
}

func timeWindow(o object) (*graph.Mapping, string) {
	start, ok1 := field[int](o, "start_offset")
	end, ok2 := field[int](o, "end_offset")
	allow, ok3 := field[bool](o, "allow_nonexistent_upstream_partitions")
	if !ok1 || !ok2 || !ok3 {
		return nil, unread(o)
	}
	return &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: start, EndOffset: end, AllowNonexistent: allow}, ""
}

func staticMapping(o object) (*graph.Mapping, string) {
	list, ok := field[map[string]json.RawMessage](o, "downstream_partition_keys_by_upstream_partition_key")
	if !ok || list == nil {
		return nil, unread(o)
	}
	m := &graph.Mapping{Kind: graph.MapStatic, Static: map[string][]string{}}
	for up, raw := range list {
		down, ok := texts(raw)
		if !ok {
			return nil, unread(o)
		}
		m.Static[up] = down
	}
	return m, ""
}

func specific(o object) (*graph.Mapping, string) {
	keys, ok := texts(o["partition_keys"])
	if !ok {
		return nil, unread(o)
	}
	return &graph.Mapping{Kind: graph.MapSpecific, Keys: keys}, ""
}

// multiToSingle: without a dimension Dagster infers it as its default mapping does.
func multiToSingle(o object) (*graph.Mapping, string) {
	dimension, ok := field[string](o, "partition_dimension_name")
	switch {
	case !ok:
		return nil, unread(o)
	case dimension == "":
		return nil, ""
	}
	return &graph.Mapping{Kind: graph.MapMultiToSingle, Dimension: dimension}, ""
}

func multiMapping(o object) (*graph.Mapping, string) {
	list, ok := field[map[string]object](o, "downstream_mappings_by_upstream_dimension")
	if !ok || list == nil {
		return nil, unread(o)
	}
	m := &graph.Mapping{Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{}}
	for up, to := range list {
		name, ok := field[string](to, "dimension_name")
		if !ok || name == "" {
			return nil, unread(o)
		}
		inner, doubt := Mapping(to["partition_mapping"])
		if doubt != "" {
			return nil, within(up, doubt)
		}
		if inner != nil && inner.Kind == graph.MapIdentity {
			inner = nil // the default between dimensions
		}
		m.Dimensions[up] = graph.DimensionMapping{Dimension: name, Mapping: inner}
	}
	return m, ""
}
