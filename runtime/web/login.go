package web

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// LoginLink gives the address that signs its visitor in.
func LoginLink(address, token string) string {
	return "http://" + address + Root + "login?token=" + url.QueryEscape(token)
}

// signIn is what the page that asks for a token shows.
type signIn struct {
	// Next is where it goes on.
	Next string
	// Wrong: a token was shown that is not known. Written: a form was sent without a
	// session.
	Wrong, Written bool
}

// ask asks somebody who is not signed in for a token.
func (p *Page) ask(w http.ResponseWriter, r *http.Request) {
	next := Root
	if r.Method == http.MethodGet {
		next = r.URL.RequestURI()
	}
	p.show(w, http.StatusUnauthorized, "login", page{Title: "Sign in", Data: signIn{Next: next, Written: r.Method == http.MethodPost}})
}

// login begins a session with a token, from a form or a link, and changes the name of one.
func (p *Page) login(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return &failure{http.StatusBadRequest, "The form cannot be read.", "Open the page again."}
	}
	token, next := r.Form.Get("token"), nextOf(r.Form.Get("next"))
	s, known := p.sessions.of(r, p.Now())
	if token == "" && r.Method == http.MethodGet {
		p.show(w, http.StatusOK, "login", page{Title: "Sign in", Session: s, Data: signIn{Next: next}})
		return nil
	}
	known = known && r.Method == http.MethodPost && p.sessions.signed("form", s.text, r.PostForm.Get("csrf"))
	if !known && !p.sessions.knows(strings.TrimSpace(token)) {
		p.Log.Warn("sign-in refused", "from", r.RemoteAddr)
		p.show(w, http.StatusUnauthorized, "login", page{Title: "Sign in", Data: signIn{Next: next, Wrong: true}})
		return nil
	}
	return p.begin(w, r, next)
}

// begin begins a session. The page that follows is opened by this one: after a redirect a
// browser that came from elsewhere would not show the cookie yet.
func (p *Page) begin(w http.ResponseWriter, r *http.Request, next string) error {
	nonce := make([]byte, 16)
	if _, err := io.ReadFull(p.Random, nonce); err != nil {
		return fmt.Errorf("no random bytes: %w", err)
	}
	cookie := p.sessions.begin(nonce, authorName(r.Form.Get("author")), p.Now().Add(sessionTime))
	cookie.Secure = r.TLS != nil
	http.SetCookie(w, cookie)
	p.show(w, http.StatusOK, "welcome", page{Title: "Signed in", Data: signIn{Next: next}})
	return nil
}

// nextOf gives a path of the page, whatever a link says.
func nextOf(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, Root) || strings.Contains(next, `\`) {
		return Root
	}
	return next
}

// logout ends a session in its browser.
func (p *Page) logout(w http.ResponseWriter, r *http.Request, _ session) error {
	http.SetCookie(w, &http.Cookie{Name: p.sessions.cookie, Path: Root, MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil})
	http.Redirect(w, r, Root+"login", http.StatusSeeOther)
	return nil
}
