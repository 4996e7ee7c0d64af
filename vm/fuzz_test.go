package vm_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pgregory.net/rapid"

	"auto/vm"
	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"
)

// bound are limits under which a tick takes no time to speak of.
var bound = vm.Limits{Words: 1 << 20, Steps: 1 << 22}

// FuzzMachine runs whatever bytes decode to a verified program on all entities of a small
// space: nothing panics, and what is too large is refused.
func FuzzMachine(f *testing.F) {
	every, err := os.ReadFile(filepath.Join("code", "testdata", "every.asm"))
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{string(every), sinceText, newlyText, skipText, versionText, two("and r3, r1, r2"), calling("key0 = \"parts\"", "match r1, r0, block1, key0", "call 0 matches")} {
		f.Add(bodyOf(assemble(f, text)), uint64(1))
	}
	f.Fuzz(func(t *testing.T, body []byte, seed uint64) {
		p, err := code.Decode(seal(body))
		if err == nil && !p.IsFiles() {
			exercise(t, p, seed)
		}
	})
}

// The binary form is a header of six bytes, the body, and a checksum of both.
func bodyOf(p *code.Program) []byte {
	data := code.Encode(p)
	return data[6 : len(data)-4]
}

func seal(body []byte) []byte {
	data := append(binary.LittleEndian.AppendUint16([]byte("auto"), code.FormatVersion), body...)
	return binary.LittleEndian.AppendUint32(data, crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli)))
}

// exercise runs a program on all entities for some ticks, with a cursor loaded in between.
func exercise(t testing.TB, p *code.Program, seed uint64) {
	known := []string{"root", "parts", "solo", "up", "set1", "root:p"}
	for i := range p.Keys {
		p.Keys[i] = known[(uint64(i)+seed)%uint64(len(known))]
	}
	s := crowded(t)
	c := vm.Config{Space: s, Programs: []*code.Program{p}, Of: make([]int, len(s.Entities)), Limits: bound}
	m, err := vm.New(c)
	if err != nil {
		var beyond *vm.LimitError
		if !errors.As(err, &beyond) && code.Verify(p) != nil {
			t.Fatal(err)
		}
		return
	}
	for i := range 4 {
		at := noon.Add(time.Duration(i) * time.Hour)
		facts := noise{s, seed + uint64(i)}
		if i%2 == 0 {
			m.Tick(facts, at)
		} else {
			m.TickTraced(facts, at, func(int) bool { return true }, func(int, *vm.Evaluation) {})
		}
		within(t, s, m)
		if c.Cursor = m.Cursor(); i == 1 {
			m = reload(t, c)
		}
	}
}

// within holds what is requested to be of partitions that there are.
func within(t testing.TB, s *space.Space, m *vm.Machine) {
	free := bits.New(s.Bits)
	free.AddRange(0, s.Bits)
	for i := range s.Entities {
		e := &s.Entities[i]
		for n := range max(e.Keys.Total(), 1) {
			free.Remove(e.Bit + n)
		}
	}
	if free.And(free, m.Requested()) {
		t.Fatal("what is requested is of no entity")
	}
}

func reload(t testing.TB, c vm.Config) *vm.Machine {
	text, err := json.Marshal(c.Cursor)
	if err != nil {
		t.Fatal(err)
	}
	c.Cursor = nil
	if err := json.Unmarshal(text, &c.Cursor); err != nil {
		t.Fatal(err)
	}
	m, err := vm.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// crowded is a space with assets of all kinds: time windows, two dimensions, dynamic keys of
// which there are none, keys that no definition has, an execution set, a self-dependency.
func crowded(t testing.TB) *space.Space {
	define := func(s graph.Spec) *graph.Partitions {
		p, err := graph.NewPartitions(s)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	static, days := define(graph.Spec{Type: graph.Static, Keys: []string{"a", "b", "c"}}), define(graph.Spec{Type: graph.Daily, Start: "2026-01-07"})
	multi := define(graph.Spec{Type: graph.Multi, Dimensions: map[string]*graph.Partitions{"d": days, "k": static}})
	dep := func(keys ...string) (deps []graph.Dep) {
		for _, key := range keys {
			deps = append(deps, graph.Dep{Key: key})
		}
		return deps
	}
	earlier := graph.Dep{Key: "days", Mapping: &graph.Mapping{Kind: graph.MapTimeWindow, StartOffset: -1, EndOffset: -1}}
	g, problems := graph.New([]graph.Asset{
		{Key: "up", External: true}, {Key: "solo", CodeVersion: "1", Deps: dep("up"), Checks: []graph.Check{{Name: "k", Blocking: true, Embedded: true}, {Name: "l", Deps: []string{"parts"}}}},
		{Key: "parts", Partitions: static, Deps: dep("up")}, {Key: "root", Partitions: static, Deps: dep("parts", "solo"), Checks: []graph.Check{{Name: "p", Partitioned: true}}},
		{Key: "days", Partitions: days, Deps: append(dep("up"), earlier)}, {Key: "both", Partitions: multi, Deps: dep("days", "parts")},
		{Key: "none", Partitions: define(graph.Spec{Type: graph.Dynamic, Name: "none"}), Deps: dep("both", "root")},
		{Key: "set1", ExecutionSet: "set"}, {Key: "set2", ExecutionSet: "set", Deps: dep("set1", "solo", "none")}, {Key: "set3", Deps: dep("set1", "set2")},
	}, nil)
	if problems != nil {
		t.Fatal(problems)
	}
	s, err := space.New(space.Input{Graph: g, At: noon, Dynamic: func(string) []string { return nil }, Undefined: map[string][]string{"root": {"lost"}, "none": {"gone"}}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// noise is facts at random.
type noise struct {
	space *space.Space
	seed  uint64
}

// random gives bits that look random.
func (n noise) random(i uint64) uint64 {
	z := n.seed*0x9E3779B97F4A7C15 + i*0xBF58476D1CE4E5B9
	z = (z ^ z>>30) * 0x94D049BB133111EB
	return z ^ z>>31
}

func (n noise) Set(f code.Fact, _ vm.Since) bits.Set {
	set := bits.New(n.space.Bits)
	for i := range n.space.Entities {
		e := &n.space.Entities[i]
		for number := range e.Keys.Total() {
			if n.random(uint64(f.Kind)<<32|uint64(e.Bit+number))&3 == 0 {
				set.Add(e.Bit + number)
			}
		}
	}
	return set
}

func (n noise) UpdatedAt(entity, number int) (time.Time, bool) {
	r := n.random(uint64(entity)<<16 | uint64(number))
	return noon.Add(time.Duration(r%300) * time.Minute), r&7 != 0
}

func (n noise) LatestRunSelects(entity, root int) (int, bool) {
	r := n.random(uint64(entity)<<8 | uint64(root))
	return int(r>>8) & 0x7fff % max(n.space.Entities[entity].Keys.Len(), 1), r&1 == 0
}

func (n noise) LastEvent() int64 { return int64(n.seed & 0xff) }

// TestRandomPrograms runs valid programs of any shape.
func TestRandomPrograms(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		p := program.Draw(r, "program")
		if err := code.Verify(p); err != nil {
			r.Fatalf("%v\n%s", err, p.Text())
		}
		exercise(t, p, rapid.Uint64().Draw(r, "seed"))
	})
}
