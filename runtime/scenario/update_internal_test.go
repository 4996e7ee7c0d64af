package scenario

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// updateWith updates a text with ticks that all request A.
func updateWith(t *testing.T, text string) (string, error) {
	t.Helper()
	s := mustRead(t, "in.yaml", text)
	r := &Result{}
	for range s.Ticks {
		r.Ticks = append(r.Ticks, TickResult{TickOutput: TickOutput{Requested: map[string]Subset{"A": {True: true}}}, Differences: []Difference{{}}})
	}
	return Update(s, r)
}

func TestUpdate(t *testing.T) {
	const head = "assets: [{key: A}]\nticks:\n"
	for _, test := range []struct{ name, text, want string }{
		{"block", "- at: 2026-01-01\n  expect:\n    # gone\n    error: x # gone\n    # stays\n\n# stays\n", "- at: 2026-01-01\n  expect:\n    requested: {A: true}\n    # stays\n\n# stays\n"},
		{"before another field", "- expect:\n    error: x\n  at: 2026-01-01\n", "- expect:\n    requested: {A: true}\n  at: 2026-01-01\n"},
		{"empty", "- at: 2026-01-01\n  expect:\n- at: 2026-01-02\n  expect: {}\n- at: 2026-01-03\n", "- at: 2026-01-01\n  expect:\n    requested: {A: true}\n- at: 2026-01-02\n  expect: {requested: {A: true}}\n- at: 2026-01-03\n"},
		{"flow over lines", "- at: 2026-01-01\n  expect: {error: 'it''s }', # }\n    requested: {}}  # stays\n", "- at: 2026-01-01\n  expect: {requested: {A: true}}  # stays\n"},
		{"no end of line", "- at: 2026-01-01", "- at: 2026-01-01\n  expect:\n    requested: {A: true}\n"},
		{"deeper", "    - at: 2026-01-01\n      expect:\n          error: x\n", "    - at: 2026-01-01\n      expect:\n        requested: {A: true}\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := updateWith(t, head+test.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(head+test.want, got); diff != "" {
				t.Error(diff)
			}
			windows := func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
			got, err = updateWith(t, windows(head+test.text))
			if err != nil || strings.TrimSuffix(got, "\r\n") != strings.TrimSuffix(windows(head+test.want), "\r\n") {
				t.Errorf("with CRLF: %v\n%q", err, got)
			}
		})
	}
}

func TestUpdateNotInPlace(t *testing.T) {
	for _, text := range []string{
		"assets: [{key: A, checks: [{name: c}]}]\nticks:\n- at: 2026-01-01\n  expect: {requested: {B: &x true}}\n- at: 2026-01-02\n  events: [{check: 'A:c', passed: *x}]\n",
		"assets: [{key: A}]\nticks: [{at: 2026-01-01, expect: {error: x}}, {at: 2026-01-02, expect: }]\n",
	} {
		if got, err := updateWith(t, text); !errors.Is(err, errNotInPlace) {
			t.Errorf("%v:\n%s", err, got)
		}
	}
}

func TestParseTime(t *testing.T) {
	for text, want := range map[string]string{
		"2026-01-02T00:00:30Z": "2026-01-02T00:00:30Z", "2026-01-02": "2026-01-02T00:00:00Z", "2026-01-02T03:04": "2026-01-02T03:04:00Z",
		"2026-01-02 03:04:05": "2026-01-02T03:04:05Z", "2026-01-02T03:04:05.25+02:00": "2026-01-02T01:04:05.25Z", "2026-01-02 03:04:05 -05:00": "2026-01-02T08:04:05Z",
		"": "", "2026-02-30": "", "10:00": "", "tomorrow": "",
	} {
		at, ok := ParseTime(text)
		if got := formatTime(at); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %s, %t", text, got, ok)
		}
	}
}
