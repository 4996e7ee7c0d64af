package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"

	"auto/runtime/control"
	"auto/runtime/request"
	"auto/runtime/store"
)

type requestsCommand struct {
	Ls    requestsLsCommand    `cmd:"" help:"List run requests."`
	Show  requestsShowCommand  `cmd:"" help:"Show one run request whole."`
	Retry requestsRetryCommand `cmd:"" help:"Deliver parked requests again, and let a halted block go on."`
}

type requestsLsCommand struct {
	projectFlag
	Block string `help:"Only of this files block."`
	State string `help:"Only in this state." enum:",held,due,delivered,parked" default:""`
	Limit int    `help:"At most so many, the newest." default:"1000"`
	JSON  bool   `name:"json" help:"One JSON object a line."`
}

// Run lists requests.
func (c requestsLsCommand) Run(s system) error {
	return c.with(s, func(service control.Service) error {
		filter := store.EntryFilter{Block: c.Block, Delivery: store.Delivery(c.State), Limit: c.Limit}
		if c.JSON {
			return service.Requests(s.ctx, filter, func(e store.Entry) error { return s.line(entryLine(e)) })
		}
		return c.table(s, service, filter)
	})
}

func (c requestsLsCommand) table(s system, service control.Service, filter store.EntryFilter) error {
	table, count := tabwriter.NewWriter(s.stdout, 0, 8, 2, ' ', 0), 0
	err := service.Requests(s.ctx, filter, func(e store.Entry) error {
		if count++; count == 1 {
			fmt.Fprintln(table, "ID\tSTATE\tDECIDED\tATTEMPTS\tABOUT\tREASON")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%d\t%s\t%s\n", e.Request.ID[:12], e.Delivery, show(e.Request.DecidedAt), e.Attempts, visible(about(&e.Request)), visible(e.Reason))
		return nil
	})
	if err == nil {
		err = table.Flush()
	}
	if err == nil && count == 0 {
		fmt.Fprintln(s.stderr, "No requests.")
	}
	return err
}

// about says what a request is about: the run key, which names a file mostly, or what its
// run makes where conditions decided.
func about(r *request.Request) string {
	if r.Block != "" {
		return r.RunKey
	}
	text := some(slices.Concat(r.Selection, r.Checks))
	if r.Partition != "" {
		text += " [" + r.Partition + "]"
	}
	return text
}

// entryLine is a request with its place in the outbox, as `--json` prints it.
func entryLine(e store.Entry) map[string]any {
	line := map[string]any{"state": e.Delivery, "attempts": e.Attempts, "request": e.Request}
	if e.Reason != "" {
		line["reason"] = e.Reason
	}
	if !e.DoneAt.IsZero() {
		line["done_at"] = e.DoneAt
	}
	if e.Delivery == store.Due {
		line["next_at"] = e.NextAt
	}
	return line
}

type requestsShowCommand struct {
	projectFlag
	ID string `arg:"" help:"The request's ID, or a beginning of it that no other has."`
}

// Run shows a request as JSON, with its state.
func (c requestsShowCommand) Run(s system) error {
	return c.with(s, func(service control.Service) error {
		entry, err := service.Request(s.ctx, c.ID)
		if err != nil {
			return requestError(c.ID, err)
		}
		out := json.NewEncoder(s.stdout)
		out.SetIndent("", "  ")
		return out.Encode(entryLine(entry))
	})
}

type requestsRetryCommand struct {
	projectFlag
	IDs []string `arg:"" optional:"" name:"id" help:"The requests to deliver again."`
	All bool     `help:"All that are parked, and those of halted blocks."`
}

// Run makes requests due again.
func (c requestsRetryCommand) Run(s system) error {
	if c.All == (len(c.IDs) > 0) {
		return errors.New("name the requests to retry, or give `--all`; `auto requests ls --state parked` lists them")
	}
	return c.with(s, func(service control.Service) error {
		count, err := service.Retry(s.ctx, c.IDs)
		if err != nil {
			return requestError("", err)
		}
		fmt.Fprintf(s.stdout, "%s due again; `auto run` delivers.\n", plural(count, "request"))
		return nil
	})
}

func requestError(id string, err error) error {
	var unknown *control.UnknownRequest
	if errors.As(err, &unknown) {
		id, err = unknown.ID, unknown.Err
	}
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("no single request has an ID that begins with %q; `auto requests ls` lists them", id)
	}
	return err
}
