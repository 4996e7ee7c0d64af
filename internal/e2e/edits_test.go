package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"auto/internal/program"
	"auto/runtime/control"
	"auto/runtime/events"
	"auto/runtime/failpoint"
	"auto/runtime/journal"
	"auto/runtime/params"
	"auto/runtime/store"
	"auto/runtime/store/sqlite"

	"github.com/google/go-cmp/cmp"
)

const editedAssets = `
assets:
  - {key: raw, external: true}
  - {key: sales, deps: [raw], config: {rows: "{{ params.rows }}", folder: "{{ params.folder }}"}}
  - {key: report, deps: [sales], config: {rows: "{{ params.rows }}"}}
`

const editedJob = `
jobs:
  - name: nightly
    selection: [sales, report]
    params_schema: {rows: int|0, folder: string|in, sales.rows: int|0, report.rows: int|0}
`

const editedPolicy = `
policy sales for assets("sales") { when any_deps_updated() }
sensor fast for assets("sales") every 1s
`

// editedProject writes a project whose job's parameters are edited.
func editedProject(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	program.Write(t, filepath.Join(dir, "auto.yaml"), "launcher: {type: stdout}\n")
	program.Write(t, filepath.Join(dir, "assets", "a.yaml"), editedAssets)
	program.Write(t, filepath.Join(dir, "jobs", "j.yaml"), editedJob)
	program.Write(t, filepath.Join(dir, "policies", "p.auto"), editedPolicy)
	return dir
}

// writePoints are the places around the transaction of an edit.
func writePoints() (points []string) {
	for _, p := range failpoint.Points() {
		if strings.HasPrefix(p, "store.write.") {
			points = append(points, p)
		}
	}
	return points
}

// TestKilledSet: `auto params set` that dies around the transaction of its edit has made it
// whole or not at all.
func TestKilledSet(t *testing.T) {
	dir, all := editedProject(t), newEdits()
	for _, point := range writePoints() {
		n := 1
		for setDies(t, dir, fmt.Sprint(point, ":", n), all) {
			n++
		}
		if n == 1 {
			t.Errorf("it does not die at %s", point)
		}
	}
}

// setDies runs `auto params set` under AUTO_KILL, and reports whether it died.
func setDies(t *testing.T, dir, kill string, all *edits) bool {
	t.Helper()
	var change params.Edit
	args := []string{"params", "set", "nightly", "--author", kill}
	for _, name := range editedNames {
		value := int64(len(all.tried) + 1)
		change.Set.Set(name, value)
		args = append(args, fmt.Sprint(name, "=", value))
	}
	all.tried[kill] = change
	p := program.Start(t, dir, []string{"AUTO_KILL=" + kill}, args...)
	err := <-p.Done
	died := p.ProcessState.ExitCode() == -1
	if err != nil && !died {
		t.Fatalf("%v: %s", err, p.Log)
	}
	authors := all.check(t, dir)
	if !died && authors[len(authors)-1] != kill {
		t.Fatalf("%s was acknowledged, and there are %v", kill, authors)
	}
	return died
}

// TestKilledEdits: two people edit at once while the daemon dies again and again around the
// transactions of their edits. What was acknowledged is there, nothing is there by halves,
// and what runs were told replays.
func TestKilledEdits(t *testing.T) { killedEdits(t, 12, 20) }

// killedEdits is TestKilledEdits with so many deaths, and so many edits of each after them.
func killedEdits(t *testing.T, deaths, more int) {
	seed, dir, clock := program.Seed(t), editedProject(t), program.NewTimekeeper(t)
	random, points := rand.New(rand.NewPCG(seed, 5)), writePoints()
	done := make(chan struct{})
	var both sync.WaitGroup
	people := []*editor{newEditor(dir, seed, "ann"), newEditor(dir, seed, "ben")}
	for _, e := range people {
		both.Go(func() { e.work(t.Context(), done) })
	}
	for i := range deaths {
		at := fmt.Sprintf("AUTO_KILL=%s:%d", points[i%len(points)], 1+random.IntN(12))
		dies(t, program.Start(t, dir, []string{at}, "run", clock.Flag()))
	}
	last := program.Start(t, dir, nil, "run", clock.Flag())
	for _, e := range people {
		e.awaitMore(t, more)
	}
	close(done)
	both.Wait()
	if err := last.Process.Kill(); err != nil {
		t.Error(err)
	}
	<-last.Done
	all := newEdits()
	for _, e := range people {
		if e.err != nil {
			t.Error(e.err)
		}
		maps.Copy(all.made, e.made)
		maps.Copy(all.tried, e.tried)
	}
	authors := all.check(t, dir)
	out, errs, code := program.Run(t, dir, "replay")
	if code != 0 {
		t.Errorf("replay: code %d: %s%s", code, out, errs)
	}
	t.Logf("%d edits are there, %d of them acknowledged; %s", len(authors), len(all.made), out)
}

// dies waits until a process dies of a signal.
func dies(t *testing.T, p *program.Process) {
	t.Helper()
	select {
	case <-p.Done:
		if code := p.ProcessState.ExitCode(); code != -1 {
			t.Fatalf("it ended with code %d: %s", code, p.Log)
		}
	case <-time.After(time.Minute):
		p.Process.Kill()
		t.Fatalf("it did not die: %s", p.Log)
	}
}

var editedNames = []params.Name{{Param: "rows"}, {Asset: "sales", Param: "rows"}, {Asset: "report", Param: "rows"}}

