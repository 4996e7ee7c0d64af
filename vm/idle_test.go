package vm_test

import (
	"testing"
	"time"

	"auto/vm"
	"auto/vm/graph"
	"auto/vm/space"
)

// TestIdle: a tick is idle where nothing was evaluated or requested, unless it matters when
// it was.
func TestIdle(t *testing.T) {
	g := assets(t, graph.Asset{Key: "a", Checks: []graph.Check{{Name: "c"}}}, graph.Asset{Key: "b", Deps: []graph.Dep{{Key: "a"}}})
	type tick struct {
		minute  int
		changed []string
		facts   string
		idle    bool
	}
	for _, c := range []struct {
		name, condition string
		ticks           []tick
	}{
		{"events", "missing().newly_true()", []tick{{0, nil, "", false}, {1, nil, "", false}, {2, nil, "", true}, {3, []string{"a"}, "missing a", false},
			{4, nil, "missing a", false}, {5, nil, "missing a", false}, {6, nil, "missing a", true}}},
		{"requested on and on", "missing()", []tick{{0, nil, "missing a", false}, {1, nil, "missing a", false}, {2, nil, "missing a", false}, {3, nil, "missing a", false}}},
		{"an event about something else", "missing().newly_true()", []tick{{0, nil, "", false}, {1, nil, "", false}, {2, []string{"b"}, "", true}}},
		{"a schedule", `cron_tick_passed("30 12 * * *")`, []tick{{0, nil, "", false}, {1, nil, "", false}, {2, nil, "", true}, {29, nil, "", true}, {30, nil, "", false},
			{31, nil, "", false}, {32, nil, "", false}, {33, nil, "", false}, {34, nil, "", true}}},
		{"time goes back", "missing().newly_true()", []tick{{5, nil, "", false}, {6, nil, "", false}, {7, nil, "", true}, {3, nil, "", false}, {4, nil, "", true}}},
		{"new evaluations of checks", "any_checks_match(newly_updated())", []tick{{0, nil, "", false}, {1, nil, "", false}, {2, nil, "", false}, {3, nil, "", false}}},
		{"other facts of checks", "any_checks_match(check_passed()).newly_true()", []tick{{0, nil, "", false}, {1, nil, "", false}, {2, nil, "", true}}},
	} {
		cfg := compiled(t, g, map[string]string{"a": c.condition}, space.Input{})
		m, err := vm.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range c.ticks {
			m.Tick(&quiet{world: read(t, cfg.Space, k.facts), changed: k.changed}, noon.Add(time.Duration(k.minute)*time.Minute))
			if m.Idle() != k.idle {
				t.Errorf("%s: at minute %d idle is %v", c.name, k.minute, m.Idle())
			}
		}
	}
}

// TestAsked: the oldest evaluation is that of what was evaluated longest ago.
func TestAsked(t *testing.T) {
	var none *vm.Cursor
	if _, ok := none.Asked(); ok {
		t.Error("no cursor asks")
	}
	c := &vm.Cursor{Version: vm.CursorVersion, Entities: map[string]*vm.EntityCursor{"a": {At: noon, Event: 7}, "b": {At: noon, Event: 3}, "gone": {At: noon, Event: 1}}}
	if event, ok := c.Asked(); !ok || event != 1 {
		t.Error("the cursor asks since", event, ok)
	}
	g := assets(t, graph.Asset{Key: "a"}, graph.Asset{Key: "b"}, graph.Asset{Key: "x"})
	cfg := compiled(t, g, map[string]string{"a": "missing()", "b": "missing()", "x": "missing()"}, space.Input{})
	cfg.Cursor = c
	m, err := vm.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	if event, ok := m.Asked(); !ok || event != 3 {
		t.Error("the machine asks since", event, ok)
	}
	m.Tick(read(t, cfg.Space, ""), noon)
	if event, ok := m.Asked(); !ok || event != (&world{}).LastEvent() {
		t.Error("after a tick it asks since", event, ok)
	}
}
