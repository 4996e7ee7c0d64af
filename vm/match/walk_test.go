package match

import (
	"fmt"
	"math/rand/v2"
	"regexp/syntax"
	"slices"
	"testing"
)

// TestMultiplying matches with more states than there is room for: patterns come to be
// walked apart, and at last alone, and what is found stays right.
func TestMultiplying(t *testing.T) {
	var patterns []*Pattern
	for i := range 24 {
		text := fmt.Sprintf(`[a-z0-9]*[a-m][a-z]{%d}[0-9][a-z0-9]*`, i%12)
		if i%8 == 0 {
			text = fmt.Sprintf(`[a-%c]\w*\b[a-z0-9]*`, 'f'+i/8) // few states
		}
		p, err := Regex(text)
		if err != nil {
			t.Fatal(err)
		}
		patterns = append(patterns, p)
	}
	m := newGroup(patterns).matcher()
	m.walk = m.automaton.walk(0)
	random := rand.New(rand.NewPCG(1, 2))
	most := 0
	for range 4000 {
		name := randomName(random, 40)
		var want []int32
		for i, p := range patterns {
			if p.expr.MatchString(name) {
				want = append(want, int32(i))
			}
		}
		got := m.match(name, nil)
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Fatalf("%s: %v, want %v", name, got, want)
		}
		most = max(most, len(m.walk.dfas))
		for _, d := range m.walk.dfas {
			if d.size > d.limit+minSize {
				t.Fatalf("a dfa takes %d bytes of %d", d.size, d.limit)
			}
		}
	}
	if most < pieces || len(m.walk.alone) == 0 || slices.Contains(m.walk.alone, 0) {
		t.Errorf("%d dfas at most, alone %v", most, m.walk.alone)
	}
}

func randomName(random *rand.Rand, length int) string {
	name := make([]byte, length)
	for i := range name {
		name[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[random.IntN(36)]
	}
	return string(name)
}

// TestMarksRunOut: the marks of a builder begin anew.
func TestMarksRunOut(t *testing.T) {
	tree, err := syntax.Parse(`(a|b)*c`, syntax.Perl)
	if err != nil {
		t.Fatal(err)
	}
	w := newAutomaton([]*syntax.Prog{program(tree)}).walk(maxSize)
	w.dfas[0].mark = ^uint32(0)
	if got := w.match("abbac"); !slices.Equal(got, []int32{0}) {
		t.Errorf("got %v", got)
	}
}

// TestTurnsRunOut: the turns of a scratch begin anew.
func TestTurnsRunOut(t *testing.T) {
	name, err := Glob("a*", false)
	if err != nil {
		t.Fatal(err)
	}
	s := NewSet([]Rule{{Name: name}, {Name: name}})
	w := s.newScratch()
	w.turn = ^uint32(0)
	w.stamps[0] = 1 // of a turn long ago
	if got := w.collect(nil, []int32{0}, s.byName, nil, s.folderOf); len(got) > 0 {
		t.Errorf("got %v", got)
	}
}

// TestLiterals has words that hold, begin and end each other, and every byte.
func TestLiterals(t *testing.T) {
	every := make([]byte, 256)
	for i := range every {
		every[i] = byte(i)
	}
	tests := []struct {
		words []string
		text  string
		want  []int32
	}{
		{[]string{"he", "she", "hers", "his"}, "ushers", []int32{1, 0, 2}},
		{[]string{"a", "aa", "aaa"}, "aaaa", []int32{0, 1, 2}},
		{[]string{"abc", "b"}, "xbab", []int32{1}},
		{[]string{"a"}, "\x00", nil},
		{[]string{string(every), "\x00\x01"}, "\xff" + string(every), []int32{1, 0}},
		{nil, "a", nil},
	}
	for _, test := range tests {
		if got := newLiterals(test.words).find(test.text, nil); !slices.Equal(got, test.want) {
			t.Errorf("%.40q in %.40q: %v, want %v", test.words, test.text, got, test.want)
		}
	}
}
