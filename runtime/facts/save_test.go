package facts_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"auto/runtime/facts"
	"auto/vm"

	"pgregory.net/rapid"
)

// tester is a test or a property.
type tester interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// reloaded gives a world that was saved and loaded; to save that again gives the same.
func reloaded(t tester, w *facts.World) *facts.World {
	t.Helper()
	text := saved(t, w)
	again, err := facts.Load(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, saved(t, again)) {
		t.Fatal("a loaded world is saved to something else")
	}
	return again
}

func saved(t tester, w *facts.World) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := w.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// busyWorld is one in which every kind of thing happened.
func busyWorld(t tester) *facts.World {
	t.Helper()
	w := facts.New()
	for n := range 300 {
		at := noon.Add(time.Duration(n) * time.Second)
		for _, e := range []facts.Event{
			facts.Materialized{Asset: "P", Partition: []string{"a", "b"}[n%2], DataVersion: "1", Run: "r0", At: at},
			facts.Observed{Asset: "O", At: at},
		} {
			if err := w.Apply(e); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, e := range []facts.Event{
		facts.DynamicPartitions{Name: "k", Add: []string{"x", "y"}, At: noon},
		facts.RunStarted{Run: "r1", Assets: []string{"A", "D"}, Checks: []string{"A:c"}, Partition: "x", Tags: map[string]string{"t": "1"}, At: noon},
		facts.RunStatus{Run: "r1", Status: facts.Failure, At: noon},
		facts.Checked{Check: "P:p", Partition: "a", Run: "r2", Passed: true, At: noon},
		facts.Backfill{ID: "f", Targets: map[string][]string{"P": {"a", "b"}, "A": nil}, Status: facts.Started, At: noon},
		facts.Freshness{Asset: "F", State: "warn", At: noon},
		facts.Wiped{Asset: "O", At: noon.Add(time.Second)},
	} {
		if err := w.Apply(e); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// TestDamaged: what is cut off, changed or of another version is refused.
func TestDamaged(t *testing.T) {
	text := saved(t, busyWorld(t))
	for n := range text {
		if _, err := facts.Load(bytes.NewReader(text[:n])); err == nil || !strings.Contains(err.Error(), "damaged") {
			t.Fatalf("cut off at %d of %d: %v", n, len(text), err)
		}
		other := bytes.Clone(text)
		other[n] ^= 0x41
		if _, err := facts.Load(bytes.NewReader(other)); err == nil {
			t.Fatalf("changed at %d of %d", n, len(text))
		}
	}
	if _, err := facts.Load(bytes.NewReader(append(bytes.Clone(text), 0))); err == nil {
		t.Error("something may follow")
	}
}

// FuzzLoad: no snapshot makes a panic, and one that is accepted can be used. The checksum
// is made right, so that more than it is looked at.
func FuzzLoad(f *testing.F) {
	f.Add(saved(f, facts.New()))
	f.Add(saved(f, busyWorld(f)))
	f.Fuzz(func(t *testing.T, text []byte) {
		if n := len(text) - 4; n >= 0 {
			binary.LittleEndian.PutUint32(text[n:], crc32.ChecksumIEEE(text[:n]))
		}
		w, err := facts.Load(bytes.NewReader(text))
		if err != nil {
			return
		}
		s := spaceOf(t, w, noon)
		for range 2 {
			known := w.Facts(s, noon)
			for i := range s.Entities {
				snapshot(s, i, known, everyFact, vm.Since{At: noon, Event: 1})
			}
			if err := w.Apply(facts.Wiped{Asset: "P", At: noon}); err != nil {
				t.Fatal(err)
			}
			w.Compact(facts.Horizon{Event: known.LastEvent(), Runs: known.LastEvent(), All: true})
			saved(t, w)
		}
	})
}

// FuzzSaved is TestForget's property, with histories of all events.
func FuzzSaved(f *testing.F) {
	f.Add([]byte("a history of events"))
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		w := facts.New()
		for range rapid.IntRange(0, 20).Draw(t, "events") {
			_ = w.Apply(someEvent(t, noon)) // what cannot have happened changes nothing
		}
		reloaded(t, w)
	}))
}

// TestNoRoom: an error of writing or reading is told.
func TestNoRoom(t *testing.T) {
	w := busyWorld(t)
	text := saved(t, w)
	for _, room := range []int{0, len(text) / 2, len(text) - 1} {
		if err := w.Save(&full{room}); !errors.Is(err, errFull) {
			t.Errorf("with room for %d: %v", room, err)
		}
		if _, err := facts.Load(io.MultiReader(bytes.NewReader(text[:room]), iotest.ErrReader(errFull))); !errors.Is(err, errFull) {
			t.Errorf("an error after %d: %v", room, err)
		}
	}
}

var errFull = errors.New("no space left")

// full takes so many bytes.
type full struct{ room int }

func (f *full) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}
