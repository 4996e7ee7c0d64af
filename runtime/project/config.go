package project

import (
	"maps"
	"net/url"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"auto/compiler/files"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/yamldoc"

	"github.com/bmatcuk/doublestar/v4"
	"gopkg.in/yaml.v3"
)

// FileName is the name of the project file.
const FileName = "auto.yaml"

// Config is the project file: where everything is, and where requests go
// (docs/operations.md, The project file).
type Config struct {
	// Policies, Assets, Jobs and Sensors are globs below the project's folder.
	Policies, Assets, Jobs, Sensors Globs
	// State is the folder of the store and the control socket, below the project's
	// folder unless absolute.
	State string
	// Retention is how long the journal, what is gone and what is delivered are kept.
	Retention time.Duration
	// Store is "sqlite".
	Store string
	// Env are the environment names that policies may use, with the value that each
	// has where the environment does not set it; nil where there is none.
	Env map[string]*string
	// S3 stands for what an s3 source does not say itself.
	S3 S3
	// Sources are the named sources.
	Sources  map[string]Source
	Launcher Launcher
	// Dagster is the deployment that is read, and that a launcher `dagster` launches runs in.
	Dagster Dagster
	// HTTP is where the daemon listens; OpenLineage and Tracing say more about what it
	// takes in and gives out.
	HTTP        HTTP
	OpenLineage OpenLineage
	Tracing     Tracing
}

// Reaches reports whether another configuration reaches the same launcher and the same Dagster
// in the same way. What runs holds to those that it began with.
func (c *Config) Reaches(other *Config) bool {
	return reflect.DeepEqual(c.reached(), other.reached())
}

// reached is what says how launcher and Dagster are reached, without the places in the file.
func (c *Config) reached() (out struct {
	launcher Launcher
	dagster  Dagster
}) {
	out.launcher, out.dagster = c.Launcher, c.Dagster
	out.launcher.At, out.launcher.SignAt, out.dagster.At = source.Span{}, source.Span{}, source.Span{}
	return out
}

// Globs are patterns of files and the place where they are written.
type Globs struct {
	Patterns []string
	// At is where they are written, invalid where they are the default.
	At source.Span
}

// Match reports whether a file, by slash-separated path below the project's folder, is one of
// those; a pattern that is no glob matches none.
func (g Globs) Match(file string) bool {
	return slices.ContainsFunc(g.Patterns, func(pattern string) bool {
		ok, err := doublestar.Match(strings.TrimPrefix(pattern, "./"), file)
		return ok && err == nil
	})
}

// S3 says how a bucket is reached. Credentials come from the standard chain of the
// AWS tools.
type S3 struct {
	Region, Endpoint string
	// PathStyle puts the bucket into the path instead of the host's name.
	PathStyle bool
	// Timeout bounds one call, 0 for the default.
	Timeout time.Duration
}

// Source is a named source.
type Source struct {
	// Kind is "s3" or "folder".
	Kind string
	// Bucket of an s3 source, Path of a folder, below the project's folder unless
	// absolute.
	Bucket, Path string
	// Prefix ends in "/" or is empty.
	Prefix string
	S3     S3
}

// parseConfig reads a project file.
func parseConfig(src *source.File, list *diag.List) Config {
	doc, root := yamldoc.Parse(src, list)
	config := Config{
		Policies: Globs{Patterns: []string{"policies/*.auto"}}, Assets: Globs{Patterns: []string{"assets/*.yaml"}},
		Jobs: Globs{Patterns: []string{"jobs/*.yaml"}}, Sensors: Globs{Patterns: []string{"sensors/*.yaml"}},
		OpenLineage: OpenLineage{Facet: "partition", Field: "key"},
		State:       ".auto", Retention: 90 * 24 * time.Hour, Store: "sqlite", Launcher: Launcher{Kind: "stdout", Workers: 1},
	}
	if root == nil {
		return config
	}
	m := doc.Map(root, "the project file")
	for name, globs := range map[string]*Globs{"policies": &config.Policies, "assets": &config.Assets, "jobs": &config.Jobs, "sensors": &config.Sensors} {
		if patterns := m.Texts(name); patterns != nil {
			*globs = Globs{patterns, m.At(name)}
		}
	}
	if retention, ok := m.Duration("retention"); ok {
		config.Retention = retention
	}
	if state := m.Text("state"); state != "" {
		config.State = state
	}
	config.Store = parseStore(m)
	config.Env = parseEnv(m)
	config.S3 = parseS3Options(m)
	config.Sources = parseSources(m, config.S3)
	config.Dagster = parseDagster(m, config.Env)
	config.HTTP = parseHTTP(m, config.Env)
	config.Launcher = parseLauncher(m, config)
	config.OpenLineage = parseOpenLineage(m)
	config.Tracing = parseTracing(m)
	m.Close()
	return config
}

