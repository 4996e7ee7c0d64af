package vm

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"auto/compiler/condition"
	"auto/compiler/plan"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"
)

var noon = time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)

// nothing is facts of a world in which nothing has happened: all is missing.
type nothing struct{ bits int }

func (n nothing) Set(f code.Fact, _ Since) bits.Set {
	set := bits.New(n.bits)
	if f.Kind == code.Missing {
		set.AddRange(0, n.bits)
	}
	return set
}
func (nothing) UpdatedAt(int, int) (time.Time, bool)       { return time.Time{}, false }
func (nothing) LatestRunSelects(int, int) (int, bool)      { return 0, false }
func (nothing) LastEvent() int64                           { return 1 }
func (nothing) Changed(uint64) (e []int, v uint64, _ bool) { return nil, 1, true }

// configure makes the configuration of assets that all have one condition.
func configure(t *testing.T, text string, assets ...graph.Asset) Config {
	t.Helper()
	g, problems := graph.New(assets, nil)
	e, _ := parse.Expr(source.New("condition", text))
	n, findings := condition.Build(e, condition.Env{Graph: g})
	if n == nil {
		t.Fatal(problems, findings)
	}
	p, err := plan.Compile(n, g, plan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := space.New(space.Input{Graph: g, At: noon})
	if err != nil {
		t.Fatal(err)
	}
	return Config{Space: s, Programs: []*code.Program{p}, Of: make([]int, len(s.Entities))}
}

// lattice gives layers of two assets, each on both of the layer before.
func lattice(layers int) (assets []graph.Asset) {
	for i := range layers {
		for _, side := range "ab" {
			a := graph.Asset{Key: fmt.Sprintf("%c%d", side, i)}
			if i > 0 {
				a.Deps = []graph.Dep{{Key: fmt.Sprintf("a%d", i-1)}, {Key: fmt.Sprintf("b%d", i-1)}}
			}
			assets = append(assets, a)
		}
	}
	return assets
}

// TestLimits: what is beyond a limit is refused before it is made, in words.
func TestLimits(t *testing.T) {
	deep := strings.Repeat("any_deps_match(", 60) + "missing()" + strings.Repeat(")", 60)
	for _, test := range []struct {
		name, condition string
		assets          []graph.Asset
		limits          Limits
		want            string
	}{
		{"memory", "eager()", lattice(3), Limits{1000, 1 << 20}, "the conditions need more than 1000 words of memory; "},
		{"steps", "eager()", lattice(3), Limits{1 << 20, 100}, "the conditions need more than 100 steps a tick; "},
		{"2^60 ways", deep, lattice(60), Limits{1 << 18, 1 << 30}, "the conditions need more than 262144 words of memory; "},
		{"neither", "eager()", lattice(3), Limits{}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := configure(t, test.condition, test.assets...)
			c.Limits = test.limits
			_, err := New(c)
			var beyond *LimitError
			switch {
			case test.want == "" && err == nil:
			case !errors.As(err, &beyond) || !strings.HasPrefix(err.Error(), test.want):
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestTickEnds: a tick executes each instruction of each frame once at most, also where
// everything is evaluated and true.
func TestTickEnds(t *testing.T) {
	c := configure(t, "any_deps_match(any_deps_match(missing()) | missing()).since(newly_requested()) | eager()", lattice(8)...)
	m, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	most := 0
	for _, b := range m.batches {
		for _, f := range b.frames {
			most += len(f.block.Code)
		}
	}
	for i := range 3 {
		m.Tick(nothing{c.Space.Bits}, noon.Add(time.Duration(i)*time.Minute))
		if n := m.Stats().Instructions; n > most {
			t.Errorf("tick %d: %d instructions of %d", i, n, most)
		}
	}
}

// TestSlots: a frame keeps the states of its own block and no others.
func TestSlots(t *testing.T) {
	c := configure(t, "any_deps_match(missing().newly_true()).since(newly_updated()) & missing().newly_true()", lattice(2)...)
	m, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range m.batches {
		for _, f := range b.frames {
			if want := map[bool]int{true: 2, false: 1}[f.parent == nil]; len(f.slots) != want {
				t.Errorf("%d slots, not %d", len(f.slots), want)
			}
		}
	}
}

// TestCursorForms: a cursor of another version is refused, and one whose instants were
// written in another zone leaves the batches as they are.
func TestCursorForms(t *testing.T) {
	c := configure(t, "missing().newly_true()", lattice(2)...)
	m, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	m.Tick(nothing{c.Space.Bits}, noon.In(time.FixedZone("", 2*60*60)))
	text, err := json.Marshal(m.Cursor())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &c.Cursor); err != nil {
		t.Fatal(err)
	}
	again, err := New(c)
	if err != nil || len(again.batches) != len(m.batches) {
		t.Errorf("%d batches, not %d: %v", len(again.batches), len(m.batches), err)
	}
	c.Cursor.Version++
	if _, err := New(c); err == nil {
		t.Error("a cursor of the next version is read")
	}
}
