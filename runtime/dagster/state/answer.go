package state

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/Khan/genqlient/graphql"
)

// counter counts calls.
type counter struct {
	graphql.Client
	n atomic.Int64
}

// MakeRequest implements graphql.Client.
func (c *counter) MakeRequest(ctx context.Context, ask *graphql.Request, answer *graphql.Response) error {
	c.n.Add(1)
	return c.Client.MakeRequest(ctx, ask, answer)
}

// refused is what Dagster answers in place of what was asked for.
func refused(what string, answer any) error {
	if m, ok := answer.(interface{ GetMessage() string }); ok {
		line, _, _ := strings.Cut(strings.TrimSpace(m.GetMessage()), "\n")
		return fmt.Errorf("no %s from Dagster: %s", what, line)
	}
	return fmt.Errorf("no %s from Dagster: %T", what, answer)
}

// runsOf gives the runs of an answer.
func runsOf(list RunList) ([]RunParts, error) {
	runs, ok := list.(*RunListRuns)
	if !ok {
		return nil, refused("runs", list)
	}
	return runs.Results, nil
}

// statesOf gives the statuses of runs of an answer.
func statesOf(list RunStates) ([]RunState, error) {
	runs, ok := list.(*RunStatesRuns)
	if !ok {
		return nil, refused("runs", list)
	}
	return runs.Results, nil
}

func input(key string) AssetKeyInput { return AssetKeyInput{Path: strings.Split(key, "/")} }

func inputs(keys []string) []AssetKeyInput {
	out := make([]AssetKeyInput, len(keys))
	for i, key := range keys {
		out[i] = input(key)
	}
	return out
}

func (k *Key) key() string { return strings.Join(k.Path, "/") }

func keysOf(list []Key) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].key()
	}
	return out
}

// storageID reads the storage id of a head; "" is 0, none.
func storageID(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("the storage id %q of an event is no number", text)
	}
	return id, nil
}

// cursor is that of Dagster's event log.
type cursor struct {
	Type  string `json:"type"`
	Value int64  `json:"value"`
}

// below gives the cursor of the events with smaller storage ids.
func below(id int64) string {
	body, err := json.Marshal(cursor{"STORAGE_ID", id})
	if err != nil {
		return "" // it has no value that cannot be written
	}
	return base64.StdEncoding.EncodeToString(body)
}

// oldest gives the storage id that a cursor has, -1 for that of no event.
func oldest(text string) (int64, error) {
	body, err := base64.StdEncoding.DecodeString(text)
	var c cursor
	if err == nil {
		err = json.Unmarshal(body, &c)
	}
	if err == nil && c.Type != "STORAGE_ID" {
		err = errors.New("its type is " + strconv.Quote(c.Type))
	}
	if err != nil {
		return 0, fmt.Errorf("the cursor %q of events cannot be read: %w", text, err)
	}
	return c.Value, nil
}

// seconds gives an instant of Dagster's seconds.
func seconds(s float64) time.Time { return time.UnixMicro(int64(s * 1e6)).UTC() }

// millis gives an instant of Dagster's milliseconds.
func millis(text string) (time.Time, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("the timestamp %q is no number", text)
	}
	return time.UnixMilli(int64(n)).UTC(), nil
}

func micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// at gives the instant of an event: what is dated ahead happens now, as in events.Read.
func (p *poll) at(t time.Time) time.Time {
	switch {
	case t.After(p.now):
		return p.now
	case t.Year() < 1970:
		return time.Unix(0, 0).UTC()
	}
	return t
}
