//go:build failpoint

package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	process "os/exec"
	"strings"
	"testing"

	"auto/runtime/failpoint"
	"auto/runtime/store"
)

// The environment names of a process that is to die: where it works, how far it may go.
const (
	dieFolder = "AUTO_TEST_DIE_IN"
	dieRounds = 4
)

// TestDies is the process that dies, where TestKilled asks for it: it says on standard
// output what was acknowledged.
func TestDies(t *testing.T) {
	dir := os.Getenv(dieFolder)
	if dir == "" {
		return // it is only a part of TestKilled
	}
	s := opened(t, dir)
	for n := range dieRounds {
		if _, err := s.Take(t.Context(), at, "events", []store.Item{{ID: fmt.Sprint("e", n), Body: []byte("1")}, {ID: fmt.Sprint("f", n), Body: []byte("2")}}); err != nil {
			t.Fatal(err)
		}
		fmt.Println("taken")
		record, entry := bulky(n)
		if _, err := s.Decide(t.Context(), record, []store.Entry{entry}); err != nil {
			t.Fatal(err)
		}
		fmt.Println("decided")
		if err := s.PutSnapshot(t.Context(), store.Snapshot{Seq: int64(n), At: at, Body: record.Body}); err != nil {
			t.Fatal(err)
		}
		fmt.Println("saved")
		if err := s.PutMarks(t.Context(), map[string][]byte{fmt.Sprint("a", n): record.Body, fmt.Sprint("b", n): {}, fmt.Sprint("a", n-2): nil}); err != nil {
			t.Fatal(err)
		}
		fmt.Println("marked")
	}
}

// TestKilled: wherever a process dies, what it had acknowledged is there, at most what it
// was about is there beyond, and each change whole.
func TestKilled(t *testing.T) {
	for _, point := range failpoint.Points() {
		if !strings.HasPrefix(point, "store.") || strings.HasPrefix(point, "store.commit") {
			continue
		}
		t.Run(point, func(t *testing.T) { killed(t, point, dieRounds/2) })
	}
}

func killed(t *testing.T, point string, nth int) {
	dir := t.TempDir()
	child := process.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDies$")
	child.Env = append(os.Environ(), dieFolder+"="+dir, fmt.Sprintf("AUTO_KILL=%s:%d", point, nth))
	said, err := child.Output()
	if ended, ok := errors.AsType[*process.ExitError](err); !ok || ended.ExitCode() != -1 {
		t.Fatalf("it did not die: %v: %s", err, said)
	}
	s := opened(t, dir)
	defer s.Close()
	rows := counted(t, s) // records, items, requests, texts, snapshots, marks
	count := func(word string) int { return bytes.Count(said, []byte(word)) }
	taken, decided, saved, marked := count("taken"), count("decided"), count("saved"), count("marked")
	dueToPoint := map[string]int{"after": 1}[point[strings.LastIndex(point, ".")+1:]]
	want := [6]int{taken + decided, 2 * taken, decided, 0, saved, 2 * marked}
	switch {
	case strings.HasPrefix(point, "store.take"):
		want[0], want[1] = want[0]+dueToPoint, want[1]+2*dueToPoint
	case strings.HasPrefix(point, "store.decide"):
		want[0], want[2] = want[0]+dueToPoint, want[2]+dueToPoint
	case strings.HasPrefix(point, "store.snapshot"):
		want[4] += dueToPoint
	default:
		want[5] += 2 * dueToPoint
	}
	if rows != want {
		t.Errorf("%v rows, want %v; it said %q", rows, want, said)
	}
}
