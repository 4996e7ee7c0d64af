package scenario

import (
	"testing"

	"auto/lang/source"
)

func TestReadEvent(t *testing.T) {
	s := mustRead(t, "in.yaml", "partitions: {d: {type: daily, start: 2026-01-01}}\nassets: [{key: A, checks: [{name: c}]}]\nticks: [{at: 2026-01-02, events: [{backfill: b, assets: [A]}]}]\n")
	for _, test := range []struct{ text, want string }{
		{"{materialize: A, at: 2026-01-02}", "{materialize: A, at: '2026-01-02T00:00:00Z'}"},
		{"condition: A\nto: missing()", "{condition: A, to: missing()}"},
		{"{partitions_of: A, to: d}", "{partitions_of: A, to: d}"},
		{"{partitions_of: A, to: {type: static, keys: [a]}}", "{partitions_of: A, to: {type: static, keys: [a]}}"},
		{"{deps: A, to: [B, {key: C, mapping: {type: last}}]}", "{deps: A, to: [B, {key: C, mapping: {type: last}}]}"},
		{"{backfill: b, status: canceled}", "{backfill: b, status: canceled}"},
		{"{check: 'A:c', passed: false, severity: warn}", "{check: 'A:c', passed: false, severity: warn}"},
	} {
		e, findings := s.ReadEvent(source.New("<event>", test.text))
		if len(findings) > 0 || e.String() != test.want {
			t.Errorf("%s: %v, %v", test.text, e, findings)
		}
	}
	for text, want := range map[string]string{
		"": "A403", "{": "A401", "[a]": "A404", "{materialise: A}": "A402", "{materialize: B}": "A112", "{backfill: x}": "A403", "{partitions_of: A, to: e}": "A409",
	} {
		if e, findings := s.ReadEvent(source.New("<event>", text)); e != nil || len(findings) == 0 || string(findings[0].Code) != want {
			t.Errorf("%q: %v, %v", text, e, findings)
		}
	}
}
