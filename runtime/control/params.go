package control

import (
	"context"
	"fmt"
	"strings"
	"time"

	"auto/internal/spell"
	"auto/runtime/params"
	"auto/runtime/request"
)

// Params is what commands and pages ask of the parameters of jobs. Its methods are safe for
// concurrent use. A job that there is none of is an [UnknownJob], what is wrong with an
// edit [params.Problems].
type Params interface {
	// Jobs gives the jobs with the declarations in force, those that edits added included.
	Jobs(ctx context.Context) ([]*params.Job, error)
	// Stored gives the edits of a job, the layer Operations, with their version.
	Stored(ctx context.Context, job string) (params.Stored, error)
	// Patch makes an edit that was written at a version, [params.AnyVersion] for whatever
	// it is, and gives what is stored then. Another version is a problem of the kind
	// [params.Stale], and nothing is changed.
	Patch(ctx context.Context, job string, version int64, e params.Edit, author string) (params.Stored, error)
	// Restore makes the values those of the version to, 0 for none, as a further version.
	Restore(ctx context.Context, job string, version, to int64, author string) (params.Stored, error)
	// History gives the edits of a job, newest first.
	History(ctx context.Context, job string) ([]ParamsVersion, error)
	// Preview gives the request of a run of assets, of all of the job where there are none:
	// what it would be told, or why it is refused. With a file key the rules of the files
	// blocks of the job decide, as `auto match` does; without a match it is a [NoMatch].
	Preview(ctx context.Context, job string, assets []string, fileKey string) (request.Request, error)
}

// ParamsVersion is one edit of a job's parameters. Secrets are references only.
type ParamsVersion struct {
	Version int64           `json:"version"`
	Author  string          `json:"author"`
	At      time.Time       `json:"at"`
	Changes []params.Change `json:"changes"`
	// Restored is the version that was restored, -1 where the edit is no restoring.
	Restored int64 `json:"restored"`
}

// UnknownVersion: a question is about a version of a job's parameters that there never was.
type UnknownVersion struct {
	Job     string
	Version int64
}

// Error names the version.
func (e *UnknownVersion) Error() string {
	return fmt.Sprintf("The parameters of `%s` have no version %d. `auto params history %s` lists those that there are.", e.Job, e.Version, e.Job)
}

// NoMatch: no files block of a job makes a run of a file key.
type NoMatch struct {
	Job, Key string
	// Blocks say what each of them makes of the key, in order; none where the job has no
	// files block.
	Blocks []string
}

// Error says why.
func (e *NoMatch) Error() string {
	if len(e.Blocks) == 0 {
		return "No files block launches the job `" + e.Job + "`. Write one with `job " + e.Job + "`, or preview assets."
	}
	return "No files block makes a run of `" + e.Key + "`. " + strings.Join(e.Blocks, " ")
}

// UnknownJob: a question is about a job that the project does not have.
type UnknownJob struct {
	Job string
	// Near is a job of a similar name, "" for none.
	Near string
}

// NoJob gives the error that none of the jobs has a name.
func NoJob(name string, jobs []*params.Job) *UnknownJob {
	names := make([]string, len(jobs))
	for i, j := range jobs {
		names[i] = j.Name
	}
	near, _ := spell.Nearest(name, names)
	return &UnknownJob{Job: name, Near: near}
}

// Error names the job.
func (e *UnknownJob) Error() string {
	if e.Near != "" {
		return "No job is called `" + e.Job + "`. Did you mean `" + e.Near + "`?"
	}
	return "No job is called `" + e.Job + "`. `auto params ls` lists those that there are."
}
