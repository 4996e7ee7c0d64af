package yamldoc_test

import (
	"encoding/json"
	"testing"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/yamldoc"

	"github.com/google/go-cmp/cmp"
)

// TestNumbers: a whole number keeps its digits, however large it is.
func TestNumbers(t *testing.T) {
	for text, want := range map[string]any{
		"5": int64(5), "0x10": int64(16), "9223372036854775807": int64(9223372036854775807), "2.5": 2.5, "1e30": 1e30,
		"9223372036854775808": json.Number("9223372036854775808"), "12345678901234567890": json.Number("12345678901234567890"),
		"99999999999999999999": json.Number("99999999999999999999"), "-99999999999999999999": json.Number("-99999999999999999999"),
		"+99999999999999999999": json.Number("99999999999999999999"), "0xffffffffffffffff": json.Number("18446744073709551615"),
		`"99999999999999999999"`: "99999999999999999999", ".inf": ".inf", "99999999999999999999.5": 1e20,
	} {
		var list diag.List
		doc, root := yamldoc.Parse(source.New("value.yaml", text), &list)
		if diff := cmp.Diff(want, doc.Value(root)); diff != "" || list != nil {
			t.Errorf("%s: %s, %v", text, diff, list)
		}
	}
}

func TestQuotedLength(t *testing.T) {
	for text, want := range map[string]int{`"a" b`: 3, `"a\"b" c`: 6, `"\\" "`: 4, `'it''s' 'b'`: 7, `'a\' b`: 4, `''`: 2, `"a`: 2, `"a\`: 3, "'a\nb'\n": 5} {
		if got := yamldoc.QuotedLength(text); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}
