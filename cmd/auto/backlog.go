package main

import (
	"fmt"
	"slices"
	"text/tabwriter"
	"time"

	"auto/runtime/backlog"
	"auto/runtime/control"
	"auto/runtime/project"
)

type backlogCommand struct {
	projectFlag
	Selection string `arg:"" optional:"" help:"Only of what it selects: a selection such as 'groups(\"sales\")', or the key of an asset or check."`
	Awaited   bool   `help:"Also what was launched and is launched again if its run fails."`
	Limit     int    `help:"At most so many, the oldest; 0 for all." default:"1000"`
	JSON      bool   `name:"json" help:"One JSON object a line."`
}

// Run lists what is owed.
func (c backlogCommand) Run(s system) error {
	return c.conditions(s, access{}, func(a control.Automation) error {
		owed, err := a.Backlog(s.ctx)
		if err != nil {
			return err
		}
		if owed, err = c.only(s, owed); err != nil {
			return err
		}
		shown := owed
		if c.Limit > 0 && len(owed) > c.Limit {
			shown = owed[:c.Limit]
		}
		if c.JSON {
			for _, o := range shown {
				if err := s.line(o); err != nil {
					return err
				}
			}
			return nil
		}
		return c.table(s, owed, shown)
	})
}

// only gives what is owed of the selection. A key that is owed needs no project: it may
// have lost the asset since.
func (c backlogCommand) only(s system, owed []backlog.Owed) ([]backlog.Owed, error) {
	if !c.Awaited {
		owed = slices.DeleteFunc(owed, awaited)
	}
	if c.Selection == "" {
		return owed, nil
	}
	keys := []string{c.Selection}
	if !slices.ContainsFunc(owed, func(o backlog.Owed) bool { return o.Key == c.Selection }) {
		var err error
		if keys, err = c.selected(s, c.Selection); err != nil {
			return nil, err
		}
	}
	among := map[string]bool{}
	for _, key := range keys {
		among[key] = true
	}
	return slices.DeleteFunc(owed, func(o backlog.Owed) bool { return !among[o.Key] }), nil
}

// awaited reports whether a pair is launched, and only owed if its run fails.
func awaited(o backlog.Owed) bool { return o.Running != "" }

// selected gives the keys that a selection selects in the project as its files have it.
func (f projectFlag) selected(s system, selection string) ([]string, error) {
	root, err := f.root()
	if err != nil {
		return nil, err
	}
	p, found := project.Load(root, project.Options{Getenv: s.getenv, Now: s.clock.Now()})
	if p.Graph == nil {
		return nil, findingList(found)
	}
	keys, wrong := control.Select(selection, p.Graph)
	return keys, listed(wrong.Err())
}

func (c backlogCommand) table(s system, owed, shown []backlog.Owed) error {
	if len(owed) == 0 {
		fmt.Fprintln(s.stderr, "Nothing is owed.")
		return nil
	}
	if err := writeOwed(s, shown); err != nil {
		return err
	}
	if len(shown) < len(owed) {
		fmt.Fprintf(s.stderr, "Only the oldest %d of %d are shown; `--limit 0` shows all.\n", len(shown), len(owed))
	}
	return nil
}

// writeOwed writes what is owed as a table.
func writeOwed(s system, owed []backlog.Owed) error {
	now := s.clock.Now()
	table := tabwriter.NewWriter(s.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(table, "SINCE\tAGE\tASSET\tPOLICY\tUNTIL\tWHY")
	for _, o := range owed {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", show(o.Since), age(now, o.Since), visible(pairName(o.Pair)), o.Policy, show(o.NotBefore), visible(o.Why))
	}
	return table.Flush()
}

// pairName gives ASSET or ASSET[PARTITION].
func pairName(p backlog.Pair) string {
	if p.Partition == "" {
		return p.Key
	}
	return p.Key + "[" + p.Partition + "]"
}

// age says how long ago an instant was.
func age(now, then time.Time) string {
	if then.IsZero() {
		return "-"
	}
	return lasting(now.Sub(then).Truncate(time.Second))
}
