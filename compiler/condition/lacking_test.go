package condition_test

import "testing"

// TestAbsenceEdits: the words about what dependencies lack are found by `replace` and
// `without`, take selections, and are equal to themselves only.
func TestAbsenceEdits(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`any_deps_required_but_nonexistent()`, `"ANY_DEPS_REQUIRED_BUT_NONEXISTENT"#"any_deps_required_but_nonexistent"`},
		{`any_deps_required_but_nonexistent().allow(assets("a"))`, `"ANY_DEPS_REQUIRED_BUT_NONEXISTENT(allow_selection=key:\"a\")"#"any_deps_required_but_nonexistent"`},
		{`(missing() & ~any_deps_to_come()).ignore(assets("a"))`, `"AND"("missing" "NOT"("any_deps_to_come(ignore_selection=key:\"a\")"))`},
		{`(missing() & any_deps_to_come() & newly_updated()).without(any_deps_to_come())`, `"AND"("missing" "newly_updated")`},
		{`(missing() & any_deps_to_come()).replace(any_deps_to_come(), in_progress())`, `"AND"("missing" "OR"#"in_progress"("run_in_progress" "backfill_in_progress"))`},
		{`(missing() & any_deps_to_come()).replace("any_deps_to_come", newly_updated())`, `"AND"("missing" "newly_updated")`},
		{`(any_deps_to_come() & newly_updated()).replace(missing(), execution_failed())`, `"AND"("any_deps_to_come" "execution_failed")`},
		{`(missing() & any_deps_to_come().ignore(assets("a")) & any_deps_to_come() & newly_requested()).without(any_deps_to_come())`,
			`"AND"("missing" "any_deps_to_come(ignore_selection=key:\"a\")" "newly_requested")`},
		{`(any_deps_required_but_nonexistent() & any_deps_to_come().with_label("any_deps_required_but_nonexistent") & missing()).without(any_deps_required_but_nonexistent())`,
			`"AND"("any_deps_to_come"#"any_deps_required_but_nonexistent" "missing")`},
	} {
		if got := form(built(t, c.text)); got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.text, got, c.want)
		}
	}
}
