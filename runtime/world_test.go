package runtime_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"auto/lang/diag"
	"auto/runtime"
	"auto/runtime/control"
	"auto/runtime/events"
	"auto/runtime/project"
	"auto/runtime/request"
	"auto/runtime/store/sqlite"
	"auto/vm/graph"

	"github.com/google/go-cmp/cmp"
)

// bubble is the clock of a synctest bubble.
type bubble struct{}

func (bubble) Now() time.Time { return time.Now().UTC() }

func (bubble) Until(t time.Time) (<-chan struct{}, func()) {
	done := make(chan struct{})
	timer := time.AfterFunc(time.Until(t), func() { close(done) })
	return done, func() { timer.Stop() }
}

// world is a Dagster that has materialized what it is told to, and that can fail.
type world struct {
	mu    sync.Mutex
	made  map[string]bool
	seen  map[string]bool
	fails error
	// away are assets of which no look tells.
	away  map[string]bool
	looks []time.Time
	// compared are the projects that were compared, each once in a row.
	compared []*project.Project
	// loads counts how often the project was loaded anew.
	loads int
	// hangs: looks last until they are cut; asked gets what is asked for then.
	hangs bool
	asked chan struct{}
}

func (w *world) set(change func(w *world)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(w)
}

func (w *world) Look(ctx context.Context, p *project.Project, take func(context.Context, []events.Event) error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.looks = append(w.looks, time.Now())
	if w.hangs {
		w.mu.Unlock()
		<-ctx.Done()
		w.mu.Lock()
		return ctx.Err()
	}
	if w.fails != nil {
		return w.fails
	}
	for _, key := range p.Graph.Keys() {
		if w.made[key] {
			if err := take(ctx, []events.Event{{ID: "made/" + key, Type: events.Materialization, Asset: key, At: time.Now().UTC()}}); err != nil {
				return err
			}
		}
		w.seen[key] = !w.away[key]
	}
	return nil
}

func (w *world) Compare(_ context.Context, p *project.Project) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n := len(w.compared); n == 0 || w.compared[n-1] != p {
		w.compared = append(w.compared, p)
	}
}

func (w *world) Unseen(_ context.Context, g *graph.Graph) ([]string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.hangs {
		w.asked <- struct{}{}
	}
	return slices.DeleteFunc(g.Keys(), func(key string) bool { return w.seen[key] }), nil
}

func (w *world) Every() time.Duration { return 5 * time.Second }

func (w *world) Status() control.DagsterStatus { return control.DagsterStatus{URL: "test"} }

// receiver notes what is launched.
type receiver struct {
	mu   sync.Mutex
	keys []string
}

func (r *receiver) Workers() int { return 1 }

func (r *receiver) Launch(_ context.Context, q request.Request) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = append(r.keys, q.Selection...)
	return nil
}

func (r *receiver) launched() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(slices.Values(r.keys))
}

// bench is a daemon over a world.
type bench struct {
	dir string
	world
	receiver
	daemon *runtime.Daemon
}

func (b *bench) write(t testing.TB, name, text string) {
	t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) load(t testing.TB) (*project.Project, diag.List) {
	return project.Load(b.dir, project.Options{Getenv: os.LookupEnv, Now: time.Now()})
}

func (b *bench) reload(t testing.TB) (*project.Project, diag.List) {
	b.set(func(w *world) { w.loads++ })
	return b.load(t)
}

const policy = `policy all for groups("g") { when missing().newly_true() }` + "\n" + `sensor quick for groups("g") every 10s` + "\n"

// start prepares a daemon and runs it until the function that it gives is called.
func start(t *testing.T, world *bench) (stop func()) {
	t.Helper()
	b := world
	b.write(t, "auto.yaml", "")
	b.write(t, "assets/a.yaml", "assets:\n  - {key: a, group: g}\n  - {key: b, group: g}\n")
	b.write(t, "policies/p.auto", policy)
	p, found := b.load(t)
	if found.HasErrors() {
		t.Fatal(found)
	}
	store, err := sqlite.Open(t.Context(), p.StateFolder(), sqlite.Owner{PID: 1, Command: "test"})
	if err != nil {
		t.Fatal(err)
	}
	b.daemon = runtime.New(runtime.Options{
		Project: p, Store: store, Launcher: &b.receiver, Clock: bubble{}, Random: func() float64 { return 0.5 }, Log: slog.New(slog.DiscardHandler),
		World: &b.world, Reload: func() (*project.Project, diag.List) { return b.reload(t) }, Report: func(diag.List) {},
	})
	if err := b.daemon.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	end, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- b.daemon.Run(t.Context(), end, nil) }()
	return func() {
		close(end)
		if err := errors.Join(<-ended, store.Close()); err != nil {
			t.Error(err)
		}
	}
}

func newBench(t *testing.T) *bench {
	return &bench{dir: t.TempDir(), world: world{made: map[string]bool{"a": true}, seen: map[string]bool{}, away: map[string]bool{}}}
}

