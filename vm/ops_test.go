package vm_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"auto/vm"
	"auto/vm/bits"
	"auto/vm/code"
	"auto/vm/graph"
	"auto/vm/space"
)

// noon is when the ticks of these tests begin; each is an hour after the one before.
var noon = time.Date(2026, 1, 10, 12, 0, 0, 0, time.UTC)

// small is a space with assets with and without partitions, and checks:
//
//	up ─┬─ solo (checks solo:k blocking, solo:l)
//	    └─ parts [a b c] ── root [a b c] (check root:p with its partitions)
func small(t testing.TB) *space.Space {
	t.Helper()
	p, err := graph.NewPartitions(graph.Spec{Type: graph.Static, Keys: []string{"a", "b", "c"}})
	if err != nil {
		t.Fatal(err)
	}
	g, problems := graph.New([]graph.Asset{
		{Key: "up"},
		{Key: "solo", CodeVersion: "1", Deps: []graph.Dep{{Key: "up"}}, Checks: []graph.Check{{Name: "k", Blocking: true}, {Name: "l"}}},
		{Key: "parts", Partitions: p, Deps: []graph.Dep{{Key: "up"}}},
		{Key: "root", Partitions: p, Deps: []graph.Dep{{Key: "parts"}, {Key: "solo"}}, Checks: []graph.Check{{Name: "p", Partitioned: true}}},
	}, nil)
	if problems != nil {
		t.Fatal(problems)
	}
	s, err := space.New(space.Input{Graph: g, At: noon})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// world is facts as a table.
type world struct {
	sets map[code.FactKind]bits.Set
	// updated are the timestamps of materializations by entity, all partitions alike.
	updated map[int]time.Time
	// selects has, by entity, what the run of its latest materialization, of partition 1 or
	// of the one there is, selected too.
	selects map[int]int
	space   *space.Space
}

func (w *world) Set(f code.Fact, _ vm.Since) bits.Set { return w.sets[f.Kind] }

func (w *world) UpdatedAt(entity, _ int) (time.Time, bool) {
	at, ok := w.updated[entity]
	return at, ok
}

func (w *world) LatestRunSelects(entity, root int) (int, bool) {
	number := 0
	if w.space.Entities[entity].Keys != nil {
		number = 1
	}
	selected, ok := w.selects[entity]
	return number, ok && selected == root
}

func (w *world) LastEvent() int64 { return 7 }

// kinds are the facts that tests name.
var kinds = map[string]code.FactKind{"missing": code.Missing, "updated": code.NewlyUpdated, "running": code.RunInProgress, "passed": code.CheckPassed}

// read makes facts of a text: "missing root a b; updated up; at up 11:30; selects up root".
func read(t testing.TB, s *space.Space, text string) *world {
	t.Helper()
	w := &world{sets: map[code.FactKind]bits.Set{}, updated: map[int]time.Time{}, selects: map[int]int{}, space: s}
	for _, part := range strings.Split(text, ";") {
		words := strings.Fields(part)
		if len(words) == 0 {
			continue
		}
		e, ok := s.Find(words[min(1, len(words)-1)])
		switch kind := kinds[words[0]]; {
		case words[0] == "at":
			at, err := time.Parse("15:04", words[2])
			if err != nil {
				t.Fatal(err)
			}
			w.updated[e] = noon.Truncate(24 * time.Hour).Add(time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute)
		case words[0] == "selects":
			w.selects[e], _ = s.Find(words[2])
		case !ok || kind == 0:
			t.Fatalf("%q", part)
		default:
			if w.sets[kind] == nil {
				w.sets[kind] = bits.New(s.Bits)
			}
			add(w.sets[kind], &s.Entities[e], words[2:])
		}
	}
	return w
}

func add(set bits.Set, e *space.Entity, keys []string) {
	if e.Keys == nil {
		set.Add(e.Bit)
	}
	for _, key := range keys {
		i, _ := e.Keys.Index(key)
		set.Add(e.Bit + i)
	}
}

// requested gives what a machine requested of an entity: "yes" or the keys.
func requested(s *space.Space, m *vm.Machine, key string) string {
	i, _ := s.Find(key)
	e := &s.Entities[i]
	switch {
	case e.Keys != nil:
		return strings.Join(e.Keys.Collapse(m.Requested()[e.Bit/64:]), " ")
	case m.Requested().Has(e.Bit):
		return "yes"
	}
	return ""
}

// on gives the programs' numbers where one entity has program 0 and others as told.
func on(s *space.Space, programs map[string]int) []int {
	of := make([]int, len(s.Entities))
	for i := range s.Entities {
		of[i] = -1
		if n, ok := programs[s.Entities[i].Key]; ok {
			of[i] = n
		}
	}
	return of
}

func assemble(t testing.TB, text string) *code.Program {
	t.Helper()
	p, err := code.Parse(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if err := code.Verify(p); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return p
}

// leaf is a program of one instruction, whose node is the root.
func leaf(tables, instruction string) string {
	return tables + "\nblock0 registers 2 node0:\n 0 " + instruction + "\n 1 return r1\nnode0 = \"n\" in block0 r1 of r0\n"
}

// two is a program that computes something from two facts, missing in r1 and running in r2.
func two(instruction string) string {
	return "fact0 = missing\nfact1 = run_in_progress\nblock0 registers 4 node0:\n 0 fact r1, fact0, r0\n 1 fact r2, fact1, r0\n 2 " + instruction + "\n 3 return r3\nnode0 = \"n\" in block0 r3 of r0\n"
}

// calling is a program that asks other entities what is missing.
func calling(tables, instruction, node string) string {
	return "fact0 = missing\n" + tables + "\nblock0 registers 2 node0:\n 0 " + instruction + "\n 1 return r1\nblock1 registers 2 node1:\n 0 within r1, fact0, r0\n 1 return r1\n" +
		"node0 = \"n\" in block0 r1 of r0 " + node + "\n  node1 = \"missing\" in block1 r1 of r0\n"
}

const sinceText = `fact0 = newly_updated
cron0 = "30 * * * *" "UTC"
state0 = since ["newly_updated", "cron"] trigger time0 reset time1
time0 = update block0 r2
time1 = cron block0 r3 cron0
block0 registers 5 node0:
 0 all r1
 1 fact r2, fact0, r1
 2 cron r3, cron0, r1
 3 since r4, r2, r3, state0
 4 return r4
node0 = "SINCE" in block0 r4 of r0 children [node1, node2] state0
  node1 = "newly_updated" in block0 r2 of r1
  node2 = "cron" in block0 r3 of r1
`

const newlyText = `fact0 = missing
state0 = newly ["missing"]
block0 registers 4 node0:
 0 all r1
 1 within r2, fact0, r1
 2 newly r3, r2, r0, state0
 3 return r3
node0 = "NEWLY_TRUE" in block0 r3 of r0 children [node1] state0
  node1 = "missing" in block0 r2 of r1
`

const skipText = `fact0 = missing
block0 registers 4 node0:
 0 fact r1, fact0, r0
 1 skip r1, 3
 2 all r2
 3 or r3, r1, r2
 4 return r3
node0 = "n" in block0 r3 of r0
`

var rootText = strings.Replace(calling("filter0 = \"\"", "anydeps r1, r0, block1, filter0", "call 0"), "within r1, fact0, r0", "root r1, r0", 1)

const versionText = "state0 = version [- \"n\"]\nblock0 registers 2 node0:\n 0 version r1, r0, state0\n 1 return r1\nnode0 = \"n\" in block0 r1 of r0 state0\n"

// TestOperations: what each operation gives, tick by tick, on an entity.
func TestOperations(t *testing.T) {
	type ticks []struct{ facts, want string }
	rows := []struct {
		op, on, text string
		ticks        ticks
	}{
		{"none", "root", leaf("", "none r1"), ticks{{"missing root a", ""}}},
		{"none", "up", leaf("", "none r1"), ticks{{"", ""}}},
		{"all", "root", leaf("", "all r1"), ticks{{"", "a b c"}}},
		{"all", "up", leaf("", "all r1"), ticks{{"", "yes"}}},
		{"fact", "root", leaf("fact0 = missing", "fact r1, fact0, r0"), ticks{{"missing root a c; missing parts b", "a c"}, {"", ""}}},
		{"fact", "solo", leaf("fact0 = missing", "fact r1, fact0, r0"), ticks{{"missing up", ""}, {"missing solo", "yes"}}},
		{"fact", "root", leaf("fact0 = in_latest_time_window", "fact r1, fact0, r0"), ticks{{"", "a b c"}}}, // without a time dimension
		{"fact", "root", leaf("fact0 = newly_updated", "fact r1, fact0, r0"), ticks{{"updated root a", ""}, {"updated root a", "a"}}},
		{"within", "root", leaf("fact0 = missing", "within r1, fact0, r0"), ticks{{"missing root b", "b"}}},
		{"within", "root:p", leaf("fact0 = check_passed", "within r1, fact0, r0"), ticks{{"passed root:p b c", "b c"}}},
		{"asked", "root", strings.Replace(two("or r3, r1, r2"), "fact r2, fact1, r0", "asked r2, r0", 1), ticks{{"missing root a", "a"}, {"missing root b", "a b"}, {"", "a b"}}},
		{"first", "root", leaf("", "first r1, r0"), ticks{{"", "a b c"}, {"", ""}}},
		{"first", "solo", leaf("", "first r1, r0"), ticks{{"", "yes"}, {"", ""}}},
		{"cron", "root", leaf(`cron0 = "30 * * * *" "UTC"`, "cron r1, cron0, r0"), ticks{{"", ""}, {"", "a b c"}}},
		{"cron", "root", leaf(`cron0 = "30 2 * * *" "UTC"`, "cron r1, cron0, r0"), ticks{{"", ""}, {"", ""}}},
		{"version", "solo", versionText, ticks{{"", ""}, {"", ""}}},
		{"root", "root", rootText, ticks{{"selects parts root", "b"}, {"selects solo root", "a b c"}, {"selects parts solo", ""}}},
		{"and", "root", two("and r3, r1, r2"), ticks{{"missing root a b; running root b c", "b"}, {"missing root a", ""}, {"missing root a b c; running root c", "c"}}},
		{"or", "root", two("or r3, r1, r2"), ticks{{"missing root a; running root c", "a c"}, {"", ""}, {"missing root a", "a"}}},
		{"or", "up", two("or r3, r1, r2"), ticks{{"running up", "yes"}}},
		{"sub", "root", two("sub r3, r1, r2"), ticks{{"missing root a b; running root b c", "a"}, {"running root a", ""}, {"missing root a b c", "a b c"}}},
		{"sub", "root", two("sub r3, r0, r2"), ticks{{"running root b", "a c"}, {"running root a b c", ""}}},
		// A moment of the schedule is half an hour before each tick: it resets what was updated
		// before it or at it.
		{"since", "root", sinceText, ticks{{"", ""}, {"updated root a; at root 12:15", ""}, {"updated root b; at root 13:30", ""}, {"updated root a; at root 14:45", "a"}, {"", ""}}},
		{"since", "up", strings.Replace(sinceText, "30 * * * *", "30 2 * * *", 1), ticks{{"updated up", ""}, {"updated up; at up 12:30", "yes"}, {"", "yes"}}},
		{"newly", "root", newlyText, ticks{{"missing root a", "a"}, {"missing root a b", "b"}, {"missing root a b", ""}, {"", ""}, {"missing root a", "a"}}},
		{"newly", "up", newlyText, ticks{{"missing up", "yes"}, {"missing up", ""}}},
		{"anydeps", "root", calling("filter0 = \"\"", "anydeps r1, r0, block1, filter0", "call 0"), ticks{{"missing parts b", "b"}, {"missing solo", "a b c"}, {"missing root a", ""}}},
		{"anydeps", "root", calling("filter0 = \"x\" ignore [\"solo\"]", "anydeps r1, r0, block1, filter0", "call 0"), ticks{{"missing parts b; missing solo", "b"}}},
		{"anydeps", "solo", calling("filter0 = \"\"", "anydeps r1, r0, block1, filter0", "call 0"), ticks{{"missing up", "yes"}, {"missing solo", ""}}},
		{"alldeps", "root", calling("filter0 = \"\"", "alldeps r1, r0, block1, filter0", "call 0"), ticks{{"missing parts b", ""}, {"missing parts a b; missing solo", "a b"}}},
		{"alldeps", "root", calling("filter0 = \"x\" allow []", "alldeps r1, r0, block1, filter0", "call 0"), ticks{{"", "a b c"}}},
		{"anychecks", "solo", calling("filter0 = \"\"", "anychecks r1, r0, block1, filter0", "call 0"), ticks{{"missing solo:l", "yes"}, {"", ""}}},
		{"anychecks", "solo", calling("filter0 = \"x\" blocking", "anychecks r1, r0, block1, filter0", "call 0"), ticks{{"missing solo:l", ""}, {"missing solo:k", "yes"}}},
		{"allchecks", "solo", calling("filter0 = \"\"", "allchecks r1, r0, block1, filter0", "call 0"), ticks{{"missing solo:l", ""}, {"missing solo:k; missing solo:l", "yes"}}},
		{"allchecks", "root", calling("filter0 = \"\"", "allchecks r1, r0, block1, filter0", "call 0"), ticks{{"missing root:p b", "b"}}},
		{"allchecks", "up", calling("filter0 = \"\"", "allchecks r1, r0, block1, filter0", "call 0"), ticks{{"", "yes"}}},
		{"match", "root", calling("key0 = \"parts\"", "match r1, r0, block1, key0", "call 0 matches"), ticks{{"missing parts c", "c"}}},
		{"match", "up", calling("key0 = \"parts\"", "match r1, r0, block1, key0", "call 0 matches"), ticks{{"missing parts c", "yes"}, {"missing root c", ""}}},
		{"skip", "root", skipText, ticks{{"missing root a", "a b c"}, {"", ""}}},
		{"return", "root", leaf("", "all r1"), ticks{{"", "a b c"}}},
	}
	seen := map[string]bool{"asking": true, "lacking": true, "coming": true} // TestAsking, TestLacking
	for _, row := range rows {
		seen[row.op] = true
		t.Run(row.op+" on "+row.on, func(t *testing.T) {
			s := small(t)
			m, err := vm.New(vm.Config{Space: s, Programs: []*code.Program{assemble(t, row.text)}, Of: on(s, map[string]int{row.on: 0})})
			if err != nil {
				t.Fatal(err)
			}
			for i, tick := range row.ticks {
				m.Tick(read(t, s, tick.facts), noon.Add(time.Duration(i)*time.Hour))
				if diff := cmp.Diff(tick.want, requested(s, m, row.on)); diff != "" {
					t.Errorf("tick %d with %q (-want +got):\n%s", i+1, tick.facts, diff)
				}
			}
		})
	}
	for _, spec := range code.Table[:code.Return] {
		if !seen[spec.Name] {
			t.Errorf("%s is tested nowhere", spec.Name)
		}
	}
}
