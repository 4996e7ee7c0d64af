package events_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"auto/runtime/events"
	"auto/runtime/facts"
	"auto/vm"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// known is what conditions see of the asset `a` and its check after events.
type known struct{ missing, going, failed, passed, unpassed bool }

func see(t interface{ Fatal(...any) }, w *facts.World, key string) known {
	g, problems := graph.New([]graph.Asset{{Key: "a", Checks: []graph.Check{{Name: "c"}}}}, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	s, err := space.New(space.Input{Graph: g, At: now})
	if err != nil {
		t.Fatal(err)
	}
	f := w.Facts(s, now)
	at, _ := s.Find(key)
	has := func(kind code.FactKind) bool {
		set := f.Set(code.Fact{Kind: kind}, vm.Since{})
		return set.Has(s.Entities[at].Bit)
	}
	return known{has(code.Missing), has(code.RunInProgress), has(code.ExecutionFailed), has(code.CheckPassed), has(code.CheckFailed)}
}

// fold applies the events of a body one after another.
func fold(t *testing.T, body string) *facts.World {
	t.Helper()
	list, problems := events.Read([]byte(body), now)
	if problems != nil {
		t.Fatal(problems)
	}
	w := facts.New()
	for i := range list {
		if err := list[i].Apply(w); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func TestApply(t *testing.T) {
	const (
		start   = `{"type":"run","run_id":"r","status":"started","assets":["a"],"checks":["a:c"]}`
		bare    = `{"type":"run","run_id":"r","status":"started"}`
		queued  = `{"type":"run","run_id":"r","status":"queued","assets":["a"]}`
		success = `{"type":"run","run_id":"r","status":"success","assets":["a"]}`
		failure = `{"type":"run","run_id":"r","status":"failure","assets":["a"]}`
		made    = `{"type":"materialization","asset":"a","run_id":"r"}`
		passed  = `{"type":"check","check":"a:c","passed":true,"run_id":"r"}`
		wipe    = `{"type":"wipe","asset":"a"}`
	)
	going, missing, there, failed := known{missing: true, going: true}, known{missing: true}, known{}, known{missing: true, failed: true}
	for _, test := range []struct {
		name, body string
		want       known
	}{
		{"nothing", ``, missing},
		{"a run starts", start, going},
		{"a run is queued", queued, going},
		{"a run succeeds", start + "," + made + "," + success, there},
		{"a run fails", start + "," + failure, failed},
		{"a run is known by its end", failure, failed},
		{"a run starts twice", start + "," + start + "," + made, there},
		{"what a run makes is named later", bare + "," + queued + "," + `{"type":"run","run_id":"r","status":"started","assets":["a"]}`, going},
		{"what a run did not make is named at its end", bare + "," + failure, failed},
		{"the end is told before the start", success + "," + start, missing},
		{"a failure is told before the start", failure + "," + queued + "," + start, failed},
		{"a run that was given up succeeds", start + "," + failure + "," + made + "," + success, there},
		{"a run goes back", start + "," + queued, going},
		{"a materialization is told before its run", made + "," + success, there},
		{"a wipe", made + "," + wipe, missing},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, see(t, fold(t, "["+test.body+"]"), "a"), cmp.AllowUnexported(known{})); diff != "" {
				t.Error(diff)
			}
		})
	}
	check := see(t, fold(t, "["+start+","+made+","+passed+"]"), "a:c")
	if !check.passed || check.going {
		t.Errorf("%+v", check)
	}
	if check := see(t, fold(t, "["+start+","+made+"]"), "a:c"); !check.going {
		t.Errorf("%+v", check)
	}
}

func TestRequest(t *testing.T) {
	for _, test := range []struct {
		event events.Event
		want  string
	}{
		{events.Event{}, ""},
		{events.Event{Tags: map[string]string{events.RequestTag: "a"}}, "a"},
		{events.Event{RequestID: "b", Tags: map[string]string{events.RequestTag: "a"}}, "b"},
	} {
		if got := test.event.Request(); got != test.want {
			t.Error(got, test.want)
		}
	}
}