// TestConditionsWait: to conditions that tick before Dagster was read all would be missing.
func TestConditionsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.fails = errors.New("down")
		stop := start(t, b)
		defer stop()
		time.Sleep(time.Minute)
		if got := b.launched(); got != nil {
			t.Errorf("launched %v before Dagster was read", got)
		}
		b.set(func(w *world) {
			var pauses []time.Duration
			for i := range w.looks[1:] {
				pauses = append(pauses, w.looks[i+1].Sub(w.looks[i]))
			}
			if diff := cmp.Diff([]time.Duration{5 * time.Second, 10 * time.Second, 20 * time.Second}, pauses); diff != "" {
				t.Error(diff)
			}
			w.fails = nil
		})
		time.Sleep(time.Minute)
		if diff := cmp.Diff([]string{"b"}, b.launched()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestNewAssetsAreSeen: an asset that a reload adds is looked at before conditions have it,
// and as long as that fails, the policies before stay in force.
func TestNewAssetsAreSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.made["b"], b.made["c"] = true, true
		stop := start(t, b)
		defer stop()
		time.Sleep(61 * time.Second) // between two of its looks at the files, which are every 2 s
		b.set(func(w *world) { w.fails = errors.New("down") })
		b.write(t, "assets/c.yaml", "assets:\n  - {key: c, group: g}\n  - {key: d, group: g}\n")
		time.Sleep(time.Minute)
		status, err := b.daemon.Service().Status(t.Context())
		if err != nil || status.Pending != "down" || len(status.Broken) > 0 {
			t.Errorf("the project is not in force for %q, with findings %q, %v", status.Pending, status.Broken, err)
		}
		b.set(func(w *world) {
			if w.fails = nil; w.loads > 6 {
				t.Errorf("the project was loaded %d times in a minute in which Dagster was down", w.loads)
			}
		})
		time.Sleep(time.Minute)
		if status, err = b.daemon.Service().Status(t.Context()); err != nil || status.Pending != "" {
			t.Errorf("the project that is in force is not for %q, %v", status.Pending, err)
		}
		if diff := cmp.Diff([]string{"d"}, b.launched()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestUnseenAreNamed: the status names the assets that all conditions, or a newer version of
// the project, wait for.
func TestUnseenAreNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.away["a"], b.away["c"] = true, true
		stop := start(t, b)
		defer stop()
		status := func() control.Status {
			time.Sleep(time.Minute)
			status, err := b.daemon.Service().Status(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return status
		}
		if s := status(); !strings.Contains(s.Waiting, "`a`") || s.Pending != "" {
			t.Errorf("waiting %q, pending %q", s.Waiting, s.Pending)
		}
		b.write(t, "assets/c.yaml", "assets:\n  - {key: c, group: g}\n")
		b.set(func(w *world) { w.away = map[string]bool{"c": true} })
		if s := status(); s.Waiting != "" || !strings.Contains(s.Pending, "`c`") {
			t.Errorf("waiting %q, pending %q", s.Waiting, s.Pending)
		}
		b.write(t, "assets/c.yaml", "wrong\n")
		if s := status(); len(s.Broken) == 0 || s.Pending != "" {
			t.Errorf("broken %q, pending %q", s.Broken, s.Pending)
		}
	})
}

// TestPendingIsNotCompared: while a newer project waits for an asset, it is the one in force
// that is compared, so that what is told does not alternate.
func TestPendingIsNotCompared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.away["c"] = true
		stop := start(t, b)
		defer stop()
		time.Sleep(time.Minute)
		b.write(t, "assets/c.yaml", "assets:\n  - {key: c, group: g}\n")
		time.Sleep(5 * time.Minute)
		b.set(func(w *world) {
			if len(w.compared) != 1 {
				t.Errorf("compared %d projects in turn", len(w.compared))
			}
			w.away = nil
		})
		time.Sleep(time.Minute)
		b.set(func(w *world) {
			if len(w.compared) != 2 {
				t.Errorf("compared %d projects, once the newer one is in force", len(w.compared))
			}
		})
	})
}

// TestUnseenInForce: an asset that the project in force has already keeps no newer version
// out, whether or not it was seen.
func TestUnseenInForce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		stop := start(t, b)
		defer stop()
		time.Sleep(time.Minute)
		b.set(func(w *world) { w.seen["a"], w.fails = false, errors.New("down") })
		b.write(t, "policies/p.auto", policy+"# edited\n")
		time.Sleep(time.Minute)
		b.set(func(w *world) {
			if b.daemon.Current().Policies.Policies[0].Decl.File.Text == policy {
				t.Error("the newer version is not in force")
			}
		})
	})
}

// TestStopsWhileUnread: a daemon that waits for Dagster ends at once.
func TestStopsWhileUnread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.fails = errors.New("down")
		stop := start(t, b)
		time.Sleep(7 * time.Second)
		began := time.Now()
		stop()
		if took := time.Since(began); took > time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

// TestStopsWhileReloading: a reload that waits for a look that lasts, such as the first
// load, does not keep a daemon from its end.
func TestStopsWhileReloading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.hangs, b.asked = true, make(chan struct{}, 1)
		stop := start(t, b)
		b.write(t, "assets/c.yaml", "assets:\n  - {key: c, group: g}\n")
		<-b.asked
		stop()
	})
}
