package dagster

import (
	"slices"
	"strings"
	"testing"
	"time"

	"auto/internal/program"
)

// Run is a run of Dagster.
type Run struct {
	ID     string `json:"runId"`
	Status string
	Job    string `json:"jobName"`
	// AssetSelection is empty for a job that was launched whole.
	AssetSelection []struct{ Path []string }
	Tags           []Tag
	// RunConfig is YAML or JSON, as it was launched.
	RunConfig any
	// CreationTime is in seconds since 1970.
	CreationTime float64
}

// Tag gives the value of a tag, "" for none.
func (r Run) Tag(key string) string {
	for _, tag := range r.Tags {
		if tag.Key == key {
			return tag.Value
		}
	}
	return ""
}

// Partition is the run's partition key, "" for none.
func (r Run) Partition() string { return r.Tag("dagster/partition") }

// Assets are the keys of the assets that were selected, sorted.
func (r Run) Assets() []string {
	keys := []string{}
	for _, key := range r.AssetSelection {
		keys = append(keys, strings.Join(key.Path, "/"))
	}
	slices.Sort(keys)
	return keys
}

const runFields = `runId status jobName assetSelection { path } tags { key value } runConfig creationTime`

// Runs gives the runs that have all of the tags, every run for none; the newest first.
func (d *Deployment) Runs(t testing.TB, tags map[string]string) []Run {
	t.Helper()
	var runs []Run
	for cursor := any(nil); ; cursor = runs[len(runs)-1].ID {
		var answer struct{ RunsOrError struct{ Results []Run } }
		d.Query(t, `query($tags: [ExecutionTag!], $cursor: String) { runsOrError(filter: {tags: $tags}, cursor: $cursor, limit: 500) {
		  ... on Runs { results { `+runFields+` } } } }`, Vars{"tags": tagList(tags), "cursor": cursor}, &answer)
		runs = append(runs, answer.RunsOrError.Results...)
		if len(answer.RunsOrError.Results) < 500 {
			return runs
		}
	}
}

// Run gives one run, and false where Dagster has none of the ID.
func (d *Deployment) Run(t testing.TB, id string) (Run, bool) {
	t.Helper()
	var answer struct{ RunOrError Run }
	d.Query(t, `query($id: ID!) { runOrError(runId: $id) { ... on Run { `+runFields+` } } }`, Vars{"id": id}, &answer)
	return answer.RunOrError, answer.RunOrError.ID != ""
}

// runTime bounds the time that a run takes from its launch.
const runTime = 3 * time.Minute

// WaitRun waits until a run has a status, and fails the test when it ends with another.
func (d *Deployment) WaitRun(t testing.TB, id, status string) Run {
	t.Helper()
	var run Run
	program.Eventually(t, runTime, "run "+id+" is "+status, func() bool {
		run, _ = d.Run(t, id)
		if run.Status != status && slices.Contains([]string{"SUCCESS", "FAILURE", "CANCELED"}, run.Status) {
			t.Fatalf("run %s is %s, not %s", id, run.Status, status)
		}
		return run.Status == status
	})
	return run
}

// Launch is what Deployment.Launch launches.
type Launch struct {
	// Location is "core" by default; Job is that of all assets by default.
	Location, Job string
	// Assets are the keys of what is selected, empty for the whole job.
	Assets []string
	// Partition is the partition key, "" for none.
	Partition string
	Tags      map[string]string
	// Config is the run config.
	Config map[string]any
}

// Launch launches a run, as somebody in Dagster's user interface would, and gives its ID.
func (d *Deployment) Launch(t testing.TB, l Launch) string {
	t.Helper()
	selector := Vars{"repositoryLocationName": or(l.Location, "core"), "repositoryName": repository, "pipelineName": or(l.Job, "__ASSET_JOB")}
	if len(l.Assets) > 0 {
		selector["assetSelection"] = paths(l.Assets)
	}
	tags := tagList(l.Tags)
	if l.Partition != "" {
		tags = append(tags, Tag{"dagster/partition", l.Partition})
	}
	if l.Config == nil {
		l.Config = map[string]any{}
	}
	var launched struct{ Run Run }
	d.act(t, "LaunchRunSuccess", `mutation($p: ExecutionParams!) { did: launchRun(executionParams: $p) {
	  __typename ... on LaunchRunSuccess { run { runId } } ... on RunConfigValidationInvalid { errors { message } }
	  ... on InvalidSubsetError { message } ... on PipelineNotFoundError { message } ... on UnauthorizedError { message } ... on PythonError { message } } }`,
		Vars{"p": Vars{"selector": selector, "runConfigData": l.Config, "executionMetadata": Vars{"tags": tags}}}, &launched)
	return launched.Run.ID
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// DeleteRun deletes a run and its events.
func (d *Deployment) DeleteRun(t testing.TB, id string) {
	t.Helper()
	d.act(t, "DeletePipelineRunSuccess", `mutation($id: String!) { did: deleteRun(runId: $id) {
	  __typename ... on RunNotFoundError { message } ... on UnauthorizedError { message } ... on PythonError { message } } }`, Vars{"id": id}, nil)
}

// Terminate cancels a run.
func (d *Deployment) Terminate(t testing.TB, id string) {
	t.Helper()
	d.act(t, "TerminateRunSuccess", `mutation($id: String!) { did: terminateRun(runId: $id) {
	  __typename ... on TerminateRunFailure { message } ... on RunNotFoundError { message } ... on UnauthorizedError { message } ... on PythonError { message } } }`, Vars{"id": id}, nil)
}
