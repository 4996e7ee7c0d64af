package oracle

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"auto/vm/cron"
)

// Condition is a node of a condition's tree, as Dagster's classes have it. Nodes are not
// changed once made.
type Condition struct {
	// Op is Dagster's name of an operator, or the function of an operand.
	Op    string
	Label string // "" for none
	// Children are the operands; of SINCE trigger and reset.
	Children []*Condition

	Cron, Zone string // of cron_tick_passed
	schedule   *cron.Schedule
	Lookback   time.Duration // of in_latest_time_window
	// TagKeys and TagValues are nil where they are not given.
	TagKeys       []string
	TagValues     map[string]string
	Key           string   // of MATCHES, the entity
	Downstream    []string // of DOWNSTREAM, the assets
	BlockingOnly  bool
	Allow, Ignore *selection
}

// The operators.
const (
	opAnd           = "AND"
	opOr            = "OR"
	opNot           = "NOT"
	opSince         = "SINCE"
	opNewlyTrue     = "NEWLY_TRUE"
	opAnyDeps       = "ANY_DEPS_MATCH"
	opAllDeps       = "ALL_DEPS_MATCH"
	opAnyChecks     = "ANY_CHECKS_MATCH"
	opAllChecks     = "ALL_CHECKS_MATCH"
	opAnyDownstream = "ANY_DOWNSTREAM_CONDITIONS"
	opMatches       = "MATCHES"    // EntityMatchesCondition
	opDownstream    = "DOWNSTREAM" // DownstreamConditionWrapperCondition
)

func (c *Condition) isDeps() bool   { return c.Op == opAnyDeps || c.Op == opAllDeps }
func (c *Condition) isChecks() bool { return c.Op == opAnyChecks || c.Op == opAllChecks }

// Name is Dagster's name of the node.
func (c *Condition) Name() string {
	switch {
	case c.Op == opMatches:
		return c.Key
	case c.Op == opDownstream:
		return strings.Join(c.Downstream, ", ")
	case c.Op == "cron_tick_passed":
		return fmt.Sprintf("cron_tick_passed(cron_schedule=%s, cron_timezone=%s)", c.Cron, c.Zone)
	case c.Op == "in_latest_time_window" && c.Lookback != 0:
		return fmt.Sprintf("in_latest_time_window(lookback_timedelta=%s)", pythonDelta(c.Lookback))
	case strings.HasPrefix(c.Op, "freshness_"):
		state := map[string]string{"freshness_passed": "PASS", "freshness_warned": "WARN", "freshness_failed": "FAIL"}[c.Op]
		return fmt.Sprintf("freshness_result(state=FreshnessState.%s)", state)
	case c.isDeps() || c.isChecks():
		return withArgs(c.Op, ",", c.selectionArgs())
	}
	return withArgs(c.Op, ", ", c.tagArgs())
}

func withArgs(name, comma string, args []string) string {
	if len(args) == 0 {
		return name
	}
	return name + "(" + strings.Join(args, comma) + ")"
}

func (c *Condition) selectionArgs() (args []string) {
	if c.BlockingOnly {
		args = append(args, "blocking_only=True")
	}
	if c.Allow != nil {
		args = append(args, "allow_selection="+c.Allow.text)
	}
	if c.Ignore != nil {
		args = append(args, "ignore_selection="+c.Ignore.text)
	}
	return args
}

func (c *Condition) tagArgs() (args []string) {
	if c.TagKeys != nil {
		args = append(args, "tag_keys={"+strings.Join(c.TagKeys, ",")+"}")
	}
	if c.TagValues != nil {
		var pairs []string
		for _, key := range slices.Sorted(maps.Keys(c.TagValues)) {
			pairs = append(pairs, key+":"+c.TagValues[key])
		}
		args = append(args, "tag_values={"+strings.Join(pairs, ",")+"}")
	}
	return args
}

// pythonDelta writes a duration as Python's timedelta.
func pythonDelta(d time.Duration) string {
	days := int(d / (24 * time.Hour))
	rest := d - time.Duration(days)*24*time.Hour
	text := fmt.Sprintf("%d:%02d:%02d", int(rest.Hours()), int(rest.Minutes())%60, int(rest.Seconds())%60)
	switch days {
	case 0:
		return text
	case 1:
		return "1 day, " + text
	}
	return fmt.Sprintf("%d days, %s", days, text)
}

// equal reports whether Dagster's sets and maps take two conditions for one: their fields
// are equal and so are their names, but for those below check operators, which are not
// hashed.
func (c *Condition) equal(o *Condition) bool {
	below := (*Condition).equal
	if c.isChecks() {
		below = (*Condition).equalFields
	}
	return c.Op == o.Op && c.Label == o.Label && c.Name() == o.Name() && slices.EqualFunc(c.Children, o.Children, below)
}

// equalFields is Dagster's == of two conditions: the values of their fields are equal, in
// order, whatever their classes. So `missing()` equals `newly_updated()`, AND of some
// operands OR of the same. It is what replace and without go by.
func (c *Condition) equalFields(o *Condition) bool {
	return c.fields() == o.fields() && c.Label == o.Label && slices.EqualFunc(c.Children, o.Children, (*Condition).equalFields)
}

// fields gives the fields of a node that are neither label nor children. Nodes with one
// text have the same kinds of fields.
func (c *Condition) fields() string {
	switch {
	case c.Op == opAnd || c.Op == opOr:
		return "operands"
	case c.Op == opNot || c.Op == opNewlyTrue:
		return "operand"
	case c.isDeps() || c.isChecks():
		return fmt.Sprintf("selections %t %q", c.isChecks(), c.selectionArgs())
	case strings.HasSuffix(c.Op, "_tags"):
		return fmt.Sprintf("tags %q", c.tagArgs())
	case c.Op == "in_latest_time_window", strings.HasPrefix(c.Op, "freshness_"), strings.HasPrefix(c.Op, "check_"), c.Op == opSince, c.Op == opMatches, c.Op == "cron_tick_passed":
		return c.Op + " " + c.Name()
	}
	return ""
}

// id is the identity of a node for what is stored about it: a hash of its parent's, its
// index among its siblings and its name. Selections do not count (get_node_unique_id).
func (c *Condition) id(parent, index, target string) string {
	if c.Op == opSince || c.Op == opNewlyTrue {
		return c.stableID(target)
	}
	name := c.Name()
	if c.isDeps() || c.isChecks() {
		name = c.Op
	}
	return hash(parent, index, name)
}

// stableID does not depend on where the node stands, and of its children only on those
// directly below (_get_stable_unique_id).
func (c *Condition) stableID(target string) string {
	parts := []string{c.Name()}
	for i, child := range c.Children {
		parts = append(parts, child.id("None", strconv.Itoa(i), target))
	}
	return hash(append(parts, target)...)
}

func hash(parts ...string) string {
	sum := md5.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// with gives a copy with other children.
func (c *Condition) with(children ...*Condition) *Condition {
	changed := *c
	changed.Children = children
	return &changed
}

// labeled gives a copy with a label.
func (c *Condition) labeled(label string) *Condition {
	changed := *c
	changed.Label = label
	return &changed
}
