package runtags_test

import (
	"testing"
	"time"

	"auto/runtime/dagster/runtags"
	"auto/runtime/request"

	"github.com/google/go-cmp/cmp"
)

// TestOf: a run tells what it was launched for; the request's own tags stand, but for its
// identity.
func TestOf(t *testing.T) {
	at := time.Date(2026, 1, 1, 1, 0, 0, 5, time.FixedZone("", 3600))
	for name, test := range map[string]struct {
		request request.Request
		want    map[string]string
	}{
		"of conditions": {request.Request{ID: "a", DecidedAt: at, Sensor: "s", Policies: []string{"p", "q"}, Partition: "2026-01-01"},
			map[string]string{"auto/sensor": "s", "auto/policies": "p,q"}},
		"of a files block": {request.Request{ID: "a", DecidedAt: at, Block: "b", Rules: []string{"r", "o"}, RunKey: "k", Priority: -2, Retry: 3},
			map[string]string{"auto/block": "b", "auto/rules": "r,o", "dagster/priority": "-2", "auto/retry": "3"}},
		"with tags": {request.Request{ID: "a", DecidedAt: at, Sensor: "s", Priority: 1, Tags: map[string]string{"auto/request": "b", "auto/launcher": "c", "auto/sensor": "mine", "dagster/priority": "9", "empty": "", "team": "x"}},
			map[string]string{"auto/sensor": "mine", "dagster/priority": "9", "empty": "", "team": "x"}},
	} {
		test.want["auto/request"], test.want["auto/launcher"], test.want["auto/tick"] = "a", "pull", "2026-01-01T00:00:00.000000005Z"
		if diff := cmp.Diff(test.want, runtags.Of(&test.request, "pull")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
