package paramdoc_test

import (
	"fmt"
	"strings"
	"testing"

	"auto/lang/source"
	"auto/runtime/paramdoc"
	"auto/runtime/params"
)

// BenchmarkWrite changes every one of ten thousand values.
func BenchmarkWrite(b *testing.B) {
	var text strings.Builder
	text.WriteString("jobs:\n  - name: j\n    selection: all()\n    ops_config:\n")
	var c paramdoc.Content
	for asset := range 2000 {
		fmt.Fprintf(&text, "      a%d: # asset\n", asset)
		for p := range 5 {
			fmt.Fprintf(&text, "        p%d: %d # value\n", p, asset)
			c.Values.Set(params.Name{Asset: fmt.Sprint("a", asset), Param: fmt.Sprint("p", p)}, asset+1)
		}
	}
	file := source.New("jobs.yaml", text.String())
	for b.Loop() {
		if _, err := paramdoc.Write(file, "j", c); err != nil {
			b.Fatal(err)
		}
	}
}
