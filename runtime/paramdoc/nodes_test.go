package paramdoc

import (
	"encoding/json"
	"testing"

	"auto/runtime/params"

	"gopkg.in/yaml.v3"
)

// TestTexts: whatever a text or a key is, it is read back.
func TestTexts(t *testing.T) {
	for _, text := range []string{
		"", "\n", "\n\n", " \n", "a\n", "a\n\n", "\na", "\n a", "  a\n b\n", "\ta\nb", "#a\n", "a \nb", "<<", "=", "~", "null", "yes",
		"5", "99999999999999999999", "1_000", "0o7", "2026-01-31", "- a", "a: b", "a #b", "a\u2028\n", "\u0085\n", "a\r\nb", "x\x00", "\ufeffa", "\U0001F600",
	} {
		value := map[string]any{"k": text, text: "v", "list": []any{text, map[string]any{text: text}}}
		written, err := encode(valueNode(value), 2)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		var n yaml.Node
		if err := yaml.Unmarshal([]byte(written), &n); err != nil {
			t.Fatalf("%q: %v", written, err)
		}
		if got := valueOf(n.Content[0]); !params.Same(got, value) {
			t.Errorf("%q was written as %q", value, written)
		}
	}
}

// TestNumbers: no digit of a number is lost.
func TestNumbers(t *testing.T) {
	for value, want := range map[any]string{
		json.Number("99999999999999999999"):  "99999999999999999999",
		json.Number("-99999999999999999999"): "-99999999999999999999",
		json.Number("1.50"):                  "1.50",
		int64(-9223372036854775808):          "-9223372036854775808",
		uint64(18446744073709551615):         "18446744073709551615",
	} {
		if got, err := encode(valueNode(value), 2); err != nil || got != want {
			t.Errorf("%v was written as %s, %v", value, got, err)
		}
	}
}
