package scenario

import (
	"strings"
	"testing"

	"auto/lang/diag"
	"auto/lang/source"

	"github.com/rogpeppe/go-internal/txtar"
)

// TestBroken holds what is said about files with mistakes.
func TestBroken(t *testing.T) {
	archives(t, "testdata/broken/*.txtar", func(t *testing.T, path string, a *txtar.Archive, files map[string]string) {
		_, findings := Read(source.New("in.yaml", files["in.yaml"]))
		for _, d := range findings {
			if !d.Span.IsValid() || d.Message == "" || d.Help == "" {
				t.Errorf("%#v", d)
			}
		}
		var b strings.Builder
		if err := diag.Write(&b, diag.Text, findings, diag.Style{}); err != nil {
			t.Fatal(err)
		}
		golden(t, path, a, "findings", b.String())
	})
}
