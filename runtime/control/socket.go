package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"auto/compiler"
	"auto/runtime/events"
	"auto/runtime/params"
	"auto/runtime/store"
)

// SocketName is the name of the control socket in a project's state folder.
const SocketName = "control.sock"

// address gives a path to the socket that is short enough for the system: a unix
// socket's path has about 100 bytes, and a project may lie deeper. On Linux the
// folder is then reached through its descriptor, which the caller closes by done.
func address(folder string) (path string, done func(), err error) {
	path = filepath.Join(folder, SocketName)
	if len(path) < 100 || runtime.GOOS != "linux" {
		return path, func() {}, nil
	}
	dir, err := os.Open(folder)
	if err != nil {
		return "", nil, err
	}
	return fmt.Sprintf("/proc/self/fd/%d/%s", dir.Fd(), SocketName), func() { dir.Close() }, nil
}

// Listen opens the control socket of a state folder, readable and writable by the
// owner alone. The caller must own the folder's store: a socket that is left from an
// earlier owner is replaced.
func Listen(folder string) (net.Listener, error) {
	path, done, err := address(folder)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	// The descriptor's path ends with this call, so the socket is removed by Cleanup.
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := os.Chmod(path, 0o600); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// Cleanup removes the control socket of a state folder.
func Cleanup(folder string) error {
	err := os.Remove(filepath.Join(folder, SocketName))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return err
}

// ErrNoDaemon: nobody answers at the control socket.
var ErrNoDaemon = errors.New("no daemon runs here")

// Dial gives a Service that a running daemon answers, ErrNoDaemon where there is none.
func Dial(ctx context.Context, folder string) (*Client, error) {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		path, done, err := address(folder)
		if err != nil {
			return nil, err
		}
		defer done()
		return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "unix", path)
	}
	conn, err := dial(ctx, "", "")
	if err != nil {
		return nil, ErrNoDaemon
	}
	conn.Close()
	return &Client{http: &http.Client{Transport: &http.Transport{DialContext: dial, MaxIdleConns: 1}}}, nil
}

// Client is a Service and an Automation over the control socket.
type Client struct{ http *http.Client }

// Close gives the connection free. The client can be asked again, and connects anew.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// message is one line of an answer: an item, or how it ended.
type message struct {
	Item  json.RawMessage `json:"item,omitempty"`
	Count int             `json:"count,omitempty"`
	End   bool            `json:"end,omitempty"`
	Error string          `json:"error,omitempty"`
	// NotFound tells that the error is store.ErrNotFound about the request ID.
	NotFound string `json:"not_found,omitempty"`
	// Problems are an error that is params.Problems; Job and Near one that is UnknownJob.
	Problems params.Problems `json:"problems,omitempty"`
	Job      string          `json:"job,omitempty"`
	Near     string          `json:"near,omitempty"`
	// Findings are an error that is a diag.List.
	Findings []finding `json:"findings,omitempty"`
}

func (m message) failure() error {
	switch {
	case len(m.Findings) > 0:
		return unpack(m.Findings)
	case len(m.Problems) > 0:
		return m.Problems
	case m.Job != "":
		return &UnknownJob{Job: m.Job, Near: m.Near}
	case m.NotFound != "":
		return &UnknownRequest{ID: m.NotFound, Err: store.ErrNotFound}
	case m.Error != "":
		return errors.New(m.Error)
	}
	return nil
}

// call is the body of every question; each path reads the fields that it knows.
type call struct {
	Files    store.FileFilter
	Requests store.EntryFilter
	Block    string
	Glob     string
	IDs      []string

	Events    []events.Event
	Selection string
	Until     time.Time
	Reason    string
	Missed    compiler.Missed

	Job     string
	Version int64
	To      int64
	Edit    params.Edit
	Author  string
	Key     string
}
