package clock

import (
	"bufio"
	"fmt"
	"net"
	"strconv"
	"sync"
	"time"
)

// Remote is a clock that another process moves over a unix socket. That process sends
// the time, and this one tells it the earliest instant that is waited for; both as lines
// of nanoseconds since 1970, 0 for none.
type Remote struct {
	*Manual
	conn net.Conn
}

// Dial connects to the process that moves the clock, and waits for the first time.
func Dial(path string) (*Remote, error) {
	conn, err := net.Dial("unix", path)
	if err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(conn)
	first, err := readTime(lines)
	if err != nil {
		return nil, fmt.Errorf("the clock says no time: %w", err)
	}
	var mu sync.Mutex
	r := &Remote{conn: conn}
	r.Manual = NewManual(first, func(next time.Time) {
		mu.Lock()
		defer mu.Unlock()
		n := int64(0)
		if !next.IsZero() {
			n = next.UnixNano()
		}
		// A process that is gone moves the clock no more, and the reader notices.
		fmt.Fprintln(conn, n)
	})
	go func() {
		for {
			t, err := readTime(lines)
			if err != nil {
				return
			}
			r.Set(t)
		}
	}()
	return r, nil
}

func readTime(lines *bufio.Scanner) (time.Time, error) {
	if !lines.Scan() {
		return time.Time{}, fmt.Errorf("the connection ended: %v", lines.Err())
	}
	n, err := strconv.ParseInt(lines.Text(), 10, 64)
	return time.Unix(0, n).UTC(), err
}

// Close ends the connection; the clock stands still from then on.
func (r *Remote) Close() error { return r.conn.Close() }
