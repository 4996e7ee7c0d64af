package web_test

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"auto/runtime/params"
	"auto/runtime/rules"
	"auto/runtime/web"

	"github.com/google/go-cmp/cmp"
)

const token = "a-token-of-the-test"

var now = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// schema reads declarations, one a line: NAME DECL.
func schema(t tester, text string) params.Schema {
	t.Helper()
	var s params.Schema
	for line := range strings.Lines(text) {
		name, decl, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok {
			continue
		}
		n, err := params.ParseName(name)
		if err != nil {
			t.Fatal(err)
		}
		d, err := params.ParseDecl(decl)
		if err != nil {
			t.Fatal(err)
		}
		s = s.With(n, d)
	}
	return s
}

// shop is a job with a parameter of every type.
func shop(t tester) *params.Job {
	t.Helper()
	j := &params.Job{Name: "nightly", Assets: []string{"shop/customers", "shop/orders", "shop/totals"}}
	j.Schema = schema(t, `
		region string!|eu-west-1
		retries int|3
		ratio float|0.5
		dry_run bool|false
		note string
		mode enum(append, replace)|append
		columns list|[id, total]
		since date
		timeout duration|30m
		warehouse string!
		password secret!
		shop/orders.batch int!|500
		shop/totals.label string|{{ params.region }}-totals`)
	j.Values.Set(params.Name{Param: "warehouse"}, "analytics")
	j.Values.Set(params.Name{Asset: "shop/orders", Param: "retries"}, int64(5))
	j.Values.Set(params.Name{Param: "password"}, params.Reference{Env: "DB_PASSWORD"}.Value())
	j.Schema[0].Decl.Description = "Where the run reads and writes."
	return j
}

// notes is a log that is read while others write.
type notes struct {
	mu   sync.Mutex
	text strings.Builder
}

func (n *notes) Write(text []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.Write(text)
}

func (n *notes) String() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.text.String()
}

// browser is somebody at the page, without scripts.
type browser struct {
	*stored
	page     *web.Page
	server   *httptest.Server
	client   *http.Client
	log      *notes
	clock    time.Time
	deciders []*rules.Decider
}

func open(t testing.TB, jobs ...*params.Job) *browser {
	t.Helper()
	b := &browser{log: &notes{}, clock: now}
	tell := func() time.Time { return b.clock }
	b.stored = newStored(tell, jobs...)
	b.page = web.New(web.Options{
		Params: b.stored, Tokens: []string{token}, Now: tell, Random: rand.Reader, Version: "1.2.3",
		Log:      slog.New(slog.NewTextHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Deciders: func(context.Context) ([]*rules.Decider, error) { return b.deciders, nil },
	})
	b.server = httptest.NewServer(b.page)
	t.Cleanup(b.server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b.client = &http.Client{Jar: jar}
	return b
}

// signedIn opens the page and signs in as Mara.
func signedIn(t testing.TB, jobs ...*params.Job) *browser {
	t.Helper()
	b := open(t, jobs...)
	if code, body := b.post(t, "login", "token", token, "author", "Mara"); code != 200 {
		t.Fatal(code, body)
	}
	return b
}

func (b *browser) do(t tester, r *http.Request) (int, string) {
	t.Helper()
	answer, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusSeeOther && strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		wellFormed(t, string(text))
	}
	return answer.StatusCode, string(text)
}

// get opens a page below the root.
func (b *browser) get(t tester, path string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.server.URL+web.Root+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return b.do(t, r)
}

// post sends fields to a page below the root.
func (b *browser) post(t tester, path string, fields ...string) (int, string) {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return b.send(t, path, form)
}

func (b *browser) send(t tester, path string, form url.Values) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.server.URL+web.Root+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(t, r)
}

// form gives the form with an id of a page, as a browser without scripts would send it.
func (b *browser) form(t tester, path string) url.Values {
	t.Helper()
	code, body := b.get(t, path)
	if code != 200 {
		t.Fatal(code, body)
	}
	return formOf(t, body)
}

// edit changes fields of the form of a job, where "-" takes one out, and saves it.
func (b *browser) edit(t tester, job string, fields ...string) (int, string) {
	t.Helper()
	form := b.form(t, "jobs/"+job)
	change(form, fields...)
	return b.send(t, "jobs/"+job, form)
}

