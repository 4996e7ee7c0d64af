package api

import "testing"

// TestWrongBodies: a body that cannot be read is told of in words of JSON, not of Go.
func TestWrongBodies(t *testing.T) {
	for body, want := range map[string]string{
		``:                "it is empty",
		`{"a":`:           "its JSON has no end",
		`[]`:              "it is no object, but: array",
		`{"version":"x"}`: "`version` is of the kind string",
		`{"a":1}`:         `unknown field "a"`,
		`{} {}`:           "something follows the object",
		`{"version":1}`:   "",
	} {
		var into struct {
			Version int64 `json:"version"`
		}
		if want != "" {
			want = "The body is not as asked: " + want + "."
		}
		got := ""
		if err := strict([]byte(body), &into); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}
