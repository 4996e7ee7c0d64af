// Package sidebyside lets Dagster's own automation and auto live through the same history,
// each with a real Dagster of its own, and compares what they launch there. And it kills
// auto, its Dagster and the line between them, and looks whether a run is lost or doubled.
package sidebyside

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// side is a deployment with what launches runs in it.
type side interface {
	// name is what the side is called in messages.
	name() string
	// history is where things happen to the deployment, and where its runs are listed.
	history() *driver
	// tick moves the time to an instant, and comes back when everything due then is done.
	tick(t *testing.T, at time.Time)
	// explain logs what the side knows of pairs about which the two differ.
	explain(t *testing.T, pairs []string)
}

// pair is an asset with a partition, "" for none.
type pair struct{ Asset, Partition string }

func (p pair) String() string {
	if p.Partition == "" {
		return p.Asset
	}
	return fmt.Sprintf("%s[%s]", p.Asset, p.Partition)
}

// launches tells runs, a line each, sorted: when, which assets, and the partition.
func launches(at time.Time, runs []run) []string {
	out := []string{}
	for _, r := range runs {
		pairs := []string{}
		for _, p := range r.Made {
			pairs = append(pairs, p.String())
		}
		slices.Sort(pairs)
		out = append(out, at.Format(time.DateTime)+" "+strings.Join(pairs, " "))
	}
	slices.Sort(out)
	return out
}

// count counts launches by the condition of their asset.
func count(into map[string]int, runs []run) {
	for _, r := range runs {
		for _, p := range r.Made {
			condition, _, _ := strings.Cut(p.Asset, "_")
			into[condition]++
		}
	}
}
