package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"auto/lang/diag"
	"auto/runtime/control"
	"auto/runtime/events"
)

type eventCommand struct {
	projectFlag
	Type     string   `arg:"" optional:"" help:"materialization, observation, run, check, partitions, backfill, freshness or wipe; or - for JSON on standard input."`
	Subjects []string `arg:"" optional:"" name:"asset[partition]" help:"What it is about: assets, or checks as asset:check, with a partition in brackets where they have some; of partitions the name of their definition."`
	File     string   `placeholder:"FILE" help:"Events in JSON, as POST /v1/events takes them."`

	ID          string            `name:"id" help:"Makes the event known once: a second one with it changes nothing."`
	At          string            `placeholder:"TIME" help:"When it happened: RFC 3339, a date, or -5m; now by default."`
	RunID       string            `name:"run-id" placeholder:"RUN" help:"The run that it is about or that made it."`
	RequestID   string            `name:"request-id" placeholder:"ID" help:"The request that the run was launched for."`
	Status      string            `help:"Of a run: queued, starting, started, success, failure, canceling, canceled; of a backfill: started, completed, failed, canceling, canceled."`
	Tags        map[string]string `name:"tag" mapsep:"none" placeholder:"NAME=VALUE" help:"A tag of the run."`
	DataVersion string            `name:"data-version" placeholder:"VERSION" help:"Tells contents apart: what keeps its version did not change."`
	Passed      *bool             `negatable:"" help:"Whether the check passed."`
	Severity    string            `help:"Of a check that did not pass: warn or error."`
	State       string            `help:"Of freshness: pass, warn, fail, unknown, not_applicable."`
	Add         []string          `sep:"none" placeholder:"KEY" help:"A partition key that is new."`
	Delete      []string          `sep:"none" placeholder:"KEY" help:"A partition key that is gone."`
	BackfillID  string            `name:"backfill-id" placeholder:"ID" help:"The backfill."`
	Done        []string          `name:"materialized" sep:"none" placeholder:"ASSET[PARTITION]" help:"What the backfill has written."`
	Failed      []string          `sep:"none" placeholder:"ASSET[PARTITION]" help:"What the backfill could not write."`
	JSON        bool              `name:"json" help:"One JSON object."`
}

// Run takes events in.
func (c eventCommand) Run(s system) error {
	body, err := c.body(s)
	if err != nil {
		return err
	}
	list, problems := events.Read(body, s.clock.Now())
	if len(problems) > 0 {
		return findingList(refusedEvents(problems, c.ready(), events.Type(c.Type)))
	}
	return c.conditions(s, access{begin: true}, func(a control.Automation) error {
		taken, err := a.Events(s.ctx, list)
		if err != nil {
			return listed(err)
		}
		if c.JSON {
			return s.line(taken)
		}
		return c.tell(s, taken)
	})
}

// ready reports whether the events are JSON already.
func (c eventCommand) ready() bool { return c.File != "" || c.Type == "-" }

// body gives the events as JSON.
func (c eventCommand) body(s system) ([]byte, error) {
	switch {
	case c.Type == "-" && c.File == "" && len(c.Subjects) == 0:
		return io.ReadAll(s.stdin)
	case c.File != "" && c.Type == "":
		body, err := os.ReadFile(c.File)
		if err != nil {
			return nil, noSuchPath(c.File, err)
		}
		return body, nil
	case c.ready():
		return nil, errors.New("events in JSON stand alone: give `-` or `--file FILE`, and no other words")
	case c.Type == "":
		return nil, errors.New("say what happened, such as `auto event materialization sales/orders`, or give `--file FILE`")
	}
	list, err := c.events(s)
	if err != nil {
		return nil, err
	}
	return json.Marshal(list)
}

// tell says what became of the events.
func (c eventCommand) tell(s system, taken control.EventsTaken) error {
	for _, key := range taken.Unknown {
		fmt.Fprintf(s.stderr, "The project has no `%s`; what happened to it is kept.\n", visible(key))
	}
	for _, text := range taken.Doubtful {
		fmt.Fprintf(s.stderr, "%s It is kept, and counts for nothing as the project is.\n", visible(text))
	}
	known := ""
	if taken.Duplicates > 0 {
		known = fmt.Sprintf(" %s known by its id, and changes nothing.", are(taken.Duplicates, "was", "were"))
	}
	_, err := fmt.Fprintf(s.stdout, "Took %s in.%s\n", plural(taken.Accepted, "event"), known)
	return err
}

// are gives a count with the verb that fits it.
func are(count int, one, more string) string {
	if count == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", count, more)
}

// examples are words of `auto event TYPE`.
var examples = map[events.Type]string{
	events.Materialization: "'sales/orders[2026-01-01]' --run-id r1",
	events.Observation:     "landing/feed --data-version etag-1",
	events.Run:             "sales/orders sales/total --run-id r1 --status started",
	events.Check:           "sales/orders:not_null --no-passed --severity warn",
	events.Partitions:      "customers --add acme --delete initech",
	events.Backfill:        "'sales/orders[2026-01-01]' --backfill-id b1 --status started",
	events.Freshness:       "sales/orders --state fail",
	events.Wipe:            "sales/orders",
}

// refusedEvents gives mistakes in events as findings; those of one event that was given by
// flags, of a type, do not say which.
func refusedEvents(problems events.Problems, several bool, kind events.Type) diag.List {
	var list diag.List
	for _, p := range problems {
		message := p.Message
		if several && p.Event >= 0 {
			message = fmt.Sprintf("Event %d: %s", p.Event+1, p.Message)
		}
		help := strings.TrimSpace(p.Help)
		if example := examples[kind]; !several && example != "" && strings.HasPrefix(help, "Write such as `{") {
			help = "Write such as `auto event " + string(kind) + " " + example + "`."
		}
		list.Add(diag.Diagnostic{Code: diag.EventRefused, Message: message, Help: help})
	}
	return list
}

// listed gives findings that are an error as those of a command that could not do its work.
func listed(err error) error {
	var found diag.List
	if errors.As(err, &found) {
		return findingList(found)
	}
	return err
}
