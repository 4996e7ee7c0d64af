package parameters_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"auto/runtime/control"
	"auto/runtime/journal"
	"auto/runtime/parameters"
	"auto/runtime/params"
	"auto/runtime/project"
	"auto/runtime/request"
	"auto/runtime/store"
	"auto/runtime/store/sqlite"

	"github.com/google/go-cmp/cmp"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

const jobs = `
jobs:
  - name: ingest
    selection: [sales, marketing]
    params_schema: {bucket: "string!|raw", sales.folder: string!, rows: int, token: secret}
  - name: other
    selection: [plain]
`

const assets = `
assets:
  - {key: sales, config: {path: "in/{{ params.folder }}", rows: "{{ params.rows }}"}}
  - {key: marketing, config: {bucket: "{{ params.bucket }}"}}
  - {key: plain}
`

const policies = `
files inbound from landing {
    job ingest
    match "sales_*.csv" -> sales
    match "mkt_*" -> marketing
    params { rows: 9 }
    config sales { key: key, size: size }
}
files second from landing {
    job ingest
    match "second_*" -> sales
    config sales { folder: name }
    otherwise quarantine "bad/"
}
`

func load(t *testing.T, jobs string) *project.Project {
	t.Helper()
	p, found := project.Load("project", project.Options{FS: fstest.MapFS{
		"auto.yaml": {Data: []byte("sources: {landing: {type: folder, path: landing}}\n")}, "assets/a.yaml": {Data: []byte(assets)},
		"jobs/j.yaml": {Data: []byte(jobs)}, "policies/p.auto": {Data: []byte(policies)},
	}})
	if found.HasErrors() {
		t.Fatal(found)
	}
	return p
}

// service gives a service over a new store, with what it tells of edits.
func service(t *testing.T) (*parameters.Service, *[]int64) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), t.TempDir(), sqlite.Owner{PID: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	p, records := load(t, jobs), new([]int64)
	var mu sync.Mutex
	return &parameters.Service{Store: s, Project: func() *project.Project { return p }, Now: func() time.Time { return start },
		Write: func(_ context.Context, put func(time.Time) (int64, error)) error {
			record, err := put(start)
			if err == nil {
				mu.Lock()
				defer mu.Unlock()
				*records = append(*records, record)
			}
			return err
		},
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))}, records
}

