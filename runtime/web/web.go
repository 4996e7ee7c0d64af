// Package web is the Operations page: the parameters of jobs in a browser, which edits,
// compares and restores them and shows what a run would be told. Pages are made on the
// server and work without scripts; htmx checks an edit while it is written.
// docs/operations-page.md says how it is used.
package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"auto/runtime/control"
	"auto/runtime/rules"
)

// Root is the path below which all of the page is.
const Root = "/ui/"

// bodyLimit is how many bytes a form may have.
const bodyLimit = 8 << 20

// Options say what the page answers from.
type Options struct {
	Params control.Params
	// Deciders gives what decides for each files block, in their order, for the page that
	// tries a file key. Environment names stay in what they decide as they are written.
	Deciders func(context.Context) ([]*rules.Decider, error)
	// Tokens are what people may show to sign in; there is at least one. Sessions end when
	// they change.
	Tokens []string
	// Now gives the present instant, Random random bytes.
	Now    func() time.Time
	Random io.Reader
	// Version is that of the daemon.
	Version string
	Log     *slog.Logger
}

// Page is the Operations page, an http.Handler for the paths below [Root]. It is safe for
// concurrent use.
type Page struct {
	Options
	sessions sessions
	mux      *http.ServeMux
	origin   *http.CrossOriginProtection
}

// New gives the page.
func New(o Options) *Page {
	p := &Page{Options: o, sessions: newSessions(o.Tokens), mux: http.NewServeMux(), origin: http.NewCrossOriginProtection()}
	p.open("GET "+Root+"static/{file}", p.static)
	p.open("GET "+Root+"login", p.login)
	p.open("POST "+Root+"login", p.login)
	p.page("POST "+Root+"logout", p.logout)
	p.page("GET "+Root+"{$}", p.jobs)
	p.page("GET "+Root+"files", p.files)
	p.page("GET "+Root+"jobs/{job}", p.matrix)
	p.form("POST "+Root+"jobs/{job}", p.save)
	p.form("POST "+Root+"jobs/{job}/check", p.check)
	p.page("GET "+Root+"jobs/{job}/history", p.history)
	p.page("GET "+Root+"jobs/{job}/restore", p.restoring)
	p.page("POST "+Root+"jobs/{job}/restore", p.restore)
	p.page("GET "+Root+"jobs/{job}/preview", p.preview)
	p.page(Root, p.nothing)
	return p
}

// handler answers a call of somebody who is signed in.
type handler func(w http.ResponseWriter, r *http.Request, s session) error

// open routes calls that need no session.
func (p *Page) open(pattern string, h func(w http.ResponseWriter, r *http.Request) error) {
	p.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		p.fail(w, r, session{}, h(w, r))
	})
}

// page routes calls that need one. A form that is not one of the session is refused.
func (p *Page) page(pattern string, h handler) {
	p.form(pattern, func(w http.ResponseWriter, r *http.Request, s session) error {
		if s.Foreign {
			return &failure{http.StatusForbidden, "The form is not one of this page.", "Open the page again, and send it from there."}
		}
		return h(w, r, s)
	})
}

// form routes calls that look at [session.Foreign] themselves, since a long form that was
// written before somebody signed in again is worth keeping.
func (p *Page) form(pattern string, h handler) {
	p.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		s, ok := p.sessions.of(r, p.Now())
		if !ok {
			p.ask(w, r)
			return
		}
		err := p.guard(r, &s)
		if err == nil {
			err = h(w, r, s)
		}
		p.fail(w, r, s, err)
	})
}

// guard reads a posted form and looks whether it is one of the session.
func (p *Page) guard(r *http.Request, s *session) error {
	if r.Method != http.MethodPost {
		return nil
	}
	if err := r.ParseForm(); err != nil {
		return &failure{http.StatusBadRequest, "The form cannot be read.", "Open the page again, and send it from there."}
	}
	s.Foreign = !p.sessions.signed("form", s.text, r.PostForm.Get("csrf"))
	return nil
}

// policy lets a page load what the daemon itself serves, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// ServeHTTP implements http.Handler.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := p.Now()
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
	if err := p.origin.Check(r); err != nil {
		p.fail(w, r, session{}, &failure{http.StatusForbidden, "The form comes from another site.", "Open the page at its own address."})
		return
	}
	p.mux.ServeHTTP(w, r)
	p.Log.Debug("page", "method", r.Method, "path", r.URL.Path, "from", r.RemoteAddr, "took", p.Now().Sub(began).String())
}
