package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"auto/runtime/backlog"
	"auto/runtime/explain"
	"auto/runtime/history"
	"auto/runtime/project"
)

// lastRequests is how many requests an answer tells of.
const lastRequests = 5

// liveQuestion is asked of what happened in a project.
type liveQuestion struct {
	projectFlag
	atFlag
}

// told is an answer about the past.
type told struct {
	*history.Why
	at       time.Time
	requests []history.Sent
}

// ask goes through the journal up to the instant that is asked about.
func (q liveQuestion) ask(s system, text string, use func(told) error) error {
	at, err := q.instant(s)
	if err != nil {
		return err
	}
	about := parseSubject(text)
	return q.past(s, "", func(p past) error {
		why, err := history.Explain(s.ctx, p.reader, p.load, about.key, about.partition, at)
		if err != nil {
			return q.explainFailure(s, p, about, err)
		}
		sent, err := history.Requests(s.ctx, p.reader, about.key, about.partition, at, lastRequests)
		if err != nil {
			return err
		}
		return use(told{why, at, sent})
	})
}

// explainFailure says what is missing where nothing is known of a key.
func (q liveQuestion) explainFailure(s system, p past, about subject, err error) error {
	var none *history.NoTickError
	if !errors.As(err, &none) {
		return err
	}
	now, found := project.Load(p.root, project.Options{Getenv: s.getenv, Now: s.clock.Now()})
	if found.HasErrors() {
		return err
	}
	var keys []string
	for _, policy := range now.Policies.Policies {
		keys = append(keys, policy.Keys...)
	}
	switch near, ok := now.Graph.Nearest(about.key); {
	case slices.Contains(keys, about.key):
		return fmt.Errorf("%w; `auto status` shows when its sensor ticks", err)
	case now.Graph.Has(about.key):
		return fmt.Errorf("no policy is for `%s`, so nothing decides about it", about.key)
	case ok:
		return fmt.Errorf("there is no asset `%s`; did you mean `%s`?", about.key, near)
	}
	return fmt.Errorf("there is no asset `%s`; `auto graph show` lists them", about.key)
}

type whyCommand struct {
	Subject string `arg:"" name:"asset[partition]" help:"An asset, or a check as asset:check; with a partition in brackets where it has some."`
	liveQuestion
	Verbose bool `short:"v" help:"Show what is below labels, too, and partitions without an end."`
	JSON    bool `name:"json" help:"One JSON object."`
}

// Run tells the story of a partition: why it was requested on its last tick or why not,
// what was launched of it and how that ended, and what is owed.
func (c whyCommand) Run(s system) error {
	return c.ask(s, c.Subject, func(t told) error {
		view := explain.View{Partition: t.Number, Unfolded: c.Verbose}
		about := t.Number
		if about == explain.Whole {
			about = t.Story.Last().Representative()
		}
		sentence := t.Story.Sentence(about)
		if c.JSON {
			return s.line(t.line(sentence, view))
		}
		fmt.Fprintf(s.stdout, "%s\n%s\n\n", t.heading(), sentence)
		if err := t.Story.Render(s.stdout, view); err != nil {
			return err
		}
		return t.tell(s)
	})
}

// heading says which tick it is.
func (t told) heading() string {
	return fmt.Sprintf("%s, policy %s, sensor %s, tick at %s", subject{t.Key, t.Partition}, t.Policy, t.Sensor, show(t.Story.Last().At))
}

// String gives ASSET or ASSET[PARTITION].
func (s subject) String() string {
	if s.partition == "" {
		return s.key
	}
	return s.key + "[" + s.partition + "]"
}

// tell writes what became of it.
func (t told) tell(s system) error {
	table := tabwriter.NewWriter(s.stdout, 0, 8, 2, ' ', 0)
	if len(t.Decisions) > 0 {
		last := t.Decisions[max(len(t.Decisions)-lastRequests, 0):]
		shown := make([]string, len(last))
		for i, at := range last {
			shown[i] = show(at)
		}
		fmt.Fprintf(table, "\nLast requested at %s.\n", strings.Join(shown, ", "))
		if at := t.Cause.Last().At; !at.Equal(t.Story.Last().At) {
			fmt.Fprintf(table, "%s: %s\n", show(at), visible(t.Cause.Sentence(t.CauseNumber)))
		}
	}
	for i, r := range t.requests {
		if i == 0 {
			fmt.Fprintln(table, "\nREQUEST\tDECIDED\tSTATE\tDELIVERED\tRUN\tSTATUS\tREPORTED")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Request.ID[:min(12, len(r.Request.ID))], show(r.Request.DecidedAt), r.Delivery, show(r.DoneAt), orDash(r.Run.ID), orDash(string(r.Run.Status)), show(r.Run.At))
	}
	t.tellOwed(table)
	return table.Flush()
}

// tellOwed writes what waits, what is awaited, and what was given up.
func (t told) tellOwed(w io.Writer) {
	for _, part := range []struct {
		title string
		is    bool
	}{{"OWED", false}, {"LAUNCHED", true}} {
		list := slices.DeleteFunc(slices.Clone(t.Owed), func(o backlog.Owed) bool { return awaited(o) != part.is })
		for i, o := range list {
			if i == 0 {
				fmt.Fprintf(w, "\n%s\tSINCE\tUNTIL\tWHY\n", part.title)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", visible(pairName(o.Pair)), show(o.Since), show(o.NotBefore), visible(o.Why))
		}
	}
	for i, d := range t.Dropped {
		if i == 0 {
			fmt.Fprintln(w, "\nNO LONGER OWED\tDECIDED\tWHY")
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", subject{d.Asset, d.Partition}, show(d.DecidedAt), visible(d.Reason))
	}
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return visible(text)
}

// line is an answer as `--json` prints it.
func (t told) line(sentence string, v explain.View) map[string]any {
	requests := make([]map[string]any, len(t.requests))
	for i, r := range t.requests {
		requests[i] = entryLine(r.Entry)
		if r.Run.ID != "" {
			requests[i]["run"] = r.Run
		}
	}
	out := map[string]any{
		"asset": t.Key, "partition": t.Partition, "policy": t.Policy, "sensor": t.Sensor, "tick": t.Story.Last().At,
		"requested": t.Story.Last().Value(v), "sentence": sentence, "evaluation": t.Story.Record(v), "requests": requests,
	}
	if len(t.Decisions) > 0 {
		out["decisions"] = t.Decisions
		out["cause"] = map[string]any{"tick": t.Cause.Last().At, "sentence": t.Cause.Sentence(t.CauseNumber)}
	}
	if len(t.Owed) > 0 {
		out["owed"] = t.Owed
	}
	if len(t.Dropped) > 0 {
		out["dropped"] = t.Dropped
	}
	return out
}
