package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"auto/compiler"
	"auto/runtime/backlog"
	"auto/runtime/events"
	"auto/runtime/params"
	"auto/runtime/request"
	"auto/runtime/store"
)

// ask sends a question and hands each line of the answer to take, until its end.
func (c *Client) ask(ctx context.Context, path string, question call, take func(message) error) error {
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://auto/"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	answer, err := c.http.Do(post)
	if err != nil {
		return fmt.Errorf("the daemon does not answer: %w", err)
	}
	defer answer.Body.Close()
	lines := json.NewDecoder(answer.Body)
	for {
		var m message
		if err := lines.Decode(&m); err != nil {
			return fmt.Errorf("the daemon's answer breaks off: %w", err)
		}
		if err := m.failure(); err != nil {
			return err
		}
		if err := take(m); err != nil || m.End {
			return err
		}
	}
}

// each reads an answer whose items are of one type.
func each[T any](c *Client, ctx context.Context, path string, question call, yield func(T) error) error {
	return c.ask(ctx, path, question, func(m message) error {
		if m.End {
			return nil
		}
		var item T
		if err := json.Unmarshal(m.Item, &item); err != nil {
			return err
		}
		return yield(item)
	})
}

func (c *Client) count(ctx context.Context, path string, question call) (n int, err error) {
	err = c.ask(ctx, path, question, func(m message) error { n = m.Count; return nil })
	return n, err
}

// Files implements Service.
func (c *Client) Files(ctx context.Context, filter store.FileFilter, yield func(store.Version) error) error {
	return each(c, ctx, "files", call{Files: filter}, yield)
}

// Forget implements Service.
func (c *Client) Forget(ctx context.Context, block, glob string) (int, error) {
	return c.count(ctx, "forget", call{Block: block, Glob: glob})
}

// Requests implements Service.
func (c *Client) Requests(ctx context.Context, filter store.EntryFilter, yield func(store.Entry) error) error {
	return each(c, ctx, "requests", call{Requests: filter}, yield)
}

// Request implements Service.
func (c *Client) Request(ctx context.Context, id string) (found store.Entry, err error) {
	err = each(c, ctx, "request", call{IDs: []string{id}}, func(e store.Entry) error { found = e; return nil })
	return found, err
}

// Retry implements Service.
func (c *Client) Retry(ctx context.Context, ids []string) (int, error) {
	return c.count(ctx, "retry", call{IDs: ids})
}

// all reads an answer whose items are of one type.
func all[T any](c *Client, ctx context.Context, path string, question call) (list []T, err error) {
	err = each(c, ctx, path, question, func(item T) error { list = append(list, item); return nil })
	return list, err
}

// only reads an answer of one item.
func only[T any](c *Client, ctx context.Context, path string, question call) (item T, err error) {
	list, err := all[T](c, ctx, path, question)
	if err == nil && len(list) != 1 {
		err = fmt.Errorf("the daemon answers with %d items, and not with one: it is of another version", len(list))
	}
	if err == nil {
		item = list[0]
	}
	return item, err
}

// Events implements Automation.
func (c *Client) Events(ctx context.Context, list []events.Event) (EventsTaken, error) {
	return only[EventsTaken](c, ctx, "events", call{Events: list})
}

// Pause implements Automation.
func (c *Client) Pause(ctx context.Context, selection string, until time.Time, reason string) ([]string, error) {
	return all[string](c, ctx, "pause", call{Selection: selection, Until: until, Reason: reason})
}

// Resume implements Automation.
func (c *Client) Resume(ctx context.Context, selection string, missed compiler.Missed) ([]string, error) {
	return all[string](c, ctx, "resume", call{Selection: selection, Missed: missed})
}

// Status implements Automation.
func (c *Client) Status(ctx context.Context) (Status, error) {
	return only[Status](c, ctx, "status", call{})
}

// Backlog implements Automation.
func (c *Client) Backlog(ctx context.Context) ([]backlog.Owed, error) {
	return all[backlog.Owed](c, ctx, "backlog", call{})
}

// Jobs implements Params.
func (c *Client) Jobs(ctx context.Context) ([]*params.Job, error) {
	return all[*params.Job](c, ctx, "params/jobs", call{})
}

// Stored implements Params.
func (c *Client) Stored(ctx context.Context, job string) (params.Stored, error) {
	return only[params.Stored](c, ctx, "params/stored", call{Job: job})
}

// Patch implements Params.
func (c *Client) Patch(ctx context.Context, job string, version int64, e params.Edit, author string) (params.Stored, error) {
	return only[params.Stored](c, ctx, "params/patch", call{Job: job, Version: version, Edit: e, Author: author})
}

// Restore implements Params.
func (c *Client) Restore(ctx context.Context, job string, version, to int64, author string) (params.Stored, error) {
	return only[params.Stored](c, ctx, "params/restore", call{Job: job, Version: version, To: to, Author: author})
}

// History implements Params.
func (c *Client) History(ctx context.Context, job string) ([]ParamsVersion, error) {
	return all[ParamsVersion](c, ctx, "params/history", call{Job: job})
}

// Preview implements Params.
func (c *Client) Preview(ctx context.Context, job string, assets []string, fileKey string) (request.Request, error) {
	return only[request.Request](c, ctx, "params/preview", call{Job: job, IDs: assets, Key: fileKey})
}
