package control

import (
	"context"
	"time"

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
	// Preview gives the request that a run of assets would be told, all of the job where
	// there are none. With a file key the rules of the files blocks of the job decide, as
	// `auto match` does; without a match the error says so.
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

// UnknownJob: a question is about a job that the project does not have.
type UnknownJob struct {
	Job string
	// Near is a job of a similar name, "" for none.
	Near string
}

// Error names the job.
func (e *UnknownJob) Error() string {
	if e.Near != "" {
		return "No job is called `" + e.Job + "`. Did you mean `" + e.Near + "`?"
	}
	return "No job is called `" + e.Job + "`. `auto params ls` lists those that there are."
}
