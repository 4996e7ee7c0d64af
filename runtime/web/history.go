package web

import (
	"net/http"
	"net/url"
	"strconv"

	"auto/runtime/params"
)

// historyPage is what was changed in a job.
type historyPage struct {
	Version  int64
	Versions []version
}

// history shows all edits of a job.
func (p *Page) history(w http.ResponseWriter, r *http.Request, s session) error {
	j, stored, err := p.job(r)
	if err != nil {
		return err
	}
	all, err := p.Params.History(r.Context(), j.Name)
	if err != nil {
		return err
	}
	data := historyPage{stored.Version, versionsOf(j.With(stored), all)}
	p.show(w, http.StatusOK, "history", page{Title: "History of " + j.Name, Session: s, Job: j.Name, Tab: "history", Data: data})
	return nil
}

// restorePage is what restoring a version would change.
type restorePage struct {
	To, Version int64
	Changes     []difference
	Problems    []problem
	// Stale: somebody saved meanwhile, so that the differences are others now.
	Stale bool
}

// restoring shows what restoring a version would change.
func (p *Page) restoring(w http.ResponseWriter, r *http.Request, s session) error {
	return p.showRestore(w, r, s, r.URL.Query(), http.StatusOK)
}

func (p *Page) showRestore(w http.ResponseWriter, r *http.Request, s session, asked url.Values, code int) error {
	j, stored, err := p.job(r)
	if err != nil {
		return err
	}
	history, err := p.Params.History(r.Context(), j.Name)
	if err != nil {
		return err
	}
	to, err := strconv.ParseInt(asked.Get("to"), 10, 64)
	if err != nil || to < 0 || to > stored.Version {
		return &failure{http.StatusNotFound, "The job has no such version.", "Choose one in its history."}
	}
	values := valuesAt(stored.Values, history, to)
	data := restorePage{To: to, Version: stored.Version, Changes: differences(j.With(stored), params.Changed(stored.Values, values)), Stale: code == http.StatusConflict}
	_, err = j.With(stored).Resolve(params.Layers{Operations: values}, nil)
	var problems params.Problems
	collect(&problems, err)
	data.Problems = problemsOf(j.Name, problems)
	p.show(w, code, "restore", page{Title: "Restore version " + strconv.FormatInt(to, 10), Session: s, Job: j.Name, Tab: "history", Data: data})
	return nil
}

// restore restores a version.
func (p *Page) restore(w http.ResponseWriter, r *http.Request, s session) error {
	job := r.PathValue("job")
	version, err := strconv.ParseInt(r.PostForm.Get("version"), 10, 64)
	to, wrong := strconv.ParseInt(r.PostForm.Get("to"), 10, 64)
	if err != nil || wrong != nil || version < 0 || to < 0 {
		return &failure{http.StatusBadRequest, "The form names no version.", "Choose one in the history of the job."}
	}
	saved, err := p.Params.Restore(r.Context(), job, version, to, s.Author)
	if err != nil && isProblem(err) {
		return p.showRestore(w, r, s, r.PostForm, http.StatusConflict)
	}
	if err != nil {
		return err
	}
	p.Log.Info("parameters restored", "job", job, "version", saved.Version, "to", to, "author", s.Author)
	http.Redirect(w, r, jobPath(job, "")+"?saved="+strconv.FormatInt(saved.Version, 10), http.StatusSeeOther)
	return nil
}
