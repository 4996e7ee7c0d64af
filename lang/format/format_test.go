package format_test

import (
	"strings"
	"testing"

	"auto/internal/samples"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/format"
	"auto/lang/parse"
	"auto/lang/source"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// ignorePlaces compares trees without their places.
var ignorePlaces = cmp.Options{cmpopts.IgnoreTypes(source.Span{}), cmpopts.IgnoreFields(ast.File{}, "Source", "Comments"), cmpopts.IgnoreFields(ast.Duration{}, "Text")}

// checkForm holds a text that can be read against everything that formatting promises.
func checkForm(t testing.TB, text string) {
	t.Helper()
	before, found := parse.File(source.New("before.auto", text))
	if len(found) > 0 {
		return
	}
	once := format.File(before)
	after, found := parse.File(source.New("after.auto", once))
	if len(found) > 0 {
		t.Fatalf("the form cannot be read: %v\n%s\nfrom\n%s", found[0], once, text)
	}
	if diff := cmp.Diff(before, after, ignorePlaces); diff != "" {
		t.Fatalf("the tree changed: %s\n%s\nfrom\n%s", diff, once, text)
	}
	if diff := cmp.Diff(comments(before), comments(after)); diff != "" {
		t.Fatalf("the comments changed: %s\n%s\nfrom\n%s", diff, once, text)
	}
	if twice := format.File(after); twice != once {
		t.Fatalf("formatting again changes: %s\nfrom\n%s", cmp.Diff(once, twice), text)
	}
	for l := range strings.SplitSeq(once, "\n") {
		if strings.TrimRight(l, " \t\r") != l {
			t.Fatalf("blanks at the end of %q", l)
		}
	}
	if once != "" && (!strings.HasSuffix(once, "\n") || strings.HasSuffix(once, "\n\n") || strings.HasPrefix(once, "\n")) {
		t.Fatalf("ends of the file: %q", once)
	}
}

func comments(f *ast.File) []string {
	var texts []string
	for _, c := range f.Comments {
		texts = append(texts, c.Text)
	}
	return texts
}

func TestSamples(t *testing.T) {
	for name, text := range samples.Policies() {
		t.Run(name, func(t *testing.T) { checkForm(t, text) })
	}
	for _, e := range diag.Catalogue() {
		checkForm(t, e.Good)
	}
}

func FuzzFormat(f *testing.F) {
	for _, text := range samples.Policies() {
		f.Add(text)
	}
	for _, text := range []string{"let a=b#c", "# a\n\n# b\nlet a = b", "let a =\n# c\nb &\n# d\nc", "policy p for # x\n a {# y\n when # z\n b\n\n# end\n}", "defaults { tags { # a\n } }",
		"files f from x { match # 1\n a: # 2\n \"x\" # 3\n -> # 4\n t[ # 5\n a # 6\n ] # 7\n { # 8\n } }", "let a = x(\n# 1\n)", "let a = x.y # 1\n.z()", "let a = [1, # a\n2]", "let a = - \n 5"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { checkForm(t, text) })
}

func BenchmarkFormat(b *testing.B) {
	text := samples.Policies()["policies/05_files_to_partitions.auto"]
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		format.Source(source.New("x", text))
	}
}
