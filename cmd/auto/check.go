package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"auto/compiler"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/play"
	"auto/runtime/project"
	"auto/runtime/scenario"
)

type checkCommand struct {
	Paths  []string `arg:"" optional:"" name:"path" help:"Projects, folders, policy or scenario files; the project here by default."`
	Format string   `help:"Form of the findings: ${enum}." enum:"${formats}" default:"text"`

	Lossless bool `help:"Say of every policy, too, where its condition can lose an update, and which form does not."`
}

// checked is what there is to say about a path.
type checked struct {
	found diag.List
	// notes say where policies can lose an update.
	notes diag.List
	count string
}

// Run checks what the paths name and writes the findings.
func (c checkCommand) Run(s system) error {
	if len(c.Paths) == 0 {
		c.Paths = []string{"."}
	}
	var found, notes diag.List
	var counts []string
	for _, path := range c.Paths {
		one, err := c.path(s, path)
		if err != nil {
			return err
		}
		found, notes, counts = append(found, one.found...), append(notes, one.notes...), append(counts, one.count)
	}
	found.Sort()
	all := found
	if c.Lossless {
		all = append(slices.Clone(found), notes...)
		all.Sort()
	}
	format := diag.Format(c.Format)
	if len(all) > 0 || format != diag.Text {
		s.write(format, all)
	}
	if format == diag.Text {
		c.close(s, all, len(notes), counts)
	}
	if len(found) > 0 {
		return findings{len(found)}
	}
	return nil
}

// close writes the last line: what was checked, and what came of it.
func (c checkCommand) close(s system, all diag.List, lossy int, counts []string) {
	summary := all.Summary()
	if summary == "" {
		summary = "no findings"
	}
	gap := ""
	if len(all) > 0 {
		gap = "\n"
	}
	switch {
	case c.Lossless || lossy == 0:
	case lossy == 1:
		summary += "; 1 policy can lose an update (`--lossless` says where)"
	default:
		summary += fmt.Sprintf("; %d policies can lose an update (`--lossless` says where)", lossy)
	}
	fmt.Fprintf(s.stderr, "%s%s: %s\n", gap, strings.Join(counts, "; "), summary)
}

// path checks one path: the project that it belongs to, of which a file's own findings
// are kept, or policy files alone.
func (c checkCommand) path(s system, path string) (checked, error) {
	info, err := os.Stat(path)
	if err != nil {
		return checked{}, noSuchPath(path, err)
	}
	dir := path
	if !info.IsDir() {
		dir = filepath.Dir(path)
	}
	if root, ok := project.Find(dir); ok {
		p, found := project.Load(root, project.Options{Getenv: s.getenv, Now: s.clock.Now()})
		var notes diag.List
		if p.Policies != nil {
			notes = p.Policies.Notes
		}
		if info.IsDir() {
			return checked{found, notes, count(p)}, nil
		}
		if belongs(p, path) {
			return checked{only(found, path), only(slices.Clone(notes), path), plural(1, "file")}, nil
		}
	}
	if !info.IsDir() && isScenario(path) {
		return checkScenario(s, path)
	}
	return c.alone(s, path, info.IsDir())
}

// checkScenario checks a scenario file, with all of its conditions.
func checkScenario(s system, path string) (checked, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return checked{}, err
	}
	sc, found := scenario.ReadFrom(source.New(filepath.ToSlash(path), string(text)), beside(s, path))
	if !found.HasErrors() && !sc.ExpectsError() {
		found = append(found, play.Review(sc)...)
	}
	return checked{found: found, count: "1 scenario"}, nil
}

func noSuchPath(path string, err error) error {
	switch info, _ := os.Stat(path); {
	case os.IsNotExist(err):
		return fmt.Errorf("there is no `%s`", path)
	case info != nil && info.IsDir():
		return fmt.Errorf("`%s` is a folder; name a file", path)
	}
	return err
}

func count(p *project.Project) string {
	return plural(p.PolicyFiles, "policy file") + ", " + plural(p.Assets, "asset") + ", " + plural(p.Jobs, "job")
}

// belongs reports whether a project reads a file.
func belongs(p *project.Project, path string) bool {
	return slices.ContainsFunc(p.Watched(), func(name string) bool { return sameFile(name, path) })
}

// only keeps the findings about one file.
func only(found diag.List, path string) diag.List {
	return slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return !d.Span.IsValid() || !sameFile(d.Span.File.Name, path) })
}

func sameFile(a, b string) bool {
	one, errA := filepath.Abs(a)
	other, errB := filepath.Abs(b)
	return errA == nil && errB == nil && one == other
}

// alone checks policy files without a project, all files of a folder as one set.
func (c checkCommand) alone(s system, path string, folder bool) (checked, error) {
	names := []string{path}
	if folder {
		var err error
		if names, err = policyFiles(path); err != nil {
			return checked{}, err
		}
		if len(names) == 0 {
			return checked{}, fmt.Errorf("`%s` has no `auto.yaml` and no policy files (*.auto)", path)
		}
	}
	sources := make([]*source.File, len(names))
	for i, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return checked{}, err
		}
		sources[i] = source.New(filepath.ToSlash(name), string(text))
	}
	trees, found := parse.Files(sources)
	policies, more := compiler.Compile(compiler.Input{Files: trees, Now: s.clock.Now()})
	return checked{append(found, more...), policies.Notes, plural(len(names), "policy file")}, nil
}

// policyFiles gives the policy files of a folder and below, but not of hidden folders.
func policyFiles(root string) ([]string, error) {
	var names []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && strings.HasPrefix(entry.Name(), "."):
			return filepath.SkipDir
		case !entry.IsDir() && filepath.Ext(path) == ".auto":
			names = append(names, path)
		}
		return nil
	})
	return names, err
}
