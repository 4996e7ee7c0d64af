package explain

import (
	"testing"
	"time"

	"auto/compiler/condition"
	"auto/vm"
	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/space"
)

// nothing is a world in which every fact holds of bit 0 alone.
type nothing struct{ vm.Facts }

func (nothing) Set(code.Fact, vm.Since) bits.Set                        { return bits.Set{1} }
func (nothing) UpdatedAt(entity, number int) (time.Time, bool)          { return time.Time{}, false }
func (nothing) LatestRunSelects(entity, root int) (number int, ok bool) { return 0, entity == 1 }

func TestChanged(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	missing := &condition.Node{Op: condition.Fact, Fact: code.Fact{Kind: code.Missing}}
	updated := &condition.Node{Op: condition.Fact, Fact: code.Fact{Kind: code.NewlyUpdated}}
	root := &condition.Node{Op: condition.ExecutedWithRootTarget}
	c := changed{Facts: nothing{}, space: &space.Space{Bits: 130}, at: at, changes: []Change{
		{operand: missing, bit: 0, To: false}, {operand: missing, bit: 129, To: true},
		{operand: updated, entity: 3, number: 2, bit: 70, To: true},
		{operand: root, entity: 1, root: 7, number: 0, To: false}, {operand: root, entity: 2, root: 7, number: 4, To: true},
	}}
	if set := c.Set(missing.Fact, vm.Since{}); set.Has(0) || !set.Has(129) || set.Count() != 1 {
		t.Error("missing", set)
	}
	if set := c.Set(updated.Fact, vm.Since{}); !set.Has(0) || !set.Has(70) || set.Count() != 2 {
		t.Error("newly_updated", set)
	}
	if set := c.Set(code.Fact{Kind: code.RunInProgress}, vm.Since{}); len(set) != 1 || !set.Has(0) {
		t.Error("what is not changed", set)
	}
	if got, ok := c.UpdatedAt(3, 2); !ok || !got.Equal(at) {
		t.Error(got, ok)
	}
	if _, ok := c.UpdatedAt(3, 1); ok {
		t.Error("another partition was updated")
	}
	for entity, want := range map[int]int{1: -1, 2: 4, 3: -1} {
		number, ok := c.LatestRunSelects(entity, 7)
		if !ok {
			number = -1
		}
		if number != want {
			t.Errorf("entity %d: %d", entity, number)
		}
	}
}
