package storetest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"auto/runtime/store"

	"github.com/google/go-cmp/cmp"
)

// marks are the tests of what readers of other systems remember.
var marks = map[string]func(*testing.T, store.Store, func() store.Store){
	"Marks": putMarks, "MarksByPrefix": marksByPrefix, "MarksTogether": marksTogether, "MarksYield": marksYield,
}

// oddNames are names of marks that a prefix, an order or a pattern may be wrong about.
var oddNames = []string{
	"", "a", "a/", "a/1", "a/10", "a/2", "a%", "a%b", "a_", "a_b", "aXb", "A", "a\x00", "a\x00b", "a\n", "é", "éa", "e\u0301", "日本", "日本語", "\U0010ffff", "\U0010ffffz", "a'b", `a"b`, "a*", "a?", "[a]", "\x7f", "\xff", "\xff\xffa",
}

func allMarks(t *testing.T, r store.MarksReader, prefix string) map[string]string {
	t.Helper()
	got, last := map[string]string{}, ""
	if err := r.Marks(t.Context(), prefix, func(m store.Mark) error {
		if len(got) > 0 && m.Name <= last {
			t.Errorf("%q after %q", m.Name, last)
		}
		got[m.Name], last = string(m.Body), m.Name
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return got
}

// putMarks: a mark is replaced and removed, its body kept as it is, and all of it there after a
// restart. What removes and prunes input leaves it.
func putMarks(t *testing.T, s store.Store, reopen func() store.Store) {
	for _, change := range []map[string][]byte{
		nil, {}, {"a": []byte("1"), "b": {}, "c": []byte("\x00\xff")}, {"none": nil}, {"a": []byte("2"), "c": nil, "d": []byte(strings.Repeat("x", 1<<20))}, {"c": nil},
	} {
		if err := s.PutMarks(t.Context(), change); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.PruneConditions(t.Context(), start); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"a": "2", "b": "", "d": strings.Repeat("x", 1<<20)}
	for range 2 {
		if diff := cmp.Diff(want, allMarks(t, s, "")); diff != "" {
			t.Error(diff)
		}
		s = reopen()
	}
}

// marksByPrefix: a prefix is compared byte by byte, whatever it holds.
func marksByPrefix(t *testing.T, s store.Store, _ func() store.Store) {
	all := map[string][]byte{}
	for _, name := range oddNames {
		all[name] = []byte(name)
	}
	if err := s.PutMarks(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	for _, prefix := range append([]string{"\xc3", "\xe6\x97", "b", "a/1\x00", "zz"}, oddNames...) {
		want := map[string]string{}
		for _, name := range oddNames {
			if strings.HasPrefix(name, prefix) {
				want[name] = name
			}
		}
		if diff := cmp.Diff(want, allMarks(t, s, prefix)); diff != "" {
			t.Errorf("%q: %s", prefix, diff)
		}
	}
}

// marksTogether: whoever reads while others write sees each change whole.
func marksTogether(t *testing.T, s store.Store, _ func() store.Store) {
	const writers, rounds, names = 2, 30, 10
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for round := range rounds {
				change := map[string][]byte{}
				for i := range names {
					change[fmt.Sprint(w, "/", i)] = fmt.Append(nil, round)
				}
				if err := s.PutMarks(t.Context(), change); err != nil {
					t.Error(err)
				}
			}
		})
	}
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	for ended := false; !ended; {
		select {
		case <-done:
			ended = true
		default:
		}
		for w := range writers {
			got := allMarks(t, s, fmt.Sprint(w, "/"))
			bodies := slices.Compact(slices.Sorted(maps.Values(got)))
			if len(got) != 0 && len(got) != names || len(bodies) > 1 || ended && !slices.Equal(bodies, []string{fmt.Sprint(rounds - 1)}) {
				t.Fatalf("%v", got)
			}
		}
	}
}

// marksYield: an error of yield, and the end of a context, end the reading.
func marksYield(t *testing.T, s store.Store, _ func() store.Store) {
	if err := s.PutMarks(t.Context(), map[string][]byte{"a": {}, "b": {}}); err != nil {
		t.Fatal(err)
	}
	enough, n := errors.New("enough"), 0
	if err := s.Marks(t.Context(), "", func(store.Mark) error { n++; return enough }); !errors.Is(err, enough) || n != 1 {
		t.Error(n, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.PutMarks(ended, map[string][]byte{"c": {}}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := s.Marks(ended, "", func(store.Mark) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if got := allMarks(t, s, ""); len(got) != 2 {
		t.Error(got)
	}
}
