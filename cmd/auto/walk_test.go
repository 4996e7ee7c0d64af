package main

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWalks: the commands in the README of an example give what stands below them, in this
// order, in one copy of its folder.
func TestWalks(t *testing.T) {
	for _, example := range []string{"parameters"} {
		t.Run(example, func(t *testing.T) { walk(t, filepath.Join("..", "..", "examples", example)) })
	}
}

// console is a block of commands and what they write.
var console = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

func walk(t *testing.T, example string) {
	dir, name := t.TempDir(), filepath.Join(example, "README.md")
	if err := os.CopyFS(dir, os.DirFS(example)); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(dir, ".auto")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	walked := console.ReplaceAllStringFunc(string(text), func(block string) string {
		var b strings.Builder
		b.WriteString("```console\n")
		for line := range strings.Lines(block) {
			if command, ok := strings.CutPrefix(line, "$ "); ok {
				b.WriteString(line + shell(t, dir, strings.TrimSpace(command)))
			}
		}
		return b.String() + "```"
	})
	if *update {
		err = os.WriteFile(name, []byte(walked), 0o644)
	} else if diff := cmp.Diff(string(text), walked); diff != "" {
		t.Errorf("%s, -update writes what is so: %s", name, diff)
	}
	if err != nil {
		t.Error(err)
	}
}

// shell gives what a command writes, but for the lines of its log.
func shell(t *testing.T, dir, command string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), "sh", "-c", command)
	c.Dir, c.Env = dir, append(os.Environ(), "USER=you", "NO_COLOR=1")
	out, err := c.CombinedOutput()
	if _, ended := err.(*exec.ExitError); err != nil && !ended {
		t.Fatal(err)
	}
	var kept strings.Builder
	for line := range strings.Lines(string(out)) {
		if !strings.HasPrefix(line, `{"time":`) {
			kept.WriteString(line)
		}
	}
	return steady.Replace(kept.String())
}

// TestWalkPage: the link that the daemon of the example logs opens the Operations page, with
// the job as the commands show it.
func TestWalkPage(t *testing.T) {
	files, root := map[string]string{}, os.DirFS(filepath.Join("..", "..", "examples", "parameters"))
	for _, name := range []string{"auto.yaml", "assets/sales.yaml", "jobs/sales.yaml", "policies/sales.auto"} {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = strings.Replace(string(text), "127.0.0.1:7777", "127.0.0.1:0", 1)
	}
	files["landing/orders/.keep"] = ""
	d := startHTTP(t, files)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Jar: jar}
	page := func(url string) string {
		t.Helper()
		answer, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatal(answer.Status, err)
		}
		return string(text)
	}
	page(d.log.await(t, `"operations_page":"([^"]*)"`))
	for path, parts := range map[string][]string{
		"/ui/":           {`href="/ui/jobs/sales"`},
		"/ui/jobs/sales": {"recipients", "missing", "sales-landing", "reporting"},
	} {
		text := page("http://" + d.address + path)
		for _, part := range parts {
			if !strings.Contains(text, part) {
				t.Errorf("%s: no %s in %s", path, part, text)
			}
		}
	}
}

// steady writes what differs from run to run in one way.
var steady = replacer{
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`), "2026-01-31T09:15:00Z"},
	{regexp.MustCompile(`\b[0-9a-f]{32}\b`), "5b0c3d0f6a7be1a4c2b7d9e8f0a1b2c3"},
	{regexp.MustCompile(`(?m)^[0-9a-f]{12}\b`), "5b0c3d0f6a7b"},
	{regexp.MustCompile(`\b[0-9a-f]{16}-[0-9a-f]+-[0-9a-f]+\b`), "18eb81302ba1f970-15-b8c48f"},
}

type replacer []struct {
	find *regexp.Regexp
	with string
}

func (r replacer) Replace(text string) string {
	for _, each := range r {
		text = each.find.ReplaceAllString(text, each.with)
	}
	return text
}
