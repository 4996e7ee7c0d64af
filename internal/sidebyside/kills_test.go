package sidebyside

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"auto/internal/dagster"
	"auto/internal/program"
	"auto/runtime/control"
	"auto/runtime/failpoint"
)

// TestKills: an auto that dies again and again, on a bad line to a Dagster whose webserver
// dies, too, launches each request there once.
func TestKills(t *testing.T) { kills(t, 10, 5) }

// killsProject is that of an auto that is killed.
const killsProject = `
policies: [policies/*.auto]
assets: [assets/*.yaml]
sources: {landing: {type: folder, path: landing}}
dagster: {url: %q, poll: 1s, timeout: 3s}
launcher: {type: dagster, workers: 3, settle: 10s}
`

// siege is a daemon with what is around it, all of which fails.
type siege struct {
	deployment *dagster.Deployment
	driver     *driver
	unruly     *unruly
	line       line
	dir        string
	random     *rand.Rand
	files      int
	customers  map[string]bool

	mu     sync.Mutex
	daemon *program.Process
}

// kills kills a daemon a number of times, and the webserver each time after some.
func kills(t *testing.T, count, webserverEach int) {
	s := newSiege(t, program.Seed(t))
	for i := range count {
		s.happen(t)
		s.line.become(t, s.random.IntN(len(toxics)+2)-2)
		s.live(t, i, i%webserverEach == webserverEach-1)
	}
	s.line.become(t, -1)
	s.unruly.beCalm(true)
	s.start(t, nil)
	s.rest(t, 8*time.Minute+2*time.Second*time.Duration(count))
	s.check(t)
}

