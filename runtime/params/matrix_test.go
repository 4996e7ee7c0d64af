package params_test

import (
	"fmt"
	"slices"
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

// TestUndeclared: what nothing declares is shown as what it is, and is missing where a run
// would be refused for it.
func TestUndeclared(t *testing.T) {
	config := map[string]any{"x": "{{ params.x }}", "y": "{{ params.y | default(1) }}", "z": "{{ params.z }}", "w": "{{ ops.b.config.w }}", "v": "{{ params.v | upper }}"}
	j := &params.Job{
		Name: "j", Assets: []string{"a", "b"}, Uses: map[string][]string{"a": params.Uses(config)}, Needs: map[string][]params.Name{"a": params.Needs("a", config)},
		Values: flat(t, object{"z": "given", "f": ""}),
	}
	rows, err := j.View(params.Stored{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, r.Name.String()+" "+cell(params.Cell{Row: r}))
	}
	want := []string{
		"f  yaml/shared undeclared", "z given yaml/shared undeclared", "a.v unset", "a.x missing missing", "a.y unset", "a.z given yaml/shared undeclared", "b.w missing missing",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	lines, _ := j.Matrix(params.Stored{})
	if diff := cmp.Diff([]string{"a.x", "b.w"}, missingOf(lines)); diff != "" {
		t.Error(diff)
	}
	r, _ := j.Resolve(params.Layers{}, []string{"b"})
	if err := r.Ready(); err != nil {
		t.Error(err)
	}
	set, _, err := j.Patch(params.Stored{}, 0, params.Edit{Set: flat(t, object{"a.x": "v", "b.w": "v"})})
	if err != nil {
		t.Fatal(err)
	}
	if lines, _ = j.Matrix(set); missingOf(lines) != nil {
		t.Error(missingOf(lines))
	}
	if _, _, err := j.Patch(set, set.Version, params.Edit{Unset: set.Values.Names()}); err != nil {
		t.Errorf("what was added cannot be taken away: %v", err)
	}
}

// missingOf gives the places of a matrix that are missing.
func missingOf(lines []params.Line) (names []string) {
	for _, l := range lines {
		for _, c := range append(l.Assets, l.Shared) {
			if c.Missing {
				names = append(names, c.Name.String())
			}
		}
	}
	slices.Sort(names)
	return names
}
