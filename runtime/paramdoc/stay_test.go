package paramdoc_test

import (
	"slices"
	"strings"
	"testing"

	"auto/lang/source"
	"auto/runtime/paramdoc"
	"auto/runtime/params"

	"pgregory.net/rapid"
)

// page is a job file that is being made, with who each of its lines belongs to: a parameter,
// or "" for a line that stays in any edit of values.
type page struct {
	*rapid.T
	lines, owners []string
}

func (p *page) add(owner string, lines ...string) {
	for _, line := range lines {
		p.lines, p.owners = append(p.lines, line), append(p.owners, owner)
	}
}

// above adds what stands above a field: blank lines, and comments that belong to its owner.
func (p *page) above(owner string, in string) {
	if kept := len(p.lines) > 0 && p.lines[len(p.lines)-1] == ""; !kept && rapid.IntRange(0, 3).Draw(p.T, "blank") == 0 {
		p.add("", "")
	}
	for range rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(p.T, "comments") {
		p.add(owner, in+"#  above")
	}
}

// forms are ways to write a value behind its key; `>` is its indentation.
var forms = [][]string{
	{":   1   # one"}, {": 'it''s # no'\t# one"}, {" : true"}, {": # to be filled in"}, {":   {k:   1, l: [a,   b]}"},
	{": \"first # no", "> second\" #"}, {":  plain", "> goes on   # plain"}, {": [a, # one", "> # two", ">   b]  # three"},
	{": |   # text", "> # no", ">   deeper"}, {": >-", "> text", "", "> more"}, {": |+ # kept", "> # no", ""}, {": |2-", "    >  a"},
	{": # one", "> - a # two", "> # three", "> - {k:   v}"}, {":", "> k:   a   # one", "> # two", "> l: [b]"}, {": !!str   5"},
}

// mapping adds some parameters, and always one.
func (p *page) mapping(asset, in string) {
	for _, param := range rapid.Permutation([]string{"q", "p", "mode"}).Draw(p.T, "params") {
		if param != "q" && rapid.Bool().Draw(p.T, "none") {
			continue
		}
		owner := params.Name{Asset: asset, Param: param}.String()
		p.above(owner, in)
		form := slices.Clone(rapid.SampledFrom(forms).Draw(p.T, "form"))
		form[0] = in + param + form[0]
		for i, line := range form[1:] {
			if line, ok := strings.CutPrefix(line, "    >"); ok {
				form[i+1] = in + "  " + line // deeper than its head says
			} else {
				form[i+1] = strings.Replace(line, ">", in+"  ", 1)
			}
		}
		p.add(owner, form...)
	}
}

// item adds a job whose values belong to nobody but for those of `j`.
func (p *page) item(name string) {
	from := len(p.lines)
	p.above("", "  ")
	start := "  - "
	if rapid.Bool().Draw(p.T, "lone") {
		p.add("", rapid.SampledFrom([]string{"  -", "  -   # item"}).Draw(p.T, "dash"))
		start = "    "
	}
	p.add("", start+"name:   "+name+"  # name", "    selection: all()")
	for _, field := range rapid.Permutation([]string{"job_overrides", "ops_config", "params_schema"}).Draw(p.T, "fields") {
		p.above("", "    ")
		p.add("", "    "+field+":   # "+field)
		switch field {
		case "job_overrides":
			p.mapping("", "      ")
		case "params_schema":
			p.add("", "      unused:   string")
		case "ops_config":
			for _, asset := range []string{"sales", "team/sales"} {
				p.above("", "       ")
				p.add("", "       "+asset+":")
				p.mapping(asset, "         ")
			}
		}
	}
	if name != "j" {
		clear(p.owners[from:])
	}
}

// missing gives a line that a text should have in its place, false for none.
func (p *page) missing(text []string, changed map[string]bool) (string, bool) {
	for i, line := range p.lines {
		if changed[p.owners[i]] || line == "" && i > 0 && changed[p.owners[i-1]] {
			continue // a blank line behind what is gone would be of a text that keeps it
		}
		at := slices.Index(text, line)
		if at < 0 {
			return line, true
		}
		text = text[at+1:]
	}
	return "", false
}

// TestLinesStay: lines of what an edit does not change stay as they are, byte for byte.
func TestLinesStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &page{T: t}
		p.above("", "")
		p.add("", "jobs:   # jobs")
		for _, name := range []string{"i", "j", "k"}[rapid.IntRange(0, 1).Draw(t, "first"):rapid.IntRange(2, 3).Draw(t, "last")] {
			p.item(name)
		}
		p.above("", "")
		p.add("", "last:   1")
		end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end")
		text := strings.Join(p.lines, end)
		if rapid.Bool().Draw(t, "ended") {
			text += end
		}
		jobs, list := read(text)
		j, ok := params.Find(jobs, "j")
		if !ok || len(list) > 0 {
			t.Fatalf("%v\n%s", list, text)
		}
		c, changed := contentOf(j), map[string]bool{}
		for range rapid.IntRange(1, 3).Draw(t, "edits") {
			n := params.Name{Asset: rapid.SampledFrom([]string{"", "sales", "team/sales", "marketing"}).Draw(t, "asset"), Param: rapid.SampledFrom([]string{"p", "mode", "new"}).Draw(t, "param")}
			changed[n.String()] = true
			if rapid.IntRange(0, 3).Draw(t, "unset") == 0 {
				c.Values.Unset(n)
			} else {
				c.Values.Set(n, rapid.SampledFrom(values).Draw(t, "value"))
			}
		}
		out, err := paramdoc.Write(source.New("jobs.yaml", text), "j", c)
		if err != nil {
			t.Fatalf("%v\n%s\n%+v", err, text, c)
		}
		if line, ok := p.missing(strings.Split(out, end), changed); ok {
			t.Fatalf("%q is gone from\n%s\nwhich became\n%s", line, text, out)
		}
	})
}
