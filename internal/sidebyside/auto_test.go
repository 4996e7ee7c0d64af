package sidebyside

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"auto/internal/dagster"
	"auto/internal/program"
	"auto/runtime/control"
)

// byAuto is a Dagster whose own sensor is stopped, and that auto drives in its place.
type byAuto struct {
	*driver
	deployment *dagster.Deployment
	dir        string
	time       *program.Stepper
	daemon     *program.Process // nil before the first tick
	last       time.Time        // that sensors ticked
}

func (*byAuto) name() string       { return "auto" }
func (s *byAuto) history() *driver { return s.driver }

func (s *byAuto) explain(t *testing.T, pairs []string) {
	for _, pair := range pairs {
		out, errs, _ := program.Run(t, s.dir, "why", "-v", pair)
		t.Logf("auto why %s:\n%s%s", pair, out, errs)
		asset, _, _ := strings.Cut(pair, "[")
		for _, r := range s.deployment.Runs(t, nil) {
			for _, of := range r.AssetSelection {
				if strings.Join(of.Path, "/") == asset {
					t.Logf("%s %s %s %.6f %v", asset, r.ID, r.Status, r.CreationTime, r.Tags)
				}
			}
		}
	}
}

// projectFile is that of the project that drives a deployment.
const projectFile = `
policies: [policies/*.auto]
assets: [assets/*.yaml]
dagster: {url: %q, poll: 1s, timeout: 60s}
launcher: {type: dagster, workers: 2}
`

// startAuto starts a deployment in which the sensor is stopped, and makes the project of
// an auto that is started with the first tick.
func startAuto(t *testing.T) side {
	t.Helper()
	top := t.TempDir()
	s := &byAuto{dir: filepath.Join(top, "project"), time: program.NewStepper(t, began)}
	s.deployment, s.driver = deploy(t, "STOPPED")
	if err := os.CopyFS(s.dir, os.DirFS(filepath.Join("testdata", "project"))); err != nil {
		t.Fatal(err)
	}
	program.Write(t, filepath.Join(s.dir, "auto.yaml"), fmt.Sprintf(projectFile, s.deployment.URL))
	importAssets(t, s.dir)
	return s
}

// importAssets writes the assets of a project as its Dagster defines them.
func importAssets(t *testing.T, dir string) {
	t.Helper()
	if out, errs, code := program.Run(t, dir, "graph", "import", "dagster"); code != 0 {
		t.Fatalf("graph import dagster: %s%s", out, errs)
	}
	if out, errs, code := program.Run(t, dir, "check"); code != 0 {
		t.Fatalf("check: %s%s", out, errs)
	}
}

// tick lets auto read what happened since its last tick, and then its sensors tick.
func (s *byAuto) tick(t *testing.T, at time.Time) {
	t.Helper()
	if s.daemon == nil {
		s.move(t, at)
		s.start(t) // which reads, and then ticks
	} else {
		s.read(t)
		s.move(t, at)
	}
	s.last = at
	s.await(t, "tick", func(c control.Status) bool { return ticked(c, at) && c.Due == 0 && c.Owed == 0 })
}

// read lets auto look at the deployment twice: a look that is under way may have missed
// something. No sensor ticks meanwhile.
func (s *byAuto) read(t *testing.T) {
	t.Helper()
	looks, polls := 0, s.status(t).Dagster.Polls
	s.nudge(t)
	s.await(t, "look", func(c control.Status) bool {
		if c.Dagster.Polls > polls {
			looks, polls = looks+1, c.Dagster.Polls
			s.nudge(t) // the next look waits for a second to pass
		}
		return looks == 2
	})
}

// nudge lets a second pass, unless a sensor would tick then.
func (s *byAuto) nudge(t *testing.T) {
	t.Helper()
	if next := s.time.Now().Add(time.Second); next.Before(s.last.Add(every)) {
		s.move(t, next)
	}
}

// ticked reports whether all sensors have ticked at an instant.
func ticked(c control.Status, at time.Time) bool {
	for _, s := range c.Sensors {
		if s.LastTick.Before(at) {
			return false
		}
	}
	return len(c.Sensors) > 0
}

// move moves the time of the deployment and of auto.
func (s *byAuto) move(t *testing.T, at time.Time) {
	t.Helper()
	s.clock.set(t, at)
	s.time.Set(at)
}

func (s *byAuto) start(t *testing.T) {
	t.Helper()
	s.daemon = program.Start(t, s.dir, nil, "run", s.time.Flag())
	t.Cleanup(func() {
		s.daemon.Cmd.Process.Kill()
		<-s.daemon.Done
		if t.Failed() {
			t.Logf("auto:\n%s", tail(s.daemon.Log.String()))
		}
	})
}

// await asks the daemon until its status is as it should be. It nudges now and then: what
// began to wait for an instant just when the time was moved waits for the next one.
func (s *byAuto) await(t *testing.T, what string, is func(control.Status) bool) {
	t.Helper()
	var last control.Status
	defer func() {
		if t.Failed() {
			t.Logf("the last status: %+v", last)
		}
	}()
	asked := 0
	program.Eventually(t, 3*time.Minute, what, func() bool {
		last = s.status(t)
		if is(last) {
			return true
		}
		if asked++; asked%100 == 0 {
			s.nudge(t)
		}
		return false
	})
}

// status asks the daemon until it answers.
func (s *byAuto) status(t *testing.T) (status control.Status) {
	t.Helper()
	program.Eventually(t, time.Minute, "auto answers", func() bool {
		select {
		case ended := <-s.daemon.Done:
			s.daemon.Done <- ended
			t.Fatalf("auto has ended: %v: %s", ended, s.daemon.Log)
		default:
		}
		var err error
		status, err = ask(t.Context(), s.dir)
		return err == nil
	})
	return status
}

func ask(ctx context.Context, dir string) (control.Status, error) {
	c, err := control.Dial(ctx, filepath.Join(dir, ".auto"))
	if err != nil {
		return control.Status{}, err
	}
	defer c.Close()
	return c.Status(ctx)
}
