package web

import (
	"net/http"
	"slices"

	"auto/runtime/params"
)

// jobList is the page of all jobs.
type jobList struct {
	Query string
	Jobs  []jobLine
	// All counts the jobs that there are.
	All int
}

// jobLine is one job of the list.
type jobLine struct {
	Name                            string
	Assets, Params, Stored, Missing int
	Version                         int64
	// Wrong counts what is wrong with the values.
	Wrong int
}

// jobs shows all jobs, or those that have a text in their name, an asset or a parameter.
func (p *Page) jobs(w http.ResponseWriter, r *http.Request, s session) error {
	all, err := p.Params.Jobs(r.Context())
	if err != nil {
		return err
	}
	list := jobList{Query: r.URL.Query().Get("q"), All: len(all)}
	for _, j := range all {
		if !mentions(j, list.Query) {
			continue
		}
		stored, err := p.Params.Stored(r.Context(), j.Name)
		if err != nil {
			return err
		}
		list.Jobs = append(list.Jobs, lineOf(j, stored))
	}
	name := "jobs"
	if r.Header.Get("HX-Target") == "jobs" {
		name = "job-list"
	}
	p.show(w, http.StatusOK, name, page{Title: "Jobs", Session: s, Tab: "jobs", Data: list})
	return nil
}

// mentions reports whether a job has a text in its name, an asset or a parameter.
func mentions(j *params.Job, query string) bool {
	has := func(text string) bool { return contains(text, query) }
	return has(j.Name) || slices.ContainsFunc(j.Assets, has) || slices.ContainsFunc(j.Schema, func(e params.Entry) bool { return has(e.Name.String()) })
}

// lineOf counts what the list says of a job.
func lineOf(j *params.Job, s params.Stored) jobLine {
	rows, err := j.View(s)
	line := jobLine{Name: j.Name, Assets: len(j.Assets), Params: len(rows), Stored: len(s.Values.Names()), Version: s.Version}
	for _, row := range rows {
		if row.Missing {
			line.Missing++
		}
	}
	var problems params.Problems
	collect(&problems, err)
	line.Wrong = len(problems)
	return line
}

// job gives a job and what is stored of it.
func (p *Page) job(r *http.Request) (*params.Job, params.Stored, error) {
	name := r.PathValue("job")
	all, err := p.Params.Jobs(r.Context())
	if err != nil {
		return nil, params.Stored{}, err
	}
	j, ok := params.Find(all, name)
	if !ok {
		return nil, params.Stored{}, &failure{http.StatusNotFound, "No job is called “" + name + "”.", "Start from the list of jobs."}
	}
	stored, err := p.Params.Stored(r.Context(), name)
	return j, stored, err
}
