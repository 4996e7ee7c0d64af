package web_test

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"auto/runtime/params"
)

// vast is a job that has more fields than a page shows at once.
func vast(t tester, assets, shared int) *params.Job {
	t.Helper()
	j := &params.Job{Name: "vast"}
	for i := range assets {
		j.Assets = append(j.Assets, fmt.Sprintf("a%03d", i))
	}
	var lines strings.Builder
	for i := range shared {
		fmt.Fprintf(&lines, "p%03d string!\n", i)
	}
	j.Schema = schema(t, lines.String())
	return j
}

var beside = regexp.MustCompile(`<a href="/ui/(jobs/vast[^"]*)">(?:previous|next)</a>`)

// TestParts: a large job is shown in parts, which have every field between them.
func TestParts(t *testing.T) {
	for _, size := range []struct{ assets, params, parts int }{{3, 5, 1}, {1, 75, 1}, {40, 75, 1}, {41, 75, 2}, {700, 4, 1}, {45, 80, 4}, {0, 76, 2}, {3, 0, 1}} {
		t.Run(fmt.Sprintf("%dx%d", size.assets, size.params), func(t *testing.T) {
			b := signedIn(t, vast(t, size.assets, size.params))
			seen, parts := map[string]int{}, map[string]bool{}
			for todo := []string{"jobs/vast"}; len(todo) > 0; todo = todo[1:] {
				if parts[todo[0]] {
					continue
				}
				parts[todo[0]] = true
				code, body := b.get(t, todo[0])
				if code != 200 || len(body) > 4<<20 {
					t.Fatalf("%s answers %d with %d bytes", todo[0], code, len(body))
				}
				for name := range formOf(t, body) {
					if field, ok := strings.CutPrefix(name, "v:"); ok {
						seen[field]++
					}
				}
				for _, found := range beside.FindAllStringSubmatch(body, -1) {
					todo = append(todo, html.UnescapeString(found[1]))
				}
			}
			if len(parts) != size.parts || len(seen) != (size.assets+1)*size.params {
				t.Errorf("%d parts have %d fields", len(parts), len(seen))
			}
			for field, times := range seen {
				if asset, _, own := strings.Cut(field, "."); own && times != 1 {
					t.Errorf("%s of %s is there %d times", field, asset, times)
				}
			}
		})
	}
}

// TestEditsPart: what is written in a part is saved, and the same part is shown again.
func TestEditsPart(t *testing.T) {
	b := signedIn(t, vast(t, 45, 80))
	const part = "vast?column=40&row=75"
	code, body := b.edit(t, part, "v:a041.p077", "x")
	if code != 200 {
		t.Fatal(code, body)
	}
	has(t, body, "Saved as version 1", "Parameters 76 to 80 of 80", "Assets 41 to 45 of 45")
	b.expect(t, "vast", map[string]any{"a041.p077": "x"})
	for place, want := range map[string]string{"row=-9&column=x": "Parameters 1 to 75 of 80", "row=99999&column=42": "Parameters 76 to 80 of 80"} {
		_, body := b.get(t, "jobs/vast?"+place)
		has(t, body, want)
	}
	_, body = b.get(t, "jobs/vast?show=set&param=p0&row=75&column=40")
	has(t, body, `name="v:a041.p077"`) // one row, so all assets are on it
}

var linked = regexp.MustCompile(`<a href="([^"]*)"><code>(a?[0-9]*\.?p[0-9]{3})</code></a>`)

// TestFarFields: what is said of a field leads to it, also where that is in another part, and
// long lists say how much they leave out.
func TestFarFields(t *testing.T) {
	b := signedIn(t, vast(t, 45, 80))
	const part = "vast?column=40&row=75"
	form := b.form(t, "jobs/"+part)
	change(form, "v:a041.p077", "x")
	code, body := b.send(t, "jobs/vast/check?column=40&row=75", form)
	if code != 200 {
		t.Fatal(code, body)
	}
	has(t, body, "more")
	links := linked.FindAllStringSubmatch(body, -1)
	if len(links) < 50 {
		t.Fatalf("%d links in %s", len(links), body)
	}
	for _, link := range links {
		address, place, _ := strings.Cut(html.UnescapeString(link[1]), "#")
		page := body
		if address != "" {
			_, page = b.get(t, strings.TrimPrefix(address, "/ui/"))
		}
		if !slices.Contains(strings.Fields(page), `id="`+place+`"`) {
			t.Fatalf("%s leads to %s, where %s is not", link[2], link[1], place)
		}
	}
}

