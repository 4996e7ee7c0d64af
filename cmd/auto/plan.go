package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"auto/runtime/history"
	"auto/runtime/live"
	"auto/runtime/project"
)

type planCommand struct {
	Old        string `arg:"" help:"The project's folder as it is deployed."`
	New        string `arg:"" help:"The project's folder with the change."`
	State      string `placeholder:"DIR" help:"The state folder that the change would meet; that of the deployed project by default."`
	MaxNewRuns int    `name:"max-new-runs" default:"-1" placeholder:"N" help:"End with code 1 where the change launches more runs."`
	JSON       bool   `name:"json" help:"One JSON object."`
}

// Run compares what the first ticks launch with the change and without.
func (c planCommand) Run(s system) error {
	old, err := loaded(s, c.Old)
	if err != nil {
		return err
	}
	fresh, err := loaded(s, c.New)
	if err != nil {
		return err
	}
	state := c.State
	if state == "" {
		state = project.StateFolder(c.Old)
	}
	return openPast(s, c.Old, state, func(p past) error {
		now, err := history.Present(s.ctx, p.reader, p.load, s.clock.Now())
		if err != nil {
			return err
		}
		planned, err := history.Plan(now, live.NewSetup(old), live.NewSetup(fresh), s.clock.Now())
		if err != nil {
			return err
		}
		return c.show(s, planned)
	})
}

func (c planCommand) show(s system, p *history.Planned) error {
	runs := history.Runs(p.New)
	var err error
	if c.JSON {
		err = s.line(map[string]any{"new_runs": runs, "new": p.New, "gone": p.Gone, "same": p.Same, "owed": p.Owed})
	} else {
		err = c.write(s.stdout, p, runs)
	}
	if err != nil || c.MaxNewRuns < 0 || runs <= c.MaxNewRuns {
		return err
	}
	fmt.Fprintf(s.stderr, "The change launches %s more, and --max-new-runs allows %d.\n", plural(runs, "run"), c.MaxNewRuns)
	return findings{runs}
}

func (c planCommand) write(out io.Writer, p *history.Planned, runs int) error {
	fmt.Fprintf(out, "The change launches %s at once that would not go out without it, in %s; %d would go out only without it, %d either way. %d are decided and wait.\n",
		plural(len(p.New), "partition"), plural(runs, "run"), len(p.Gone), len(p.Same), p.Owed)
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	for _, part := range []struct {
		sign string
		list []history.Launch
	}{{"+", p.New}, {"-", p.Gone}} {
		for _, l := range part.list {
			fmt.Fprintf(w, "%s\t%s\t%s\n", part.sign, l.Policy, visible(subject{l.Asset, l.Partition}.String()))
		}
	}
	return w.Flush()
}
