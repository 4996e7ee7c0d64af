package code

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// states are those of conditions in testdata/identities.txt, in the order of the tree.
var states = map[string]string{
	`eager()`: `
state0 = since ["OR", "OR"]
state1 = newly ["missing"]`,
	`on_missing()`: `
state0 = since [state1, "OR"]
state1 = newly ["missing"]`,
	`on_cron("0 9 * * *")`: `
state0 = since ["cron_tick_passed(cron_schedule=0 9 * * *, cron_timezone=UTC)", "OR"]
state1 = since ["newly_updated", "cron_tick_passed(cron_schedule=0 9 * * *, cron_timezone=UTC)"]`,
	`any_deps_match(code_version_changed()) | code_version_changed()`: `
state0 = version [- "OR", 0 "ANY_DEPS_MATCH", - entity1, 0 "code_version_changed"]
state1 = version [- "OR", 1 "code_version_changed"]`,
	`any_deps_match(code_version_changed() & missing()).allow(assets("b")) & code_version_changed()`: `
state0 = version [- "AND", 0 "ANY_DEPS_MATCH", - entity1, 0 "AND", 0 "code_version_changed"]
state1 = version [- "AND", 1 "code_version_changed"]`,
	`any_deps_match(any_deps_match(code_version_changed())).newly_true()`: `
state0 = newly ["ANY_DEPS_MATCH"]
state1 = version [state0 at entity0, 0 "ANY_DEPS_MATCH", - entity1, 0 "ANY_DEPS_MATCH", - entity2, 0 "code_version_changed"]`,
	`any_deps_match((missing() | code_version_changed()).since(newly_updated()))`: `
state0 = since ["OR", "newly_updated"]
state1 = version [state0 at entity1, 0 "OR", 1 "code_version_changed"]`,
	`asset_matches("b", code_version_changed() & missing().newly_true())`: `
state0 = version [- "b", 0 "AND", 0 "code_version_changed"]
state1 = newly ["missing"]`,
	`asset_matches("b", missing()).since(newly_updated().newly_true())`: `
state0 = since ["b", state1]
state1 = newly ["newly_updated"]`,
	`all_deps_match(any_deps_match(missing().newly_true()).since(any_checks_match(check_passed()))).allow(assets("b"))`: `
state0 = since ["ANY_DEPS_MATCH", "ANY_CHECKS_MATCH"]
state1 = newly ["missing"]`,
	`any_checks_match(newly_updated().newly_true())`: `
state0 = newly ["newly_updated"]`,
	`newly_updated().since(in_latest_time_window(lookback_delta=hours(36)))`: `
state0 = since ["newly_updated", "in_latest_time_window(lookback_timedelta=1 day, 12:00:00)"]`,
	`any_deps_match(asset_matches("r", missing().newly_true() | code_version_changed()))`: `
state0 = newly ["missing"]
state1 = version [- "ANY_DEPS_MATCH", - entity1, 0 "r", 0 "OR", 1 "code_version_changed"]`,
}

// recordedState is a line of testdata/identities.txt.
type recordedState struct {
	kind string
	keys []string
	id   string
}

func identities(t *testing.T) map[string][]recordedState {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "identities.txt"))
	if err != nil {
		t.Fatal(err)
	}
	out, condition := map[string][]recordedState{}, ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSuffix(line, "\n")
		state, indented := strings.CutPrefix(line, "\t")
		switch fields := strings.Fields(state); {
		case strings.HasPrefix(line, "#"):
		case indented:
			last := len(fields) - 1
			out[condition] = append(out[condition], recordedState{fields[0], fields[1:last], fields[last]})
		default:
			condition = line
		}
	}
	return out
}

// TestStateID finds the recorded identities: every state has one on the entities that it
// was evaluated on, and there are no others.
func TestStateID(t *testing.T) {
	recorded := identities(t)
	if len(recorded) != len(states) {
		t.Errorf("%d conditions are recorded, %d are tested", len(recorded), len(states))
	}
	for condition, want := range recorded {
		p := parse(t, states[condition])
		// Each state of these conditions has its own kind and depth; they occur in order.
		numbers := map[string]int{}
		have := make([]recordedState, len(want))
		for i, w := range want {
			node := fmt.Sprint(w.kind, len(w.keys))
			if _, ok := numbers[node]; !ok {
				numbers[node] = len(numbers)
			}
			s := numbers[node]
			have[i] = recordedState{stateKinds[p.States[s].Kind], w.keys, p.StateID(s, w.keys)}
		}
		if len(numbers) != len(p.States) {
			t.Errorf("%s: %d states are recorded, %d are tested", condition, len(numbers), len(p.States))
		}
		if diff := cmp.Diff(want, have, cmp.AllowUnexported(recordedState{})); diff != "" {
			t.Errorf("%s: %s", condition, diff)
		}
	}
}
