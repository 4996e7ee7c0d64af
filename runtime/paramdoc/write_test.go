package paramdoc_test

import (
	"errors"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/paramdoc"
	"auto/runtime/params"
	"auto/runtime/yamldoc"

	"github.com/google/go-cmp/cmp"
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

// TestGoldenConvert: each case of the file is a text before and after `Convert`.
func TestGoldenConvert(t *testing.T) {
	text, err := os.ReadFile("testdata/convert.txt")
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
			j := job(t, before)
			got, err := paramdoc.Write(before, "j", paramdoc.Content{Schema: j.Convert(params.Values{}), Values: j.Values})
			if err != nil {
				t.Fatal(err)
			}
			written.WriteString(string(text[h[0]:h[1]]) + before + "---\n" + got)
			if diff := cmp.Diff(after, got); diff != "" && !*update {
				t.Error(diff)
			}
			if again, err := paramdoc.Write(got, "j", contentOf(job(t, got))); err != nil || again != got {
				t.Errorf("written again: %s, %v", cmp.Diff(got, again), err)
			}
		})
	}
	if *update {
		if err := os.WriteFile("testdata/convert.txt", []byte(written.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func contentOf(j *params.Job) paramdoc.Content {
	return paramdoc.Content{Schema: j.Schema, Values: j.Values}
}

func TestWriteErrors(t *testing.T) {
	if _, err := paramdoc.Write("jobs: [{name: a, selection: all()}]", "j", paramdoc.Content{}); !errors.Is(err, paramdoc.ErrNoJob) {
		t.Error(err)
	}
	if _, err := paramdoc.Write("jobs: [", "j", paramdoc.Content{}); err == nil {
		t.Error("no YAML is edited")
	}
	if _, err := paramdoc.Add("jobs: [{name: a, selection: all()}]", paramdoc.New{Name: "a"}, paramdoc.Content{}); !errors.Is(err, paramdoc.ErrJobTwice) {
		t.Error(err)
	}
	merged := "base: &b {params_schema: {a: string}}\njobs:\n  - name: j\n    <<: *b\n"
	if out, err := paramdoc.Write(merged, "j", paramdoc.Content{}); err == nil {
		t.Errorf("a declaration that a merge key gives is gone: %s", out)
	}
}
