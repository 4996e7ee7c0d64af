// Package failpoint names the places around durable writes where a test kills the
// process. In an ordinary build a point does nothing; in one with the build tag
// `failpoint` the environment variable AUTO_KILL says where the process dies, by
// SIGKILL as a crash would end it:
//
//	AUTO_KILL=7                      at the seventh point that is reached
//	AUTO_KILL=store.commit.after:2   when that point is reached for the second time
package failpoint

import "slices"

// points are the names that the program passes to Hit; a test compares them with
// its source.
var points = []string{
	"dagster.launch.after",
	"dagster.launch.before",
	"dagster.launch.given_up",
	"dagster.launch.looked",
	"dagster.read.taken",
	"outbox.begin.after",
	"outbox.begin.before",
	"outbox.delivered",
	"outbox.finished",
	"store.commit.after",
	"store.commit.before",
	"store.commit.staged",
	"store.decide.after",
	"store.decide.before",
	"store.decide.staged",
	"store.snapshot.after",
	"store.snapshot.before",
	"store.snapshot.staged",
	"store.take.after",
	"store.take.before",
	"store.take.staged",
	"store.write.after",
	"store.write.before",
	"store.write.staged",
	"tick.after",
	"tick.before",
}

// Points gives the names of all points, sorted.
func Points() []string { return slices.Clone(points) }
