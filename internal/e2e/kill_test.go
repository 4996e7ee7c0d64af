package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"auto/internal/program"
)

// TestKills: a process that dies again and again, while files arrive and the receiver
// answers badly, launches in the end each file once.
func TestKills(t *testing.T) { kills(t, 20, 500) }

const project = `
sources:
  landing: {type: folder, path: landing}
launcher: {type: webhook, url: %q, timeout: 5s}
`

const policy = `
files inbound from landing every 1s {
    always move_file
    settled 0s
    existing take
    match "*.csv" in "sales" -> sales_data
    config move_file { file_key_to_process: key }
}
`

const assets = `
assets:
  - key: move_file
  - key: sales_data
`

func kills(t *testing.T, count, files int) {
	seed := program.Seed(t)
	random := rand.New(rand.NewPCG(seed, 2))
	dir, clock, receiver := t.TempDir(), program.NewTimekeeper(t), newReceiver(t, seed)
	program.Write(t, filepath.Join(dir, "auto.yaml"), fmt.Sprintf(project, receiver.URL))
	program.Write(t, filepath.Join(dir, "policies", "inbound.auto"), policy)
	program.Write(t, filepath.Join(dir, "assets", "sales.yaml"), assets)
	if err := os.MkdirAll(filepath.Join(dir, "landing"), 0o755); err != nil {
		t.Fatal(err)
	}
	arrived := 0
	for i := range count {
		for range files / count {
			program.Write(t, filepath.Join(dir, "landing", "sales", fmt.Sprintf("f%05d.csv", arrived)), "x")
			arrived++
		}
		dieOnce(t, dir, clock, receiver, random, i)
	}
	receiver.mu.Lock()
	receiver.good = true
	receiver.mu.Unlock()
	last := program.Start(t, dir, nil, "run", clock.Flag())
	defer func() {
		if err := last.Process.Kill(); err != nil {
			t.Error(err)
		}
		<-last.Done
	}()
	await(t, receiver, last, arrived)
	checkLaunches(t, receiver, arrived)
}

// dieOnce runs the program until it dies: at the N-th named write point, or wherever it
// is when the receiver has got some deliveries.
func dieOnce(t *testing.T, dir string, clock *program.Timekeeper, r *receiver, random *rand.Rand, i int) {
	t.Helper()
	var env []string
	if i%4 != 3 {
		env = []string{fmt.Sprintf("AUTO_KILL=%d", 1+random.IntN(60))}
	}
	p := program.Start(t, dir, env, "run", clock.Flag())
	deliveries := random.IntN(10)
	for {
		select {
		case <-p.Done:
			if code := p.ProcessState.ExitCode(); code != -1 {
				t.Fatalf("it ended with code %d: %s", code, p.Log)
			}
			return
		case <-r.changed:
			if deliveries--; env == nil && deliveries <= 0 {
				if err := p.Process.Kill(); err != nil {
					t.Fatal(err)
				}
				<-p.Done
				return
			}
		case <-time.After(2 * time.Minute):
			t.Fatalf("it neither died nor delivered: %s", p.Log)
		}
	}
}

// await waits until the receiver has acted on as many requests as files arrived.
func await(t *testing.T, r *receiver, p *program.Process, want int) {
	t.Helper()
	deadline := time.After(2 * time.Minute)
	for {
		n, keys := r.counts()
		if len(keys) >= want {
			return
		}
		select {
		case <-r.changed:
		case err := <-p.Done:
			t.Fatalf("it ended: %v: %s", err, p.Log)
		case <-deadline:
			t.Fatalf("%d requests for %d of %d files after a minute: %s", n, len(keys), want, p.Log)
		}
	}
}

func checkLaunches(t *testing.T, r *receiver, files int) {
	t.Helper()
	n, keys := r.counts()
	if n != files || len(keys) != files {
		t.Errorf("%d launches of %d files, for %d that arrived", n, len(keys), files)
	}
	again := 0
	for id, attempts := range r.attempts {
		for attempt, times := range attempts {
			if times > 1 {
				t.Errorf("request %s came %d times as attempt %d", id, times, attempt)
			}
			if attempt > 1 {
				again++
			}
		}
	}
	t.Logf("%d files, %d launches, %d posts, %d of them repeated attempts", files, n, r.posts, again)
}
