package parameters_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"auto/lang/diag"
	"auto/runtime/control"
	"auto/runtime/paramdoc"
	"auto/runtime/parameters"
	"auto/runtime/params"
	"auto/runtime/project"

	"github.com/google/go-cmp/cmp"
)

// folder writes a project, and gives its folder with what writes its files.
func folder(t *testing.T, texts map[string]string) (string, parameters.Files) {
	t.Helper()
	dir := t.TempDir()
	for name, text := range texts {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, parameters.Files{Load: func(files fs.FS) (*project.Project, diag.List) { return project.Load(dir, project.Options{FS: files}) }}
}

func text(t *testing.T, dir, name string) string {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

const ingest = "jobs:\n  - name: ingest # ours\n    selection: all()\n    params_schema: {rows: int}\n    ops_config: {sales: {rows: 1}}\n"

// TestPlaces: a new job gets a file of its own where the project reads one of its name, and
// else stands in the last file of jobs.
func TestPlaces(t *testing.T) {
	for name, c := range map[string]struct{ config, job, file string }{
		"its own":        {"", "nightly", "jobs/nightly.yaml"},
		"with a slash":   {"", "team/a.b", "jobs/team_a_b.yaml"},
		"with others":    {"", "../a\nb: ü-1", "jobs/___a_b__ü-1.yaml"},
		"another folder": {"jobs: [\"conf/**/*.yaml\", \"jobs/*.yaml\"]\n", "nightly", "conf/nightly.yaml"},
		"named files":    {"jobs: [jobs/j.yaml]\n", "nightly", "jobs/j.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, files := folder(t, map[string]string{"auto.yaml": c.config, "assets/a.yaml": "assets: [{key: sales}]\n", "jobs/j.yaml": ingest, "conf/k.yaml": "{}\n"})
			w, err := files.Create(paramdoc.New{Name: c.job, Keys: []string{"sales"}}, map[string]any{"sales.rows": 5, "mode": "x"})
			if want := (parameters.Written{File: c.file, Changed: true}); err != nil || w != want {
				t.Fatal(w, err)
			}
			p, found := files.Load(nil)
			j, ok := p.Job(c.job)
			if found != nil || !ok || j.Values.Flatten()["sales.rows"] != int64(5) || j.Values.Flatten()["mode"] != "x" {
				t.Errorf("%v %s", found, text(t, dir, c.file))
			}
		})
	}
}

// TestFirstJob: a project without any job gets its first one.
func TestFirstJob(t *testing.T) {
	for name, c := range map[string]struct {
		config, file, text string
		want               string // the file that has the job, or what is wrong
	}{
		"an empty file":       {"jobs: [jobs.yaml]\n", "jobs.yaml", "", "jobs.yaml"},
		"a comment":           {"jobs: [jobs.yaml]\n", "jobs.yaml", "# none yet\n", "jobs.yaml"},
		"no jobs":             {"jobs: [jobs.yaml]\n", "jobs.yaml", "jobs:\n", "jobs.yaml"},
		"an empty list":       {"jobs: [jobs.yaml]\n", "jobs.yaml", "jobs: []\n", "jobs.yaml"},
		"a pattern of a team": {"jobs: [\"team_*.yaml\"]\n", "team_a.yaml", "# ours\n", "team_a.yaml"},
		"an empty folder":     {"jobs: [\"jobs/*.yaml\"]\n", "x.txt", "", "jobs/nightly.yaml"},
		"no folder":           {"", "x.txt", "", "jobs/nightly.yaml"},
		"a file to come":      {"jobs: [jobs.yaml]\n", "x.txt", "", "jobs.yaml"},
		"a pattern to come":   {"jobs: [\"team_*.yaml\"]\n", "x.txt", "", "auto.yaml:1:7: error: A407 No pattern of `jobs` reads `nightly.yaml`, where the job would be written. Add one such as `jobs/*.yaml`."},
		"a broken file":       {"", "jobs/a.yaml", "jobs: [\n", "jobs/a.yaml:1:1: error: A401"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, files := folder(t, map[string]string{"auto.yaml": c.config, "assets/a.yaml": "assets: [{key: sales}]\n", c.file: c.text})
			w, err := files.Create(paramdoc.New{Name: "nightly", Keys: []string{"sales"}}, map[string]any{"sales.rows": 5})
			if err != nil {
				if found := (diag.List{}); !errors.As(err, &found) || !strings.Contains(err.Error(), c.want) {
					t.Fatal(err)
				}
				return
			}
			p, found := files.Load(nil)
			if j, ok := p.Job("nightly"); found != nil || w.File != c.want || !ok || j.Values.Flatten()["sales.rows"] != int64(5) {
				t.Errorf("%v %v in %s", found, w, text(t, dir, w.File))
			}
		})
	}
}

