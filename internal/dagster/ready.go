package dagster

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// readyTime bounds the start of a deployment: several Python programs on a busy machine.
const readyTime = 3 * time.Minute

const readyQuery = `{
  workspaceOrError { ... on Workspace { locationEntries { name locationOrLoadError { __typename ... on PythonError { message } } } } }
  instance { daemonHealth { allDaemonStatuses { daemonType required healthy } } }
}`

type state struct {
	WorkspaceOrError struct {
		LocationEntries []struct {
			Name                string
			LocationOrLoadError *struct {
				Typename string `json:"__typename"`
				Message  string
			}
		}
	}
	Instance struct {
		DaemonHealth struct {
			AllDaemonStatuses []struct {
				DaemonType        string
				Required, Healthy bool
			}
		}
	}
}

// Ready waits until the webserver answers, its code locations have been loaded, and the
// daemons are well where the daemon runs. A location that cannot be loaded is ready as
// well: its error is its state.
func (d *Deployment) Ready(t testing.TB) {
	t.Helper()
	var last error
	for deadline := time.Now().Add(readyTime); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if last = d.unready(t.Context()); last == nil {
			return
		}
		for _, p := range []*Process{d.Webserver, d.Daemon} {
			if p.command != nil && !p.Running() {
				t.Fatalf("%s ended:\n%s", p.Name, p.Tail())
			}
		}
	}
	t.Fatalf("Dagster is not ready after %s: %v", readyTime, last)
}

// unready says what is not ready yet, nil for nothing.
func (d *Deployment) unready(ctx context.Context) error {
	var now state
	if err := d.Ask(ctx, readyQuery, nil, &now); err != nil {
		return err
	}
	if now.WorkspaceOrError.LocationEntries == nil {
		return errors.New("there are no code locations")
	}
	for _, l := range now.WorkspaceOrError.LocationEntries {
		if l.LocationOrLoadError == nil {
			return fmt.Errorf("the code location %s is being loaded", l.Name)
		}
	}
	for _, s := range now.Instance.DaemonHealth.AllDaemonStatuses {
		if d.Daemon.Running() && s.Required && !s.Healthy {
			return fmt.Errorf("the daemon %s is not well", s.DaemonType)
		}
	}
	return nil
}

// Loaded fails the test when a code location has an error.
func (d *Deployment) Loaded(t testing.TB) {
	t.Helper()
	var now state
	d.Query(t, readyQuery, nil, &now)
	for _, l := range now.WorkspaceOrError.LocationEntries {
		if l.LocationOrLoadError.Typename != "RepositoryLocation" {
			t.Fatalf("the code location %s is not loaded: %s", l.Name, l.LocationOrLoadError.Message)
		}
	}
}

// Reload makes the webserver load a code location anew; the daemon does so by itself
// within a minute. A location that cannot be loaded any more is no failure.
func (d *Deployment) Reload(t testing.TB, location string) {
	t.Helper()
	d.act(t, "WorkspaceLocationEntry", `mutation($l: String!) { did: reloadRepositoryLocation(repositoryLocationName: $l) {
	  __typename ... on ReloadNotSupported { message } ... on RepositoryLocationNotFound { message } ... on UnauthorizedError { message } ... on PythonError { message } } }`,
		Vars{"l": location}, nil)
}
