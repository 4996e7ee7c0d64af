package launcher_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"auto/internal/dagster"
	"auto/runtime/clock"
	"auto/runtime/dagster/deployment"
	"auto/runtime/dagster/gql"
	"auto/runtime/dagster/launcher"
	"auto/runtime/events"
	"auto/runtime/launch"
	"auto/runtime/request"

	crypto "crypto/rand"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// wire is a network to a webserver that can be broken.
type wire struct {
	*toxiproxy.Proxy
	t *testing.T
}

// broken are ways in which it is: toxics, and down where nothing listens.
var broken = []string{
	`{"type": "timeout", "stream": "downstream", "attributes": {"timeout": 200}}`,   // the answer is lost
	`{"type": "timeout", "stream": "upstream", "attributes": {"timeout": 200}}`,     // the call is
	`{"type": "reset_peer", "stream": "downstream", "attributes": {"timeout": 20}}`, // the connection breaks before an answer
	`{"type": "reset_peer", "stream": "upstream", "attributes": {"timeout": 100}}`,  // it breaks meanwhile
	`{"type": "latency", "stream": "downstream", "attributes": {"latency": 3000}}`,  // the answer comes too late
	`{"type": "latency", "stream": "upstream", "attributes": {"latency": 3000}}`,    // the call arrives when nobody waits any more
	`{"type": "limit_data", "stream": "downstream", "attributes": {"bytes": 200}}`,  // the answer is cut
	`{"type": "latency", "stream": "downstream", "attributes": {"latency": 100}}`,   // slow
	"down",
}

func newWire(t *testing.T, d *dagster.Deployment) *wire {
	to, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	w := &wire{toxiproxy.NewProxy(server, "dagster", "127.0.0.1:0", to.Host), t}
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	return w
}

// be breaks the wire in a way, "" for none.
func (w *wire) be(way string) {
	w.Toxics.ResetToxics(context.Background())
	switch way {
	case "down":
		w.Stop()
		return
	case "":
	default:
		if _, err := w.Toxics.AddToxicJson(strings.NewReader(way)); err != nil {
			w.t.Error(err)
		}
	}
	if err := w.Start(); err != nil && !errors.Is(err, toxiproxy.ErrProxyAlreadyStarted) {
		w.t.Error(err)
	}
}

// office delivers requests over a wire, by launchers that are replaced now and then as by a
// restart of the daemon.
type office struct {
	t        *testing.T
	url      string
	settle   time.Duration
	marks    marks
	launcher atomic.Pointer[launcher.Launcher]
}

func (o *office) restart() {
	client := gql.New(gql.Options{URL: o.url, Timeout: 2 * time.Second, Clock: clock.System{}})
	o.launcher.Store(launcher.New(launcher.Options{
		Client: client, Marks: &o.marks, Clock: clock.System{}, Random: crypto.Reader, Settle: o.settle,
		Watch: &deployment.Watch{Client: client, Now: time.Now, Every: time.Minute},
	}, 4))
}

// deliver delivers a request until it is acknowledged.
func (o *office) deliver(r request.Request) {
	for r.Attempt = 1; ; r.Attempt++ {
		err := o.launcher.Load().Launch(o.t.Context(), r)
		failure, failed := errors.AsType[*launch.Failure](err)
		switch {
		case err == nil:
			return
		case !failed, failure.Kind == launch.Refused, o.t.Context().Err() != nil:
			o.t.Errorf("%s: %v", r.ID, err)
			return
		}
		<-time.After(max(failure.Wait, 300*time.Millisecond))
	}
}

// testBrokenWire: each request has exactly one run, whatever the wire loses. With the
// tag soak there are more of them, and the webserver is killed, too.
func testBrokenWire(t *testing.T, d *dagster.Deployment) {
	w := newWire(t, d)
	o := &office{t: t, url: "http://" + w.Listen, settle: looked}
	o.restart()
	var workers sync.WaitGroup
	names := make(chan int)
	for range couriers {
		workers.Go(func() {
			for n := range names {
				o.deliver(request.Request{ID: id(strconv.Itoa(n)), Selection: []string{"raw_events"}, Tags: map[string]string{"over": "wire"}, DecidedAt: start})
			}
		})
	}
	trouble := make(chan struct{})
	var troubled sync.WaitGroup
	troubled.Go(func() { makeTrouble(t, d, w, o, trouble) })
	calm := time.AfterFunc(longest, func() { close(trouble) })
	for n := range launches {
		names <- n
	}
	close(names)
	workers.Wait()
	if calm.Stop() {
		close(trouble)
	}
	troubled.Wait()
	count := map[string]int{}
	for _, run := range d.Runs(t, map[string]string{"over": "wire"}) {
		if run.Status != "CANCELED" {
			count[run.Tag(events.RequestTag)]++
		}
	}
	if len(count) != launches {
		t.Errorf("%d requests have runs, want %d", len(count), launches)
	}
	for id, n := range count {
		if n != 1 {
			t.Errorf("%s has %d runs", id, n)
		}
	}
}

// makeTrouble breaks the wire in one way after the other until it is told to end.
func makeTrouble(t *testing.T, d *dagster.Deployment, w *wire, o *office, end <-chan struct{}) {
	random := rand.New(rand.NewPCG(1, 2))
	for round := 1; ; round++ {
		select {
		case <-end:
			w.be("")
			return
		case <-time.After(time.Duration(200+random.IntN(800)) * time.Millisecond):
		}
		way := ""
		if random.IntN(3) > 0 {
			way = broken[random.IntN(len(broken))]
		}
		w.be(way)
		if random.IntN(restarts) == 0 {
			o.restart()
		}
		if soak && round%60 == 0 {
			d.Webserver.Kill(t)
			d.Webserver.Start(t)
			d.Ready(t)
		}
	}
}
