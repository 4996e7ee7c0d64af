package web

import (
	"errors"
	"net/http"
	"strconv"

	"auto/runtime/params"
)

// matrix shows a job.
func (p *Page) matrix(w http.ResponseWriter, r *http.Request, s session) error {
	j, stored, err := p.job(r)
	if err != nil {
		return err
	}
	m := newMatrix(j, stored, nil, filterOf(r.URL.Query()))
	m.Saved = r.URL.Query().Get("saved") == strconv.FormatInt(stored.Version, 10)
	p.showMatrix(w, http.StatusOK, s, m)
	return nil
}

func (p *Page) showMatrix(w http.ResponseWriter, code int, s session, m *matrix) {
	p.show(w, code, "job", page{Title: m.Name, Session: s, Job: m.Name, Tab: "job", Data: m.build()})
}

// save saves a form, and shows the job again with all that is wrong where it cannot be.
func (p *Page) save(w http.ResponseWriter, r *http.Request, s session) error {
	j, stored, err := p.job(r)
	if err != nil {
		return err
	}
	f, show := readForm(r.PostForm), filterOf(r.URL.Query())
	e, wrong := f.edit(j, stored)
	if s.Foreign {
		wrong = foreign
	}
	if wrong == nil && f.version == stored.Version {
		var saved params.Stored
		if saved, wrong = p.Params.Patch(r.Context(), j.Name, f.version, e, s.Author); wrong == nil {
			if saved.Version == stored.Version {
				http.Redirect(w, r, jobPath(j.Name, "")+"?"+r.URL.RawQuery, http.StatusSeeOther)
				return nil
			}
			p.saved(w, r, s, saved, e)
			return nil
		}
		if stored, err = p.Params.Stored(r.Context(), j.Name); err != nil {
			return err
		}
	}
	if wrong != nil && !isProblem(wrong) {
		return wrong
	}
	return p.again(w, r, s, newMatrix(j, stored, &f, show), wrong)
}

// foreign is why a form of another session is shown again and not saved.
var foreign = params.Problem{Kind: params.Stale, Message: "The form was written in another session, and nothing was saved.", Help: "Look at it, and save again."}

// saved goes on to the job as it is stored now.
func (p *Page) saved(w http.ResponseWriter, r *http.Request, s session, saved params.Stored, e params.Edit) {
	names := []string{}
	for _, n := range append(e.Set.Names(), e.Unset...) {
		names = append(names, n.String())
	}
	p.Log.Info("parameters changed", "job", r.PathValue("job"), "version", saved.Version, "author", s.Author, "names", names)
	query := r.URL.Query()
	query.Set("saved", strconv.FormatInt(saved.Version, 10))
	http.Redirect(w, r, jobPath(r.PathValue("job"), "")+"?"+query.Encode(), http.StatusSeeOther)
}

// isProblem reports whether an error is about what somebody wrote.
func isProblem(err error) bool {
	var all params.Problems
	var one params.Problem
	return errors.As(err, &all) || errors.As(err, &one)
}

// again shows a form that could not be saved: with what others changed, what is wrong, and
// everything as it was written.
func (p *Page) again(w http.ResponseWriter, r *http.Request, s session, m *matrix, wrong error) error {
	code := http.StatusUnprocessableEntity
	if m.form.version != m.stored.Version {
		code = http.StatusConflict
		if err := p.newer(r, m); err != nil {
			return err
		}
	}
	m.problem(withoutStale(wrong))
	m.pend()
	p.showMatrix(w, code, s, m)
	return nil
}

// withoutStale leaves the problem of the version out, which the page tells otherwise.
func withoutStale(err error) error {
	var all, other params.Problems
	collect(&all, err)
	for _, p := range all {
		if p.Kind != params.Stale || p == foreign {
			other = append(other, p)
		}
	}
	return other
}

// newer notes what others stored since the form was made.
func (p *Page) newer(r *http.Request, m *matrix) error {
	history, err := p.Params.History(r.Context(), m.Name)
	if err != nil {
		return err
	}
	for _, v := range versionsOf(m.job, history) {
		if v.Version <= m.form.version {
			break
		}
		m.Newer = append(m.Newer, v)
		for _, d := range v.Changes {
			if m.theirs[d.Name] == nil { // the newest comes first
				d.Author = v.Author
				m.theirs[d.Name] = &d
			}
		}
	}
	m.rebase()
	return nil
}

// rebase makes a form one of what is stored now: what was written stays, and what was not
// touched is as it is stored.
func (m *matrix) rebase() {
	for name, f := range m.form.fields {
		if !f.touched() {
			delete(m.form.fields, name)
			continue
		}
		n, err := params.ParseName(name)
		if err != nil {
			continue // a problem of the edit
		}
		stored, had := m.stored.Values.Get(n)
		f.had, f.was = had, ""
		if had && !m.job.Hidden(n, stored) {
			f.was = text(stored)
		}
		m.form.fields[name] = f
	}
}

// pend notes what saving the form would change.
func (m *matrix) pend() {
	m.Pending = &pending{}
	e, err := m.form.edit(m.job, m.stored)
	if err != nil {
		return
	}
	after, changes, err := m.job.Patch(m.stored, params.AnyVersion, e)
	if err != nil {
		return
	}
	m.Pending.Changes = differences(m.job.With(after), changes)
	if len(changes) == 0 {
		after = m.stored
	}
	r, _ := m.job.With(after).Resolve(params.Layers{Operations: after.Values}, nil) // Check has its problems
	for _, n := range r.Missing() {
		m.Pending.Missing = append(m.Pending.Missing, namedOf(m.Name, n))
	}
}

// check shows what is wrong with a form, and what saving it would change, and saves nothing.
func (p *Page) check(w http.ResponseWriter, r *http.Request, s session) error {
	j, stored, err := p.job(r)
	if err != nil {
		return err
	}
	f := readForm(r.PostForm)
	m := newMatrix(j, stored, &f, filterOf(r.URL.Query()))
	if f.version != stored.Version {
		if err := p.newer(r, m); err != nil {
			return err
		}
	}
	m.problem(tried(m, &f))
	m.pend()
	m.Pending.Checked = true
	if r.Header.Get("HX-Request") != "" {
		p.show(w, http.StatusOK, "check", page{Session: s, Job: m.Name, Data: m.build()})
		return nil
	}
	p.showMatrix(w, http.StatusOK, s, m)
	return nil
}

// tried gives what is wrong with a form, with the values that come out of it too.
func tried(m *matrix, f *form) error {
	e, err := f.edit(m.job, m.stored)
	if err != nil {
		return err
	}
	after, changes, err := m.job.Patch(m.stored, params.AnyVersion, e)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		after = m.stored
	}
	_, err = m.job.With(after).Resolve(params.Layers{Operations: after.Values}, nil)
	return err
}
