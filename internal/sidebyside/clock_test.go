package sidebyside

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// clock is the file that all processes of a deployment take the time from.
type clock string

func newClock(t *testing.T) clock {
	c := clock(filepath.Join(t.TempDir(), "clock"))
	c.set(t, began)
	return c
}

// set moves the time.
func (c clock) set(t *testing.T, at time.Time) {
	t.Helper()
	name := string(c)
	text := strconv.FormatFloat(float64(at.UnixMilli())/1000, 'f', 3, 64)
	if err := os.WriteFile(name+".part", []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+".part", name); err != nil {
		t.Fatal(err)
	}
}
