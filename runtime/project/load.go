// Package project loads a project: its file, the assets, jobs and policies that it
// names, checked together.
package project

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"auto/compiler"
	"auto/compiler/files"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/params"
	"auto/runtime/yamldoc"
	"auto/vm/graph"

	"github.com/bmatcuk/doublestar/v4"
)

// Project is a loaded project.
type Project struct {
	// Dir is its folder, as it was given.
	Dir    string
	Config Config
	Graph  *graph.Graph
	// Params are the jobs with their parameters, in the order of the files; nil where the
	// assets and jobs cannot be read.
	Params []*params.Job
	// JobFiles has the file of each job, by slash-separated path below the folder.
	JobFiles map[string]string
	// JobsNamed has all files that name a job, as JobFiles has them, also those whose job
	// has findings or is one too many.
	JobsNamed map[string][]string
	Policies  *compiler.Policies
	// Trees are the policy files.
	Trees []*ast.File
	// Env are the values of the allowed environment names; one that is not set stands for
	// itself.
	Env map[string]string
	// unset are the allowed names without a value.
	unset map[string]bool
	// Texts are their contents, by slash-separated path below the folder.
	Texts map[string]string
	// Counts of what was loaded, for people.
	PolicyFiles, Assets, Jobs int
}

// Watched gives the paths of what would be read by now, sorted: the project file, and all
// that its globs match. Files that come later are among them when it is asked again.
func (p *Project) Watched() []string {
	names := []string{FileName}
	for _, g := range []Globs{p.Config.Policies, p.Config.Assets, p.Config.Jobs, p.Config.Sensors} {
		for _, pattern := range g.Patterns {
			// A glob that is none is a finding when the project is loaded.
			matches, _ := match(os.DirFS(p.Dir), pattern)
			names = append(names, matches...)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	for i, name := range names {
		names[i] = filepath.Join(p.Dir, filepath.FromSlash(name))
	}
	return names
}

// HasAssets reports whether a file belongs to the assets and jobs of the project, or would
// where there is none yet.
func (p *Project) HasAssets(file string) bool {
	dir, err := filepath.Abs(p.Dir)
	path, errFile := filepath.Abs(file)
	if err != nil || errFile != nil {
		return false
	}
	name, err := filepath.Rel(dir, path)
	name = filepath.ToSlash(name)
	return err == nil && (p.Config.Assets.Match(name) || p.Config.Jobs.Match(name))
}

// match gives the files below a folder that a glob of a project matches.
func match(root fs.FS, pattern string) ([]string, error) {
	return doublestar.Glob(root, strings.TrimPrefix(pattern, "./"), doublestar.WithFilesOnly())
}

// Options say how a project is loaded.
type Options struct {
	// Getenv looks an environment name up.
	Getenv func(name string) (string, bool)
	// Now is the instant for checks that compare with it.
	Now time.Time
	// NeedEnv: an allowed name without a value is a finding, as when the project is to
	// run; otherwise it stands for itself.
	NeedEnv bool
	// FS has the files in place of the folder, nil for the folder itself.
	FS fs.FS
}

// Find gives the folder of the project that a path belongs to: the nearest at or above
// it with a project file; and false where there is none.
func Find(start string) (string, bool) {
	dir, err := filepath.Abs(start)
	if err != nil {
		return "", false
	}
	shown := start
	for {
		if info, err := os.Stat(filepath.Join(dir, FileName)); err == nil && !info.IsDir() {
			return filepath.Clean(shown), true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir, shown = parent, filepath.Join(shown, "..")
	}
}

// Load reads and checks the project of a folder. The findings are sorted; with errors
// among them the project is only good for showing.
func Load(dir string, o Options) (*Project, diag.List) {
	l := &loader{dir: dir, root: o.FS, texts: map[string]string{}}
	if l.root == nil {
		l.root = os.DirFS(dir)
	}
	p := &Project{Dir: dir, Texts: l.texts, unset: map[string]bool{}}
	src, ok := l.read(FileName, source.Span{})
	if !ok {
		return p, l.list
	}
	p.Config = parseConfig(src, &l.list)
	p.Graph = l.graph(p)
	p.Trees = l.policies(p)
	p.Env = l.env(p, o)
	l.tokens(p)
	l.signing(p, o)
	var findings diag.List
	p.Policies, findings = compiler.Compile(compiler.Input{Files: p.Trees, Graph: p.Graph, Env: p.Env, Sources: declared(p.Config), Now: o.Now})
	l.list = append(l.list, findings...)
	p.fillable()
	l.given(p)
	l.outcomes(p)
	l.list.Sort()
	return p, l.list
}

// loader reads the files of one project.
type loader struct {
	dir   string
	root  fs.FS
	list  diag.List
	texts map[string]string
	// incomplete: a glob of assets or jobs has a finding, so that nothing is said about
	// what they do not have.
	incomplete bool
}

// read reads one file; a failure is a finding, at the place that named it.
func (l *loader) read(name string, at source.Span) (*source.File, bool) {
	text, err := fs.ReadFile(l.root, name)
	shown := path.Join(filepath.ToSlash(l.dir), name)
	if err != nil {
		var reason *fs.PathError
		if errors.As(err, &reason) {
			err = reason.Err
		}
		l.list.Addf(diag.ProjectFile, at, "Make it readable, or correct its name.", "The file `%s` cannot be read: %v.", shown, err)
		return nil, false
	}
	l.texts[name] = string(text)
	return source.New(shown, string(text)), true
}

// glob gives the files that globs name, each once. One that is written and matches
// nothing is a finding.
func (l *loader) glob(g Globs) []*source.File {
	var names []string
	for _, pattern := range g.Patterns {
		matches, err := match(l.root, pattern)
		switch {
		case err != nil:
			l.list.Addf(diag.ProjectFile, g.At, "Write such as `policies/*.auto`, below the project's folder.", "`%s` is no glob.", pattern)
		case len(matches) == 0 && g.At.IsValid():
			l.list.Addf(diag.ProjectFile, g.At, "Correct it, or remove it.", "`%s` matches no file of the project.", pattern)
		}
		names = append(names, matches...)
	}
	slices.Sort(names)
	var sources []*source.File
	for _, name := range slices.Compact(names) {
		if src, ok := l.read(name, g.At); ok {
			sources = append(sources, src)
		}
	}
	return sources
}

// graph reads the asset and job files: definitions of all first, then assets, then
// jobs, which select from them.
func (l *loader) graph(p *Project) *graph.Graph {
	a := newAssets(&l.list)
	before := len(l.list)
	assetFiles, jobFiles := l.open(l.glob(p.Config.Assets), "the asset file"), l.open(l.glob(p.Config.Jobs), "the job file")
	l.incomplete = len(l.list) > before
	all := slices.Concat(assetFiles, jobFiles)
	a.readDefinitions(all)
	for _, f := range all {
		a.readAssets(f)
	}
	for _, f := range all {
		a.readJobs(f)
		f.root.Close()
	}
	p.Assets, p.Jobs, p.JobsNamed = len(a.assets), len(a.jobs), a.jobsNamed(filepath.ToSlash(l.dir))
	if l.incomplete {
		return nil
	}
	g, problems := graph.New(a.assets, a.jobs)
	a.problems(problems)
	p.Params, p.JobFiles = a.params(g), a.jobFiles(filepath.ToSlash(l.dir))
	return g
}

func (l *loader) open(sources []*source.File, what string) []file {
	var opened []file
	for _, src := range sources {
		if doc, root := yamldoc.Parse(src, &l.list); root != nil {
			opened = append(opened, file{doc.Map(root, what), src})
		}
	}
	return opened
}

// policies reads the policy files, and the files blocks in YAML.
func (l *loader) policies(p *Project) []*ast.File {
	sources := l.glob(p.Config.Policies)
	trees, found := parse.Files(sources)
	l.list = append(l.list, found...)
	p.PolicyFiles = len(trees)
	for _, src := range l.glob(p.Config.Sensors) {
		trees = append(trees, parseSensors(src, &l.list))
	}
	return trees
}

// env gives the values of the allowed environment names.
func (l *loader) env(p *Project, o Options) map[string]string {
	values := map[string]string{}
	for name, missing := range p.Config.Env {
		value, ok := "", false
		if o.Getenv != nil {
			value, ok = o.Getenv(name)
		}
		switch {
		case ok:
			values[name] = value
		case missing != nil:
			values[name] = *missing
		default:
			p.unset[name] = true
			values[name] = "{env." + name + "}"
		}
	}
	if o.NeedEnv {
		l.list = append(l.list, p.NeedEnv(slices.Collect(maps.Keys(p.unset)))...)
	}
	return values
}

// NeedEnv finds names without a value among allowed ones that are about to be used.
func (p *Project) NeedEnv(names []string) (list diag.List) {
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		if p.unset[name] {
			list.Addf(diag.EnvMissing, source.Span{}, "Set it, or write a default: `env: {"+name+": value}`.", "The environment name `%s` is not set.", name)
		}
	}
	return list
}

// signing finds a secret that is set to nothing, with which anyone could sign.
func (l *loader) signing(p *Project, o Options) {
	name := p.Config.Launcher.Sign
	if value, ok := p.Env[name]; ok && value == "" && o.NeedEnv {
		l.list.Addf(diag.EnvMissing, p.Config.Launcher.SignAt, "Set it to a long random text, which the receiver has, too.", "The environment name `%s`, which signs deliveries, is empty.", name)
	}
}

// declared gives the sources of the project file as policies see them.
func declared(c Config) map[string]files.SourceDecl {
	out := map[string]files.SourceDecl{}
	for name, s := range c.Sources {
		out[name] = files.SourceDecl{Kind: s.Kind, Bucket: s.Bucket + s.Path, Prefix: s.Prefix}
	}
	return out
}

// outcomes warns about clauses that need more than the launcher tells.
func (l *loader) outcomes(p *Project) {
	for _, program := range p.Policies.Files {
		if program.Retry.Times > 0 && p.Config.Launcher.Kind == "stdout" && p.Config.Dagster.URL == "" && p.Config.HTTP.Listen == "" {
			l.list.Addf(diag.RetryUnheard, program.Retry.At, "Remove the clause, or write `dagster` or `http` into the project file.", "Nothing tells how a run ended, so none is launched again.")
		}
	}
}

// StateFolder gives the folder of the store and the control socket.
func (p *Project) StateFolder() string {
	return filepath.FromSlash(below(filepath.ToSlash(p.Dir), p.Config.State))
}

// StateFolder gives the state folder of the project of a folder, without its policies:
// commands find a running daemon there whatever state the policies are in.
func StateFolder(dir string) string {
	l := &loader{dir: dir, root: os.DirFS(dir), texts: map[string]string{}}
	src, ok := l.read(FileName, source.Span{})
	if !ok {
		return filepath.Join(dir, ".auto")
	}
	return (&Project{Dir: dir, Config: parseConfig(src, new(diag.List))}).StateFolder()
}