// TestNotRead: a file that the project cannot read is not written over, as the first one of its
// pattern or beside others, and nor is a link to nothing.
func TestNotRead(t *testing.T) {
	for name, others := range map[string]string{"alone": "x.txt", "beside": "jobs/a.yaml"} {
		t.Run(name, func(t *testing.T) {
			dir, files := folder(t, map[string]string{"auto.yaml": "jobs: [\"jobs/*.yaml\"]\n", "assets/a.yaml": "assets: [{key: sales}]\n", others: "# none\n"})
			link := filepath.Join(dir, "jobs/nightly.yaml")
			if err := errors.Join(os.MkdirAll(filepath.Dir(link), 0o700), os.Symlink("nowhere", link)); err != nil {
				t.Fatal(err)
			}
			if w, err := files.Create(paramdoc.New{Name: "nightly", Keys: []string{"sales"}}, nil); err == nil {
				t.Errorf("%v is written", w)
			}
			if to, err := os.Readlink(link); err != nil || to != "nowhere" {
				t.Error(to, err)
			}
		})
	}
}

// TestUnwritten: an error of the file system names the file that was to be written.
func TestUnwritten(t *testing.T) {
	_, files := folder(t, map[string]string{"auto.yaml": "", "assets/a.yaml": "assets: [{key: sales}]\n", "jobs": "no folder"})
	_, err := files.Create(paramdoc.New{Name: "nightly", Keys: []string{"sales"}}, nil)
	if want := "`jobs/nightly.yaml` cannot be written: not a directory"; err == nil || err.Error() != want {
		t.Error(err)
	}
}

// TestWholeOrNot: what the project could not be loaded with is not written, nothing is left
// beside, and a file that others changed meanwhile stays theirs.
func TestWholeOrNot(t *testing.T) {
	dir, files := folder(t, map[string]string{"auto.yaml": "", "assets/a.yaml": "assets: [{key: sales}]\n", "jobs/j.yaml": ingest})
	for name, err := range map[string]error{
		"twice":     second(files.Create(paramdoc.New{Name: "ingest", Keys: []string{"sales"}}, nil)),
		"selection": second(files.Create(paramdoc.New{Name: "new", Selection: "groups('x'"}, nil)),
		"value":     second(files.Update("ingest", map[string]any{"rows": "text"})),
		"asset":     second(files.Update("ingest", map[string]any{"none.rows": 1})),
		"job":       second(files.Update("none", map[string]any{"rows": 1})),
		"no name":   second(files.Create(paramdoc.New{Name: " ", Keys: []string{"sales"}}, nil)),
	} {
		var problems params.Problems
		var job *control.UnknownJob
		var found diag.List
		if !errors.Is(err, parameters.ErrJobTwice) && !errors.Is(err, parameters.ErrNoName) && !errors.As(err, &problems) && !errors.As(err, &job) && !errors.As(err, &found) {
			t.Errorf("%s: %v", name, err)
		}
	}
	load := files.Load
	files.Load = func(over fs.FS) (*project.Project, diag.List) {
		p, found := load(over)
		if over == nil {
			if err := os.WriteFile(filepath.Join(dir, "jobs/j.yaml"), []byte(ingest+"# theirs\n"), 0o600); err != nil {
				t.Error(err)
			}
		}
		return p, found
	}
	if _, err := files.Update("ingest", map[string]any{"rows": 7}); err == nil || !strings.Contains(err.Error(), "meanwhile") {
		t.Error(err)
	}
	if got := text(t, dir, "jobs/j.yaml"); got != ingest+"# theirs\n" {
		t.Error(got)
	}
	entries, err := os.ReadDir(filepath.Join(dir, "jobs"))
	if err != nil || len(entries) != 1 {
		t.Error(entries, err)
	}
}

