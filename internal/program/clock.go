package program

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Began is when the clocks of tests begin.
var Began = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// serveClock listens for the programs of a test, and gives the path of the socket.
func serveClock(t testing.TB, serve func(net.Conn)) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "auto-clock-") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "clock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close(); os.RemoveAll(dir) })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return path
}

// Timekeeper moves the clock of the programs that connect to it: whenever one waits for
// an instant, that instant comes.
type Timekeeper struct {
	path string
	mu   sync.Mutex
	now  time.Time
}

// NewTimekeeper gives a clock that shows Began.
func NewTimekeeper(t testing.TB) *Timekeeper {
	t.Helper()
	k := &Timekeeper{now: Began}
	k.path = serveClock(t, k.serve)
	return k
}

// Flag is the argument of auto that makes it follow the clock.
func (k *Timekeeper) Flag() string { return "--clock=unix:" + k.path }

func (k *Timekeeper) serve(conn net.Conn) {
	defer conn.Close()
	k.mu.Lock()
	fmt.Fprintln(conn, k.now.UnixNano())
	k.mu.Unlock()
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		next, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			return
		}
		k.mu.Lock()
		if at := time.Unix(0, next).UTC(); next > 0 && at.After(k.now) {
			k.now = at
			fmt.Fprintln(conn, next)
		}
		k.mu.Unlock()
	}
}

// Stepper is a clock that moves when the test says so.
type Stepper struct {
	path string
	mu   sync.Mutex
	now  time.Time
	open map[net.Conn]bool
}

// NewStepper gives a clock that shows an instant.
func NewStepper(t testing.TB, at time.Time) *Stepper {
	t.Helper()
	s := &Stepper{now: at, open: map[net.Conn]bool{}}
	s.path = serveClock(t, s.serve)
	return s
}

// Flag is the argument of auto that makes it follow the clock.
func (s *Stepper) Flag() string { return "--clock=unix:" + s.path }

func (s *Stepper) serve(conn net.Conn) {
	s.mu.Lock()
	s.open[conn] = true
	fmt.Fprintln(conn, s.now.UnixNano())
	s.mu.Unlock()
	for lines := bufio.NewScanner(conn); lines.Scan(); {
	}
	s.mu.Lock()
	delete(s.open, conn)
	s.mu.Unlock()
	conn.Close()
}

// Now gives the instant that the clock shows.
func (s *Stepper) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Set moves the clock of all programs.
func (s *Stepper) Set(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = at
	for conn := range s.open {
		fmt.Fprintln(conn, at.UnixNano())
	}
}
