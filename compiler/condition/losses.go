package condition

import (
	"fmt"
	"strings"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/stdlib"
	"auto/vm/code"
)

// Losses gives where a condition on assets can lose an update of a dependency, and which
// form does not: a note, and none for what loses nothing. It says what Dagster's words mean,
// so that it is no warning.
func Losses(n *Node) diag.List {
	at, form := n.Span, ""
	lost := loses(n, false, &at, &form)
	if !lost {
		return nil
	}
	what := "`" + calls(at) + "`"
	help := "Write `" + form + "`."
	if form == "" {
		help = "Write `stale() & ~already_requested()` for it, or `keep_up_to_date()` for the whole."
	}
	return diag.List{{
		Code: diag.LosesUpdates, Span: at, Help: help,
		Message: fmt.Sprintf("%s can lose an update of a dependency: one that comes between a request and the next tick, or while a run goes, and one whose run fails.", what),
	}}
}

// calls gives the text of a place, shortened to its first call.
func calls(at source.Span) string {
	text := strings.Join(strings.Fields(at.Text()), " ")
	if i := strings.Index(text, "("); i > 0 && len(text) > 60 {
		return text[:i] + "(…)"
	}
	return text
}

// loses looks for the first part that is true for an update on one tick only, or that a
// request resets. onDeps: the node is evaluated on dependencies. The place is that of the
// outermost ready-made condition that it stands in, or its own.
func loses(n *Node, onDeps bool, at *source.Span, form *string) bool {
	if n.Span.IsValid() && !stdlib.Wrote(n.Span.File) {
		*at, *form = n.Span, losslessForm(n)
	}
	children := n.Children
	switch n.Op {
	case Not:
		return false
	case Fact:
		return onDeps && isUpdate(n.Fact.Kind)
	case Since:
		children = n.Children[:1]
	case AnyDeps, AllDeps, Matches:
		onDeps = true
	case AnyChecks, AllChecks:
		return false
	}
	place, whole := *at, *form
	for _, child := range children {
		if loses(child, onDeps, at, form) {
			return true
		}
		*at, *form = place, whole
	}
	return false
}

func isUpdate(kind code.FactKind) bool {
	switch kind {
	case code.NewlyUpdated, code.DataVersionChanged, code.AnyNewUpdateHasRunTags, code.AllNewUpdatesHaveTags:
		return true
	}
	return false
}

// losslessForm gives the form that takes the place of a ready-made condition, "" where
// there is none.
func losslessForm(n *Node) string {
	switch {
	case n.Label == "eager":
		return "keep_up_to_date()"
	case strings.HasPrefix(n.Label, "on_cron("):
		if c := cronOf(n); c != nil {
			return c.call("on_cron_up_to_date")
		}
	}
	return ""
}

// cronOf finds the schedule of a condition.
func cronOf(n *Node) *Node {
	if n.Op == CronTickPassed {
		return n
	}
	for _, child := range n.Children {
		if c := cronOf(child); c != nil {
			return c
		}
	}
	return nil
}

// call writes a call with the schedule of a node.
func (n *Node) call(name string) string {
	if n.Zone == "UTC" {
		return fmt.Sprintf("%s(%q)", name, n.Cron)
	}
	return fmt.Sprintf("%s(%q, %q)", name, n.Cron, n.Zone)
}
