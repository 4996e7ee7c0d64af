package facts

import (
	"fmt"
	"slices"
	"strings"
)

// check is what is known about a check.
type check struct {
	key   string
	asset *asset
	// entity is its number in the space of the view, -1 for none.
	entity int
	// rows are the latest execution of each partition, by the number of its key.
	rows map[int32]row
	// last is the partition of the latest execution of all, any whether there is one.
	last int32
	any  bool
	// seen has, by run, the partitions whose executions are or were in rows: a run
	// evaluates the one that it has planned, which makes no new one.
	seen map[int32][]int32
}

// outcome is how an execution went.
type outcome uint8

const (
	none outcome = iota
	pending
	passed
	failed
)

// row is an execution of a check. It is Dagster's row of the table of executions.
type row struct {
	key, run int32
	outcome  outcome
	// at is when it was evaluated, created when the row was made.
	at, created int64
	// target is the position of the materialization that it was evaluated against, 0 for
	// none, gone for one that is forgotten.
	target int32
}

// check gives the check of a key, asset:check.
func (w *World) check(key string) *check {
	c, ok := w.checkOf[key]
	if !ok {
		name := strings.LastIndexByte(key, ':')
		c = &check{key: key, entity: -1, asset: w.asset(key[:max(name, 0)])}
		c.forget()
		c.asset.checks = append(c.asset.checks, c)
		w.checkOf[key] = c
	}
	return c
}

// forget removes all executions.
func (c *check) forget() {
	c.rows, c.seen, c.last, c.any = map[int32]row{}, map[int32][]int32{}, 0, false
}

// plan adds an execution that is going to be made.
func (c *check) plan(r row) {
	r.outcome = pending
	c.insert(r)
}

func (c *check) insert(r row) {
	c.rows[r.key], c.last, c.any = r, r.key, true
	if r.run != 0 {
		c.seen[r.run] = append(c.seen[r.run], r.key)
	}
}

// evaluate adds an evaluation, or completes the execution that its run has planned. One
// that a later execution of its partition has followed is of no interest.
func (c *check) evaluate(r row) {
	key, planned := c.plannedKey(r)
	if !planned {
		c.insert(r)
		return
	}
	if held := c.rows[key]; held.run == r.run {
		r.created = held.created
		delete(c.rows, key)
		c.rows[r.key] = r
		if c.last == key {
			c.last = r.key
		}
	}
}

// plannedKey gives the partition under which a run's execution is known. A run names one
// partition for all it selects, so that of a check without partitions may be under it.
func (c *check) plannedKey(r row) (int32, bool) {
	keys := c.seen[r.run]
	if slices.Contains(keys, r.key) {
		return r.key, true
	}
	if r.key == 0 && len(keys) == 1 {
		return keys[0], true
	}
	return 0, false
}

// checked stores an evaluation against the latest materialization.
func (w *World) checked(e Checked) error {
	if strings.LastIndexByte(e.Check, ':') <= 0 {
		return fmt.Errorf("`%s` is no check: it is written asset:check", e.Check)
	}
	w.last++
	c, n := w.check(e.Check), w.run(e.Run)
	r := row{key: w.names.number(e.Partition), run: n, outcome: failed, at: micros(e.At), created: micros(e.At)}
	if e.Passed {
		r.outcome = passed
	}
	r.target = c.asset.latest.materialized
	if r.key != 0 {
		r.target = c.asset.materialized.at(c.asset.slots.slot(r.key))
	}
	w.evaluated = max(w.evaluated, r.at)
	c.evaluate(r)
	w.touchExecution(c, r.key)
	return nil
}

// verdict is the status of a check, or of one of its partitions.
type verdict uint8

const (
	isMissing verdict = iota
	isGoing
	isPassed
	isFailed
	isBroken  // its run failed before it was evaluated
	isSkipped // its run finished without evaluating it
)

// resolve gives the status of an execution, whatever it was evaluated against (Dagster's
// AssetCheckExecutionRecord.resolve_status).
func (w *World) resolve(r row) verdict {
	switch run := w.known(r.run); {
	case r.outcome == passed:
		return isPassed
	case r.outcome == failed:
		return isFailed
	case run.goes():
		return isGoing
	case run.failed():
		return isBroken
	}
	return isSkipped
}

// verdict gives the status of a check without partitions: that of its latest execution,
// where that is about the latest materialization.
func (w *World) verdict(c *check) verdict {
	if !c.any {
		return isMissing
	}
	r := c.rows[c.last]
	v := w.resolve(r)
	if v != isGoing && !w.targetsLatest(c, r, v) {
		return isMissing
	}
	return v
}

// targetsLatest is Dagster's AssetCheckExecutionRecord.targets_latest_materialization of
// an execution that is not in progress.
func (w *World) targetsLatest(c *check, r row, v verdict) bool {
	latest := c.asset.record()
	if r.key != 0 && r.outcome != pending {
		latest = c.asset.materialized.at(c.asset.slots.slot(r.key))
	}
	m := c.asset.log.at(latest)
	switch {
	case latest == 0 || m.run == r.run:
		return true
	case v == isPassed || v == isFailed:
		return r.target == latest || r.target == 0 && m.at < r.created
	}
	made, ran := w.known(m.run), w.known(r.run)
	return made.known && ran.known && ran.created > made.created
}

// isOfAll reports whether a materialization is one of all partitions: of none, and no
// snapshot.
func (a *asset) isOfAll(position int32) bool {
	e := a.log.at(position)
	return e.key == 0 && e.kind != seeded
}

// partitionVerdict gives the status of one partition of a check: of its latest execution,
// where that was planned or is about the latest materialization (Dagster's
// AssetCheckState). A materialization without partition that is the latest of all is one
// of each.
func (w *World) partitionVerdict(c *check, r row) verdict {
	if r.outcome == pending {
		return w.resolve(r)
	}
	latest := c.asset.materialized.at(c.asset.slots.slot(r.key))
	if whole := c.asset.record(); whole != 0 && c.asset.isOfAll(whole) {
		latest = max(latest, whole)
	}
	if latest != 0 && r.target != latest {
		return isMissing
	}
	return w.resolve(r)
}
