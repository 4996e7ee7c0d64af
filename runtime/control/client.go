package control

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

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