func change(form url.Values, fields ...string) {
	for i := 0; i < len(fields); i += 2 {
		if fields[i+1] == "-" {
			form.Del(fields[i])
		} else {
			form.Set(fields[i], fields[i+1])
		}
	}
}

// flat gives what is stored of a job.
func (b *browser) flat(t tester, job string) map[string]any {
	t.Helper()
	s, err := b.Stored(t.Context(), job)
	if err != nil {
		t.Fatal(err)
	}
	return s.Values.Flatten()
}

func (b *browser) expect(t tester, job string, want map[string]any) {
	t.Helper()
	if diff := cmp.Diff(want, b.flat(t, job)); diff != "" {
		t.Error(diff)
	}
}

func has(t tester, body string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(body, part) {
			t.Errorf("no %s in\n%s", part, body)
		}
	}
}

func TestNothingTouchedNothingStored(t *testing.T) {
	b := signedIn(t, shop(t))
	code, body := b.edit(t, "nightly")
	if code != 200 {
		t.Fatal(code, body)
	}
	b.expect(t, "nightly", map[string]any{})
	if s, _ := b.Stored(t.Context(), "nightly"); s.Version != 0 {
		t.Error(s.Version)
	}
}

// TestTyped: 0, false and the empty text are values, and differ from none.
func TestTyped(t *testing.T) {
	b := signedIn(t, shop(t))
	code, body := b.edit(t, "nightly",
		"v:retries", "0", "s:dry_run", "false", "o:note", "1", "v:shop/orders.ratio", "2.50", "v:columns", "[a, b]",
		"s:mode", "replace", "v:since", "2026-01-31", "v:timeout", "1h", "v:password", "env:OTHER", "v:shop/totals.region", "{{ params.region }}-x")
	if code != 200 {
		t.Fatal(code, body)
	}
	want := map[string]any{
		"retries": int64(0), "dry_run": false, "note": "", "shop/orders.ratio": 2.5, "columns": []any{"a", "b"}, "mode": "replace",
		"since": "2026-01-31", "timeout": "1h", "password": map[string]any{"$secret": "env:OTHER"}, "shop/totals.region": "{{ params.region }}-x",
	}
	b.expect(t, "nightly", want)
	has(t, body, "Saved as version 1")
	if code, _ = b.edit(t, "nightly"); code != 200 {
		t.Fatal(code)
	}
	b.expect(t, "nightly", want)
	if s, _ := b.Stored(t.Context(), "nightly"); s.Version != 1 {
		t.Error(s.Version)
	}
	b.edit(t, "nightly", "o:note", "-", "o:retries", "-", "s:dry_run", "", "v:shop/orders.ratio", "", "o:shop/orders.ratio", "-", "o:password", "-")
	for _, gone := range []string{"note", "retries", "dry_run", "shop/orders.ratio", "password"} {
		delete(want, gone)
	}
	b.expect(t, "nightly", want)
}

// TestBoxUnticked: without scripts a text may stay in a box that is not ticked any more.
// TestChoices: a choice is posted as it is written, blanks included.
func TestChoices(t *testing.T) {
	j := &params.Job{Name: "j", Assets: []string{"a"}, Schema: schema(t, "e enum(ok)")}
	j.Schema[0].Decl.Members = []string{" lead", "two  in", "ok"}
	b := signedIn(t, j)
	for i, choice := range []string{" lead", "two  in"} {
		if code, body := b.edit(t, "j", "s:e", choice); code != 200 {
			t.Fatal(code, body)
		}
		if code, body := b.edit(t, "j"); code != 200 {
			t.Fatal(code, body)
		}
		if v := b.of["j"]; v.Version != int64(i+1) {
			t.Errorf("saving what was not touched is version %d", v.Version)
		}
		b.expect(t, "j", map[string]any{"e": choice})
	}
	if n := strings.Count(b.log.String(), "parameters changed"); n != 2 {
		t.Errorf("%d changes in the log", n)
	}
}