// TestUnwritable: what cannot be written says in which file, and is told from a file that
// cannot be.
func TestUnwritable(t *testing.T) {
	shared := "jobs:\n  - &base\n    name: ingest\n    selection: all()\n    params_schema: {rows: int}\n  - <<: *base\n    name: other\n"
	dir, files := folder(t, map[string]string{"auto.yaml": "", "assets/a.yaml": "assets: [{key: sales}]\n", "jobs/j.yaml": shared})
	_, err := files.Update("ingest", map[string]any{"rows": 7})
	var wrong *paramdoc.Unwritable
	if !errors.As(err, &wrong) || wrong.Job != "ingest" || wrong.Finding.Span.File.Name != "jobs/j.yaml" || !strings.Contains(err.Error(), "line 2 is the anchor `base`, which line 6 uses") {
		t.Errorf("%T %v", err, err)
	}
	if got := text(t, dir, "jobs/j.yaml"); got != shared {
		t.Error(got)
	}
}

// TestLink: a job's file that is a link stays one, and what it leads to is written.
func TestLink(t *testing.T) {
	dir, files := folder(t, map[string]string{"auto.yaml": "", "assets/a.yaml": "assets: [{key: sales}]\n", "kept/real.yaml": ingest, "jobs/README": ""})
	link := filepath.Join(dir, "jobs/j.yaml")
	if err := os.Symlink("../kept/real.yaml", link); err != nil {
		t.Fatal(err)
	}
	if w, err := files.Update("ingest", map[string]any{"rows": 7}); err != nil || !w.Changed {
		t.Fatal(w, err)
	}
	if to, err := os.Readlink(link); err != nil || to != "../kept/real.yaml" || !strings.Contains(text(t, dir, "kept/real.yaml"), "rows: 7") {
		t.Error(to, err, text(t, dir, "kept/real.yaml"))
	}
}

func second(_ parameters.Written, err error) error { return err }

// TestSync: edits are written into the file, but for those of assets that the job no longer
// selects; the file keeps its mode and comments, and what is stored means nothing new.
func TestSync(t *testing.T) {
	dir, files := folder(t, map[string]string{"auto.yaml": "", "assets/a.yaml": "assets: [{key: sales}]\n", "jobs/j.yaml": ingest})
	p, _ := files.Load(nil)
	j, _ := p.Job("ingest")
	stored := params.Stored{Version: 1}
	stored.Values.Set(params.Name{Asset: "gone", Param: "rows"}, 3)
	var e params.Edit
	e.Set.Set(params.Name{Param: "rows"}, 5)
	e.Set.Set(params.Name{Asset: "sales", Param: "folder"}, "in")
	stored, _, err := j.Patch(stored, 1, e)
	if err != nil {
		t.Fatal(err)
	}
	if w, err := files.Sync("ingest", stored, false); err != nil || !w.Changed || strings.Contains(text(t, dir, w.File), "job_overrides") {
		t.Error(w, err)
	}
	for _, changed := range []bool{true, false} {
		if w, err := files.Sync("ingest", stored, true); err != nil || w.Changed != changed {
			t.Error(w, err)
		}
	}
	want := "jobs:\n  - name: ingest # ours\n    selection: all()\n    params_schema:\n      rows: int\n      sales.folder: string\n    ops_config:\n      sales:\n        rows: 1\n        folder: in\n    job_overrides:\n      rows: 5\n"
	if diff := cmp.Diff(want, text(t, dir, "jobs/j.yaml")); diff != "" {
		t.Error(diff)
	}
	if info, err := os.Stat(filepath.Join(dir, "jobs/j.yaml")); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	if w, err := files.Convert("ingest"); err != nil || !w.Changed || !strings.Contains(text(t, dir, w.File), "sales.rows: int") {
		t.Error(w, err)
	}
}
