package compiler_test

import (
	"auto/stdlib"
	"fmt"
	"strings"
	"testing"
	"time"

	"auto/compiler"
	"auto/internal/samples"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
)

// check parses and compiles texts as one set without a project.
func check(t testing.TB, texts ...string) diag.List {
	t.Helper()
	sources := make([]*source.File, len(texts))
	for i, text := range texts {
		sources[i] = source.New(fmt.Sprintf("%d.auto", i), text)
	}
	trees, all := parse.Files(sources)
	_, found := compiler.Compile(compiler.Input{Files: trees, Now: time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)})
	return append(all, found...)
}

func TestSamplesCheck(t *testing.T) {
	for name, text := range samples.Policies() {
		for _, d := range check(t, text) {
			t.Errorf("%s: %v", name, d)
		}
	}
}

// TestNotes holds every example of the catalogue's A6xx against the compiler.
func TestNotes(t *testing.T) {
	for _, e := range diag.Catalogue() {
		if e.Code[1] != '6' {
			continue
		}
		for text, want := range map[string]int{e.Bad: 1, e.Good: 0} {
			trees, found := parse.Files([]*source.File{source.New("p.auto", text)})
			policies, more := compiler.Compile(compiler.Input{Files: trees})
			if notes := policies.Notes; len(found)+len(more) > 0 || len(notes) != want || want > 0 && notes[0].Code != e.Code {
				t.Errorf("%s: %v, %v, %v", text, found, more, notes)
			}
		}
	}
}

// TestEntries holds every example of the catalogue's A1xx to A3xx against the compiler.
func TestEntries(t *testing.T) {
	for _, e := range diag.Catalogue() {
		if e.Code[1] < '1' || e.Code[1] > '3' || e.Bad == "" {
			continue
		}
		var found diag.List
		if e.Code == diag.EnvNotAllowed {
			file, _ := parse.File(source.New("bad.auto", e.Bad+" policy p for all() { when eager() tags { b: env.HOME } }"))
			_, found = compiler.Compile(compiler.Input{Files: []*ast.File{file}, Env: map[string]string{}})
		} else {
			found = check(t, e.Bad)
		}
		if len(found) == 0 || found[0].Code != e.Code {
			t.Errorf("%s: Bad gives %v\n%s", e.Code, found, e.Bad)
		}
		if found := check(t, e.Good); len(found) != 0 {
			t.Errorf("%s: Good gives %v\n%s", e.Code, found, e.Good)
		}
	}
}

// TestWhen: the condition of a policy is the tree of its `when`, with what it uses of its
// own file and of others.
func TestWhen(t *testing.T) {
	trees, found := parse.Files([]*source.File{
		source.New("a.auto", `
export def calm(c: Condition) = c.since_last_handled() & waiting
let waiting = ~in_progress()
`),
		source.New("b.auto", `
let cron = env.SCHEDULE
policy own for groups("a") { when calm(cron_tick_passed(cron)) }
policy checked for all_checks() { when check_failed() }
policy later for groups("b") { when keep_up_to_date() }
policy wrong for groups("c") { when check_failed() }
`),
	})
	policies, more := compiler.Compile(compiler.Input{Files: trees, Env: map[string]string{"SCHEDULE": "@daily"}})
	if found = append(found, more...); len(found) != 1 || found[0].Code != diag.WrongScope {
		t.Fatal(found)
	}
	for i, want := range []string{"AND", "check_failed", "AND", ""} {
		got := ""
		if n := policies.Policies[i].When; n != nil {
			got = n.Name()
		}
		if got != want {
			t.Errorf("%s has the condition %q, want %q", policies.Policies[i].Name, got, want)
		}
	}
	trigger := policies.Policies[0].When.Children[0].Children[0]
	if got := trigger.Name(); got != "cron_tick_passed(cron_schedule=@daily, cron_timezone=UTC)" {
		t.Errorf("the trigger is %s", got)
	}
}

// BenchmarkCheck500 parses and checks 500 policy files of 1.7 KB.
func BenchmarkCheck500(b *testing.B) {
	texts := policies500()
	total := 0
	for _, text := range texts {
		total += len(text)
	}
	for b.Loop() {
		if found := check(b, texts...); found.HasErrors() {
			b.Fatal(found[0])
		}
	}
	b.ReportMetric(float64(total)/500, "bytes/file")
}

// policies500 gives 500 files made of the samples, with names of their own.
func policies500() []string {
	var texts []string
	for i := range 500 {
		text := ""
		for j := 0; len(text) < 1700; j++ {
			text += fmt.Sprintf(`
# The mart of team %[1]d follows the raw orders.
policy mart_%[1]d_%[2]d for groups("mart_%[1]d") - tag("load", "none") {
    when in_latest_time_window(lookback_delta=2d)
        & (newly_missing() | any_deps_match(newly_updated() & ~executed_with_root_target()).allow(groups("core"))).since_last_handled()
        & ~any_deps_missing() & ~any_deps_in_progress().ignore(tag("quality", "flaky"))
    tags { team: "sales", tier: "gold" }
    limit 48 per tick
    retry 3 after 10m up to 1h
}

files inbound_%[1]d_%[2]d from s3("acme-landing", prefix="in/%[1]d/") every 30s {
    always move_files
    settled 60s
    match sales: "sales_{day:%%Y%%m%%d}.{csv,parquet}" in "**/sales" -> sales_data[day]
    match audit: /mkt_(?P<region>[a-z]{2})_\d{8}\.csv/ in "**/marketing" -> marketing_data, "audit_{region}"
    config move_files { file_key_to_process: key, size: size }
}
`, i, j)
		}
		texts = append(texts, text)
	}
	return texts
}

// TestVocabularyExamples checks the example of every word.
func TestVocabularyExamples(t *testing.T) {
	for _, e := range stdlib.Table() {
		text := "let x = " + e.Example
		if e.Kind == stdlib.Origin {
			text = "files f from " + e.Example + " { always a }"
		}
		for _, d := range check(t, text) {
			t.Errorf("%s: %v", e.Name, d)
		}
		if !strings.Contains(e.Example, e.Name) || e.Doc == "" {
			t.Errorf("%s: its example does not show it", e.Name)
		}
	}
}