func newSiege(t *testing.T, seed uint64) *siege {
	t.Helper()
	s := &siege{dir: t.TempDir(), random: rand.New(rand.NewPCG(seed, 13)), customers: map[string]bool{}}
	s.deployment, s.driver = deployKills(t)
	s.unruly = newUnruly(t, s.deployment.URL, seed, s.kill)
	s.unruly.beCalm(true)
	s.line = newLine(t, s.unruly.URL)
	if err := os.CopyFS(s.dir, os.DirFS(filepath.Join("testdata", "kills"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(s.dir, "landing"), 0o755); err != nil {
		t.Fatal(err)
	}
	program.Write(t, filepath.Join(s.dir, "auto.yaml"), fmt.Sprintf(killsProject, s.line.url()))
	importAssets(t, s.dir)
	s.unruly.beCalm(false)
	t.Cleanup(func() {
		s.kill()
		if t.Failed() && s.daemon != nil {
			t.Logf("auto, the last time:\n%s", tail(s.daemon.Log.String()))
		}
	})
	return s
}

// deployKills starts a webserver whose runs wait in the queue, and what ends them.
func deployKills(t *testing.T) (*dagster.Deployment, *driver) {
	t.Helper()
	config := readConfig(t)
	delete(config, "run_coordinator") // runs go to the queue, as they do by default
	files := map[string]string{}
	for _, name := range []string{"instant.py", "driver.py", "workspace.yaml"} {
		files[name] = read(t, filepath.Join(definitions, name))
	}
	files["definitions.py"] = read(t, filepath.Join("testdata", "kills", "kills.py"))
	d := dagster.Start(t, dagster.Options{Folder: t.TempDir(), Files: files, Locations: map[string]string{"side": "definitions.py"}, Config: config})
	return d, startDriver(t, d.Home, d.Dir, "", nil)
}

// happen lets files arrive and the raw asset be updated, and ends the runs so far.
func (s *siege) happen(t *testing.T) {
	t.Helper()
	s.driver.do(t, "finish", nil, nil)
	first := s.files == 0
	for range 1 + s.random.IntN(4) {
		s.files++
		name := fmt.Sprintf("sales_%d.csv", s.files)
		if s.random.IntN(2) == 0 {
			customer := fmt.Sprint("c", s.random.IntN(6))
			s.customers[customer] = true
			name = fmt.Sprintf("orders_%s_%d.csv", customer, s.files)
		}
		program.Write(t, filepath.Join(s.dir, "landing", name), "x")
	}
	if first || s.random.IntN(3) == 0 { // without it no condition has all that it waits for
		s.driver.happen(t, []happening{{Kind: "materialization", Asset: "raw"}})
	}
}

// start starts the daemon.
func (s *siege) start(t *testing.T, env []string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.daemon = program.Start(t, s.dir, env, "run")
}

// kill kills the daemon, wherever it is.
func (s *siege) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.daemon != nil {
		_ = s.daemon.Cmd.Process.Kill() // it may have died already
	}
}

// live lets the daemon live until it dies: at the n-th named point, at one of them, or
// by the proxy; and at the latest when it has lived for some seconds. Where it is to, the
// webserver dies first, in the middle of a launch, and is started again after the daemon's
// death.
func (s *siege) live(t *testing.T, i int, webserverDies bool) {
	t.Helper()
	var env []string
	switch points := failpoint.Points(); {
	case webserverDies:
	case i%3 == 0:
		env = []string{fmt.Sprintf("AUTO_KILL=%d", 1+s.random.IntN(60))}
	case i%3 == 1:
		env = []string{fmt.Sprintf("AUTO_KILL=%s:%d", points[i/3%len(points)], 1+s.random.IntN(3))}
	}
	s.start(t, env)
	if webserverDies {
		s.killWebserver(t)
	}
	select {
	case <-s.daemon.Done:
	case <-s.moment(500, 2500):
		s.kill()
		<-s.daemon.Done
	}
	if code := s.daemon.ProcessState.ExitCode(); code != -1 {
		t.Fatalf("it ended with code %d: %s", code, tail(s.daemon.Log.String()))
	}
	if webserverDies {
		s.deployment.Webserver.Start(t)
		s.deployment.Ready(t)
	}
}

// killWebserver kills the webserver shortly after a launch has arrived there, or where none
// does.
func (s *siege) killWebserver(t *testing.T) {
	t.Helper()
	select {
	case <-s.unruly.arrived: // an earlier one
	default:
	}
	select {
	case <-s.unruly.arrived:
		<-s.moment(0, 300)
	case <-s.daemon.Done:
		s.daemon.Done <- nil
	case <-s.moment(5000, 6000):
	}
	s.deployment.Webserver.Kill(t)
}

// moment gives a channel that gets a value between some milliseconds and some more.
func (s *siege) moment(from, to int) <-chan time.Time {
	return time.After(time.Duration(from+s.random.IntN(to-from)) * time.Millisecond)
}

// rest waits until nothing is left to do: every file is taken and every request delivered,
// and no run that ends makes another one. A request that was tried ten times waits for five
// minutes.
func (s *siege) rest(t *testing.T, within time.Duration) {
	t.Helper()
	var last control.Status
	defer func() {
		if t.Failed() {
			t.Logf("the last status: %+v", last)
		}
	}()
	idle := 0
	program.Eventually(t, within, "nothing is left to do", func() bool {
		select {
		case ended := <-s.daemon.Done:
			s.daemon.Done <- ended
			t.Fatalf("auto has ended: %v", ended)
		default:
		}
		var finished int
		s.driver.do(t, "finish", &finished, nil)
		status, err := ask(t.Context(), s.dir)
		if err != nil || finished > 0 || status.Due > 0 || status.Owed > 0 || status.Dagster.Loading > 0 {
			idle, last = 0, status
			return false
		}
		// Twice read, and ticked, without anything new.
		if idle == 0 || status.Dagster.Polls > last.Dagster.Polls+1 && ticked(status, last.Now.Add(time.Second)) {
			idle, last = idle+1, status
		}
		return idle > 2
	})
}

// entry is a request as `auto requests ls --json` tells it.
type entry struct {
	State   string
	Request struct {
		ID, Block string
		Selection []string
		Partition string
		File      struct{ Key string }
	}
}

// check compares the requests with Dagster's run list.
func (s *siege) check(t *testing.T) {
	t.Helper()
	runs := map[string][]dagster.Run{}
	canceled := 0
	for _, run := range s.deployment.Runs(t, nil) {
		if run.Status == "CANCELED" {
			canceled++ // it was given up: made by a webserver that died, and never submitted
			continue
		}
		id := run.Tag("auto/request")
		runs[id] = append(runs[id], run)
	}
	files, decided := map[string]bool{}, 0
	for _, e := range s.requests(t) {
		if e.State != "delivered" {
			t.Errorf("request %s for %v is %s", e.Request.ID, e.Request.Selection, e.State)
		}
		if n := len(runs[e.Request.ID]); n != 1 {
			t.Errorf("request %s for %v[%s] has %d runs", e.Request.ID, e.Request.Selection, e.Request.Partition, n)
		}
		delete(runs, e.Request.ID)
		if e.Request.File.Key == "" {
			decided++
		} else if files[e.Request.File.Key] {
			t.Errorf("file %s was requested twice", e.Request.File.Key)
		}
		files[e.Request.File.Key] = true
	}
	delete(files, "")
	for id, left := range runs {
		t.Errorf("%d runs of request %q, which there is not", len(left), id)
	}
	if len(files) != s.files {
		t.Errorf("%d files were requested, of %d", len(files), s.files)
	}
	s.checkReports(t)
	t.Logf("%d files, %d decisions of conditions, %d runs given up; launches: %v", len(files), decided, canceled, s.unruly.met)
}

// checkReports sees that every report is newer than what it is made of: no update was lost.
func (s *siege) checkReports(t *testing.T) {
	t.Helper()
	raw, orders, sales := s.latest(t, "raw")[""], s.latest(t, "orders"), s.latest(t, "sales_data")[""]
	reports, summary := s.latest(t, "report"), s.latest(t, "summary")[""]
	for customer := range s.customers {
		if of := reports[customer]; of < max(raw, orders[customer]) || summary < max(of, sales) {
			t.Errorf("raw %d and orders[%s] %d make report %d, and that and sales_data %d the summary %d", raw, customer, orders[customer], of, sales, summary)
		}
	}
}

// latest gives the storage ids of the newest materializations of an asset.
func (s *siege) latest(t *testing.T, asset string) (ids map[string]int64) {
	t.Helper()
	s.driver.do(t, "latest", &ids, map[string]any{"asset": asset})
	return ids
}

// requests gives all requests.
func (s *siege) requests(t *testing.T) (list []entry) {
	t.Helper()
	out, errs, code := program.Run(t, s.dir, "requests", "ls", "--json", "--limit=100000")
	if code != 0 {
		t.Fatalf("requests ls: %s", errs)
	}
	for line := range strings.Lines(out) {
		var e entry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		list = append(list, e)
	}
	return list
}