// over gives what answers the same over the control socket.
func over(t *testing.T, s control.Params) control.Params {
	t.Helper()
	folder := t.TempDir()
	listener, err := control.Listen(folder)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: control.Handler(control.Local{}, nil, s)}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	client, err := control.Dial(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func set(t *testing.T, s control.Params, values map[string]any) params.Edit {
	t.Helper()
	list, err := s.Jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	j, _ := params.Find(list, "ingest")
	e, err := j.Split(values)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// ask asks everything, and gives the answers.
func ask(t *testing.T, s control.Params) []any {
	t.Helper()
	var got []any
	add := func(value any, err error) { got = append(got, value, fmt.Sprintf("%T %v", err, err)) }
	ctx := t.Context()
	e := set(t, s, map[string]any{"sales.folder": "<in>", "rows": int64(9007199254740993), "marketing.new": []any{1.5, "a", map[string]any{"b": false}}, "token": map[string]any{"$secret": "env:T"}})
	stored, err := s.Patch(ctx, "ingest", 0, e, "ann")
	add(stored, err)
	stored, err = s.Patch(ctx, "ingest", 0, set(t, s, map[string]any{"rows": 1}), "ben")
	add(stored.Version, err)
	stored, err = s.Patch(ctx, "ingest", params.AnyVersion, set(t, s, map[string]any{"rows": nil}), "ben")
	add(stored, err)
	stored, err = s.Patch(ctx, "ingest", 2, set(t, s, map[string]any{"rows": "text"}), "ben")
	add(stored.Version, err)
	stored, err = s.Patch(ctx, "ingst", 0, e, "ann")
	add(stored, err)
	stored, err = s.Restore(ctx, "ingest", 2, 1, "cat")
	add(stored, err)
	stored, err = s.Restore(ctx, "ingest", 3, 9, "cat")
	add(stored, err)
	stored, err = s.Restore(ctx, "ingest", 3, 0, "cat")
	add(stored, err)
	stored, err = s.Stored(ctx, "ingest")
	add(stored, err)
	list, err := s.Jobs(ctx)
	add(list, err)
	history, err := s.History(ctx, "ingest")
	add(history, err)
	for _, key := range []string{"", "sales_1.csv", "nothing.txt"} {
		r, err := s.Preview(ctx, "ingest", nil, key)
		text, _ := json.Marshal(r)
		add(string(text), err)
	}
	r, err := s.Preview(ctx, "ingest", []string{"plain"}, "")
	add(r, err)
	return got
}

// TestOverTheSocket: the daemon answers as the store itself does.
func TestOverTheSocket(t *testing.T) {
	direct, _ := service(t)
	remote, _ := service(t)
	want, got := ask(t, direct), ask(t, over(t, remote))
	for i := range want {
		// Errors of a kind that no one tells apart arrive as their text alone.
		if text, ok := want[i].(string); ok && got[i] != want[i] && len(text) > 0 {
			var was, is string
			fmt.Sscanf(text, "%s", &was)
			fmt.Sscanf(got[i].(string), "%s", &is)
			if was == "*control.UnknownVersion" || was == "*control.NoMatch" {
				want[i] = is + text[len(was):]
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-direct +socket):\n%s", diff)
	}
}

// TestHistory: who, when, old and new, newest first, and what was restored; the journal has
// the same.
func TestHistory(t *testing.T) {
	s, records := service(t)
	ctx := t.Context()
	for i, values := range []map[string]any{{"rows": 1, "sales.folder": "a"}, {"rows": 2}, {"rows": 2}} {
		if _, err := s.Patch(ctx, "ingest", int64(min(i, 2)), set(t, s, values), fmt.Sprint("editor ", i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Restore(ctx, "ingest", 2, 0, "ann"); err != nil {
		t.Fatal(err)
	}
	history, err := s.History(ctx, "ingest")
	if err != nil {
		t.Fatal(err)
	}
	rows, folder := params.Name{Param: "rows"}, params.Name{Asset: "sales", Param: "folder"}
	want := []control.ParamsVersion{
		{Version: 3, Author: "ann", At: start, Restored: 0, Changes: []params.Change{{Name: rows, Old: int64(2)}, {Name: folder, Old: "a"}}},
		{Version: 2, Author: "editor 1", At: start, Restored: -1, Changes: []params.Change{{Name: rows, Old: int64(1), New: int64(2)}}},
		{Version: 1, Author: "editor 0", At: start, Restored: -1, Changes: []params.Change{{Name: rows, New: int64(1)}, {Name: folder, New: "a"}}},
	}
	if diff := cmp.Diff(want, history); diff != "" {
		t.Error(diff)
	}
	var kept []int64
	err = s.Store.Records(ctx, 0, []string{journal.KindParams}, func(r store.Record) error {
		kept = append(kept, r.Seq)
		return nil
	})
	if diff := cmp.Diff(kept, *records); diff != "" || err != nil || len(kept) != 3 {
		t.Errorf("%s %v", diff, err)
	}
}

// TestAuthor: the history has names of one line.
func TestAuthor(t *testing.T) {
	s, _ := service(t)
	for author, want := range map[string]string{"ann": "ann", " a\x1b[31m\n b ": "a [31m b", "\t": "unknown", strings.Repeat("ä", 70): strings.Repeat("ä", 60)} {
		if _, err := s.Patch(t.Context(), "ingest", params.AnyVersion, set(t, s, map[string]any{"bucket": author}), author); err != nil {
			t.Fatal(err)
		}
		history, err := s.History(t.Context(), "ingest")
		if err != nil || history[0].Author != want {
			t.Errorf("%q became %q, %v", author, history[0].Author, err)
		}
	}
}

// TestSecretsInHistory: a value of what has become a secret since is not shown.
func TestSecretsInHistory(t *testing.T) {
	s, _ := service(t)
	e := set(t, s, map[string]any{"sales.key": "open", "token": map[string]any{"$secret": "env:T"}})
	if _, err := s.Patch(t.Context(), "ingest", 0, e, "ann"); err != nil {
		t.Fatal(err)
	}
	p := load(t, jobs)
	j, _ := p.Job("ingest")
	j.Schema = j.Schema.With(params.Name{Asset: "sales", Param: "key"}, params.Decl{Type: params.Secret})
	s.Project = func() *project.Project { return p }
	history, err := s.History(t.Context(), "ingest")
	if err != nil {
		t.Fatal(err)
	}
	want := []params.Change{{Name: params.Name{Param: "token"}, New: map[string]any{"$secret": "env:T"}}, {Name: params.Name{Asset: "sales", Param: "key"}, New: "(hidden)"}}
	if diff := cmp.Diff(want, history[0].Changes); diff != "" {
		t.Error(diff)
	}
	stored, err := s.Stored(t.Context(), "ingest")
	if err != nil {
		t.Fatal(err)
	}
	shown, err := json.Marshal(parameters.Hide(j, stored.Values))
	if diff := cmp.Diff(`{"_ops_config":{"sales":{"key":"(hidden)"}},"token":{"$secret":"env:T"}}`, string(shown)); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// edits is how many edits each of two editors makes.
const edits = 500

// editor makes random edits, each of the version that it saw last, until all are made, and
// gives them by the version that they became.
func editor(ctx context.Context, s control.Params, name string, seed uint64) (map[int64]params.Edit, error) {
	random, made := rand.New(rand.NewPCG(seed, 1)), map[int64]params.Edit{}
	names := []params.Name{{Param: "rows"}, {Param: "x"}, {Asset: "sales", Param: "rows"}, {Asset: "marketing", Param: "y"}, {Asset: "marketing", Param: "rows"}}
	for n := 0; n < edits; {
		stored, err := s.Stored(ctx, "ingest")
		if err != nil {
			return made, err
		}
		var e params.Edit
		e.Set.Set(params.Name{Asset: "sales", Param: "count_" + name}, int64(n)) // so that each changes something
		for _, n := range names {
			switch random.IntN(3) {
			case 0:
				e.Set.Set(n, random.Int64N(4))
			case 1:
				e.Unset = append(e.Unset, n)
			}
		}
		after, err := s.Patch(ctx, "ingest", stored.Version, e, name)
		var wrong params.Problems
		if errors.As(err, &wrong) && wrong[0].Kind == params.Stale {
			continue
		}
		if err != nil {
			return made, err
		}
		made[after.Version] = e
		n++
	}
	return made, nil
}

// TestTwoEditors: of what two people save at once, each edit of the version that it was
// made of, none is lost and none is made twice; the history has all of them, and leads to
// what is stored and to what the journal says.
func TestTwoEditors(t *testing.T) {
	s, _ := service(t)
	var made [2]map[int64]params.Edit
	var errs [2]error
	editors := []control.Params{s, over(t, s)}
	var both sync.WaitGroup
	for i := range editors {
		both.Go(func() { made[i], errs[i] = editor(t.Context(), editors[i], fmt.Sprint(i), uint64(i)) })
	}
	both.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	history, err := s.History(t.Context(), "ingest")
	if err != nil || len(history) != 2*edits {
		t.Fatal(len(history), err)
	}
	var values params.Values
	for i := range history {
		v := history[len(history)-1-i]
		by := made[0]
		if v.Author == "1" {
			by = made[1]
		}
		e, ok := by[v.Version]
		if !ok || v.Version != int64(i+1) {
			t.Fatalf("version %d of %s at %d", v.Version, v.Author, i+1)
		}
		values = follow(t, values, v, e)
	}
	stored, err := s.Stored(t.Context(), "ingest")
	if err != nil || !stored.Values.Equal(values) || stored.Version != 2*edits {
		t.Errorf("%v, and the history leads to %v: %v", stored, values, err)
	}
	last := params.Stored{}
	err = s.Store.Records(t.Context(), 0, []string{journal.KindParams}, func(r store.Record) error {
		var body journal.Params
		if err := json.Unmarshal(r.Body, &body); err != nil {
			return err
		}
		if body.Stored.Version != last.Version+1 {
			t.Errorf("version %d after %d", body.Stored.Version, last.Version)
		}
		last = body.Stored
		return nil
	})
	if diff := cmp.Diff(stored, last); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

// follow makes the changes of a version, which are those of an edit.
func follow(t *testing.T, values params.Values, v control.ParamsVersion, e params.Edit) params.Values {
	t.Helper()
	for _, c := range v.Changes {
		if old, _ := values.Get(c.Name); !params.Same(old, c.Old) {
			t.Fatalf("version %d: %s was %v, not %v", v.Version, c.Name, old, c.Old)
		}
		if c.New == nil {
			values.Unset(c.Name)
		} else {
			values.Set(c.Name, c.New)
		}
	}
	for _, n := range e.Set.Names() {
		want, _ := e.Set.Get(n)
		if got, _ := values.Get(n); !params.Same(got, want) {
			t.Fatalf("version %d: %s is %v, not %v", v.Version, n, got, want)
		}
	}
	for _, n := range e.Unset {
		if _, ok := values.Get(n); ok {
			t.Fatalf("version %d: %s is there", v.Version, n)
		}
	}
	return values
}

// TestRetry: a request that lacks parameters waits for the edit that gives them, and says
// what is edited then; those of other jobs and those that still lack some stay.
func TestRetry(t *testing.T) {
	s, _ := service(t)
	ctx := t.Context()
	due := 0
	s.Due = func() { due++ }
	force, err := s.InForce(ctx)
	if err != nil {
		t.Fatal(err)
	}
	r := request.Request{ID: "00000000000000000000000000000001", Job: "ingest", Selection: []string{"sales"}, DecidedAt: start, Params: map[string]any{"rows": int64(7)}}
	force.Tell(&r, s.Project().Graph.Asset, map[string]map[string]any{"sales": {"more": "x"}})
	if r.Refused == nil {
		t.Fatalf("%+v", r)
	}
	if _, err := s.Store.Decide(ctx, store.Record{At: start, Kind: journal.KindTick, Body: []byte("{}")}, []store.Entry{store.Decided(r, start)}); err != nil {
		t.Fatal(err)
	}
	local := control.Local{Store: s.Store, Now: s.Now, Renew: s.Renew}
	if _, err := local.Retry(ctx, []string{r.ID}); !errors.As(err, new(*control.StillRefused)) {
		t.Error(err)
	}
	for _, l := range []control.Local{local, {Store: s.Store, Now: s.Now}} {
		if n, err := l.Retry(ctx, nil); n != 0 || err != nil {
			t.Error(n, err)
		}
	}
	whole := s.Project
	gone := *whole()
	gone.Params = gone.Params[1:]
	s.Project = func() *project.Project { return &gone }
	if n, err := s.Retry(ctx, ""); n != 0 || err != nil {
		t.Errorf("a request of a job that is gone goes out: %d, %v", n, err)
	}
	if _, err := s.Renew(ctx, r); err == nil || !strings.Contains(err.Error(), "No job is called `ingest`") {
		t.Error(err)
	}
	s.Project = whole
	for i, values := range []map[string]any{{"bucket": "b"}, {"sales.folder": "f"}, {"sales.folder": "g"}} {
		if _, err := s.Patch(ctx, "ingest", int64(i), set(t, s, values), "ann"); err != nil {
			t.Fatal(err)
		}
	}
	e, err := s.Store.Entry(ctx, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	config, err := json.Marshal(e.Request.RunConfig)
	want := `{"ops":{"sales":{"config":{"more":"x","path":"in/f","rows":7}}},"resources":{"params":{"config":{"__nexus_ops__sales__folder":"f","bucket":"b","rows":7}}}}`
	if diff := cmp.Diff(want, string(config)); diff != "" || err != nil || e.Delivery != store.Due || e.Request.Refused != nil || due != 1 {
		t.Errorf("%s %v %+v, due %d times", diff, err, e, due)
	}
}
