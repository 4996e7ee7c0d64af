package bench

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"auto/vm/graph"
)

// WriteScenario writes a workload as a scenario file without expectations.
func (w *Workload) WriteScenario(to io.Writer) error {
	b := &strings.Builder{}
	fmt.Fprintf(b, "name: bench/%s\nabout: %s\n", w.Name, strconv.Quote(w.About))
	if p := w.Assets[0].Partitions; p != nil {
		fmt.Fprintf(b, "partitions:\n  keys: %s\n", definition(p))
	}
	b.WriteString("assets:\n")
	for _, a := range w.Assets {
		fmt.Fprintf(b, "  - {%s}\n", strings.Join(fields(a), ", "))
	}
	b.WriteString("ticks:\n")
	for _, t := range w.Ticks {
		fmt.Fprintf(b, "  - at: %s # %s\n", t.At.Format(time.RFC3339), t.Name)
		if len(t.Updates) > 0 {
			b.WriteString("    events:\n")
		}
		for _, u := range t.Updates {
			fmt.Fprintf(b, "      - {materialize: %s%s}\n", u.Asset, which(u))
		}
	}
	_, err := io.WriteString(to, b.String())
	return err
}

func definition(p *graph.Partitions) string {
	if p.Type == graph.Static {
		return fmt.Sprintf("{type: static, keys: [%s]}", strings.Join(p.Keys, ", "))
	}
	return fmt.Sprintf("{type: %s, start: %q, end: %q}", p.Type, p.Start, p.End)
}

func fields(a graph.Asset) []string {
	out := []string{"key: " + a.Key}
	if a.Partitions != nil {
		out = append(out, "partitions: keys")
	}
	if len(a.Deps) > 0 {
		keys := make([]string, len(a.Deps))
		for i, d := range a.Deps {
			keys[i] = d.Key
		}
		out = append(out, "deps: ["+strings.Join(keys, ", ")+"]")
	}
	if a.Condition != "" {
		out = append(out, "condition: "+strconv.Quote(a.Condition))
	}
	return out
}

func which(u Update) string {
	switch {
	case u.All:
		return ", partitions: all"
	case u.Partitions == nil:
		return ""
	}
	quoted := make([]string, len(u.Partitions))
	for i, key := range u.Partitions {
		quoted[i] = strconv.Quote(key)
	}
	return ", partitions: [" + strings.Join(quoted, ", ") + "]"
}
