package sidebyside

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// fate is what becomes of a call.
type fate string

const (
	passed      fate = "passed"
	lostBefore       = fate("lost before it acted")
	lostAfter        = fate("lost after it acted")
	failedAfter      = fate("answered 502 after it acted")
	twice            = fate("answered twice")
	late             = fate("not answered until the caller gave up")
	cut              = fate("answered in part")
	deadBefore       = fate("its caller killed on its way")
	deadAfter        = fate("its caller killed by its answer")
)

var badFates = []fate{lostBefore, lostAfter, failedAfter, twice, late, cut, deadBefore, deadAfter}

// unruly stands before a webserver. A call that it passes on always acts, whatever becomes
// of its caller and its answer.
type unruly struct {
	*httptest.Server
	to   string
	kill func() // kills the caller
	// fates decides about a call, by whether it changes something.
	fates func(changes bool) fate
	// arrived gets a value when a call that changes something is about to be passed on.
	arrived chan struct{}

	mu     sync.Mutex
	random *rand.Rand
	calm   bool
	met    map[fate]int
}

func newUnruly(t *testing.T, to string, seed uint64, kill func()) *unruly {
	t.Helper()
	u := &unruly{to: to, kill: kill, random: rand.New(rand.NewPCG(seed, 11)), met: map[fate]int{}, arrived: make(chan struct{}, 1)}
	u.fates = u.draw
	u.Server = httptest.NewServer(u)
	t.Cleanup(u.Close)
	return u
}

// draw decides about a call: of those that change something a third fares badly.
func (u *unruly) draw(changes bool) fate {
	u.mu.Lock()
	defer u.mu.Unlock()
	f, among := passed, 40
	if changes {
		among = 3
	}
	if !u.calm && u.random.IntN(among) == 0 {
		f = badFates[u.random.IntN(len(badFates))]
	}
	if changes {
		u.met[f]++
	}
	return f
}

// beCalm lets everything pass from now on, or not.
func (u *unruly) beCalm(calm bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calm = calm
}

// ServeHTTP passes a call on, and lets it meet its fate.
func (u *unruly) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	changes := bytes.Contains(body, []byte("mutation"))
	f := u.fates(changes)
	if f == deadBefore {
		u.kill()
	}
	if f == lostBefore {
		panic(http.ErrAbortHandler)
	}
	if changes {
		select {
		case u.arrived <- struct{}{}:
		default: // nobody waits for it
		}
	}
	status, answer, err := u.pass(r, body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	u.answer(r.Context(), w, f, status, answer)
}

// answer gives an answer to the caller as its fate will have it.
func (u *unruly) answer(caller context.Context, w http.ResponseWriter, f fate, status int, answer []byte) {
	switch f {
	case lostAfter, deadBefore:
		panic(http.ErrAbortHandler)
	case deadAfter:
		u.kill()
		panic(http.ErrAbortHandler)
	case failedAfter:
		http.Error(w, "<html>Bad Gateway</html>", http.StatusBadGateway)
	case late:
		<-caller.Done() // it waits no longer
	case twice:
		repeat(w, status, answer)
	case cut:
		reply(w, status, answer, len(answer)/2)
		panic(http.ErrAbortHandler)
	default:
		reply(w, status, answer, len(answer))
	}
}

// pass does a call of the webserver, to its end.
func (u *unruly) pass(r *http.Request, body []byte) (status int, answer []byte, err error) {
	post, err := http.NewRequestWithContext(context.Background(), r.Method, u.to+r.URL.Path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	post.Header = r.Header.Clone()
	post.Close = true // as in internal/dagster: no fault but those that are drawn
	got, err := http.DefaultClient.Do(post)
	if err != nil {
		return 0, nil, err
	}
	defer got.Body.Close()
	answer, err = io.ReadAll(got.Body)
	return got.StatusCode, answer, err
}

// reply writes the first bytes of an answer.
func reply(w http.ResponseWriter, status int, answer []byte, first int) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(answer)))
	w.WriteHeader(status)
	_, _ = w.Write(answer[:first]) // the caller may be gone
}

// repeat writes an answer two times, as one that is delivered again.
func repeat(w http.ResponseWriter, status int, answer []byte) {
	conn, out, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	again(out, status, answer)
	again(out, status, answer)
}

func again(out *bufio.ReadWriter, status int, answer []byte) {
	fmt.Fprintf(out, "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", status, http.StatusText(status), len(answer), answer)
	_ = out.Flush() // the caller may be gone
}