// TestEditsMovedAway: where others change which rows and columns a part has, what was written is
// shown again all the same.
func TestEditsMovedAway(t *testing.T) {
	for name, c := range map[string]struct {
		assets, params int
		part, field    string
		theirs         []string
	}{
		"set":     {1, 80, "show=set&row=75", "v:p075", []string{"v:p000", "", "o:p000", "-"}},
		"missing": {1, 160, "show=missing&row=75", "v:p080", []string{"v:p080", "theirs"}},
		"columns": {90, 76, "show=missing&row=75&column=40", "v:a050.p075", []string{"v:p075", "theirs"}},
	} {
		t.Run(name, func(t *testing.T) {
			j := vast(t, c.assets, c.params)
			for i := range j.Schema {
				j.Schema[i].Decl.Required = name != "set"
			}
			b := signedIn(t, j)
			for row := 0; name == "set" && row < c.params; row += 75 {
				var fields []string
				for i := row; i < min(row+75, c.params); i++ {
					fields = append(fields, fmt.Sprintf("v:p%03d", i), "x")
				}
				if code, body := b.edit(t, fmt.Sprintf("vast?row=%d", row), fields...); code != 200 {
					t.Fatal(code, body)
				}
			}
			form := b.form(t, "jobs/vast?"+c.part)
			if !form.Has(c.field) {
				t.Fatalf("no %s in the part", c.field)
			}
			change(form, c.field, "mine")
			if code, body := b.edit(t, "vast?param="+strings.TrimPrefix(c.theirs[0], "v:"), c.theirs...); code != 200 {
				t.Fatal(code, body)
			}
			code, body := b.send(t, "jobs/vast?"+c.part, form)
			if got := formOf(t, body).Get(c.field); code != 409 || got != "mine" {
				t.Errorf("%d with %q in the field", code, got)
			}
		})
	}
}

// TestLongLists: of what no longer has a place in the table, and of what others saved, a page
// has the beginning, and says how much it leaves out.
func TestLongLists(t *testing.T) {
	j := vast(t, 250, 1)
	b := signedIn(t, j)
	form := b.form(t, "jobs/vast")
	var e params.Edit
	for _, asset := range j.Assets {
		e.Set.Set(params.Name{Asset: asset, Param: "p000"}, "x")
	}
	if _, err := b.Patch(t.Context(), "vast", 0, e, "Ann"); err != nil {
		t.Fatal(err)
	}
	for range 24 {
		stored := b.stored.of["vast"]
		e := params.Edit{}
		e.Set.Set(params.Name{Param: "p000"}, fmt.Sprint(stored.Version))
		if _, err := b.Patch(t.Context(), "vast", stored.Version, e, "Ann"); err != nil {
			t.Fatal(err)
		}
	}
	change(form, "v:p000", "mine")
	code, body := b.send(t, "jobs/vast", form)
	if n := strings.Count(body, "<h3>Version "); code != 409 || n != 20 {
		t.Errorf("%d with %d versions", code, n)
	}
	has(t, body, "Version 25, Ann", `and 5 versions before: <a href="/ui/jobs/vast/history">History</a>`)
	j.Assets = []string{"b"}
	_, body = b.get(t, "jobs/vast")
	if n := strings.Count(body, `name="drop"`); n != 200 {
		t.Errorf("%d stored values can be removed", n)
	}
	has(t, body, "and 50 more, which are shown once these are removed")
}

// TestFarFieldOfMany: what is said of a field leads to it where many names have its name in them.
func TestFarFieldOfMany(t *testing.T) {
	j := vast(t, 3, 0)
	var lines strings.Builder
	for i := range 80 {
		fmt.Fprintf(&lines, "a%03d_path string\n", i)
	}
	j.Schema = schema(t, lines.String()+"path string!\n")
	b := signedIn(t, j)
	_, body := b.send(t, "jobs/vast/check", b.form(t, "jobs/vast"))
	link := regexp.MustCompile(`<a href="/ui/([^"]*)#p-path"><code>path</code></a>`).FindStringSubmatch(body)
	if link == nil {
		t.Fatal(body)
	}
	_, body = b.get(t, html.UnescapeString(link[1]))
	has(t, body, `id="p-path"`)
}
