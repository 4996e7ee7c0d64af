package api

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"auto/runtime/control"
	"auto/runtime/paramdoc"
	"auto/runtime/parameters"
	"auto/runtime/params"
	"auto/runtime/request"
)

// jobs are the jobs of a project.
type jobs struct {
	Jobs []parameters.JobForm `json:"jobs"`
}

// jobs gives the jobs with their declarations.
func (a *API) jobs(c *call) (any, error) {
	list, err := a.Params.Jobs(c.Context())
	if err != nil {
		return nil, err
	}
	out := jobs{Jobs: []parameters.JobForm{}}
	for _, j := range list {
		stored, err := a.Params.Stored(c.Context(), j.Name)
		if err != nil {
			return nil, err
		}
		out.Jobs = append(out.Jobs, parameters.FormOf(j, stored))
	}
	return out, nil
}

// newJob is the body of a call that creates or updates a job's file.
type newJob struct {
	Name      string         `json:"name,omitempty"`
	Selection string         `json:"selection,omitempty"`
	Assets    []string       `json:"assets,omitempty"`
	Params    map[string]any `json:"params,omitempty"`
}

const newJobHelp = `Write such as {"name":"ingest","selection":"groups(\"sales\")","params":{"sales.bucket":"raw","rows":5}}.`