func TestUnknownType(t *testing.T) {
	var unknown *events.UnknownType
	if err := (&events.Event{Type: "x"}).Apply(facts.New()); !errors.As(err, &unknown) || unknown.Type != "x" {
		t.Error(err)
	}
}

// anyBody draws a body that Read accepts, over few names so that events meet.
func anyBody(t *rapid.T) []byte {
	name := func(label string, words ...string) string { return rapid.SampledFrom(words).Draw(t, label) }
	var list []map[string]any
	for range rapid.IntRange(1, 30).Draw(t, "events") {
		form := rapid.SampledFrom(events.Forms).Draw(t, "type")
		e := map[string]any{"type": form.Type}
		for _, field := range append(append([]string{"at"}, form.Required...), form.Optional...) {
			required := cmp.Equal(field, "at") || len(form.OneOf) > 0
			for _, r := range form.Required {
				required = required || r == field
			}
			if !required && (field == "partitions" || rapid.Bool().Draw(t, "leave "+field)) {
				continue
			}
			switch field {
			case "at":
				e[field] = now.Add(time.Duration(rapid.Int64Range(-1e6, 1e4).Draw(t, "at")) * time.Second)
			case "asset":
				e[field] = name(field, "a", "b/c")
			case "check":
				e[field] = name(field, "a:c", "b/c:d", "x:y:z")
			case "status":
				e[field] = name(field, form.Words...)
			case "assets":
				e[field] = rapid.SampledFrom([][]string{{}, {"a"}, {"a", "b/c"}}).Draw(t, field)
			case "checks":
				e[field] = rapid.SampledFrom([][]string{{}, {"a:c"}, {"x:y:z", "b/c:d"}}).Draw(t, field)
			case "add", "delete":
				e[field] = rapid.SampledFrom([][]string{{"p"}, {"p", "q"}}).Draw(t, field)
			case "tags":
				e[field] = map[string]string{"dagster/partition": "q", "t": ""}
			case "passed":
				e[field] = rapid.Bool().Draw(t, field)
			case "severity":
				e[field] = name(field, "warn", "error")
			case "state":
				e[field] = name(field, "pass", "warn", "fail", "unknown", "not_applicable")
			case "targets", "materialized", "failed":
				e[field] = rapid.SampledFrom([]map[string][]string{{}, {"a": nil}, {"a": {}, "b/c": {"p", "q"}}, {"a": {"p"}}}).Draw(t, field)
			default: // ids, names, partitions
				e[field] = name(field, "p", "q")
			}
		}
		list = append(list, e)
	}
	body, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestEverythingFolds: whatever Read accepts can be applied, in that order, and gives the
// same whenever it is done.
func TestEverythingFolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body := anyBody(t)
		list, problems := events.Read(body, now)
		if problems != nil {
			t.Fatalf("%s\n%v", body, problems)
		}
		var seen [2]known
		for i := range seen {
			w := facts.New()
			for j := range list {
				if err := list[j].Apply(w); err != nil {
					t.Fatal(err)
				}
				seen[i] = see(t, w, "a")
			}
		}
		if seen[0] != seen[1] {
			t.Fatal(seen)
		}
	})
}

// TestLateReports: reports of runs that overtake each other, or come twice, end the same
// as those that come in order.
func TestLateReports(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []events.Event
		for _, status := range []facts.Status{"queued", "starting", "started", rapid.SampledFrom([]facts.Status{"success", "failure", "canceled"}).Draw(t, "end")} {
			list = append(list, events.Event{Type: events.Run, RunID: "r", Status: status, Assets: []string{"a"}, At: now})
		}
		inOrder := facts.New()
		for i := range list {
			if err := list[i].Apply(inOrder); err != nil {
				t.Fatal(err)
			}
		}
		late := facts.New()
		for _, i := range rapid.Permutation(append([]int{0, 1, 2, 3}, rapid.SliceOf(rapid.IntRange(0, 3)).Draw(t, "twice")...)).Draw(t, "order") {
			if err := list[i].Apply(late); err != nil {
				t.Fatal(err)
			}
		}
		if a, b := see(t, inOrder, "a"), see(t, late, "a"); a != b {
			t.Fatalf("in order %+v, late %+v", a, b)
		}
	})
}
