package scenario

import (
	"testing"

	"auto/lang/diag"
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

// TestReadAsset: an asset is read as it would be among those of a scenario.
func TestReadAsset(t *testing.T) {
	s, found := Read(source.New("s.yaml", "partitions: {daily: {type: daily, start: 2026-01-01}}\nassets: [{key: raw}]\nticks: [{at: 2026-01-02}]"))
	if found.HasErrors() {
		t.Fatal(found)
	}
	a, found := s.ReadAsset(source.New("input", "{key: orders, partitions: daily, deps: [raw], condition: eager(), checks: [{name: c}]}"))
	if a == nil || found.HasErrors() || a.Partitions == nil || a.Condition.Text != "eager()" || len(a.CheckConditions) != 1 {
		t.Errorf("%+v %v", a, found)
	}
	for text, code := range map[string]diag.Code{
		"": diag.YAMLMissing, "{": diag.YAMLSyntax, "[a]": diag.YAMLKind, "{deps: [raw]}": diag.YAMLMissing, "{key: a, dps: [raw]}": diag.YAMLUnknown,
		"{key: a, condition: eager(}": diag.UnclosedBracket, "{key: a, partitions: weekly}": diag.PartitionsForm,
		"{key: a, deps: [{key: raw, mapping: {type: multi}}]}": diag.GraphProblem,
	} {
		a, found := s.ReadAsset(source.New("input", text))
		if a != nil || len(found) == 0 || found[0].Code != code {
			t.Errorf("%s: %v %v", text, a, found)
		}
	}
}
