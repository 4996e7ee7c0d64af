package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"auto/runtime/control"
	"auto/runtime/store"
)

type filesCommand struct {
	Ls     filesLsCommand     `cmd:"" help:"List remembered files and what became of them."`
	Why    filesWhyCommand    `cmd:"" help:"Tell the story of one file."`
	Forget filesForgetCommand `cmd:"" help:"Forget files, so that they are taken again as new."`
}

type filesLsCommand struct {
	projectFlag
	Glob    string `arg:"" optional:"" help:"Only keys that this glob matches."`
	Block   string `help:"Only of this files block."`
	State   string `help:"Only in this state." enum:",settling,skipped,requested,unmatched,parked,quarantined,kept" default:""`
	History bool   `help:"Earlier versions too."`
	Limit   int    `help:"At most so many." default:"1000"`
	JSON    bool   `name:"json" help:"One JSON object a line."`
}

// Run lists files.
func (c filesLsCommand) Run(s system) error {
	return c.with(s, func(service control.Service) error {
		filter := store.FileFilter{Block: c.Block, State: store.State(c.State), Glob: c.Glob, History: c.History, Limit: c.Limit}
		if c.JSON {
			return service.Files(s.ctx, filter, func(v store.Version) error { return s.line(fileLine(v)) })
		}
		return c.table(s, service, filter)
	})
}

func (c filesLsCommand) table(s system, service control.Service, filter store.FileFilter) error {
	table, count := tabwriter.NewWriter(s.stdout, 0, 8, 2, ' ', 0), 0
	err := service.Files(s.ctx, filter, func(v store.Version) error {
		if count++; count == 1 {
			fmt.Fprintln(table, "BLOCK\tSTATE\tLAST MODIFIED\tKEY\tREASON")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", v.Block, stateOf(v), show(v.File.LastModified), visible(v.File.Key), visible(v.Reason))
		return nil
	})
	if err == nil {
		err = table.Flush()
	}
	if err == nil && count == 0 {
		fmt.Fprintln(s.stderr, "No files.")
	}
	if err == nil && count == c.Limit {
		fmt.Fprintf(s.stderr, "Only the first %d are shown; `--limit` shows more.\n", c.Limit)
	}
	return err
}

func stateOf(v store.Version) string {
	if !v.GoneAt.IsZero() {
		return string(v.State) + ", gone"
	}
	return string(v.State)
}

// fileLine is a version as `--json` prints it.
func fileLine(v store.Version) map[string]any {
	line := map[string]any{
		"block": v.Block, "bucket": v.File.Bucket, "key": v.File.Key, "etag": v.File.ETag, "size": v.File.Size,
		"last_modified": v.File.LastModified, "state": v.State, "current": v.Current, "first_seen": v.FirstSeen,
	}
	for name, value := range map[string]string{"reason": v.Reason, "request": v.Request, "version_id": v.File.VersionID} {
		if value != "" {
			line[name] = value
		}
	}
	for name, at := range map[string]time.Time{"decided_at": v.DecidedAt, "gone_at": v.GoneAt} {
		if !at.IsZero() {
			line[name] = at
		}
	}
	return line
}

type filesWhyCommand struct {
	projectFlag
	Key string `arg:"" help:"The key of the file, as files ls shows it."`
}

// Run tells for each block what it knows of a key, oldest version first.
func (c filesWhyCommand) Run(s system) error {
	return c.with(s, func(service control.Service) error {
		count := 0
		err := service.Files(s.ctx, store.FileFilter{Key: c.Key, History: true}, func(v store.Version) error {
			count++
			return c.tell(s, service, v)
		})
		if err == nil && count == 0 {
			return fmt.Errorf("no block has seen %q: it is in no listing so far, or outside every block's prefix. `auto match` shows what the rules make of a key", c.Key)
		}
		return err
	})
}

func (c filesWhyCommand) tell(s system, service control.Service, v store.Version) error {
	fmt.Fprintf(s.stdout, "%s: %s, %d bytes, etag %s, last modified %s\n", v.Block, visible(v.File.Key), v.File.Size, v.File.ETag, show(v.File.LastModified))
	fmt.Fprintf(s.stdout, "  %s  first seen\n", show(v.FirstSeen))
	if !v.DecidedAt.IsZero() {
		fmt.Fprintf(s.stdout, "  %s  %s\n", show(v.DecidedAt), v.State)
	} else {
		fmt.Fprintf(s.stdout, "  %-20s  %s\n", "now", v.State)
	}
	if v.Reason != "" {
		fmt.Fprintf(s.stdout, "  %-20s  %s\n", "", strings.ReplaceAll(v.Reason, "\n", "\n"+strings.Repeat(" ", 24)))
	}
	if v.Request != "" {
		if err := c.tellRequest(s, service, v.Request); err != nil {
			return err
		}
	}
	if !v.GoneAt.IsZero() {
		fmt.Fprintf(s.stdout, "  %s  gone from the listing\n", show(v.GoneAt))
	}
	return nil
}

func (c filesWhyCommand) tellRequest(s system, service control.Service, id string) error {
	e, err := service.Request(s.ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		fmt.Fprintf(s.stdout, "  %-20s  request %s, which is past its retention\n", "", id)
		return nil
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.stdout, "  %-20s  request %s: %s, %s\n", show(e.DoneAt), id, e.Delivery, attempts(e.Attempts))
	if e.Reason != "" {
		fmt.Fprintf(s.stdout, "  %-20s  %s\n", "", visible(e.Reason))
	}
	return nil
}

type filesForgetCommand struct {
	projectFlag
	Glob  string `arg:"" help:"The keys to forget: a key, or a glob with * ? [] {a,b} and ** for folders."`
	Block string `help:"Only in this files block."`
}

// Run forgets files.
func (c filesForgetCommand) Run(s system) error {
	return c.with(s, func(service control.Service) error {
		count, err := service.Forget(s.ctx, c.Block, c.Glob)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.stdout, "Forgot %s. What is still listed is taken as new on the next tick.\n", plural(count, "file"))
		return nil
	})
}
