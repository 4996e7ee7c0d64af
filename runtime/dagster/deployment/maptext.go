package deployment

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"auto/vm/graph"
)

// mappingText reads what GraphQL tells about a mapping: the name of its class, and a
// description in words.
func mappingText(class, description string, up, down *Asset) (*graph.Mapping, string) {
	switch class {
	case "TimeWindowPartitionMapping":
		return offsetsText(description)
	case "StaticPartitionMapping":
		return staticText(description)
	case "SpecificPartitionsPartitionMapping":
		return specificText(description)
	case "MultiToSingleDimensionPartitionMapping":
		return singleText(up, down)
	case "MultiPartitionMapping":
		return multiText(description)
	}
	return nil, fmt.Sprintf("auto does not know the mapping `%s`.", class)
}

var offsetsForm = regexp.MustCompile(`offsetted by (-?\d+) and (-?\d+) partitions respectively`)

func offsetsText(description string) (*graph.Mapping, string) {
	m := &graph.Mapping{Kind: graph.MapTimeWindow}
	if found := offsetsForm.FindStringSubmatch(description); found != nil {
		// A number too great for an int is out of range for the mapping, too.
		m.StartOffset, _ = strconv.Atoi(found[1])
		m.EndOffset, _ = strconv.Atoi(found[2])
	}
	return m, "GraphQL does not tell `allow_nonexistent_upstream_partitions`."
}

// unreadText is the doubt about a description that is not as Dagster 1.13 writes it.
func unreadText(description string) string {
	return fmt.Sprintf("auto cannot read what Dagster tells about the mapping, %q.", description)
}

func staticText(description string) (*graph.Mapping, string) {
	_, dict, found := strings.Cut(description, "following mapping:")
	value, ok := readLiteral(dict)
	pairs, isDict := value.(map[string]any)
	if !found || !ok || !isDict {
		return nil, unreadText(description)
	}
	m := &graph.Mapping{Kind: graph.MapStatic, Static: map[string][]string{}}
	for upstream, to := range pairs {
		keys, ok := textsOf(to)
		if !ok {
			return nil, unreadText(description)
		}
		m.Static[upstream] = keys
	}
	return m, ""
}

func specificText(description string) (*graph.Mapping, string) {
	_, list, found := strings.Cut(description, "upstream partitions:")
	value, ok := readLiteral(list)
	keys, isList := textsOf(value)
	if !found || !ok || !isList {
		return nil, unreadText(description)
	}
	return &graph.Mapping{Kind: graph.MapSpecific, Keys: keys}, ""
}

// textsOf gives one text, or a list of texts.
func textsOf(value any) ([]string, bool) {
	switch v := value.(type) {
	case string:
		return []string{v}, true
	case []any:
		out := []string{}
		for _, item := range v {
			text, ok := item.(string)
			if !ok {
				return nil, false
			}
			out = append(out, text)
		}
		return out, true
	}
	return nil, false
}

// singleText: the dimension is not told, but where Dagster infers one it is that one.
func singleText(up, down *Asset) (*graph.Mapping, string) {
	p, q := checked(up), checked(down)
	if p != nil && q != nil && graph.DefaultMapping(p, q).Kind == graph.MapMultiToSingle {
		return nil, ""
	}
	return nil, "GraphQL does not tell the dimension of its `multi_to_single` mapping."
}

var dimensionForm = regexp.MustCompile(`Upstream dimension '(.*?)' mapped to downstream dimension '(.*?)' using (\w+)\.`)

// multiText: the mappings between dimensions are told by their classes alone.
func multiText(description string) (*graph.Mapping, string) {
	m := &graph.Mapping{Kind: graph.MapMulti, Dimensions: map[string]graph.DimensionMapping{}}
	var doubts []string
	for _, found := range dimensionForm.FindAllStringSubmatch(description, -1) {
		d := graph.DimensionMapping{Dimension: found[2]}
		switch found[3] {
		case "IdentityPartitionMapping":
		case "AllPartitionMapping":
			d.Mapping = &graph.Mapping{Kind: graph.MapAll}
		case "LastPartitionMapping":
			d.Mapping = &graph.Mapping{Kind: graph.MapLast}
		case "TimeWindowPartitionMapping":
			d.Mapping = &graph.Mapping{Kind: graph.MapTimeWindow}
			doubts = append(doubts, fmt.Sprintf("GraphQL does not tell the offsets of the time_window mapping of the dimension `%s`.", found[1]))
		default:
			return nil, fmt.Sprintf("GraphQL does not tell the `%s` of the dimension `%s`.", found[3], found[1])
		}
		m.Dimensions[found[1]] = d
	}
	if len(m.Dimensions) == 0 {
		return nil, unreadText(description)
	}
	return m, strings.Join(doubts, " ")
}
