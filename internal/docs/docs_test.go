// Package docs holds the documents to what they say: the generated ones are current, and
// every policy in them can be checked.
package docs

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"auto/compiler"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/stdlib"
	"auto/vm/code"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the generated documents")

func TestDocsGenerated(t *testing.T) {
	for name, text := range map[string]string{"diagnostics.md": diag.Markdown(), "vocabulary.md": stdlib.Markdown(), "bytecode.md": code.Markdown()} {
		path := filepath.Join("..", "..", "docs", name)
		if *update {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		have, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(have), text); diff != "" {
			t.Errorf("docs/%s is not current, run `make docs`: %s", name, diff)
		}
	}
}

// block is a fenced block of policy text: its code, if it has to have a finding, stands
// behind the language.
var block = regexp.MustCompile("(?ms)^```auto ?(A[0-9]{3})?$\n(.*?)^```$")

func TestDocsBlocks(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, path := range append(paths, filepath.Join("..", "..", "README.md")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range block.FindAllStringSubmatch(string(text), -1) {
			count++
			checkBlock(t, filepath.Base(path), m[1], m[2])
		}
	}
	if count < 40 {
		t.Errorf("only %d blocks were found", count)
	}
}

func checkBlock(t *testing.T, name, code, text string) {
	t.Helper()
	// The documents show bytes that Markdown cannot hold by signs for them.
	text = strings.NewReplacer("␁", "\x01", "\uFFFD", "\xff").Replace(text)
	trees, found := parse.Files([]*source.File{source.New(name, text)})
	in := compiler.Input{Files: trees}
	if code == string(diag.EnvNotAllowed) {
		in.Env = map[string]string{}
	}
	policies, more := compiler.Compile(in)
	found = append(found, more...)
	if strings.HasPrefix(code, "A6") {
		found = policies.Notes
	}
	switch {
	case code == "" && len(found) > 0:
		t.Errorf("%s: %v\n%s", name, found[0], text)
	case code != "" && (len(found) == 0 || string(found[0].Code) != code):
		t.Errorf("%s: want %s, found %v\n%s", name, code, found, text)
	}
}
