package graph

import (
	"fmt"
	"strconv"
	"strings"
)

// Identity is a text that two definitions share where they are Same: what stored subsets
// are held against. nil has "".
func (p *Partitions) Identity() string {
	switch {
	case p == nil:
		return ""
	case p.IsTime():
		return fmt.Sprintf("time %s %s %s %d %d %d", strconv.Quote(p.cronText()), p.zoneName(), strconv.Quote(p.format.source), p.begin.Unix(), p.end.Unix(), p.EndOffset)
	case p.Type == Multi:
		var parts []string
		for _, name := range p.names {
			parts = append(parts, strconv.Quote(name)+": "+p.Dimensions[name].Identity())
		}
		return "multi {" + strings.Join(parts, ", ") + "}"
	}
	return fmt.Sprintf("%s %q %q", p.Type, p.Name, p.Keys)
}
