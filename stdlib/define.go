package stdlib

import (
	_ "embed"
	"strings"
	"sync"

	"auto/lang/ast"
	"auto/lang/parse"
	"auto/lang/source"
)

//go:embed composites.auto
var composites string

var text = source.New("stdlib/composites.auto", composites)

// Wrote reports whether a file is the text of the composites, and not the user's.
func Wrote(file *source.File) bool { return file == text }

// definition is a composite as it is written in the language.
type definition struct {
	decl         *ast.Def
	doc, example string
}

// definitions reads the composites, once.
var definitions = sync.OnceValue(func() map[string]definition {
	file, findings := parse.File(text)
	if findings.HasErrors() {
		panic(findings[0]) // the text is part of the program, and a test reads it
	}
	defs := map[string]definition{}
	for _, decl := range file.Decls {
		if d, ok := decl.(*ast.Def); ok {
			defs[d.Name.Name] = documented(d, comment(file, d))
		}
	}
	return defs
})

// Definition gives how a composite, or a method that is one, is written in the language;
// the receiver of a method is its first parameter. It is false for the words that are not
// written in it.
func Definition(name string) (*ast.Def, bool) {
	d, ok := definitions()[name]
	return d.decl, ok
}

// comment gives the lines of comment directly above a declaration, without their marks.
func comment(file *ast.File, d *ast.Def) []string {
	var lines []string
	for i, c := range file.Comments {
		if i > 0 && c.From().Line != file.Comments[i-1].From().Line+1 {
			lines = nil
		}
		lines = append(lines, strings.TrimPrefix(c.Text, "#"))
		if c.From().Line+1 == d.From().Line {
			return lines
		}
	}
	return nil
}

// documented parts a comment into its sentences and the indented example.
func documented(d *ast.Def, lines []string) definition {
	var sentences []string
	def := definition{decl: d}
	for _, line := range lines {
		if example, ok := strings.CutPrefix(line, "     "); ok {
			def.example = example
		} else {
			sentences = append(sentences, strings.TrimSpace(line))
		}
	}
	def.doc = strings.Join(sentences, " ")
	return def
}
