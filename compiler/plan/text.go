package plan

import (
	"fmt"
	"strings"

	"auto/vm/code"
)

// Text shows the plan: the tree as written with the value that each node became, then the
// values of each block in order.
func (p *Plan) Text() string {
	var out strings.Builder
	numbers := map[*Block]int{}
	for i, b := range p.Blocks {
		numbers[b] = i
		b.number()
	}
	p.tree(&out, 0, 0)
	for i, b := range p.Blocks {
		fmt.Fprintf(&out, "\nblock %d\n", i)
		for _, v := range b.Values {
			fmt.Fprintf(&out, "  %s\n", p.value(v, numbers))
		}
		fmt.Fprintf(&out, "  return v%d\n", b.Result.number)
	}
	return out.String()
}

func (p *Plan) tree(out *strings.Builder, n, depth int) {
	node := &p.nodes[n]
	fmt.Fprintf(out, "%s%s", strings.Repeat("  ", depth), node.Name)
	if node.Label != "" {
		fmt.Fprintf(out, " %q", node.Label)
	}
	fmt.Fprintf(out, " = v%d", node.result.number)
	if node.State > 0 {
		fmt.Fprintf(out, ", state %d", node.State-1)
	}
	out.WriteByte('\n')
	for _, child := range node.Children {
		p.tree(out, int(child), depth+1)
	}
	if node.call != nil {
		p.tree(out, node.call.Block.node, depth+1)
	}
}

func (p *Plan) value(v *Value, numbers map[*Block]int) string {
	spec, _ := v.Op.Spec()
	var out strings.Builder
	if v.Op != code.Skip {
		fmt.Fprintf(&out, "v%d = ", v.number)
	}
	out.WriteString(spec.Name)
	source := 0
	for _, arg := range spec.Args {
		switch arg {
		case code.Src:
			fmt.Fprintf(&out, " v%d", v.Args[source].number)
			source++
		case code.FactArg:
			name, _, _ := strings.Cut(p.facts.names()[v.Fact], "\n")
			fmt.Fprintf(&out, " %s", name)
		case code.CronArg:
			c := p.crons.items[v.Cron]
			fmt.Fprintf(&out, " %q %q", c.Schedule, c.Zone)
		case code.FilterArg:
			if text := p.filters.items[v.Filter].Text; text != "" {
				fmt.Fprintf(&out, " %s", text)
			}
		case code.KeyArg:
			fmt.Fprintf(&out, " %q", p.keys.items[v.Key])
		case code.StateArg:
			fmt.Fprintf(&out, " state %d", v.State)
		case code.BlockArg:
			fmt.Fprintf(&out, " block %d", numbers[v.Block])
		case code.TargetArg:
			fmt.Fprintf(&out, " after v%d", v.Until.number)
		}
	}
	return out.String()
}

// names gives what the items were added by.
func (t *table[T]) names() []string {
	names := make([]string, len(t.items))
	for name, i := range t.index {
		names[i] = name
	}
	return names
}
