package diag_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"auto/lang/diag"
	"auto/lang/source"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the expected outputs")

// findings are of all the forms that a renderer has to cope with.
func findings() diag.List {
	src := source.New("a/b c.auto", "policy p {\n\twhen x and 日本語 y\n"+strings.Repeat("long ", 60)+"END\n\x1b[31m\xff\nlast")
	at := func(text string, length int) source.Span {
		i := strings.Index(src.Text, text)
		return source.Span{File: src, Start: i, End: i + length}
	}
	return diag.List{
		{Code: diag.NotOperator, Span: at("and", 3), Message: "`and` is not an operator.", Help: "Write `&`."},
		{Code: diag.UnknownName, Span: at("日本語", 9), Message: "Wide: 100%, a:b,\nc.", Help: "Write it."},
		{Code: diag.UnknownName, Span: at("END", 3), Message: "Far right.", Help: "Look left.", Related: []diag.Related{{Span: at("policy", 6), Message: "The first is here."}}},
		{Code: diag.UnclosedBlock, Span: source.Span{File: src, Start: 9, End: 30}, Message: "Over lines.", Help: "Close it."},
		{Code: diag.ControlCharacter, Span: at("\x1b", 1), Message: "Control.", Help: "Remove it."},
		{Code: diag.MixedMinus, Span: source.Span{File: src, Start: len(src.Text), End: len(src.Text)}, Message: "At the end.", Help: "Stop."},
		{Code: diag.NoProject, Message: "Nowhere.", Help: "Go somewhere."},
	}
}

func TestGoldenForms(t *testing.T) {
	for _, format := range []diag.Format{diag.Text, diag.JSON, diag.GitHub, diag.SARIF} {
		var out strings.Builder
		if err := diag.Write(&out, format, findings(), diag.Style{}); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("testdata", "forms."+string(format))
		if *update {
			if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), out.String()); diff != "" {
			t.Errorf("%s: %s", format, diff)
		}
	}
}

func TestColor(t *testing.T) {
	var out strings.Builder
	if err := diag.Write(&out, diag.Text, findings(), diag.Style{Color: true}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "\x1b[1;31m") || strings.Contains(out.String(), "\x1b[31m") {
		t.Error("the text's own colours are shown, or ours are not")
	}
}

// TestSARIF holds the log against what the standard requires of it.
func TestSARIF(t *testing.T) {
	var out strings.Builder
	if err := diag.Write(&out, diag.SARIF, findings(), diag.Style{}); err != nil {
		t.Fatal(err)
	}
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name  string
					Rules []struct{ ID string }
				}
			}
			ColumnKind string
			Results    []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine, StartColumn, EndLine, EndColumn int }
					}
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(out.String()), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if log.Version != "2.1.0" || run.Tool.Driver.Name != "auto" || run.ColumnKind != "utf16CodeUnits" || len(run.Results) != len(findings()) {
		t.Fatalf("%+v", log)
	}
	for _, r := range run.Results {
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID || r.Message.Text == "" {
			t.Errorf("%+v", r)
		}
		for _, l := range r.Locations {
			region := l.PhysicalLocation.Region
			if l.PhysicalLocation.ArtifactLocation.URI != "a/b%20c.auto" || region.StartLine < 1 || region.StartColumn < 1 || region.EndLine < region.StartLine {
				t.Errorf("%+v", l)
			}
		}
	}
}

// TestCatalogue: codes are well formed, unique, explained, and each family has its file.
func TestCatalogue(t *testing.T) {
	seen := map[diag.Code]bool{}
	for _, e := range diag.Catalogue() {
		if !regexp.MustCompile(`^A[0-7][0-9]{2}$`).MatchString(string(e.Code)) || seen[e.Code] || e.Title == "" || e.Explain == "" {
			t.Errorf("%+v", e)
		}
		seen[e.Code] = true
		if found, ok := diag.Explain(e.Code); !ok || found.Title != e.Title {
			t.Errorf("%s is not explained", e.Code)
		}
	}
	if _, ok := diag.Explain("A999"); ok {
		t.Error("A999 is explained")
	}
}

func TestSort(t *testing.T) {
	src := source.New("f", "one\ntwo\n")
	at := func(start int) source.Span { return source.Span{File: src, Start: start, End: start + 1} }
	list := diag.List{
		{Code: "A501", Message: "nowhere"}, {Code: "A101", Span: at(5), Message: "meaning"}, {Code: "A101", Span: at(1), Message: "follows from the text"},
		{Code: "A010", Span: at(0), Message: "text"}, {Code: "A010", Span: at(0), Message: "text"},
	}
	list.Sort()
	var got []string
	for _, d := range list {
		got = append(got, d.Message)
	}
	if diff := cmp.Diff([]string{"text", "meaning", "nowhere"}, got); diff != "" {
		t.Error(diff)
	}
	if !list.HasErrors() || list.Summary() != "3 errors" {
		t.Error(list.Summary())
	}
}

// TestLongLine: the excerpt of a line of a megabyte, and a sentence that quotes one, are
// short, and made at once.
func TestLongLine(t *testing.T) {
	word := strings.Repeat("日", 300_000)
	src := source.New("f", word+" here "+word)
	at := strings.Index(src.Text, "here")
	var out strings.Builder
	list := diag.List{{Code: diag.UnknownName, Span: source.Span{File: src, Start: at, End: at + 4}, Message: word, Help: "Write it."}}
	if err := diag.Write(&out, diag.Text, list, diag.Style{}); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 2000 || !strings.Contains(out.String(), "日 here 日") {
		t.Error(out.String())
	}
}

// TestSecretNotShown: the line of a secret that was written itself may have it.
func TestSecretNotShown(t *testing.T) {
	src := source.New("jobs/j.yaml", "job_overrides: {token: hunter2, rows: x}\n")
	list := diag.List{
		{Code: diag.ParamSecret, Span: source.Span{File: src, Start: 16, End: 30}, Message: "`token`: A secret is a reference.", Help: "Write one."},
		{Code: diag.ParamValue, Span: source.Span{File: src, Start: 32, End: 39}, Message: "`rows` is no int.", Help: "Write 1."},
	}
	for _, format := range []diag.Format{diag.Text, diag.JSON, diag.GitHub, diag.SARIF} {
		var out strings.Builder
		if err := diag.Write(&out, format, list, diag.Style{}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), "hunter2") || !strings.Contains(out.String(), "jobs/j.yaml") {
			t.Errorf("%s: %s", format, out.String())
		}
	}
}
