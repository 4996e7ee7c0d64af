package graph_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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

// The windows of every zone of the database, as testdata/record_windows.py writes them: a
// line is for zones with equal answers. With the tag soak everything is compared. Without
// it, the first zone of a line stands for the line, and TestWindowsOfYears takes every
// fortieth line for hourly windows and every eighth for the others.
const (
	recordedLines, recordedNames, recordedAlone = 204, 598, 144

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
	// Alone has the hours whose keys Dagster lists for other windows than those that it
	// gives for the keys alone. They follow a change of the clocks by half an hour in a
	// zone whose present offset is a whole hour, or the other way round.
	Alone struct{ Hourly map[string][2]int64 }
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

// mostWindows is at least the number of windows in a year, with the one after it.
var mostWindows = map[graph.Type]int{graph.Hourly: 366*24 + 25, graph.Daily: 368, graph.Weekly: 54, graph.Monthly: 14}

// yearDigest is the digest of lines "key start end" with instants in Unix seconds.
func yearDigest(t *testing.T, kind graph.Type, zone string, year int) string {
	p, digest, line := zoneWindows(t, kind, zone, year), sha256.New(), []byte(nil)
	starts, limit := p.Starts(0, mostWindows[kind]), time.Date(year+1, 1, 1, 0, 0, 0, 0, location(t, zone)).Unix()
	for i := 0; starts[i] < limit; i++ {
		line = strconv.AppendInt(append(append(line[:0], p.KeyFrom(starts[i])...), ' '), starts[i], 10)
		line = append(strconv.AppendInt(append(line, ' '), starts[i+1], 10), '\n')
		digest.Write(line)
	}
	return hex.EncodeToString(digest.Sum(nil))[:digestDigits]
}

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
// change of the clocks, the key has the start and end that Dagster lists it with, and an
// instant in it has the key.
func TestWindowsAtChanges(t *testing.T) {
	alone := 0
	eachCase(t, "windows.jsonl.gz", recordedLines, func(t *testing.T, c recordedZones) {
		for _, zone := range tested(c.Zones) {
			of, definitions := 0, [4]*graph.Partitions{}
			for _, change := range c.Changes {
				if year := time.Unix(change.At, 0).UTC().Year(); year != of {
					of = year
					for i, kind := range windowTypes {
						definitions[i] = zoneWindows(t, kind, zone, year)
					}
				}
				for _, p := range definitions {
					checkChange(t, p, change)
				}
			}
		}
		for _, change := range c.Changes {
			alone += len(change.Alone.Hourly)
		}
	})
	if alone != recordedAlone {
		t.Errorf("%d hours that Dagster contradicts itself about, want %d", alone, recordedAlone)
	}
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

// TestFirstHours: the first two hours of a definition, as Dagster lists them in zones
// whose hours are or were not those of UTC.
func TestFirstHours(t *testing.T) {
	for _, test := range []struct {
		zone, start string
		minute      int
		want        [2]string
	}{
		{"America/Caracas", "2010-01-01 00:00", 0, [2]string{"2010-01-01-00:00", "2010-01-01-01:00"}},
		{"America/Caracas", "2010-01-01 00:20", 0, [2]string{"2010-01-01-00:30", "2010-01-01-01:30"}},
		{"America/Caracas", "2010-01-01 00:00", 15, [2]string{"2010-01-01-00:45", "2010-01-01-01:45"}},
		{"Australia/Lord_Howe", "2024-07-01 00:00", 0, [2]string{"2024-07-01-00:00", "2024-07-01-01:00"}},
		{"Australia/Lord_Howe", "2024-07-01 00:00", 30, [2]string{"2024-07-01-00:00", "2024-07-01-01:00"}},
		{"Asia/Kolkata", "2024-07-01 00:10", 0, [2]string{"2024-07-01-01:00", "2024-07-01-02:00"}},
	} {
		p, err := graph.NewPartitions(graph.Spec{Type: graph.Hourly, Timezone: test.zone, Start: test.start, Minute: test.minute})
		if err != nil {
			t.Fatal(err)
		}
		starts := p.Starts(0, 2)
		if got := [2]string{p.KeyFrom(starts[0]), p.KeyFrom(starts[1])}; got != test.want {
			t.Errorf("%s from %s: %v, want %v", test.zone, test.start, got, test.want)
		}
	}
}
