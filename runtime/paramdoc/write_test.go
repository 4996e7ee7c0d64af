package paramdoc_test

import (
	"encoding/json"
	"errors"
	"flag"
	"math/bits"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/paramdoc"
	"auto/runtime/params"
	"auto/runtime/yamldoc"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// assets are those of every job here.
var assets = []string{"dbo.Sales", "marketing", "sales", "team/sales"}

// read gives the jobs of a text, with the findings.
func read(text string) ([]*params.Job, diag.List) {
	var list diag.List
	doc, root := yamldoc.Parse(source.New("jobs.yaml", text), &list)
	if root == nil {
		return nil, list
	}
	var jobs []*params.Job
	m := doc.Map(root, "the file")
	for _, n := range m.Items("jobs") {
		jobs = append(jobs, paramdoc.Read(doc.Map(n, "a job")).Job(assets, nil, nil))
	}
	return jobs, list
}

// job gives the job `j` of a text.
func job(t *testing.T, text string) *params.Job {
	t.Helper()
	jobs, list := read(text)
	j, ok := params.Find(jobs, "j")
	if !ok || len(list) > 0 {
		t.Fatalf("%v\n%s", list, text)
	}
	return j
}

var update = flag.Bool("update", false, "write the expected texts")

var head = regexp.MustCompile(`(?m)^=== (.*)\n`)

// golden runs a test for each case of a file, which is a text before and after an edit; what
// the edit is may stand in a line before them.
func golden(t *testing.T, file string, edit func(t *testing.T, line string, j *params.Job) paramdoc.Content) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var written strings.Builder
	heads := head.FindAllStringSubmatchIndex(string(text), -1)
	for i, h := range heads {
		end := len(text)
		if i+1 < len(heads) {
			end = heads[i+1][0]
		}
		t.Run(string(text[h[2]:h[3]]), func(t *testing.T) {
			before, after, _ := strings.Cut(string(text[h[1]:end]), "---\n")
			line := ""
			if before[0] == '{' {
				line, before, _ = strings.Cut(before, "\n")
				line += "\n"
			}
			got, err := paramdoc.Write(source.New("jobs.yaml", before), "j", edit(t, line, job(t, before)))
			if err != nil {
				got = err.Error() + "\n"
			}
			written.WriteString(string(text[h[0]:h[1]]) + line + before + "---\n" + got)
			if diff := cmp.Diff(after, got); diff != "" && !*update {
				t.Error(diff)
			}
			if err != nil {
				return
			}
			if again, err := paramdoc.Write(source.New("jobs.yaml", got), "j", contentOf(job(t, got))); err != nil || again != got {
				t.Errorf("written again: %s, %v", cmp.Diff(got, again), err)
			}
		})
	}
	if *update {
		if err := os.WriteFile(file, []byte(written.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestGoldenConvert: each case of the file is a text before and after `Convert`.
func TestGoldenConvert(t *testing.T) {
	golden(t, "testdata/convert.txt", func(_ *testing.T, _ string, j *params.Job) paramdoc.Content {
		return paramdoc.Content{Schema: j.Convert(params.Values{}), Values: j.Values}
	})
}

// TestGoldenUpdate: each case of the file is an update in JSON, and a text before and after it,
// or the error.
func TestGoldenUpdate(t *testing.T) {
	golden(t, "testdata/update.txt", func(t *testing.T, line string, j *params.Job) paramdoc.Content {
		in := json.NewDecoder(strings.NewReader(line))
		in.UseNumber()
		var values map[string]any
		if err := in.Decode(&values); err != nil {
			t.Fatal(err)
		}
		e, err := j.Split(values)
		if err != nil {
			t.Fatal(err)
		}
		schema, set, err := j.Define(e)
		if err != nil {
			t.Fatal(err)
		}
		return paramdoc.Content{Schema: schema, Values: set}
	})
}

func contentOf(j *params.Job) paramdoc.Content {
	return paramdoc.Content{Schema: j.Schema, Values: j.Values}
}

func TestWriteErrors(t *testing.T) {
	if _, err := paramdoc.Write(source.New("jobs.yaml", "jobs: [{name: a, selection: all()}]"), "j", paramdoc.Content{}); !errors.Is(err, paramdoc.ErrNoJob) {
		t.Error(err)
	}
	if _, err := paramdoc.Write(source.New("jobs.yaml", "jobs: [a]"), "j", paramdoc.Content{}); !errors.As(err, new(*paramdoc.Unwritable)) || !errors.Is(err, paramdoc.ErrNoJob) {
		t.Error(err)
	}
	if _, err := paramdoc.Write(source.New("jobs.yaml", "jobs: ["), "j", paramdoc.Content{}); err == nil {
		t.Error("no YAML is edited")
	}
	if _, err := paramdoc.Add(source.New("jobs.yaml", "jobs: [{name: a, selection: all()}]"), paramdoc.New{Name: "a"}, paramdoc.Content{}); !errors.Is(err, paramdoc.ErrJobTwice) {
		t.Error(err)
	}
	merged := "base: &b {params_schema: {a: string}}\njobs:\n  - name: j\n    <<: *b\n"
	if out, err := paramdoc.Write(source.New("jobs.yaml", merged), "j", paramdoc.Content{}); err == nil {
		t.Errorf("a declaration that a merge key gives is gone: %s", out)
	}
	var c paramdoc.Content
	c.Values.Set(params.Name{Asset: "sales", Param: "p"}, "\x80")
	_, err := paramdoc.Write(source.New("conf/jobs.yaml", texts[1]), "j", c)
	var wrong *paramdoc.Unwritable
	if !errors.As(err, &wrong) || wrong.Job != "j" || !errors.As(err, new(diag.List)) {
		t.Fatalf("%T %v", err, err)
	}
	if want := "conf/jobs.yaml:6:3: error: A406 The job `j` cannot be edited in its file: `sales.p` would not be read back as it is. Write it into the file by hand."; err.Error() != want {
		t.Error(cmp.Diff(want, err.Error()))
	}
}

func TestGoldenAdd(t *testing.T) {
	decl, err := params.ParseDecl("string!|.*\\.csv")
	if err != nil {
		t.Fatal(err)
	}
	content := paramdoc.Content{Schema: params.Schema{{Name: params.Name{Asset: "sales", Param: "pattern"}, Decl: decl}, {Name: params.Name{Param: "mode"}, Decl: params.Decl{Type: params.Enum, Members: []string{"a", "b"}}}}}
	content.Values.Set(params.Name{Param: "mode"}, "a")
	content.Values.Set(params.Name{Asset: "team/sales", Param: "when"}, "2026-01-31")
	content.Values.Set(params.Name{Asset: "sales", Param: "token"}, params.Reference{Env: "TOKEN"}.Value())
	const block = `  - name: j
    selection: groups("sales")
    params_schema:
      sales.pattern: string!|.*\.csv
      mode: [a, b]
    job_overrides:
      mode: a
    ops_config:
      sales:
        token:
          $secret: env:TOKEN
      team/sales:
        when: "2026-01-31"
`
	for before, after := range map[string]string{
		"":              "jobs:\n" + block,
		"# only this\n": "# only this\njobs:\n" + block,
		"jobs:\n  - name: a\n    selection: all()\n\n# the end\n":                "jobs:\n  - name: a\n    selection: all()\n" + block + "\n# the end\n",
		"jobs:\n- name: a\n  selection: all()\nassets:\n- key: x":                "jobs:\n- name: a\n  selection: all()\n" + strings.ReplaceAll(block[2:], "\n  ", "\n") + "assets:\n- key: x",
		"assets: [{key: x}] # x\njobs: [{name: a, selection: all()}]\n":          "assets: [{key: x}] # x\njobs:\n  - {name: a, selection: all()}\n" + block,
		"assets: [{key: x}]\r\njobs:\r\n  - name: a\r\n    selection: all()\r\n": "assets: [{key: x}]\r\njobs:\r\n  - name: a\r\n    selection: all()\r\n" + strings.ReplaceAll(block, "\n", "\r\n"),
		"assets: [{key: x}]\njobs: []\n":                                         "assets: [{key: x}]\njobs:\n" + block,
		"jobs:\n  - name: a\n    selection: |\n      all()":                      "jobs:\n  - name: a\n    selection: |-\n      all()\n" + block,
		"jobs:\n  - name: a\n    selection: |+\n      all()\n\n\n# the end\n":    "jobs:\n  - name: a\n    selection: |+\n      all()\n\n\n" + block + "# the end\n",
	} {
		got, err := paramdoc.Add(source.New("jobs.yaml", before), paramdoc.New{Name: "j", Selection: `groups("sales")`}, content)
		if err != nil {
			t.Errorf("%q: %v", before, err)
		}
		if diff := cmp.Diff(after, got); diff != "" {
			t.Errorf("%q: %s", before, diff)
		}
	}
	keys, err := paramdoc.Add(source.New("jobs.yaml", ""), paramdoc.New{Name: "j", Keys: []string{"sales", "dbo.Sales"}}, paramdoc.Content{})
	if want := "jobs:\n  - name: j\n    selection: [sales, dbo.Sales]\n"; err != nil || keys != want {
		t.Errorf("%q, %v", keys, err)
	}
}

// TestLineEnds: lines that do not change keep their ends, and new ones have those of most.
func TestLineEnds(t *testing.T) {
	const before = "jobs:\n  - name: j\n    selection: all()\n    job_overrides:\n      # of x\n      x: 1 # one\n      y:\n        - 2\n    params_schema: {x: int, y: list}\n# end\n"
	const after = "jobs:\n  - name: j\n    selection: all()\n    job_overrides:\n      # of x\n      x: 5 # one\n      y:\n        - 2\n      z: [a]\n    params_schema: {x: int, y: list}\n# end\n"
	count := strings.Count(before, "\n")
	for crlf := range 1 << count {
		ends := func(text string, of func(i int) bool) string {
			var b strings.Builder
			for i, line := range strings.SplitAfter(text, "\n") {
				if strings.HasSuffix(line, "\n") && of(i) {
					line = strings.TrimSuffix(line, "\n") + "\r\n"
				}
				b.WriteString(line)
			}
			return b.String()
		}
		has := func(i int) bool { return crlf>>i&1 == 1 }
		most := bits.OnesCount(uint(crlf))*2 > count
		from := ends(before, has)
		// The line of z, 8, is new.
		want := ends(after, func(i int) bool { return i == 8 && most || i < 8 && has(i) || i > 8 && has(i-1) })
		c := contentOf(job(t, from))
		c.Values.Set(params.Name{Param: "x"}, 5)
		c.Values.Set(params.Name{Param: "z"}, []any{"a"})
		if got, err := paramdoc.Write(source.New("jobs.yaml", from), "j", c); err != nil || got != want {
			t.Fatalf("%q: %v\n%s", from, err, cmp.Diff(want, got))
		}
	}
	mixed := "jobs:\r\n  - name: i\n    selection: all()\n# end\n"
	got, err := paramdoc.Add(source.New("jobs.yaml", mixed), paramdoc.New{Name: "j", Selection: "all()"}, paramdoc.Content{})
	if want := "jobs:\r\n  - name: i\n    selection: all()\n  - name: j\n    selection: all()\n# end\n"; err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
}

// TestNoLastEnd: a file whose last line has no end gets one where a value needs it, alone.
func TestNoLastEnd(t *testing.T) {
	const before = "---\njobs:\n- name: j\n  selection: all()   # c\n"
	for fields, want := range map[string]string{
		"  job_overrides: {}":                                        "  job_overrides:\n    p: |\n      two\n      lines\n",
		"  job_overrides:\n    p: x # one":                           "    # one\n    p: |\n      two\n      lines\n",
		"  job_overrides:\n    mode: 'a' #":                          "    mode: 'a' #\n    p: |\n      two\n      lines\n",
		"  job_overrides:\n    q: 1\n    p: |\n      a\n    mode: b": "    mode: b",
		"  job_overrides:\n    q: |+2 # q\n        a":                "    q: |-2 # q\n        a\n    p: |\n      two\n      lines\n",
		"  ops_config:\n    sales:\n      q: >  # q\n        a":      "      q: >-  # q\n        a\n  job_overrides:\n    p: |\n      two\n      lines\n",
		"  job_overrides:\n    # x\n    p: a\n    mode: b   # b":     "    mode: b   # b",
	} {
		for _, end := range []string{"\n", "\r\n"} {
			text := strings.ReplaceAll(before+fields, "\n", end)
			c := contentOf(job(t, text))
			c.Values.Set(params.Name{Param: "p"}, "two\nlines\n")
			got, err := paramdoc.Write(source.New("jobs.yaml", text), "j", c)
			if err != nil || !strings.HasPrefix(got, strings.ReplaceAll(before, "\n", end)) || !strings.HasSuffix(got, strings.ReplaceAll(want, "\n", end)) {
				t.Errorf("%q: %v\n%q", text, err, got)
			}
		}
	}
}

// TestOtherLineEnds: signs that end a line for the YAML library alone move no edit.
func TestOtherLineEnds(t *testing.T) {
	const jobs = "jobs:\n  - name: j\n    selection: all()\n    job_overrides:\n      p: &p [a] # one\n      q: [1, *p, *p] # '# two'\n"
	for _, before := range []string{"x: \"a\u2028b\"\n", "x: \"a # no\u2029b\"\n", "# a\u0085\n", "x: |\n  a\u2028  # no\n", "x: 1\r", "x: 'a\r  b'\n"} {
		c := contentOf(job(t, before+jobs))
		c.Values.Set(params.Name{Param: "p"}, int64(7))
		got, err := paramdoc.Write(source.New("jobs.yaml", before+jobs), "j", c)
		if err != nil || !strings.Contains(got, "      p: 7 # one\n      q: [1, [a], [a]] # '# two'\n") {
			t.Errorf("%q: %v\n%s", before, err, got)
		}
		got, err = paramdoc.Add(source.New("jobs.yaml", before+jobs), paramdoc.New{Name: "k", Selection: "all()"}, paramdoc.Content{})
		if err != nil || !strings.HasSuffix(got, "# '# two'\n  - name: k\n    selection: all()\n") {
			t.Errorf("%q: %v\n%s", before, err, got)
		}
	}
}

// texts are files that a job `j` is edited in.
var texts = []string{
	"jobs:\n  - name: j\n    selection: all()\n",
	"# top\njobs:\n- name: i\n  selection: all()\n  ops_config: {sales: {p: 1}}\n- name: j\n  params_schema:\n    # about p\n    p: string!  # more\n    sales.q: \"int|5\"\n\n  job_overrides: {p: x}\n  selection: all()\n\n  # about ops\n  ops_config:\n    sales: {q: 6}\n    marketing:\n      q: 7 # seven\n# end\n",
	"jobs: [{name: j, selection: all(), parameter_values: {p: \"{{ params.x }}\"}, params_schema: {p: string}}]\n",
	"jobs:\n  -\n    name: j\n    selection: |\n      all()\n    params_schema:\n        mode: [a, b]\n        text:\n          type: string\n          description: >-\n            long\n            # no comment\n    ops_config:\n    job_overrides:\n      text: |\n        # no comment\n        two\n\n  - name: k\n    selection: all()\n",
	"jobs:\n  -\n    name: j\n    selection: all()\n    job_overrides:\n      p: 1\n  -\n    name: k\n    selection: all()\n  -   # about ops\n    name: l\n    selection: all()\n",
	"jobs:\n  - name: j\n    selection: all()\n    job_overrides:\n      text: |+\n        # no comment\n\n    # about ops\n    ops_config:\n      sales:\n        q: >+\n          a\n\n\n# end\n",
	"x: &x {p: string}\njobs:\n  - name: j\n    params_schema: *x\n    selection: all()\n",
}

var (
	decls  = []string{"string", "string!", "int|5", "list|[]", "string|a | b: #c", "enum(a, b)", "enum(a, b)!|a", "secret!", "date|2026-01-31", "string|", "bool!|true"}
	values = []any{"", "x", "yes", "5", "2026-01-31", "a: b # c", "two\nlines\n", "\n", "\n\n a", "\ta\n", "<<", "1\u2028\n", json.Number("-5"), " blank ", "{{ params.x }}", true, int64(5), 2.5, []any{"a", int64(1), []any{}}, map[string]any{"k": map[string]any{"l": "", "<<": "\n", "\n": "<<"}}, map[string]any{}, params.Reference{File: "/run/secrets/x"}.Value()}
)

func someContent(t *rapid.T) (c paramdoc.Content) {
	name := func() params.Name {
		return params.Name{Asset: rapid.SampledFrom(append([]string{""}, assets...)).Draw(t, "asset"), Param: rapid.SampledFrom([]string{"p", "q", "mode", "type", "text"}).Draw(t, "param")}
	}
	for range rapid.IntRange(0, 5).Draw(t, "entries") {
		d, err := params.ParseDecl(rapid.SampledFrom(decls).Draw(t, "decl"))
		if err != nil {
			t.Fatal(err)
		}
		d.Description = rapid.SampledFrom([]string{"", "", "what: it is"}).Draw(t, "description")
		c.Schema = c.Schema.With(name(), d)
	}
	for range rapid.IntRange(0, 5).Draw(t, "values") {
		c.Values.Set(name(), rapid.SampledFrom(values).Draw(t, "value"))
	}
	return c
}

var comment = regexp.MustCompile(`# (top|end|about ops)`)

// TestWriteReadsBack: whatever is written into whatever file, it is read back, twice is
// once, and comments outside of what is gone are there.
func TestWriteReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(texts).Draw(t, "text")
		for range rapid.IntRange(1, 3).Draw(t, "edits") {
			c := someContent(t)
			out, err := paramdoc.Write(source.New("jobs.yaml", text), "j", c)
			if err != nil {
				t.Fatalf("%v\n%+v\n%s", err, c, text)
			}
			again, err := paramdoc.Write(source.New("jobs.yaml", out), "j", c)
			if err != nil || again != out {
				t.Fatalf("again: %v\n%s", err, cmp.Diff(out, again))
			}
			if a, b := comment.FindAllString(text, -1), comment.FindAllString(out, -1); !slices.Equal(a, b) {
				t.Fatalf("comments %q became %q\n%s", a, b, out)
			}
			text = out
		}
	})
}

// commented are files with a comment everywhere.
var commented = []string{
	"# 1\njobs: # 2\n  # 3\n  - name: j # 4\n    # 5\n    selection: all() # 6\n    # 7\n    job_overrides: # 8\n      # 9\n      p: # 10\n        # 11\n        - a # 12\n        # 13\n        - [b, # 14\n           c] # 15\n      # 16\n      q: | # 17\n        # no\n        a\n      # 18\n\n      # 19\n      mode: 'a # no' # 20\n    # 21\n    ops_config: # 22\n      # 23\n      sales: # 24\n        # 25\n        p: {a: 1, # 26\n          # 27\n          b: 2} # 28\n        # 29\n        q: a # 30\n      # 31\n      marketing: {q: 1} # 32\n  # 33\n# 34\n",
	"# 1\njobs: # 2\n- job_overrides: {p: [a, # 3\n    # 4\n    b], # 5\n    # 6\n    q: 1 # 7\n    # 8\n    } # 9\n  # 10\n  ops_config: {sales: {p: 1}, # 11\n    # 12\n    marketing: {q: 2} # 13\n    } # 14\n  name: j # 15\n  selection: all() # 16\n",
	"# 1\njobs: [ # 2\n  # 3\n  {name: j, # 4\n  # 5\n  selection: all(), # 6\n  job_overrides: {p: 1, # 7\n  q: [a, # 8\n  b]} # 9\n  # 10\n  }, # 11\n  {name: k, selection: all()} # 12\n  # 13\n] # 14\n# 15\n",
	"d: &d # 1\n  # 2\n  p: 1 # 3\n  q: &q [a] # 4\njobs:\n  - name: j\n    selection: all()\n    job_overrides: # 5\n      # 6\n      <<: *d # 7\n      mode: &m a # 8\n    ops_config:\n      # 9\n      sales: &s # 10\n        q: *q # 11\n        mode: *m # 12\n      # 13\n      marketing: *s # 14\n  - name: k # 15\n    selection: all()\n    ops_config: {marketing: *s} # 16\n",
	"jobs:\n  - name: j\n    selection: all()\n    job_overrides:\n      p: 1 # 1\n  - # 2\n        # 3\n    name: k # 4\n    selection: all()   # 5\n  # 6\n  -\n    # 7\n    name: l\n    selection: all()\n",
}

var numbered = regexp.MustCompile(`# \d+`)

// TestCommentsStay: while all parameters stay, so do all comments.
func TestCommentsStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(commented).Draw(t, "text")
		switch end := rapid.SampledFrom([]string{"", "none", "...", "... # 99"}).Draw(t, "end"); end {
		case "none":
			text = strings.TrimSuffix(text, "\n")
		case "...", "... # 99":
			text += end + "\n"
		}
		if rapid.Bool().Draw(t, "crlf") {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		for range rapid.IntRange(1, 3).Draw(t, "edits") {
			jobs, list := read(text)
			if len(list) > 0 {
				t.Fatal(list)
			}
			j, _ := params.Find(jobs, "j")
			c, more := contentOf(j), someContent(t)
			for _, n := range more.Values.Names() {
				value, _ := more.Values.Get(n)
				c.Values.Set(n, value)
			}
			out, err := paramdoc.Write(source.New("jobs.yaml", text), "j", c)
			if err != nil {
				t.Fatalf("%v\n%+v\n%s", err, c, text)
			}
			a, b := numbered.FindAllString(text, -1), numbered.FindAllString(out, -1)
			slices.Sort(a)
			slices.Sort(b)
			if !slices.Equal(a, b) {
				t.Fatalf("%s\nbecame\n%s", text, out)
			}
			if ends := strings.Count(out, "\r\n"); ends > 0 && ends != strings.Count(out, "\n") || (ends > 0) != strings.Contains(text, "\r\n") {
				t.Fatalf("%q\nbecame\n%q", text, out)
			}
			text = out
		}
	})
}

