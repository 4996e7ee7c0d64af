package bench_test

import (
	"runtime"
	"testing"
	"time"

	"auto/compiler/plan"
	"auto/internal/bench"
	"auto/vm"
	"auto/vm/code"
	"auto/vm/space"
)

// machine links the programs of a workload.
func (o *ours) machine(t *testing.T) (*vm.Machine, *space.Space) {
	t.Helper()
	var programs []*code.Program
	numbers, of := map[string]int{}, map[string]int{}
	for key, n := range o.Conditions {
		text := n.Name() + n.Label
		if _, ok := numbers[text]; !ok {
			p, err := plan.Compile(n, o.Graph, plan.Options{})
			if err != nil {
				t.Fatal(err)
			}
			numbers[text] = len(programs)
			programs = append(programs, p)
		}
		of[key] = numbers[text]
	}
	number := func(key string) int {
		if n, ok := of[key]; ok {
			return n
		}
		return -1
	}
	s, err := space.New(space.Input{Graph: o.Graph, At: o.work.Ticks[0].At, Dynamic: o.World.Dynamic, Group: number})
	if err != nil {
		t.Fatal(err)
	}
	byEntity := make([]int, len(s.Entities))
	for i := range s.Entities {
		byEntity[i] = number(s.Entities[i].Key)
	}
	m, err := vm.New(vm.Config{Space: s, Programs: programs, Of: byEntity})
	if err != nil {
		t.Fatal(err)
	}
	return m, s
}

// TestNoAllocation: a warm tick allocates nothing, whether something happened or not,
// once what is new has been looked up.
func TestNoAllocation(t *testing.T) {
	for _, w := range bench.All() {
		o := newOurs(t, w)
		m, s := o.machine(t)
		at := w.Ticks[0].At
		last := vm.Since{}
		tick := func() uint64 {
			f := o.World.Facts(s, at)
			f.Set(code.Fact{Kind: code.NewlyUpdated}, last)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			m.Tick(f, at)
			runtime.ReadMemStats(&after)
			last = vm.Since{At: at, Event: f.LastEvent()}
			at = at.Add(time.Second)
			return after.Mallocs - before.Mallocs
		}
		for range 5 { // warm
			o.update(t, w.Ticks[2], at)
			tick()
		}
		o.update(t, w.Ticks[2], at)
		if n := tick(); n > 0 {
			t.Errorf("%s: a busy tick allocates %d times", w.Name, n)
		}
		tick()
		if n := tick(); n > 0 {
			t.Errorf("%s: an idle tick allocates %d times", w.Name, n)
		}
	}
}