func TestBoxUnticked(t *testing.T) {
	b := signedIn(t, shop(t))
	b.edit(t, "nightly", "v:note", "a")
	b.edit(t, "nightly", "o:note", "-")
	b.expect(t, "nightly", map[string]any{})
}

func TestProblems(t *testing.T) {
	b := signedIn(t, shop(t))
	code, body := b.edit(t, "nightly", "v:retries", "many", "v:shop/orders.batch", "", "o:shop/orders.batch", "1", "v:password", "the-real-password", "v:note", "kept")
	if code != 422 {
		t.Fatal(code)
	}
	has(t, body, "3 problems", `href="#p-retries"`, "whole number", `aria-invalid="true"`, `value="many"`, `value="kept"`, "A secret is a reference")
	if strings.Contains(body, "the-real-password") || strings.Contains(b.log.String(), "the-real-password") {
		t.Error("a secret is shown")
	}
	b.expect(t, "nightly", map[string]any{})
}

func TestCheck(t *testing.T) {
	b := signedIn(t, shop(t))
	form := b.form(t, "jobs/nightly")
	form.Set("v:retries", "7")
	form.Set("v:shop/orders.retries", "9")
	form.Set("o:shop/orders.retries", "1")
	code, body := b.send(t, "jobs/nightly/check", form)
	if code != 200 {
		t.Fatal(code)
	}
	has(t, body, "2 changes", "not saved yet", "<code>shop/orders.retries</code>", `value="7"`, "<!doctype html>")
	b.expect(t, "nightly", map[string]any{})
	form.Set("v:retries", "x")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.server.URL+web.Root+"jobs/nightly/check", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("HX-Request", "true")
	_, body = b.do(t, r)
	has(t, body, `<div id="check"`, "1 problem")
	if strings.Contains(body, "<html") {
		t.Error("the whole page where a part is asked for")
	}
}

func TestAdd(t *testing.T) {
	b := signedIn(t, shop(t))
	code, body := b.edit(t, "nightly", "add.asset", "shop/orders", "add.param", "limit", "add.type", "int", "add.value", "10")
	if code != 200 {
		t.Fatal(code, body)
	}
	b.expect(t, "nightly", map[string]any{"shop/orders.limit": int64(10)})
	has(t, body, `name="v:shop/orders.limit"`)
	if code, body = b.edit(t, "nightly", "v:shop/orders.limit", "ten"); code != 422 {
		t.Error("no type is kept", code, body)
	}
	for _, secret := range [][]string{{"add.param", "key", "add.type", "secret"}, {"add.param", "password", "add.type", "string"}, {"add.asset", "shop/orders", "add.param", "password", "add.type", "int"}} {
		code, body = b.edit(t, "nightly", append(secret, "add.value", "the-real-password")...)
		if code != 422 || strings.Contains(body, "the-real-password") {
			t.Error(secret, code, body)
		}
	}
	b.edit(t, "nightly", "o:shop/orders.limit", "-")
	b.expect(t, "nightly", map[string]any{})
	if _, body = b.get(t, "jobs/nightly"); strings.Contains(body, "shop/orders.limit") {
		t.Error("what was added stays")
	}
}

// TestConflict: what somebody else saved is shown, nothing that was written is lost, and
// what was not touched is not saved over.
func TestConflict(t *testing.T) {
	b := signedIn(t, shop(t))
	form := b.form(t, "jobs/nightly")
	b.edit(t, "nightly", "v:retries", "4", "v:timeout", "2h")
	change(form, "v:retries", "9", "v:note", "mine")
	code, body := b.send(t, "jobs/nightly", form)
	if code != 409 {
		t.Fatal(code, body)
	}
	has(t, body, "Somebody saved while you were editing", "Version 1, Mara", `value="9"`, `value="mine"`, `value="2h"`, `name="version" value="1"`, `class="theirs"`)
	b.expect(t, "nightly", map[string]any{"retries": int64(4), "timeout": "2h"})
	if code, body = b.send(t, "jobs/nightly", formOf(t, body)); code != 200 {
		t.Fatal(code, body)
	}
	b.expect(t, "nightly", map[string]any{"retries": int64(9), "timeout": "2h", "note": "mine"})
}

