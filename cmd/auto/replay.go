package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"auto/runtime/history"
	"auto/runtime/live"
)

type replayCommand struct {
	projectFlag
	Since  string `placeholder:"TIME" help:"From then on: 30d for the last 30 days, a date, or RFC 3339; all that is kept by default."`
	Policy string `placeholder:"DIR" help:"The project's folder with changed policies: show what they would have launched more and less."`
	Diff   bool   `help:"With --policy: list each partition, too."`
	State  string `placeholder:"DIR" help:"The state folder whose journal is run; the project's by default."`
	JSON   bool   `name:"json" help:"One JSON object."`
}

// Run runs the journal again.
func (c replayCommand) Run(s system) error {
	if c.Diff && c.Policy == "" {
		return errors.New("`--diff` lists what changed policies launch more and less; give their folder by `--policy DIR`")
	}
	var since time.Time
	if c.Since != "" {
		var err error
		if since, err = readSince(c.Since, s.clock.Now()); err != nil {
			return err
		}
	}
	return c.past(s, c.State, func(p past) error {
		if c.Policy != "" {
			return c.compare(s, p, since)
		}
		return c.again(s, p, since)
	})
}

// again compares every tick with what is written of it.
func (c replayCommand) again(s system, p past, since time.Time) error {
	r, err := history.Replay(s.ctx, p.reader, p.load, since)
	if err != nil {
		return err
	}
	if c.JSON {
		err = s.line(r)
	} else {
		c.tell(s, r)
	}
	if err == nil && len(r.Differences) > 0 {
		return findings{len(r.Differences)}
	}
	return err
}

func (c replayCommand) tell(s system, r *history.Replayed) {
	if r.Ticks == 0 {
		fmt.Fprintf(s.stdout, "Played %s; no tick of that time is kept.\n", plural(r.Events, "event"))
		return
	}
	fmt.Fprintf(s.stdout, "Played %s and %s from %s to %s: %s.\n", plural(r.Events, "event"), plural(r.Ticks, "tick"), show(r.From), show(r.Until), plural(r.Requests, "request"))
	if len(r.Differences) == 0 {
		fmt.Fprintln(s.stdout, "All are the same, byte for byte.")
		return
	}
	fmt.Fprintf(s.stdout, "%s gave other requests:\n", plural(len(r.Differences), "tick"))
	for _, d := range r.Differences {
		fmt.Fprintf(s.stdout, "  %s  %s: %s\n", show(d.At), d.Sensor, d.Message)
	}
}

// compare runs the journal under other policies.
func (c replayCommand) compare(s system, p past, since time.Time) error {
	changed, err := loaded(s, c.Policy)
	if err != nil {
		return err
	}
	begins, ok, err := history.Begins(s.ctx, p.reader)
	if err != nil {
		return err
	}
	if !ok {
		return errors.New("the journal is empty: nothing has happened yet")
	}
	if since.Before(begins) {
		since = begins
	}
	d, err := history.Compared(s.ctx, p.reader, p.load, live.NewSetup(changed), since, s.clock.Now())
	if err != nil {
		return err
	}
	if c.JSON {
		if !c.Diff {
			d.More, d.Less = nil, nil
		}
		return s.line(d)
	}
	return c.writeDiff(s, d)
}

func (c replayCommand) writeDiff(s system, d *history.Diff) error {
	fmt.Fprintf(s.stdout, "From %s to %s the changed policies launch %s, and those in force launched %d: %d more, %d less.\n",
		show(d.From), show(d.Until), plural(d.New, "partition"), d.Old, len(d.More), len(d.Less))
	table := tabwriter.NewWriter(s.stdout, 0, 8, 2, ' ', 0)
	for i, day := range d.Days {
		if i == 0 {
			fmt.Fprintln(table, "\nDAY\tPOLICY\tBEFORE\tCHANGED\tDIFFERENCE")
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%+d\n", day.Day, day.Policy, day.Old, day.New, day.New-day.Old)
	}
	if c.Diff {
		if len(d.More)+len(d.Less) > 0 {
			fmt.Fprintln(table, "\n \tPOLICY\tPARTITION\tTIMES\tFIRST\tLAST")
		}
		writeOften(table, "+", d.More)
		writeOften(table, "-", d.Less)
	}
	return table.Flush()
}

// writeOften lists launches of one policy and partition, which follow each other, on one
// line each.
func writeOften(w io.Writer, sign string, list []history.Launch) {
	for len(list) > 0 {
		first := list[0]
		n := slices.IndexFunc(list, func(l history.Launch) bool {
			return l.Policy != first.Policy || l.Asset != first.Asset || l.Partition != first.Partition
		})
		if n < 0 {
			n = len(list)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", sign, first.Policy, visible(subject{first.Asset, first.Partition}.String()), n, show(first.At), show(list[n-1].At))
		list = list[n:]
	}
}
