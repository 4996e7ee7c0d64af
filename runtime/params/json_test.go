package params_test

import (
	"encoding/json"
	"strings"
	"testing"

	"auto/runtime/params"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// back gives a value as it is after a way through JSON.
func back[T any](t *rapid.T, value T) (out T) {
	text, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return out
}

// alike compares values as JSON does: 1 and 1.0 are the same.
var alike = cmp.Options{
	cmp.Comparer(func(a, b params.Values) bool { return a.Equal(b) }),
	cmp.Comparer(func(a, b params.Change) bool {
		return a.Name == b.Name && params.Same(a.Old, b.Old) && params.Same(a.New, b.New)
	}),
}

// TestJSON: what is stored, journaled and sent comes back as it was.
func TestJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		j := someJob(t)
		stored := params.Stored{Version: rapid.Int64().Draw(t, "version"), Values: someValues(t)}
		for _, n := range stored.Values.Names() {
			value, _ := stored.Values.Get(n)
			stored.Added = stored.Added.With(n, params.Infer(value))
		}
		if diff := cmp.Diff(stored, back(t, stored), alike); diff != "" {
			t.Fatal(diff)
		}
		to := someValues(t)
		e := params.Between(stored.Values, to)
		if again := back(t, e); !again.Set.Equal(e.Set) || cmp.Diff(e.Unset, again.Unset) != "" {
			t.Fatalf("%v became %v", e, again)
		}
		_, changes, err := j.Restore(stored, params.AnyVersion, to)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(changes, back(t, changes), alike); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(j, back(t, j), alike); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestRepeated(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": 1, "b": [{"a": "a"}, "a", "a"], "c": {"a": {}}}`: "",
		`{"a": 1, "\u0061": 1}`:                                 "a",
		`{"a": {"x": [], "b": 1, "x": 2}}`:                      "x",
		`[[{"": "", "b": []}, {"": 1, "": 1}]]`:                 "twice",
		`"a"`:                                                   "", `[`: "", `{"a": }`: "", `{"a": 1}}{"b": 1`: "", `]`: "", ``: "",
	} {
		key, twice := params.Repeated([]byte(text))
		if twice != (want != "") || twice && key != want && want != "twice" {
			t.Errorf("%s: %q, %v", text, key, twice)
		}
	}
}

// TestShownAsWritten: a value stands in sentences and in texts as people write it.
func TestShownAsWritten(t *testing.T) {
	d := params.Decl{Type: params.Int}
	if _, err := d.Accept("a&b <c>"); err == nil || !strings.Contains(err.Error(), "`\"a&b <c>\"`") {
		t.Error(err)
	}
	j := &params.Job{Name: "j", Values: flat(t, object{"list": []any{"a&b"}, "text": "of {{ params.list }}"})}
	r, err := j.Resolve(params.Layers{}, nil)
	if want := `of ["a&b"]`; err != nil || r.Shared["text"].Value != want {
		t.Errorf("%v, %v, want %s", r.Shared["text"].Value, err, want)
	}
}
