package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// FuzzSave: whatever a form says, the answer is a page, and what is stored fits the job.
func FuzzSave(f *testing.F) {
	b := signedIn(f, shop(f))
	csrf := b.form(f, "jobs/nightly").Get("csrf")
	cookie := "Cookie: " + b.cookie(f)
	for _, seed := range []string{
		"v:retries=1&o:retries=1", "v:=&o:=1", "v:a.b.c=1", "s:dry_run=maybe", "s:mode=append&v:mode=x", "w:retries=5&v:retries=5", "w:note=&o:note=1",
		"drop=shop/orders.x&drop=.&drop=", "add.param=x&add.type=nothing&add.value=1", "add.asset=shop/orders&add.param=_x&add.type=int", "add.param=columns&add.value=[a",
		"v:region=%7B%7B+params.region+%7D%7D", "v:shop/totals.label=%7B%7B", "v:password=env:&o:password=1", "version=99&v:note=a", "version=-1", "v:shop%2Forders.batch=1e3", "v:since=2026-02-30", "%gh&%%",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Contains(body, "csrf") {
			return
		}
		w := b.raw(http.MethodPost, "/ui/jobs/nightly", body+"&"+url.Values{"csrf": {csrf}}.Encode(), cookie)
		switch w.Code {
		case 200, 303, 400, 409, 422:
		default:
			t.Fatal(w.Code, w.Body)
		}
		if w.Code != 303 {
			wellFormed(t, w.Body.String())
		}
		stored, err := b.Stored(t.Context(), "nightly")
		if err != nil {
			t.Fatal(err)
		}
		j := shop(t).With(stored)
		for _, n := range stored.Values.Names() {
			value, _ := stored.Values.Get(n)
			if _, err := j.Accept(n, value); err != nil {
				t.Error(err)
			}
		}
	})
}