// TestRace: somebody saves between the look at the version and the edit.
func TestRace(t *testing.T) {
	b := signedIn(t, shop(t))
	form := b.form(t, "jobs/nightly")
	b.before = func() {
		e, err := shop(t).Split(map[string]any{"retries": int64(1)})
		if err != nil {
			t.Error(err)
		}
		if _, err := b.Patch(t.Context(), "nightly", 0, e, "Other"); err != nil {
			t.Error(err)
		}
	}
	form.Set("v:retries", "2")
	code, body := b.send(t, "jobs/nightly", form)
	if code != 409 {
		t.Fatal(code, body)
	}
	has(t, body, "Version 1, Other", `value="2"`)
}

func TestHistoryAndRestore(t *testing.T) {
	b := signedIn(t, shop(t))
	b.edit(t, "nightly", "v:retries", "4", "v:password", "env:SECOND")
	b.edit(t, "nightly", "v:retries", "0", "o:note", "1")
	code, body := b.get(t, "jobs/nightly/history")
	if code != 200 {
		t.Fatal(code)
	}
	has(t, body, "Version 2", "Version 1", "<b>Mara</b>", "2026-01-02 12:00:00 UTC", `<code class="value">4</code>`, "env:SECOND", "empty text", "inherited")
	form := b.form(t, "jobs/nightly/restore?to=1")
	code, body = b.send(t, "jobs/nightly/restore", form)
	if code != 200 {
		t.Fatal(code, body)
	}
	has(t, body, "Saved as version 3")
	b.expect(t, "nightly", map[string]any{"retries": int64(4), "password": map[string]any{"$secret": "env:SECOND"}})
	code, body = b.send(t, "jobs/nightly/restore", form)
	if code != 409 {
		t.Fatal(code, body)
	}
	has(t, body, "Somebody saved meanwhile", "already what they were in version 1")
	if code, _ = b.get(t, "jobs/nightly/restore?to=9"); code != 404 {
		t.Error(code)
	}
	b.send(t, "jobs/nightly/restore", b.form(t, "jobs/nightly/restore?to=0"))
	b.expect(t, "nightly", map[string]any{})
	_, body = b.get(t, "jobs/nightly/history")
	has(t, body, "restored version 0")
}

func TestPreview(t *testing.T) {
	b := signedIn(t, shop(t))
	code, body := b.get(t, "jobs/nightly/preview?asset=shop/orders")
	if code != 200 {
		t.Fatal(code)
	}
	has(t, body, "__nexus_ops__shop/orders__retries", "&#34;retries&#34;: 5", "env:DB_PASSWORD")
	j := shop(t)
	j.Values.Unset(params.Name{Param: "warehouse"})
	b = signedIn(t, j)
	_, body = b.get(t, "jobs/nightly/preview")
	has(t, body, "The run would be refused.", "The required parameter <code>warehouse</code> has no value.")
	_, body = b.get(t, "")
	has(t, body, "1 without a value")
	_, body = b.get(t, "jobs/nightly?show=missing")
	has(t, body, `name="v:warehouse"`, "needs a value", "left out")
	if strings.Contains(body, "v:retries") {
		t.Error("the filter shows everything")
	}
}

func TestJobs(t *testing.T) {
	other := &params.Job{Name: "a/b c?", Assets: []string{"x"}, Schema: schema(t, "zone string|a")}
	b := signedIn(t, shop(t), other)
	_, body := b.get(t, "")
	has(t, body, "nightly", "a/b c?", `href="/ui/jobs/a%2Fb%20c%3F"`)
	for query, want := range map[string]string{"NIGHT": "nightly", "zone": "a/b c?", "shop/tot": "nightly"} {
		_, body := b.get(t, "?q="+url.QueryEscape(query))
		if !strings.Contains(body, ">"+want+"</a>") || strings.Count(body, `<th scope="row">`) != 1 {
			t.Error(query, body)
		}
	}
	_, body = b.get(t, "?q=nothing")
	has(t, body, "No job has")
	if code, body := b.edit(t, "a%2Fb%20c%3F", "v:zone", "q"); code != 200 {
		t.Error(code, body)
	}
	b.expect(t, "a/b c?", map[string]any{"zone": "q"})
	if code, _ := b.get(t, "jobs/none"); code != 404 {
		t.Error(code)
	}
	if code, _ := b.get(t, "nothing"); code != 404 {
		t.Error(code)
	}
}

