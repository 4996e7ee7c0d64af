package assets

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"auto/vm/graph"

	"gopkg.in/yaml.v3"
)

// width is the greatest length of what is written on one line in brackets.
const width = 100

// field is a named value of a mapping; nil is left out.
type field struct {
	name  string
	value *yaml.Node
	// above is a comment before it.
	above string
}

func mapping(fields ...field) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range fields {
		if f.value != nil {
			name := &yaml.Node{}
			name.SetString(f.name)
			name.HeadComment = f.above
			n.Content = append(n.Content, name, f.value)
		}
	}
	return n
}

// text gives a text, nil for "".
func text(s string) *yaml.Node {
	if s == "" {
		return nil
	}
	return word(s)
}

// word gives a text, also "". Lines have a line each where YAML keeps them as they are.
func word(s string) *yaml.Node {
	n := &yaml.Node{}
	if strings.ContainsAny(s, "\n\r\t\u0085\u2028\u2029") && !lines.MatchString(s) || s == "<<" {
		n.Kind, n.Tag, n.Value, n.Style = yaml.ScalarNode, "!!str", s, yaml.DoubleQuotedStyle
		return n
	}
	// A text always has a form.
	if err := n.Encode(s); err != nil {
		n.SetString(s)
	}
	return n
}

// lines matches texts of several lines that need no quotes. What Unicode calls a separator of
// lines would not be read back.
var lines = regexp.MustCompile(`^[^\s\pC\p{Zl}\p{Zp}][^\pC\p{Zl}\p{Zp}]*(\n+[^\s\pC\p{Zl}\p{Zp}][^\pC\p{Zl}\p{Zp}]*)*$`)

func number(i int) *yaml.Node {
	if i == 0 {
		return nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(i)}
}

func yes(b bool) *yaml.Node {
	if !b {
		return nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"}
}

// list gives a list, nil for an empty one.
func list[T any](items []T, write func(T) *yaml.Node) *yaml.Node {
	if len(items) == 0 {
		return nil
	}
	n := &yaml.Node{Kind: yaml.SequenceNode}
	for _, item := range items {
		n.Content = append(n.Content, write(item))
	}
	return n
}

func texts(items []string) *yaml.Node { return list(items, word) }

// sorted gives a mapping by sorted names, nil for an empty one.
func sorted[T any](m map[string]T, write func(T) *yaml.Node) *yaml.Node {
	if len(m) == 0 {
		return nil
	}
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		n.Content = append(n.Content, word(name), write(m[name]))
	}
	return n
}

// compact writes a node in brackets where that fits on a line, and else what is in it.
func compact(n *yaml.Node) *yaml.Node {
	if n == nil || len(n.Content) == 0 {
		return n
	}
	if length(n) <= width {
		n.Style = yaml.FlowStyle
		return n
	}
	for _, inner := range n.Content {
		compact(inner)
	}
	return n
}

// length gives how long a node is in brackets, about.
func length(n *yaml.Node) int {
	if n.HeadComment != "" {
		return width + 1 // a comment has a line of its own
	}
	total := len(n.Value) + 2
	for _, inner := range n.Content {
		total += length(inner)
	}
	return total
}

// definition writes a definition, by its name where it has one.
func (n *names) definition(p *graph.Partitions) *yaml.Node {
	if p == nil {
		return nil
	}
	if name := n.of(p); name != "" {
		return text(name)
	}
	return n.spelled(p)
}

// spelled writes a definition out.
func (n *names) spelled(p *graph.Partitions) *yaml.Node {
	return mapping(
		field{name: "type", value: text(string(p.Type))}, field{name: "cron", value: text(p.Cron)},
		field{name: "start", value: text(p.Start)}, field{name: "end", value: text(p.End)}, field{name: "timezone", value: text(p.Timezone)},
		field{name: "minute_offset", value: number(p.Minute)}, field{name: "hour_offset", value: number(p.Hour)}, field{name: "day_offset", value: number(p.Day)},
		field{name: "end_offset", value: number(p.EndOffset)}, field{name: "format", value: text(p.Format)},
		field{name: "keys", value: texts(p.Keys)}, field{name: "name", value: text(p.Name)},
		field{name: "dimensions", value: sorted(p.Dimensions, n.definition)},
	)
}

func mappingNode(m *graph.Mapping) *yaml.Node {
	if m == nil {
		return nil
	}
	return mapping(
		field{name: "type", value: text(string(m.Kind))}, field{name: "start_offset", value: number(m.StartOffset)}, field{name: "end_offset", value: number(m.EndOffset)},
		field{name: "allow_nonexistent_upstream_partitions", value: yes(m.AllowNonexistent)},
		field{name: "map", value: sorted(m.Static, func(to []string) *yaml.Node { return list(to, word) })},
		field{name: "keys", value: texts(m.Keys)}, field{name: "dimension", value: text(m.Dimension)},
		field{name: "dimensions", value: sorted(m.Dimensions, func(d graph.DimensionMapping) *yaml.Node {
			return mapping(field{name: "dimension", value: text(d.Dimension)}, field{name: "mapping", value: mappingNode(d.Mapping)})
		})},
	)
}

func check(c graph.Check) *yaml.Node {
	return mapping(field{name: "name", value: text(c.Name)}, field{name: "blocking", value: yes(c.Blocking)},
		field{name: "partitioned", value: yes(c.Partitioned)}, field{name: "embedded", value: yes(c.Embedded)}, field{name: "deps", value: texts(c.Deps)})
}
