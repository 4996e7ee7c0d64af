package state

import (
	"encoding/base64"
	"strings"
	"testing"

	"auto/runtime/events"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestDifference(t *testing.T) {
	for _, test := range []struct{ name, before, now, gone, added string }{
		{"the same", "a b", "a b", "", ""},
		{"added", "a", "a b c", "", "b c"},
		{"gone", "a b c", "b", "a c", ""},
		{"gone and added", "a b", "b c", "a", "c"},
		{"again", "a b c", "a c b", "b", "b"},
		{"all again", "a b", "b a", "a", "a"},
		{"first", "", "a b", "", "a b"},
	} {
		t.Run(test.name, func(t *testing.T) {
			gone, added := difference(strings.Fields(test.before), strings.Fields(test.now))
			if got := [2]string{strings.Join(gone, " "), strings.Join(added, " ")}; got != [2]string{test.gone, test.added} {
				t.Errorf("gone and added are %q", got)
			}
		})
	}
}

// TestDifferenceIsExact: deleting what is gone, then adding what is added, gives the list.
func TestDifferenceIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfNDistinct(rapid.SampledFrom(strings.Split("abcdefg", "")), 0, 7, rapid.ID)
		before, now := list.Draw(t, "before"), list.Draw(t, "now")
		gone, added := difference(before, now)
		is := []string{}
		for _, key := range before {
			if !strings.Contains(strings.Join(gone, ""), key) {
				is = append(is, key)
			}
		}
		if diff := cmp.Diff(now, append(is, added...)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestCursor(t *testing.T) {
	for _, id := range []int64{-1, 0, 184, 1 << 60} {
		if got, err := oldest(below(id)); err != nil || got != id {
			t.Errorf("%d is read as %d, %v", id, got, err)
		}
	}
	for _, bad := range []string{"", "?", base64.StdEncoding.EncodeToString([]byte("7")), base64.StdEncoding.EncodeToString([]byte(`{"type":"OFFSET","value":1}`))} {
		if id, err := oldest(bad); err == nil {
			t.Errorf("%q is read as %d", bad, id)
		}
	}
}

func FuzzCursor(f *testing.F) {
	f.Add(below(204))
	f.Add("eyJ0eXBlIjogIlNUT1JBR0VfSUQiLCAidmFsdWUiOiAxODR9") // as Dagster writes it
	f.Add("e30=")
	f.Fuzz(func(t *testing.T, text string) {
		id, err := oldest(text)
		if err != nil {
			return
		}
		if again, err := oldest(below(id)); err != nil || again != id {
			t.Errorf("%d is read as %d, %v", id, again, err)
		}
	})
}

func TestID(t *testing.T) {
	if ID("a/b", "c") == ID("a", "b/c") {
		t.Error("parts run into each other")
	}
	long := ID(strings.Repeat("x", 600), "1")
	if len(long) > events.MaxID || long == ID(strings.Repeat("x", 600), "2") {
		t.Errorf("the ID of a long text is %q", long)
	}
}

func TestReason(t *testing.T) {
	nested := &LoadedPythonError{Message: "Error occurred during the loading of definitions in\nx=1", Causes: []Cause{{Message: "File \"defs.py\", line 1\nSyntaxError: invalid syntax\n"}}}
	for want, e := range map[string]*LoadedPythonError{"SyntaxError: invalid syntax": nested, "timed out": {Message: "timed out"}, "": {}} {
		if got := e.reason(); got != want {
			t.Errorf("the reason is %q, want %q", got, want)
		}
	}
}
