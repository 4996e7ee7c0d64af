package oracle

// The waits of Dagster's operands for storage decide which evaluations of a level have
// ended when another looks at requests. They follow the facts as far as these tell: a run
// that was planned and neither goes on nor failed nor materialized is not seen, nor is an
// execution of a check that a later materialization has made void.

// load waits for the records that a known operand is read from. Of partitioned assets and
// checks that is their status, of checks without partitions their latest execution.
// Unpartitioned assets are read at once, but for failures, which need the run that was
// planned last.
func (c *context) load() {
	partitioned := c.definition(c.entity) != nil
	switch op := c.node.Op; {
	case op == "backfill_in_progress" || op == "data_version_changed":
	case op == "freshness_passed" || op == "freshness_warned" || op == "freshness_failed":
		if asset, _ := c.asset(c.entity); asset.Freshness {
			c.storage.load(c.task, "freshness", c.entity)
		}
	case op == "any_new_update_has_run_tags" || op == "all_new_updates_have_run_tags":
		c.loadNewRuns()
	case c.isCheck(c.entity) && partitioned:
		c.storage.load(c.task, "check status", c.entity)
	case c.isCheck(c.entity):
		c.loadCheck()
	case op == "missing" && !c.materializable(c.entity):
	case partitioned:
		c.storage.load(c.task, "status", c.entity)
	case op == "execution_failed":
		c.loadPlanned()
	}
}

func (c *context) holds(op string) bool {
	return len(c.facts.Holds(c.entity, operand(op), Since{})) > 0
}

// loadPlanned waits for the run that was planned last, and where it failed for what the
// asset has materialized.
func (c *context) loadPlanned() {
	failed := c.holds("execution_failed")
	if failed || c.holds("run_in_progress") || c.holds("executed_with_tags") {
		c.storage.load(c.task, "run", c.entity)
	}
	if failed {
		c.storage.load(c.task, "asset", c.entity)
	}
}

// loadCheck waits for the latest execution of a check, for its run where it has no result,
// and for the asset's materialization that it has to be about.
func (c *context) loadCheck() {
	c.storage.load(c.task, "check", c.entity)
	going, failed := c.holds("run_in_progress"), c.holds("execution_failed")
	if going || failed {
		c.storage.load(c.task, "run", c.entity)
	}
	if failed || !going && (c.holds("check_passed") || c.holds("check_failed")) {
		asset, _ := c.asset(c.entity)
		c.storage.load(c.task, "asset", asset.Key)
	}
}

// loadNewRuns waits for the runs of new materializations, where there are any.
func (c *context) loadNewRuns() {
	before, ok := c.previous()
	if ok && before.Event != 0 && len(c.facts.Holds(c.entity, operand("newly_updated"), before)) > 0 {
		c.task.gather(func(t *task) { c.storage.load(t, "run", c.entity) })
	}
}

// loadLatestRun waits for the latest materialization, and where it is of a candidate for
// its run.
func (c *context) loadLatestRun() {
	kind := "asset"
	if c.isCheck(c.entity) {
		kind = "check"
	}
	if c.candidates.Len() == 0 {
		return
	}
	c.storage.load(c.task, kind, c.entity)
	byAnyRun := c.facts.Holds(c.entity, operand("executed_with_tags"), Since{})
	if len(filter(byAnyRun, c.candidates.Has)) > 0 {
		c.storage.load(c.task, "run", c.entity)
	}
}