// createJob writes a job into the project's files.
func (a *API) createJob(c *call) (any, error) {
	var in newJob
	if err := strict(c.body, &in); err != nil {
		return nil, &failure{code: http.StatusBadRequest, message: err.Error(), help: newJobHelp}
	}
	if strings.TrimSpace(in.Name) == "" || (in.Selection == "") == (len(in.Assets) == 0) {
		return nil, &failure{code: http.StatusBadRequest, message: "A job has a name, and a selection or assets.", help: newJobHelp}
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	w, err := a.Files.Create(paramdoc.New{Name: in.Name, Selection: in.Selection, Keys: in.Assets}, in.Params)
	c.code = http.StatusCreated
	return w, err
}

// updateJob writes parameters into a job's file.
func (a *API) updateJob(c *call) (any, error) {
	var in newJob
	if err := strict(c.body, &in); err != nil {
		return nil, &failure{code: http.StatusBadRequest, message: err.Error(), help: `Write such as {"params":{"sales.bucket":"raw","rows":null}}.`}
	}
	if in.Name != "" && in.Name != c.part("job") || in.Selection != "" || in.Assets != nil {
		return nil, &failure{code: http.StatusBadRequest, message: "The name and the selection of a job are changed in its file.", help: "Send `params` alone."}
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	return a.Files.Update(c.part("job"), in.Params)
}

// jobParams are the parameters of a job.
type jobParams struct {
	Job string `json:"job"`
	// Version counts the edits; the header ETag has it, too.
	Version    int64                  `json:"version"`
	Parameters []parameters.Parameter `json:"parameters"`
	// Edits is the stored form: shared values, and below `_ops_config` those of assets.
	// A value of what has become a secret since is hidden.
	Edits params.Values `json:"config_json"`
}

// jobParams gives the parameters of a job with their layers.
func (a *API) jobParams(c *call) (any, error) {
	return a.paramsOf(c, c.part("job"))
}

func (a *API) paramsOf(c *call, job string) (any, error) {
	stored, err := a.Params.Stored(c.Context(), job)
	if err != nil {
		return nil, err
	}
	j, err := a.job(c, job)
	if err != nil {
		return nil, err
	}
	c.header.Set("ETag", strconv.Quote(strconv.FormatInt(stored.Version, 10)))
	return jobParams{job, stored.Version, parameters.Describe(j, stored), parameters.Hide(j, stored.Values)}, nil
}

func (a *API) job(c *call, name string) (*params.Job, error) {
	list, err := a.Params.Jobs(c.Context())
	if err != nil {
		return nil, err
	}
	j, ok := params.Find(list, name)
	if !ok {
		return nil, control.NoJob(name, list)
	}
	return j, nil
}

// patchParams edits the parameters of a job.
func (a *API) patchParams(c *call) (any, error) {
	version, err := ifMatch(c)
	if err != nil {
		return nil, err
	}
	var values map[string]any
	if err := strict(c.body, &values); err != nil {
		return nil, &failure{code: http.StatusBadRequest, message: err.Error(), help: `Write such as {"sales.bucket":"raw","rows":null}.`}
	}
	j, err := a.job(c, c.part("job"))
	if err != nil {
		return nil, err
	}
	edit, err := j.Split(values)
	if err != nil {
		return nil, err
	}
	_, err = a.Params.Patch(c.Context(), j.Name, version, edit, author(c))
	return a.edited(c, version, err)
}

// restored is the body of a call that restores a version.
type restored struct {
	Version *int64 `json:"version"`
}

// restoreParams restores a version.
func (a *API) restoreParams(c *call) (any, error) {
	version, err := ifMatch(c)
	if err != nil {
		return nil, err
	}
	var in restored
	if err := strict(c.body, &in); err != nil || in.Version == nil {
		return nil, &failure{code: http.StatusBadRequest, message: "The body does not say what to restore.", help: `Write such as {"version":3}.`}
	}
	_, err = a.Params.Restore(c.Context(), c.part("job"), version, *in.Version, author(c))
	return a.edited(c, version, err)
}

// conflict: an edit is of another version, and Changed has what came since.
type conflict struct {
	params.Problems
	Changed []control.ParamsVersion
}

// edited gives the parameters after an edit. A conflict tells what the others changed.
func (a *API) edited(c *call, version int64, err error) (any, error) {
	var wrong params.Problems
	if errors.As(err, &wrong) && stale(wrong) {
		history, failed := a.Params.History(c.Context(), c.part("job"))
		if failed != nil {
			return nil, failed
		}
		since := slices.DeleteFunc(history, func(v control.ParamsVersion) bool { return v.Version <= version })
		return nil, &conflict{wrong, since}
	}
	if err != nil {
		return nil, err
	}
	return a.paramsOf(c, c.part("job"))
}

func stale(all params.Problems) bool {
	return slices.ContainsFunc(all, func(p params.Problem) bool { return p.Kind == params.Stale })
}

// ifMatch gives the version that an edit is of.
func ifMatch(c *call) (int64, error) {
	given := strings.TrimSpace(c.Header.Get("If-Match"))
	if given == "" {
		return 0, &failure{code: http.StatusPreconditionRequired, message: "The call does not say of which version it is.", help: "Send `If-Match: \"3\"` with the `version` that was read, or `If-Match: *` for whatever it is."}
	}
	if given == "*" {
		return params.AnyVersion, nil
	}
	version, err := strconv.ParseInt(strings.Trim(given, `"`), 10, 64)
	if err != nil || version < 0 {
		return 0, &failure{code: http.StatusBadRequest, message: "`If-Match` cannot be " + strconv.Quote(given) + ".", help: "Send the `version` that was read, such as `If-Match: \"3\"`."}
	}
	return version, nil
}

// author gives who edits.
func author(c *call) string {
	if given := c.URL.Query().Get("author"); given != "" {
		return given
	}
	return "api"
}

// history are the edits of a job.
type history struct {
	History []control.ParamsVersion `json:"history"`
}

// paramsHistory gives the edits of a job, newest first.
func (a *API) paramsHistory(c *call) (any, error) {
	list, err := a.Params.History(c.Context(), c.part("job"))
	return history{list}, err
}

// preview is what a run would be told.
type preview struct {
	Request request.Request `json:"request"`
}

// preview gives the request of a run, of some assets or of a file.
func (a *API) preview(c *call) (any, error) {
	query := c.URL.Query()
	if err := onlyAsked(query, "asset", "key"); err != nil {
		return nil, err
	}
	if query.Has("asset") && query.Has("key") {
		return nil, &failure{code: http.StatusBadRequest, message: "A file's run has the assets of its rules.", help: "Ask by `key` or by `asset`."}
	}
	r, err := a.Params.Preview(c.Context(), c.part("job"), query["asset"], query.Get("key"))
	if r.Refused != nil {
		r.RunConfig = nil // its templates are not filled in, and no run is told it
	}
	return preview{r}, err
}
