package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"auto/runtime/control"
)

// failure is an answer that is no success, for people.
type failure struct {
	code          int
	message, help string
}

// Error gives the sentence.
func (f *failure) Error() string { return f.message }

// nothing answers paths that there are none of.
func (p *Page) nothing(http.ResponseWriter, *http.Request, session) error {
	return &failure{http.StatusNotFound, "Nothing is at this address.", "Start from the list of jobs."}
}

// fail shows an error, if there is one.
func (p *Page) fail(w http.ResponseWriter, r *http.Request, s session, err error) {
	if err == nil {
		return
	}
	f := p.failure(r, err)
	p.show(w, f.code, "error", page{Title: http.StatusText(f.code), Session: s, Data: f})
}

// failure gives what is shown of an error.
func (p *Page) failure(r *http.Request, err error) *failure {
	var f *failure
	var unknown *control.UnknownJob
	var version *control.UnknownVersion
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &unknown):
		return &failure{http.StatusNotFound, "No job is called “" + unknown.Job + "”.", "Start from the list of jobs."}
	case errors.As(err, &version):
		return &failure{http.StatusNotFound, "The job has no version " + strconv.FormatInt(version.Version, 10) + ".", "Choose one in its history."}
	case errors.Is(err, context.Canceled):
		return &failure{499, "The call was given up.", ""}
	}
	p.Log.Error("page failed", "method", r.Method, "path", r.URL.Path, "error", err)
	return &failure{http.StatusServiceUnavailable, "The daemon cannot answer: " + err.Error(), "Its log has more. Try again."}
}

// Message and Help are the sentences, for templates.
func (f *failure) Message() string { return f.message }

// Help says what to do instead.
func (f *failure) Help() string { return f.help }