// FuzzRead: whatever stands in a job file, reading it ends with findings that point into
// it; what is read without any can be written back, and changes nothing.
func FuzzRead(f *testing.F) {
	for _, text := range append(slices.Clone(texts), commented...) {
		f.Add(text)
	}
	for _, seed := range []string{
		"jobs: [{name: j, params_schema: {type: object, properties: {a: {type: string, enum: [1]}}, required: a}}]",
		"jobs: [{name: j, strict: 1, params_schema: {a.b: , sales.x: {default: {$secret: a}}}, ops_config: {sales: [1], a: {b: c}}}]",
		"jobs: [{name: j, job_overrides: {a: 1, a: 2, \"b.\": 3, ? [x] : y}, parameter_values: &a [*a]}]",
		"jobs:\n- name: j\n  ops_config:\n    sales: {p: .inf, q: 0x10, r: !!binary aGk=, s: 99999999999999999999}\n  <<: {strict: true}\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		jobs, list := read(text)
		for _, d := range list {
			if !d.Span.IsValid() || d.Span.Start > d.Span.End || d.Span.End > len(d.Span.File.Text) || d.Message == "" || d.Help == "" {
				t.Errorf("%+v", d)
			}
		}
		if j, ok := params.Find(jobs, "j"); ok && len(list) == 0 {
			if out, err := paramdoc.Write(source.New("jobs.yaml", text), "j", contentOf(j)); err == nil && strings.Count(text, "name: j") == 1 {
				if again, found := read(out); len(found) > 0 || len(again) != len(jobs) {
					t.Errorf("%q became %q: %v", text, out, found)
				}
			}
			// What an edit gives is verified by itself; it ends with a text or what is wrong.
			c := contentOf(j)
			c.Values.Set(params.Name{Asset: "sales", Param: "p"}, []any{"new"})
			if _, err := paramdoc.Write(source.New("jobs.yaml", text), "j", c); err != nil && !errors.As(err, new(*paramdoc.Unwritable)) {
				t.Errorf("%q: %v", text, err)
			}
		}
	})
}
