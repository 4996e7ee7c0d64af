package paramdoc_test

import (
	"errors"
	"strings"
	"testing"

	"auto/lang/source"
	"auto/runtime/paramdoc"
	"auto/runtime/params"
)

// TestEndlessAliases: a small text does not become an endless one.
func TestEndlessAliases(t *testing.T) {
	var b strings.Builder
	b.WriteString("jobs:\n  - name: j\n    selection: all()\n    ops_config:\n      sales:\n        p:\n          - &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 8 {
		b.WriteString("          - &a" + string(rune('1'+i)) + " [" + strings.Repeat("*a"+string(rune('0'+i))+", ", 9) + "x]\n")
	}
	b.WriteString("  - name: k\n    selection: all()\n    x: *a8\n")
	var c paramdoc.Content
	c.Values.Set(params.Name{Asset: "sales", Param: "p"}, "new")
	out, err := paramdoc.Write(source.New("jobs.yaml", b.String()), "j", c)
	if !errors.As(err, new(*paramdoc.Unwritable)) {
		t.Errorf("%d bytes, %v", len(out), err)
	}
}

// TestManyAliases: what many aliases stand for together is bounded, too.
func TestManyAliases(t *testing.T) {
	text := func(aliases int) string {
		return "jobs:\n  - name: j\n    selection: all()\n    job_overrides:\n      p: &p [" + strings.Repeat("x, ", 2000) + "]\n  - name: k\n    selection: all()\n    job_overrides: {p: [" + strings.Repeat("*p, ", aliases) + "]}\n"
	}
	var c paramdoc.Content
	c.Values.Set(params.Name{Param: "p"}, "new")
	if _, err := paramdoc.Write(source.New("jobs.yaml", text(40)), "j", c); err != nil {
		t.Error(err)
	}
	out, err := paramdoc.Write(source.New("jobs.yaml", text(60)), "j", c)
	if !errors.As(err, new(*paramdoc.Unwritable)) {
		t.Errorf("%d bytes, %v", len(out), err)
	}
}
