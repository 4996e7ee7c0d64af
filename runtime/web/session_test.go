package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"auto/runtime/web"
)

// raw makes a call without a browser's cookies or redirects; headers are "Name: value".
func (b *browser) raw(method, target, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "http://127.0.0.1:7777"+target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	b.page.ServeHTTP(w, r)
	return w
}

// cookie gives the session of the browser.
func (b *browser) cookie(t tester) string {
	t.Helper()
	at, err := url.Parse(b.server.URL + web.Root)
	if err != nil {
		t.Fatal(err)
	}
	return b.client.Jar.Cookies(at)[0].String()
}

// TestNobody: without a session no page shows anything of a job, and no form changes it.
func TestNobody(t *testing.T) {
	b := open(t, shop(t))
	for _, path := range []string{"", "jobs/nightly", "jobs/nightly/history", "jobs/nightly/preview", "jobs/nightly/restore?to=0", "files?key=a", "nothing"} {
		w := b.raw(http.MethodGet, web.Root+path, "", "Cookie: auto_x=y")
		if w.Code != 401 || strings.Contains(w.Body.String(), "eu-west-1") || !strings.Contains(w.Body.String(), `name="token"`) {
			t.Error(path, w.Code, w.Body)
		}
	}
	for _, path := range []string{"jobs/nightly", "jobs/nightly/check", "jobs/nightly/restore", "logout"} {
		if w := b.raw(http.MethodPost, web.Root+path, "v:retries=9&version=0"); w.Code != 401 || !strings.Contains(w.Body.String(), "nothing was saved") {
			t.Error(path, w.Code)
		}
	}
	b.expect(t, "nightly", map[string]any{})
}

func TestLogin(t *testing.T) {
	b := open(t, shop(t))
	for _, body := range []string{"token=wrong", "token=", "token=" + token + "x", "author=Mara"} {
		w := b.raw(http.MethodPost, web.Root+"login", body)
		if w.Code != 401 || len(w.Result().Cookies()) != 0 || !strings.Contains(w.Body.String(), "The token is not one that is known") {
			t.Error(body, w.Code, w.Body)
		}
	}
	link, err := url.Parse(web.LoginLink("127.0.0.1:7777", token))
	if err != nil {
		t.Fatal(err)
	}
	w := b.raw(http.MethodGet, link.RequestURI(), "")
	cookies := w.Result().Cookies()
	if w.Code != 200 || len(cookies) != 1 || !strings.Contains(w.Body.String(), "url=/ui/") {
		t.Fatal(w.Code, w.Body)
	}
	c := cookies[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != web.Root || c.Secure {
		t.Error(c)
	}
	for _, bad := range []string{c.Value + "x", c.Value[1:], "", ".", strings.Repeat(".", 9)} {
		if w := b.raw(http.MethodGet, web.Root, "", "Cookie: "+c.Name+"="+bad); w.Code != 401 {
			t.Error(bad, w.Code)
		}
	}
	if strings.Contains(b.log.String(), token) || strings.Contains(w.Body.String(), token) {
		t.Error("the token is shown")
	}
	for next, want := range map[string]string{
		"/ui/jobs/a?show=set": "/ui/jobs/a?show=set", "https://evil.example/ui/": "/ui/", "//evil.example/ui/": "/ui/", `/ui/\evil`: "/ui/", "/other": "/ui/", "javascript:x": "/ui/",
	} {
		w := b.raw(http.MethodPost, web.Root+"login", url.Values{"token": {token}, "next": {next}}.Encode())
		if !strings.Contains(w.Body.String(), `content="0;url=`+want+`"`) {
			t.Error(next, w.Body)
		}
	}
}

// TestNames: the history has the name that somebody gave, on one line.
func TestNames(t *testing.T) {
	b := signedIn(t, shop(t))
	b.edit(t, "nightly", "v:retries", "1")
	form := b.form(t, "login")
	form.Set("author", " Zoë\n <b>\u202e"+strings.Repeat("x", 90))
	if code, body := b.send(t, "login", form); code != 200 {
		t.Fatal(code, body)
	}
	b.edit(t, "nightly", "v:retries", "2")
	b.post(t, "login", "token", token)
	b.edit(t, "nightly", "v:retries", "3")
	history, err := b.History(t.Context(), "nightly")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, v := range history {
		names = append(names, v.Author)
	}
	if got, want := strings.Join(names, "|"), "operations page|Zoë <b> "+strings.Repeat("x", 52)+"|Mara"; got != want {
		t.Error(got)
	}
	_, body := b.get(t, "jobs/nightly/history")
	has(t, body, "Zoë &lt;b&gt;")
}

func TestSessionEnds(t *testing.T) {
	b := signedIn(t, shop(t))
	form := b.form(t, "jobs/nightly")
	b.clock = b.clock.Add(12*time.Hour + time.Second)
	if code, _ := b.get(t, ""); code != 401 {
		t.Error(code)
	}
	b.post(t, "login", "token", token)
	form.Set("v:retries", "8")
	code, body := b.send(t, "jobs/nightly", form) // the form of the session before
	if code != 422 {
		t.Fatal(code)
	}
	has(t, body, "written in another session", `value="8"`)
	b.expect(t, "nightly", map[string]any{})
	if code, _ = b.send(t, "jobs/nightly", formOf(t, body)); code != 200 {
		t.Error(code)
	}
	b.expect(t, "nightly", map[string]any{"retries": int64(8)})
	if code, _ = b.post(t, "jobs/nightly/restore", "version", "1", "to", "0"); code != 403 {
		t.Error(code)
	}
	if code, _ = b.send(t, "logout", url.Values{"csrf": b.form(t, "jobs/nightly")["csrf"]}); code != 200 {
		t.Error(code)
	}
	if code, _ = b.get(t, ""); code != 401 {
		t.Error(code)
	}
}

// TestOtherSites: what a browser says comes from another site is refused, even with a
// session.
func TestOtherSites(t *testing.T) {
	b := signedIn(t, shop(t))
	body := b.form(t, "jobs/nightly").Encode() + "&v:retries=9&o:retries=1"
	for _, header := range []string{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"} {
		if w := b.raw(http.MethodPost, web.Root+"jobs/nightly", body, "Cookie: "+b.cookie(t), header); w.Code != 403 {
			t.Error(header, w.Code)
		}
	}
	b.expect(t, "nightly", map[string]any{})
}

func TestHeaders(t *testing.T) {
	b := open(t)
	for _, path := range []string{"", "login", "static/page.css", "static/none"} {
		w := b.raw(http.MethodGet, web.Root+path, "")
		policy := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Error(path, policy)
		}
		for _, name := range []string{"X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"} {
			if w.Header().Get(name) == "" {
				t.Error(path, name)
			}
		}
		if got := w.Header().Get("Cache-Control"); got != "no-store" {
			t.Error(path, got)
		}
	}
	_, login := b.get(t, "login")
	start := strings.Index(login, "/ui/static/page.css?v=")
	path := login[start : start+strings.IndexByte(login[start:], '"')]
	w := b.raw(http.MethodGet, path, "")
	if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Error(w.Code, w.Header())
	}
}
