package deployment_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"auto/runtime/dagster/deployment"

	"github.com/Khan/genqlient/graphql"
	"github.com/google/go-cmp/cmp"
)

// at is a JSON object of an answer.
type at = map[string]any

// hand is a time that a test moves.
type hand struct {
	mu  sync.Mutex
	now time.Time
}

func (c *hand) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *hand) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// reload makes a recorded answer that of a location that was loaded anew.
func reload(answer at, version string) {
	for _, e := range answer["locationStatusesOrError"].(at)["entries"].([]any) {
		e.(at)["versionKey"] = version
	}
}

func watching(c graphql.Client) (*deployment.Watch, *hand) {
	clock := &hand{now: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}
	return &deployment.Watch{Client: c, Now: clock.Now, Every: time.Minute}, clock
}

func current(t *testing.T, w *deployment.Watch) *deployment.Deployment {
	t.Helper()
	d, err := w.Current(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestWatch(t *testing.T) {
	version := "1"
	c := &recorded{dir: "sample", edit: func(_ string, answer map[string]any) error { reload(answer, version); return nil }}
	w, clock := watching(c)
	first := current(t, w)
	clock.pass(59 * time.Second)
	if current(t, w) != first {
		t.Error("another deployment though nothing was asked")
	}
	clock.pass(time.Second)
	if current(t, w) != first {
		t.Error("another deployment though nothing changed")
	}
	version = "2"
	if current(t, w) != first {
		t.Error("asked too early")
	}
	fresh, err := w.Fresh(context.Background())
	if err != nil || fresh == first {
		t.Error("not read again", err)
	}
	whole := []string{"Definitions", "PartitionKeys", "RequiredKeys"}
	if want := slices.Concat(whole, []string{"Changes", "Changes"}, whole); !cmp.Equal(c.asked(), want) {
		t.Errorf("asked %v", c.asked())
	}
}

// TestWatchSensors: a sensor that is stopped changes its assets alone, in a deployment of
// its own.
func TestWatchSensors(t *testing.T) {
	status := "RUNNING"
	sensor := func() at {
		return at{"id": "s", "name": "automation", "sensorType": "AUTOMATION", "sensorState": at{"status": status}}
	}
	c := &recorded{dir: "sample", edit: func(operation string, answer map[string]any) error {
		if workspace, ok := answer["workspaceOrError"].(at); ok {
			core := workspace["locationEntries"].([]any)[0].(at)["locationOrLoadError"].(at)["repositories"].([]any)[0].(at)
			core["automation"] = []any{sensor()}
			core["automated"] = []any{at{"id": "s", "assetSelection": at{"assetKeys": []any{at{"path": []any{"country_sales"}}, at{"path": []any{"customer_report"}}}, "assetChecks": []any{}}}}
		}
		if operation == "Definitions" {
			answer["assetNodes"].([]any)[0].(at)["automationCondition"] = at{"label": nil, "expandedLabel": []any{"(newly_missing)", "SINCE", "(handled)"}}
		}
		return nil
	}}
	w, _ := watching(c)
	first := current(t, w)
	a := first.Assets["country_sales"]
	if s, ok := a.Driven(); !ok || s.Name != "automation" || a.Condition != "(newly_missing) SINCE (handled)" || len(a.Sensors) != 1 {
		t.Errorf("%+v", a)
	}
	if _, ok := first.Assets["customer_report"].Driven(); ok {
		t.Error("an asset without a condition is driven")
	}
	status = "STOPPED"
	second, err := w.Fresh(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := second.Assets["country_sales"].Driven(); ok || second == first {
		t.Error("still driven")
	}
	if _, ok := a.Driven(); !ok || second.Assets["raw_events"] != first.Assets["raw_events"] {
		t.Error("the first deployment was changed")
	}
}

// TestWatchErrors: the last good deployment stays, and the error is told.
func TestWatchErrors(t *testing.T) {
	var fails error
	c := &recorded{dir: "sample", edit: func(string, map[string]any) error { return fails }}
	w, clock := watching(c)
	fails = errors.New("down")
	if d, err := w.Current(context.Background()); d != nil || !errors.Is(err, fails) {
		t.Error(d, err)
	}
	fails = nil
	if d, err := w.Current(context.Background()); d != nil || err == nil || len(c.asked()) != 1 {
		t.Error("asked again at once", err)
	}
	clock.pass(time.Minute)
	first := current(t, w)
	clock.pass(time.Minute)
	fails = errors.New("down again")
	if d, err := w.Current(context.Background()); d != first || !errors.Is(err, fails) {
		t.Error(err)
	}
}

// gate holds calls back until it is opened.
type gate struct {
	*recorded
	open chan struct{}
}

func (g gate) MakeRequest(ctx context.Context, ask *graphql.Request, answer *graphql.Response) error {
	select {
	case <-g.open:
		return g.recorded.MakeRequest(ctx, ask, answer)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TestWatchShared: those who ask at one time share the calls; who wants it fresh gets an
// answer that was begun after the question.
func TestWatchShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate{&recorded{dir: "sample"}, make(chan struct{})}
		w, _ := watching(g)
		var all sync.WaitGroup
		for i := range 8 {
			ask := w.Current
			if i%2 == 1 {
				ask = w.Fresh
			}
			all.Go(func() {
				if d, err := ask(context.Background()); d == nil || err != nil {
					t.Error(err)
				}
			})
			synctest.Wait()
		}
		close(g.open)
		all.Wait()
		if want := []string{"Definitions", "PartitionKeys", "RequiredKeys", "Changes"}; !cmp.Equal(g.asked(), want) {
			t.Errorf("asked %v", g.asked())
		}
	})
}

// TestWatchCut: one who gives up takes nobody along.
func TestWatchCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := gate{&recorded{dir: "sample"}, make(chan struct{})}
		w, _ := watching(g)
		ctx, cancel := context.WithCancel(context.Background())
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := w.Current(ctx); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		synctest.Wait()
		all.Go(func() {
			if d, err := w.Current(context.Background()); d == nil || err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			if _, err := w.Current(ctx); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		close(g.open)
		all.Wait()
	})
}
