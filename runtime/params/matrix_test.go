package params_test

import (
	"fmt"
	"strings"
	"testing"

	"auto/runtime/params"

	"github.com/google/go-cmp/cmp"
)

func TestMatrix(t *testing.T) {
	j := &params.Job{
		Name: "j", Assets: []string{"a", "b"}, Uses: map[string][]string{"a": {"p", "q"}, "b": {"p"}},
		Schema: schema(t, "p", "string!", "a.q", "int|5", "token", "secret!"),
		Values: flat(t, object{"a.p": "ay", "token": object{"$secret": "env:TOKEN"}}),
	}
	s := params.Stored{Values: flat(t, object{"a.p": "ao", "zz": int64(1), "gone.p": "x"})}
	lines, err := j.Matrix(s)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range lines {
		cells := []string{l.Param}
		for _, c := range append([]params.Cell{l.Shared}, l.Assets...) {
			cells = append(cells, cell(c))
		}
		got = append(got, strings.Join(cells, " | "))
	}
	want := []string{
		"p | missing missing used | ao operations/asset own edited used | missing missing used",
		"q | unset used | 5 default used | unset",
		"token | ***** yaml/shared own used | ***** yaml/shared | ***** yaml/shared",
		"zz | 1 operations/shared own edited undeclared | 1 operations/shared undeclared | 1 operations/shared undeclared",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func cell(c params.Cell) string {
	var words []string
	switch {
	case c.Masked:
		words = append(words, "*****")
	case c.Set():
		words = append(words, fmt.Sprint(c.Value.Value))
	}
	words = append(words, c.Origin())
	for _, flag := range []struct {
		is   bool
		word string
	}{{c.Own, "own"}, {c.Edited, "edited"}, {c.Missing, "missing"}, {c.Used, "used"}} {
		if flag.is {
			words = append(words, flag.word)
		}
	}
	if c.Status != "" {
		words = append(words, string(c.Status))
	}
	return strings.Join(words, " ")
}