// TestStray: what is stored for an asset that the job lost is shown, and can be removed.
func TestStray(t *testing.T) {
	j := shop(t)
	b := signedIn(t, j)
	b.edit(t, "nightly", "v:shop/totals.note", "old")
	j.Assets = j.Assets[:2]
	j.Schema = slices.DeleteFunc(j.Schema, func(e params.Entry) bool { return e.Name.Asset == "shop/totals" })
	_, body := b.get(t, "jobs/nightly")
	has(t, body, "Stored, and no longer used", "shop/totals.note")
	if code, body := b.edit(t, "nightly", "drop", "shop/totals.note"); code != 200 {
		t.Fatal(code, body)
	}
	b.expect(t, "nightly", map[string]any{})
}

// TestUndeclared: a job without declarations is not ready where a run of it would be
// refused, and what its file gives is not stored.
func TestUndeclared(t *testing.T) {
	open := &params.Job{
		Name: "open", Assets: []string{"a"}, Uses: map[string][]string{"a": {"x", "y"}},
		Needs:  map[string][]params.Name{"a": {{Asset: "a", Param: "x"}, {Asset: "a", Param: "y"}}},
		Values: params.Values{Shared: map[string]any{"x": "given"}},
	}
	b := signedIn(t, open)
	_, body := b.get(t, "")
	has(t, body, "1 without a value")
	_, body = b.get(t, "jobs/open?show=missing")
	has(t, body, "a.y", "needs a value")
	if strings.Contains(body, "a.x") || strings.Contains(body, "no longer used") {
		t.Error(body)
	}
	b.edit(t, "open", "v:a.y", "set")
	_, body = b.get(t, "")
	has(t, body, "ready")
}

func TestFailing(t *testing.T) {
	b := signedIn(t, shop(t))
	b.err = io.ErrUnexpectedEOF
	code, body := b.get(t, "")
	if code != 503 {
		t.Error(code)
	}
	has(t, body, "unexpected EOF")
}

func TestFiles(t *testing.T) {
	b := signedIn(t, shop(t))
	_, body := b.get(t, "files?key=in/a.csv")
	has(t, body, "no files block", `value="in/a.csv"`)
	p := load(t)
	b.deciders = deciders(p)
	_, body = b.get(t, "files")
	has(t, body, "Paste the key of a file")
	_, body = b.get(t, "files?key="+url.QueryEscape("sales/orders_2026-01-01.csv"))
	has(t, body, "A run is requested.", `<code>daily</code>`, `does not match <code>&#34;totals_*.csv&#34;</code>`, "<code>{day}</code>", "2026-01-01", "__nexus_ops__shop/orders__retries", "{env.SHOP_KEY}", "sales/orders_2026-01-01.csv")
	if strings.Contains(body, signingKey) {
		t.Error("the value of an environment name is shown")
	}
	_, body = b.get(t, "files?key=sales/other.txt")
	has(t, body, "no run", "No rule matches", "<code>daily</code>", "<code>totals</code>")
	p.Params[0].Values.Unset(params.Name{Param: "warehouse"})
	_, body = b.get(t, "files?key=sales/totals_1.csv")
	has(t, body, "The run would be refused.", "The required parameter <code>warehouse</code> has no value.")
}

// TestDropsAgain: what was ticked to be removed is ticked when the form is shown again.
func TestDropsAgain(t *testing.T) {
	j := vast(t, 1, 1)
	b := signedIn(t, j)
	if code, body := b.edit(t, "vast", "v:a000.p000", "x"); code != 200 {
		t.Fatal(code, body)
	}
	j.Assets = []string{"b"}
	form := b.form(t, "jobs/vast")
	form.Set("drop", "a000.p000")
	if code, body := b.edit(t, "vast", "v:p000", "theirs"); code != 200 {
		t.Fatal(code, body)
	}
	code, body := b.send(t, "jobs/vast", form)
	if got := formOf(t, body)["drop"]; code != 409 || len(got) != 1 {
		t.Errorf("%d with %q ticked", code, got)
	}
}
