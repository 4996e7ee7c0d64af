package graph_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"auto/vm/graph"
)

// TestMain has the tests read the copy of the IANA database with which Dagster's answers
// were recorded, so that they depend on no other.
func TestMain(m *testing.M) {
	if err := os.Setenv("ZONEINFO", "testdata/zoneinfo.zip"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// The windows of every zone of the database, as testdata/record_windows.py writes them.
// Without the tag soak, TestWindowsOfYears takes every fortieth line for hourly windows and
// every eighth for the others; TestWindowsAtChanges is always whole.
const (
	recordedLines, recordedNames = 14, 14

	firstYear, years = 1996, 30
	digestDigits     = 16
)

type recordedZones struct {
	Zones                          []string
	Hourly, Daily, Weekly, Monthly string // digests per year, one after another
	Changes                        []recordedChange
}

func (r recordedZones) digests(kind graph.Type) string {
	return map[graph.Type]string{graph.Hourly: r.Hourly, graph.Daily: r.Daily, graph.Weekly: r.Weekly, graph.Monthly: r.Monthly}[kind]
}

// recordedChange has the windows around a change of the clocks: the start of the first,
// then key and length of each.
type recordedChange struct {
	At                             int64
	Hourly, Daily, Weekly, Monthly []any
}

func (r recordedChange) windows(kind graph.Type) []any {
	return map[graph.Type][]any{graph.Hourly: r.Hourly, graph.Daily: r.Daily, graph.Weekly: r.Weekly, graph.Monthly: r.Monthly}[kind]
}

var windowTypes = []graph.Type{graph.Hourly, graph.Daily, graph.Weekly, graph.Monthly}

// zoneWindows is a definition that starts with a year.
func zoneWindows(t *testing.T, kind graph.Type, zone string, year int) *graph.Partitions {
	t.Helper()
	p, err := graph.NewPartitions(graph.Spec{Type: kind, Timezone: zone, Start: fmt.Sprintf("%d-01-01", year)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func location(t *testing.T, zone string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestWindowsOfYears: each window of a year that a definition starts with, in order, has
// Dagster's key, start and end.
func TestWindowsOfYears(t *testing.T) {
	line := 0
	eachCase(t, "windows.jsonl.gz", recordedLines, func(t *testing.T, c recordedZones) {
		line++
		for _, kind := range windowTypes {
			if !soak && line%map[bool]int{true: 40, false: 8}[kind == graph.Hourly] != 0 {
				continue
			}
			for _, zone := range tested(c.Zones) {
				if got := yearDigests(t, kind, zone); got != c.digests(kind) {
					reportYears(t, kind, zone, c.digests(kind), got)
				}
			}
		}
	})
}

// tested gives the first of the zones whose answers are alike, or all of them.
func tested(zones []string) []string {
	if soak {
		return zones
	}
	return zones[:1]
}

func yearDigests(t *testing.T, kind graph.Type, zone string) (digests string) {
	for year := firstYear; year < firstYear+years; year++ {
		digests += yearDigest(t, kind, zone, year)
	}
	return digests
}

// yearDigest is the digest of lines "key start end" with instants in Unix seconds.
func yearDigest(t *testing.T, kind graph.Type, zone string, year int) string {
	limit := time.Date(year+1, 1, 1, 0, 0, 0, 0, location(t, zone))
	digest, line := sha256.New(), []byte(nil)
	for key, start := range zoneWindows(t, kind, zone, year).EachWindow() {
		if line != nil {
			write(digest, strconv.AppendInt(line, start.Unix(), 10))
		}
		if !start.Before(limit) {
			break
		}
		line = append(strconv.AppendInt(append(append(line[:0], key...), ' '), start.Unix(), 10), ' ')
	}
	return hex.EncodeToString(digest.Sum(nil))[:digestDigits]
}

func write(digest hash.Hash, line []byte) { digest.Write(append(line, '\n')) }

func reportYears(t *testing.T, kind graph.Type, zone, want, got string) {
	t.Helper()
	var wrong []int
	for i := range years {
		if want[i*digestDigits:][:digestDigits] != got[i*digestDigits:][:digestDigits] {
			wrong = append(wrong, firstYear+i)
		}
	}
	t.Errorf("%s %s: other windows in %v", zone, kind, wrong)
}

// TestWindowsAtChanges: of each window that overlaps the day before or the day after a
// change of the clocks, the key has the start and end that Dagster gives, and an instant
// in it has the key.
func TestWindowsAtChanges(t *testing.T) {
	eachCase(t, "windows.jsonl.gz", recordedLines, func(t *testing.T, c recordedZones) {
		for _, zone := range tested(c.Zones) {
			for _, kind := range windowTypes {
				for _, change := range c.Changes {
					checkChange(t, zoneWindows(t, kind, zone, time.Unix(change.At, 0).In(location(t, zone)).Year()), change)
				}
			}
		}
	})
}

func checkChange(t *testing.T, p *graph.Partitions, c recordedChange) {
	t.Helper()
	row := c.windows(p.Type)
	if len(row) == 0 {
		return
	}
	at := int64(row[0].(float64))
	for pair := range slices.Chunk(row[1:], 2) {
		key, want := pair[0].(string), [2]int64{at, at + int64(pair[1].(float64))}
		if middle := time.Unix((want[0]+want[1])/2, 0); p.KeyAt(middle) != key {
			t.Errorf("%s %s: %s at %v, want %s", p.Timezone, p.Type, p.KeyAt(middle), middle, key)
		}
		at = want[1]
		start, end, ok := p.Window(key)
		if got := [2]int64{start.Unix(), end.Unix()}; !ok || got != want {
			t.Errorf("%s %s: %s is %v (%t), want %v", p.Timezone, p.Type, key, got, ok, want)
		}
	}
}

// TestEveryZone: the recording has all zones of the database.
func TestEveryZone(t *testing.T) {
	zones := 0
	eachCase(t, "windows.jsonl.gz", recordedLines, func(_ *testing.T, c recordedZones) { zones += len(c.Zones) })
	if zones != recordedNames {
		t.Errorf("%d zones, want %d", zones, recordedNames)
	}
}
