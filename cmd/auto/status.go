package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"

	"auto/runtime/control"
)

type statusCommand struct {
	projectFlag
	Check bool `help:"End with code 1 where something is wrong or no daemon runs, for a monitor."`
	JSON  bool `name:"json" help:"One JSON object."`
}

// Run says how the daemon is, or what the store knows.
func (c statusCommand) Run(s system) error {
	return c.conditions(s, access{}, func(a control.Automation) error {
		status, err := a.Status(s.ctx)
		if err != nil {
			return err
		}
		troubles := status.Troubles()
		if c.JSON {
			err = s.line(statusLine{status, append([]string{}, troubles...)})
		} else {
			err = writeStatus(s.stdout, status, troubles)
		}
		if err == nil && c.Check && (len(troubles) > 0 || !status.Running) {
			return findings{max(1, len(troubles))}
		}
		return err
	})
}

// statusLine is a status as `--json` prints it.
type statusLine struct {
	control.Status
	// Wrong has a sentence for everything that is wrong.
	Wrong []string `json:"wrong"`
}

// writeStatus writes a status for people.
func writeStatus(out io.Writer, s control.Status, troubles []string) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	if s.Running {
		fmt.Fprintf(w, "Running since %s, for %s.\n", show(s.Started), age(s.Now, s.Started))
	} else {
		fmt.Fprintln(w, "No daemon runs; this is what the journal knows.")
	}
	if s.Policies != "" {
		fmt.Fprintf(w, "Policies %s are in force since %s.\n", s.Policies, show(s.PoliciesSince))
	}
	for _, line := range s.Broken {
		fmt.Fprintf(w, "  not taken: %s\n", visible(line))
	}
	writeDagster(w, s)
	writePull(w, s)
	writeSensors(w, s)
	writePolicies(w, s)
	writeBlocks(w, s)
	writePauses(w, s)
	fmt.Fprintf(w, "\nOwed: %d%s. Requests: %d due, %d parked.", s.Owed, oldestOwed(s), s.Due, s.Parked)
	if s.Running {
		fmt.Fprintf(w, " Events since the start: %d.", s.Events)
	}
	fmt.Fprintln(w)
	for i, line := range troubles {
		if i == 0 {
			fmt.Fprintln(w, "\nWrong:")
		}
		fmt.Fprintf(w, "  %s\n", visible(line))
	}
	return w.Flush()
}

func oldestOwed(s control.Status) string {
	if s.OldestOwed.IsZero() {
		return ""
	}
	return ", the oldest for " + age(s.Now, s.OldestOwed)
}

// writeDagster says how the deployment is read.
func writeDagster(w io.Writer, s control.Status) {
	d := s.Dagster
	switch {
	case d == nil:
	case d.Loading > 0:
		fmt.Fprintf(w, "Dagster at %s: %d of %d assets are loaded; conditions wait for the rest.\n", d.URL, d.Loaded, d.Loading)
	case d.LastRead.IsZero():
		fmt.Fprintf(w, "Dagster at %s was not read yet.\n", d.URL)
	default:
		fmt.Fprintf(w, "Dagster %s at %s, read %s ago in %s with %s; %d events since the start.\n", d.Version, d.URL, age(s.Now, d.LastRead), lasting(d.Took), plural(d.Calls, "call"), d.Read)
	}
}

// writePull says which sensors of Dagster ask for requests.
func writePull(w io.Writer, s control.Status) {
	if s.Pull == nil {
		return
	}
	fmt.Fprintf(w, "%s for sensors of Dagster.", waits(s.Pull.Waiting))
	for _, n := range s.Pull.Sensors {
		fmt.Fprintf(w, " %s of %s asked %s ago.", visible(n.Name), visible(n.Location), age(s.Now, n.LastCall))
	}
	fmt.Fprintln(w)
}

func waits(n int) string {
	if n == 1 {
		return "1 request waits"
	}
	return fmt.Sprintf("%d requests wait", n)
}

// writeSensors lists the sensors, with what only a daemon that runs has counted.
func writeSensors(w io.Writer, s control.Status) {
	for i, n := range slices.DeleteFunc(slices.Clone(s.Sensors), idle) {
		if i == 0 {
			fmt.Fprintln(w, "\nSENSOR\tEVERY\tASSETS\tLAST TICK\tOWED"+whileRunning(s, "\tTOOK\tTICKS\tREQUESTED\tLAUNCHED\tOVERRUNS\tERROR"))
		}
		counted := fmt.Sprintf("\t%s\t%d\t%d\t%d\t%d\t%s", lasting(n.Took), n.Ticks, n.Requested, n.Launched, n.Overruns, visible(n.Error))
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%d%s\n", n.Name, lasting(n.Every), n.Assets, show(n.LastTick), n.Owed, whileRunning(s, counted))
	}
}

// writePolicies writes which policies owe something, where there is more than one.
func writePolicies(w io.Writer, s control.Status) {
	all, written := 0, false
	for _, n := range s.Sensors {
		all += len(n.Policies)
	}
	for _, n := range s.Sensors {
		for _, p := range n.Policies {
			if all < 2 || p.Owed == 0 {
				continue
			}
			if !written {
				fmt.Fprintln(w, "\nPOLICY\tSENSOR\tOWED\tOLDEST")
			}
			written = true
			fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", visible(p.Name), n.Name, p.Owed, age(s.Now, p.OldestOwed))
		}
	}
}

// idle reports whether a sensor has nothing to do, as the default one in a project of files.
func idle(n control.SensorStatus) bool { return n.Assets == 0 && n.Owed == 0 && n.Error == "" }

// whileRunning gives a text where a daemon runs.
func whileRunning(s control.Status, text string) string {
	if !s.Running {
		return ""
	}
	return text
}

func writeBlocks(w io.Writer, s control.Status) {
	for i, b := range s.Blocks {
		if i == 0 {
			fmt.Fprintln(w, "\nFILES BLOCK\tEVERY\tLAST TICK\tHELD\tHALTED\tERROR")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", b.Name, lasting(b.Every), show(b.LastTick), b.Held, show(b.HaltedAt), visible(b.Error))
	}
}

func writePauses(w io.Writer, s control.Status) {
	for i, p := range s.Pauses {
		if i == 0 {
			fmt.Fprintln(w, "\nPAUSED\tKEYS\tUNTIL\tREASON")
		}
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", visible(p.Selection), p.Keys, show(p.Until), visible(p.Reason))
	}
}
