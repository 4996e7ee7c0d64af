package launch

import (
	"context"
	"encoding/json"
	"io"
	"sync"

	"auto/runtime/request"
)

// Lines writes each request as one line of JSON.
type Lines struct {
	mu sync.Mutex
	w  io.Writer
}

// NewLines gives a launcher that writes to w, each line with one Write.
func NewLines(w io.Writer) *Lines { return &Lines{w: w} }

// Workers implements Launcher: lines are written one by one.
func (l *Lines) Workers() int { return 1 }

// Launch implements Launcher: a line that was written whole is acknowledged.
func (l *Lines) Launch(_ context.Context, r request.Request) error {
	line, err := json.Marshal(r)
	if err != nil {
		return &Failure{Kind: Refused, Reason: "The request has no JSON form: " + err.Error() + "."}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.w.Write(append(line, '\n')); err != nil {
		return &Failure{Kind: Unreachable, Reason: "The line could not be written: " + err.Error() + "."}
	}
	return nil
}