// edits are what people did.
type edits struct {
	// made are the edits that were acknowledged, by version; tried are these and those of
	// which nobody heard again, by author.
	made  map[int64]params.Edit
	tried map[string]params.Edit
}

func newEdits() *edits { return &edits{map[int64]params.Edit{}, map[string]params.Edit{}} }

// editor is a person who edits, each time what is there, and tells of an update now and then.
// It signs each edit with its name and a number.
type editor struct {
	name, folder string
	random       *rand.Rand
	err          error
	mu           sync.Mutex
	*edits
}

func newEditor(dir string, seed uint64, name string) *editor {
	return &editor{name: name, folder: filepath.Join(dir, ".auto"), random: rand.New(rand.NewPCG(seed, uint64(name[0]))), edits: newEdits()}
}

// work edits until it is done, whether the daemon answers or not.
func (e *editor) work(ctx context.Context, done chan struct{}) {
	for n := 0; e.err == nil; n++ {
		select {
		case <-done:
			return
		default:
		}
		c, err := control.Dial(ctx, e.folder)
		if err != nil {
			time.Sleep(time.Millisecond) // no daemon runs: the pace of a client that tries again
			continue
		}
		e.edit(ctx, c, n)
		c.Close()
	}
}

func (e *editor) edit(ctx context.Context, c *control.Client, n int) {
	if n%4 == 0 {
		// Whether it was taken is not asked: a daemon may have died of it.
		_, _ = c.Events(ctx, []events.Event{{ID: fmt.Sprint(e.name, n), Type: events.Materialization, Asset: "raw"}})
	}
	stored, err := c.Stored(ctx, "nightly")
	if err != nil {
		return
	}
	author := fmt.Sprint(e.name, "/", n)
	change := e.change(author)
	after, err := c.Patch(ctx, "nightly", stored.Version, change, author)
	var wrong params.Problems
	refused := errors.As(err, &wrong)
	e.mu.Lock()
	defer e.mu.Unlock()
	if !refused {
		e.tried[author] = change
	}
	switch {
	case err == nil:
		e.made[after.Version] = change
	case refused && wrong[0].Kind != params.Stale:
		e.err = err
	}
}

// change gives what an edit changes; it is never nothing.
func (e *editor) change(author string) (change params.Edit) {
	change.Set.Set(params.Name{Param: "folder"}, author)
	for _, name := range editedNames {
		if e.random.IntN(3) == 0 {
			change.Unset = append(change.Unset, name)
		} else {
			change.Set.Set(name, e.random.Int64N(100))
		}
	}
	return change
}

// awaitMore waits until more edits are acknowledged.
func (e *editor) awaitMore(t *testing.T, more int) {
	t.Helper()
	count := func() int { e.mu.Lock(); defer e.mu.Unlock(); return len(e.made) }
	want := count() + more
	program.Eventually(t, time.Minute, fmt.Sprint(e.name, " has made ", want, " edits"), func() bool { return count() >= want })
}

// check checks what is stored in a project, and gives the authors of the edits in order: the
// versions follow each other; each is of an edit that was tried, whole and once; all that
// were acknowledged are among them; and the history says what the journal says.
func (all *edits) check(t *testing.T, dir string) (authors []string) {
	t.Helper()
	journaled, history := storedEdits(t, dir)
	if diff := cmp.Diff(journaled, history); diff != "" {
		t.Fatalf("the journal (-) and the history (+) differ: %s", diff)
	}
	var values params.Values
	for i, p := range journaled {
		version := int64(i + 1)
		e, was := all.tried[p.Author]
		if !was || slices.Contains(authors, p.Author) || p.Stored.Version != version {
			t.Fatalf("version %d of %q after %v", p.Stored.Version, p.Author, authors)
		}
		if values = edited(values, e); !values.Equal(p.Stored.Values) {
			t.Fatalf("version %d of %s stores %v, its edit leads to %v", version, p.Author, p.Stored.Values.Flatten(), values.Flatten())
		}
		if made, ok := all.made[version]; ok && !cmp.Equal(made, e) {
			t.Fatalf("version %d was acknowledged as %v, and is %v", version, made, e)
		}
		authors = append(authors, p.Author)
	}
	for version := range all.made {
		if version > int64(len(authors)) {
			t.Errorf("version %d was acknowledged, and there are %d", version, len(authors))
		}
	}
	return authors
}

// storedEdits gives the edits as the journal has them, and as the history has them.
func storedEdits(t *testing.T, dir string) (journaled, history []journal.Params) {
	t.Helper()
	reader, err := sqlite.OpenReader(t.Context(), filepath.Join(dir, ".auto"))
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	into := func(list *[]journal.Params, body []byte) error {
		var p journal.Params
		err := json.Unmarshal(body, &p)
		*list = append(*list, p)
		return err
	}
	err = errors.Join(
		reader.Records(t.Context(), 0, []string{journal.KindParams}, func(r store.Record) error { return into(&journaled, r.Body) }),
		reader.ParamsHistory(t.Context(), "nightly", func(e store.ParamsEdit) error { return into(&history, e.Body) }),
	)
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(history)
	return journaled, history
}

// edited gives what an edit leads to.
func edited(values params.Values, e params.Edit) params.Values {
	values = values.Clone()
	for _, n := range e.Set.Names() {
		value, _ := e.Set.Get(n)
		values.Set(n, value)
	}
	for _, n := range e.Unset {
		values.Unset(n)
	}
	return values
}
