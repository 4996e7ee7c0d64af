// Package sidebyside lets Dagster's own automation and auto live through the same history, each with a
// real Dagster of its own, and compares what they launch there.
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
}

// pair is an asset with a partition, "" for none.
type pair struct{ Asset, Partition string }

func (p pair) String() string {
	if p.Partition == "" {
		return p.Asset
	}
	return fmt.Sprintf("%s[%s]", p.Asset, p.Partition)
}

// launches are the pairs of runs, sorted: a pair that is in two runs is there twice.
func launches(runs []run) []string {
	out := []string{}
	for _, r := range runs {
		for _, p := range r.Made {
			out = append(out, p.String())
		}
	}
	slices.Sort(out)
	return out
}

// count counts launches by the condition of their asset.
func count(into map[string]int, list []string) {
	for _, launch := range list {
		_, launch, _ = strings.Cut(launch, " ")
		condition, _, _ := strings.Cut(launch, "_")
		into[condition]++
	}
}
