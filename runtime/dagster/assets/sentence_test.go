package assets

import "testing"

func TestSentence(t *testing.T) {
	for text, want := range map[string]string{"it broke": "it broke.", "It broke. ": "It broke.", "Did you mean x?": "Did you mean x?", "No!": "No!", " ": ""} {
		if got := sentence(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}
