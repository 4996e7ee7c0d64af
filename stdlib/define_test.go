package stdlib_test

import (
	"slices"
	"testing"

	"auto/lang/format"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/stdlib"
)

// TestDefinitions holds the composites to the table: each has the parameters that the
// table gives it, a sentence and an example.
func TestDefinitions(t *testing.T) {
	defined := 0
	for _, e := range stdlib.Table() {
		if e.Doc == "" || e.Example == "" {
			t.Errorf("%s has no sentence or no example", e.Name)
		}
		def, ok := stdlib.Definition(e.Name)
		if !ok {
			continue
		}
		defined++
		var want []string
		if e.Kind == stdlib.Method {
			want = []string{"condition"}
		}
		for _, p := range e.Params {
			want = append(want, p.Name+p.Default)
		}
		var have []string
		for _, p := range def.Params {
			text := p.Name.Name
			if p.Default != nil {
				text += p.Default.Place().Text()
			}
			have = append(have, text)
		}
		if !slices.Equal(have, want) {
			t.Errorf("%s has the parameters %q in the language and %q in the table", e.Name, have, want)
		}
		if !stdlib.Wrote(def.File) {
			t.Errorf("%s is written in %s", e.Name, def.File.Name)
		}
	}
	if defined != 15 {
		t.Errorf("%d composites are written in the language", defined)
	}
	if _, ok := stdlib.Definition("missing"); ok || stdlib.Wrote(source.New("stdlib/composites.auto", "")) {
		t.Error("what is not written in the language is given as if it were")
	}
}

// TestExamples reads the example of every word.
func TestExamples(t *testing.T) {
	for _, e := range stdlib.Table() {
		if _, found := parse.Expr(source.New(e.Name, e.Example)); len(found) > 0 {
			t.Errorf("%s: %v", e.Example, found)
		}
	}
}

// TestFormatted holds the text of the composites to the formatter.
func TestFormatted(t *testing.T) {
	def, _ := stdlib.Definition("eager")
	file, _ := parse.File(def.File)
	if got := format.File(file); got != def.File.Text {
		t.Errorf("composites.auto is formatted as\n%s", got)
	}
}
