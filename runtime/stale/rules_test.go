package stale_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"auto/compiler/condition"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/runtime/stale"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"
)

// TestRules has the rules one by one: what happens, and what the tracker of total, which
// depends on day and seen, says then. `*` decides.
func TestRules(t *testing.T) {
	for _, c := range []struct{ name, story, want string }{
		{"an update", "seen=1", "outdated latest"},
		{"the same version again", "seen=1 total seen=1", ""},
		{"an observation without a version", "seen=1 total seen=", ""},
		{"another version", "seen=1 total seen=2", "outdated latest"},
		{"made from outside", "seen=1 total", ""},
		{"requested", "seen=1 *", "outdated latest requested"},
		{"an update after the request", "seen=1 * seen=2", "outdated latest"},
		{"requested without an update", "*", "requested"},
		{"failed", "seen=1 * r1+ r1!", "outdated latest requested"},
		{"failed, and updated", "seen=1 * r1+ r1! seen=2", "outdated latest"},
		{"an update while the run goes", "seen=1 * r1+ seen=2 r1:total r1.", "outdated latest"},
		{"an update before it starts", "seen=1 * r1~ seen=2 r1+ r1:total r1.", ""},
		{"a run that nothing told of", "seen=1 r1:total", ""},
		{"one that was mentioned before the update", "r1:seen=1 seen=2 r1:total", "outdated latest"},
		{"an older run that ends later", "r1+ seen=1 r2+ r2:total r2. r1:total r1.", "outdated latest"},
		{"an older run that fails later", "r1+ seen=1 r2+ r2:total r2. r1!", ""},
		{"wiped", "* seen=1 * -total", "outdated latest"},
		{"its status comes twice", "r1+ r1+ seen=1 r1:total r1. r1.", "outdated latest"},
		{"an unknown asset", "nowhere seen=1", "outdated latest"},
	} {
		w := newWorld(t)
		for _, word := range strings.Fields(c.story) {
			w.tell(t, word)
		}
		if got := strings.TrimPrefix(strings.Join(w.say(t), "; "), "total  "); got != c.want {
			t.Errorf("%s (%s): %q, want %q", c.name, c.story, got, c.want)
		}
	}
}

// tell lets a word of a story happen, without the model.
func (w *world) tell(t *testing.T, word string) {
	at := begin
	w.model.seq++
	seq := w.model.seq
	run := func(id string, status facts.Status) {
		w.tracker.Happened(seq, &events.Event{Type: events.Run, RunID: id, Assets: []string{"total"}, Status: status, At: at})
	}
	id, made, byRun := strings.Cut(word, ":")
	if !byRun {
		id, made = "", word
	}
	asset, version, observed := strings.Cut(made, "=")
	switch last := word[len(word)-1]; {
	case word == "*":
		w.decide(t, "total", []string{""})
	case word == "-total":
		w.tracker.Happened(seq, &events.Event{Type: events.Wipe, Asset: "total", At: at})
	case last == '~':
		run(word[:2], facts.Queued)
	case last == '+':
		run(word[:2], facts.Started)
	case last == '.':
		run(word[:2], facts.Success)
	case last == '!':
		run(word[:2], facts.Failure)
	case observed:
		w.tracker.Happened(seq, &events.Event{Type: events.Observation, Asset: asset, DataVersion: version, RunID: id, At: at})
	default:
		w.tracker.Happened(seq, &events.Event{Type: events.Materialization, Asset: asset, RunID: id, At: at})
	}
}

// TestDimensions: of two dimensions, the one of time says which window is the latest.
func TestDimensions(t *testing.T) {
	day, err := graph.NewPartitions(graph.Spec{Type: graph.Daily, Start: "2026-01-01"})
	if err != nil {
		t.Fatal(err)
	}
	region, err := graph.NewPartitions(graph.Spec{Type: graph.Static, Keys: []string{"eu", "us"}})
	if err != nil {
		t.Fatal(err)
	}
	both, err := graph.NewPartitions(graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"date": day, "region": region}})
	if err != nil {
		t.Fatal(err)
	}
	g, problems := graph.New([]graph.Asset{
		{Key: "up", Partitions: both},
		{Key: "down", Partitions: both, Deps: []graph.Dep{{Key: "up"}}},
	}, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	tracker := stale.New()
	tracker.Follow(g, func(string) bool { return true })
	seq := int64(0)
	update := func(key string, at time.Time) {
		seq++
		tracker.Happened(seq, &events.Event{Type: events.Materialization, Asset: "up", Partition: key, At: at})
	}
	update("2026-01-02|eu", begin.AddDate(0, 0, 5))
	update("2026-01-01|eu", begin) // late, and the latest at its time
	update("2026-01-02|us", begin.AddDate(0, 0, 1))
	update("2026-01-06|us|x", begin) // no key
	at := begin.AddDate(0, 0, 5)
	s, err := space.New(space.Input{Graph: g, At: at})
	if err != nil {
		t.Fatal(err)
	}
	tracker.Tick(s, at)
	i, _ := s.Find("down")
	var got []string
	for n := range s.Entities[i].Keys.Len() {
		outdated, _ := tracker.Set(code.Fact{Kind: code.Outdated})
		latest, _ := tracker.Set(code.Fact{Kind: code.OutdatedInLatestTimeWindow})
		if bit := s.Entities[i].Bit + n; outdated.Has(bit) {
			got = append(got, fmt.Sprint(s.Entities[i].Keys.Key(n), " ", latest.Has(bit)))
		}
	}
	if text, want := strings.Join(got, ", "), "2026-01-01|eu true, 2026-01-02|eu false, 2026-01-02|us true"; text != want {
		t.Errorf("%s, want %s", text, want)
	}
}

// TestAsked: facts on dependencies are asked of them.
func TestAsked(t *testing.T) {
	g := testGraph(t)
	for text, want := range map[string]string{
		`eager()`:                       "",
		`keep_up_to_date()`:             "sum",
		`any_deps_match(stale())`:       "next sum",
		`asset_matches("day", stale())`: "day",
		`all_deps_match(any_deps_match(already_requested())) | missing()`: "day next sum",
	} {
		e, _ := parse.Expr(source.New("test", text))
		n, found := condition.Build(e, condition.Env{Graph: g})
		if n == nil {
			t.Fatal(found)
		}
		asked := stale.Asked(g, map[string]*condition.Node{"sum": n})
		var got []string
		for _, key := range g.Keys() {
			if asked(key) {
				got = append(got, key)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s asks of %v, want %s", text, got, want)
		}
	}
}

// TestSnapshotRefused: what is no snapshot, or one of another version, is an error.
func TestSnapshotRefused(t *testing.T) {
	for text, want := range map[string]string{`{"version": 7}`: "has version 7", `[]`: "cannot be read"} {
		if err := stale.New().UnmarshalJSON([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestPolicyGone: what was requested under a policy that is gone is not waited for.
func TestPolicyGone(t *testing.T) {
	w := newWorld(t)
	w.tell(t, "seen=1")
	w.tell(t, "*")
	w.tracker.Follow(w.graph, func(asset string) bool { return asset != "total" })
	w.before = map[string]string{}
	if got := w.say(t); len(got) > 0 {
		t.Error(got)
	}
	w.tracker.Follow(w.graph, isAsked)
	w.before = map[string]string{}
	if got := strings.Join(w.say(t), ""); got != "total  outdated latest" {
		t.Error(got)
	}
}
