// Package sourcetest is what every source has to pass.
package sourcetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"auto/runtime/sources"

	"github.com/google/go-cmp/cmp"
)

// Fixture is an empty source, and how its store is filled.
type Fixture struct {
	Source sources.Source
	Put    func(key, content string)
	Delete func(key string)
	// PageSize is the most keys of one page, 0 where pages are not of one size.
	PageSize int
	// Literal: every key is possible, not only those that a file system can have.
	Literal bool
}

// Run holds a source against the conformance tests; each gets a fixture of its own.
func Run(t *testing.T, fixture func(t *testing.T) Fixture) {
	for name, test := range map[string]func(*testing.T, Fixture){
		"List": testList, "Prefix": testPrefix, "Pages": testPages, "Keys": testKeys, "Changes": testChanges, "Stop": testStop, "Cancel": testCancel, "Stat": testStat, "Move": testMove,
	} {
		t.Run(name, func(t *testing.T) { test(t, fixture(t)) })
	}
}

// listed gives the keys below a prefix, sorted.
func listed(t *testing.T, f Fixture, prefix string) []string {
	t.Helper()
	keys := []string{}
	for _, o := range objects(t, f, prefix) {
		keys = append(keys, o.Key)
	}
	slices.Sort(keys)
	return keys
}

func objects(t *testing.T, f Fixture, prefix string) []sources.Object {
	t.Helper()
	var all []sources.Object
	stats, err := f.Source.List(t.Context(), prefix, func(page []sources.Object) error {
		all = append(all, page...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if stats.Keys != len(all) || stats.Calls < 1 {
		t.Errorf("stats %+v for %d objects", stats, len(all))
	}
	return all
}

func testList(t *testing.T, f Fixture) {
	if keys := listed(t, f, ""); len(keys) != 0 {
		t.Errorf("an empty source lists %q", keys)
	}
	f.Put("b/x.csv", "12345")
	f.Put("a.csv", "")
	all := objects(t, f, "")
	if len(all) != 2 {
		t.Fatalf("%+v", all)
	}
	for _, o := range all {
		if o.ETag == "" || o.ETag[0] == '"' || o.LastModified.IsZero() || o.LastModified.Location().String() != "UTC" {
			t.Errorf("%+v", o)
		}
		if o.Key == "b/x.csv" && o.Size != 5 {
			t.Errorf("%+v", o)
		}
	}
}

func testPrefix(t *testing.T, f Fixture) {
	for _, key := range []string{"landing/a", "landing/b/c", "landing2/a", "other"} {
		f.Put(key, key)
	}
	if diff := cmp.Diff([]string{"landing/a", "landing/b/c"}, listed(t, f, "landing/")); diff != "" {
		t.Error(diff)
	}
	if keys := listed(t, f, "nothing/"); len(keys) != 0 {
		t.Errorf("%q", keys)
	}
}

func testPages(t *testing.T, f Fixture) {
	n := 25
	if f.PageSize > 0 {
		n = f.PageSize*2 + 1
	}
	var want []string
	for i := range n {
		want = append(want, fmt.Sprintf("p/%05d", i))
		f.Put(want[i], "x")
	}
	pages := 0
	var keys []string
	stats, err := f.Source.List(t.Context(), "p/", func(page []sources.Object) error {
		pages++
		for _, o := range page {
			keys = append(keys, o.Key)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Error(diff)
	}
	if f.PageSize > 0 && (pages != 3 || stats.Calls != 3) {
		t.Errorf("%d pages, %d calls", pages, stats.Calls)
	}
}

func testKeys(t *testing.T, f Fixture) {
	keys := []string{"a b+(1).csv", "é/日本.csv", "%41", "a&b<c>'\"", "x=1;y=2", ".hidden", "~", "tab\tin", "new\nline"}
	if f.Literal {
		keys = append(keys, "landing//sales/f.csv", "a", "a/b", "/lead", "dir/")
	}
	for _, key := range keys {
		f.Put(key, "x")
	}
	slices.Sort(keys)
	if diff := cmp.Diff(keys, listed(t, f, "")); diff != "" {
		t.Error(diff)
	}
}

func testChanges(t *testing.T, f Fixture) {
	f.Put("a", "one")
	before := objects(t, f, "")[0]
	if again := objects(t, f, "")[0]; again != before {
		t.Errorf("unchanged, and listed as %+v and %+v", before, again)
	}
	f.Put("a", "two!")
	if after := objects(t, f, "")[0]; after.ETag == before.ETag {
		t.Errorf("overwritten, and the tag stays %s", after.ETag)
	}
	f.Delete("a")
	if keys := listed(t, f, ""); len(keys) != 0 {
		t.Errorf("deleted, and listed %q", keys)
	}
}

func testStop(t *testing.T, f Fixture) {
	f.Put("a", "x")
	stop := errors.New("stop")
	if _, err := f.Source.List(t.Context(), "", func([]sources.Object) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the error of yield is lost: %v", err)
	}
}

func testCancel(t *testing.T, f Fixture) {
	f.Put("a", "x")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Source.List(ctx, "", func([]sources.Object) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, and %v", err)
	}
}

func testStat(t *testing.T, f Fixture) {
	f.Put("a/b.csv", "123")
	o, err := f.Source.Stat(t.Context(), "a/b.csv")
	if err != nil {
		t.Fatal(err)
	}
	if listed := objects(t, f, "")[0]; o.Key != listed.Key || o.Size != listed.Size || o.ETag != listed.ETag {
		t.Errorf("stat %+v, listed %+v", o, listed)
	}
	if _, err := f.Source.Stat(t.Context(), "nothing"); !errors.Is(err, sources.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func testMove(t *testing.T, f Fixture) {
	f.Put("in/a b+c.csv", "123")
	for range 2 { // the second time it has been done
		if err := f.Source.Move(t.Context(), "in/a b+c.csv", "rejected/a b+c.csv"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"rejected/a b+c.csv"}, listed(t, f, "")); diff != "" {
			t.Fatal(diff)
		}
	}
	if err := f.Source.Move(t.Context(), "nothing", "x"); !errors.Is(err, sources.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