func parseStore(m *yamldoc.Map) string {
	n := m.Node("store")
	if n == nil {
		return "sqlite"
	}
	store := m.Map(n, "the store")
	defer store.Close()
	return store.OneOf("type", "sqlite")
}

// parseEnv reads a list of names, or a mapping of names to the values that stand
// where the environment has none.
func parseEnv(m *yamldoc.Map) map[string]*string {
	env := map[string]*string{}
	n := m.Node("env")
	if n == nil {
		return env
	}
	if n.Kind == yaml.MappingNode {
		inner := m.Map(n, "`env`")
		for _, name := range inner.Names() {
			value := inner.Text(name)
			env[name] = &value
		}
		return env
	}
	for _, name := range m.Texts("env") {
		env[name] = nil
	}
	return env
}

func parseS3Options(m *yamldoc.Map) S3 {
	n := m.Node("s3")
	if n == nil {
		return S3{}
	}
	s3 := m.Map(n, "`s3`")
	defer s3.Close()
	return parseS3(s3, S3{})
}

// parseS3 reads the fields that say how a bucket is reached; what is not given is
// taken from base.
func parseS3(m *yamldoc.Map, base S3) S3 {
	if region := m.Text("region"); region != "" {
		base.Region = region
	}
	if endpoint := m.Text("endpoint"); endpoint != "" {
		base.Endpoint = checkURL(m, "endpoint", endpoint)
	}
	if m.Node("path_style") != nil {
		base.PathStyle = m.Bool("path_style")
	}
	if timeout, ok := m.Duration("timeout"); ok {
		base.Timeout = timeout
	}
	return base
}

// IsURL reports whether a text is an address that can be asked.
func IsURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && slices.Contains([]string{"http", "https"}, u.Scheme)
}

func checkURL(m *yamldoc.Map, field, text string) string {
	if !IsURL(text) {
		m.Addf(diag.YAMLValue, m.At(field), "Write such as `https://host.example/path`.", "`%s` is an address, and this is %q.", field, text)
	}
	return text
}

func parseSources(m *yamldoc.Map, base S3) map[string]Source {
	sources := map[string]Source{}
	n := m.Node("sources")
	if n == nil {
		return sources
	}
	all := m.Map(n, "`sources`")
	for _, name := range all.Names() {
		if n := all.Node(name); n != nil {
			sources[name] = parseSource(all.Map(n, "a source"), base)
		}
	}
	return sources
}

func parseSource(m *yamldoc.Map, base S3) Source {
	s := Source{Kind: m.OneOf("type", "s3", "folder"), Prefix: folderPrefix(m.Text("prefix"))}
	if !m.Require("type", "s3") || s.Kind == "" {
		return s
	}
	defer m.Close()
	if s.Kind == "folder" {
		m.Require("path", "landing")
		s.Path = m.Text("path")
		return s
	}
	m.Require("bucket", "acme-landing")
	s.Bucket, s.S3 = m.Text("bucket"), parseS3(m, base)
	return s
}

// folderPrefix gives a prefix that ends at a slash, written or not.
func folderPrefix(prefix string) string {
	if prefix == "" || strings.HasSuffix(prefix, "/") {
		return prefix
	}
	return prefix + "/"
}

// below gives a path below the project's folder, an absolute one as it is.
func below(dir, name string) string {
	if path.IsAbs(name) {
		return name
	}
	return path.Join(dir, name)
}

// BucketOptions say how a bucket is reached: as the named source says, or another source
// of the same bucket, or the project's `s3`.
func (c Config) BucketOptions(ref files.SourceRef) S3 {
	if s, ok := c.Sources[ref.Name]; ok {
		return s.S3
	}
	for _, name := range slices.Sorted(maps.Keys(c.Sources)) {
		if s := c.Sources[name]; s.Kind == "s3" && s.Bucket == ref.Bucket {
			return s.S3
		}
	}
	return c.S3
}

// Path gives a path of the project file or of a policy: below the project's folder, an
// absolute one as it is.
func (p *Project) Path(name string) string {
	return filepath.FromSlash(below(filepath.ToSlash(p.Dir), name))
}
