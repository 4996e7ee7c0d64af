package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/dagster"
	"auto/runtime/dagster/assets"
	"auto/runtime/dagster/codeserver"
	"auto/runtime/dagster/deployment"
	"auto/runtime/dagster/gql"
	"auto/runtime/project"
)

type graphImportCommand struct {
	Dagster graphImportDagsterCommand `cmd:"" help:"Write the assets of a Dagster deployment as an asset file."`
}

type graphImportDagsterCommand struct {
	projectFlag
	URL       string            `arg:"" optional:"" help:"Address of the webserver; that of the project's dagster by default."`
	Output    string            `short:"o" help:"The file, or - for standard output; assets/dagster.yaml of the project by default." placeholder:"FILE"`
	Check     bool              `help:"Write nothing; end with 1 where the file differs, and say how."`
	GRPC      map[string]string `name:"grpc" help:"Address of the code server of a location, HOST:PORT or unix:PATH; it tells all exactly." placeholder:"LOCATION=ADDRESS"`
	Overrides string            `help:"A file that settles what is in doubt; that of the project's dagster by default." placeholder:"FILE"`
	Partial   bool              `help:"Import without the assets of locations that are not loaded."`
	Force     bool              `help:"Overwrite a file that was written or edited by hand."`
	JSON      bool              `name:"json" help:"The summary as one JSON object."`
}

// toStdout is what stands for standard output in place of a file.
const toStdout = "-"

// Run reads the deployment and writes the file, whole or not at all.
func (c graphImportDagsterCommand) Run(s system) error {
	if c.Check && c.Output == toStdout {
		return errors.New("`--check` compares with a file, and `-o -` names none")
	}
	if c.URL != "" && !project.IsURL(c.URL) {
		return noAddress(c.URL)
	}
	p, found := c.project(s)
	if found.HasErrors() {
		return findingList(found)
	}
	target, err := c.target(p)
	if err != nil {
		return err
	}
	overrides, found := c.overrides(p)
	if found.HasErrors() {
		return findingList(found)
	}
	d, err := c.read(s, p)
	if err != nil {
		return err
	}
	imported := assets.Import(d, assets.Options{Overrides: overrides, Elsewhere: elsewhere(p, target)})
	imported.Findings = append(found, imported.Findings...)
	text, err := imported.Write()
	if err != nil {
		return err
	}
	return importing{c, p, target, d, imported, string(text)}.finish(s)
}

// noAddress says what to write in place of an address that is none.
func noAddress(text string) error {
	help := "Write such as `https://dagster.example`."
	if whole := "http://" + text; !strings.Contains(text, "://") && project.IsURL(whole) {
		help = "Write `" + whole + "`, or https:// before it."
	}
	return diag.Diagnostic{Code: diag.DagsterFailed, Message: fmt.Sprintf("The address of the webserver cannot be %q.", text), Help: help}
}

// project loads the project, nil where there is none: an import into a file can do
// without.
func (c graphImportDagsterCommand) project(s system) (*project.Project, diag.List) {
	root, err := c.root()
	if err != nil {
		return nil, nil
	}
	p, found := project.Load(root, project.Options{Getenv: s.getenv, Now: s.clock.Now()})
	// Findings of assets and policies are what the import may mend.
	return p, slices.DeleteFunc(found, func(d diag.Diagnostic) bool {
		return d.Code == diag.ProjectFile || d.Span.File == nil || filepath.Base(d.Span.File.Name) != project.FileName
	})
}

// target gives the path of the file to write.
func (c graphImportDagsterCommand) target(p *project.Project) (string, error) {
	switch {
	case c.Output != "":
		return c.Output, nil
	case p == nil:
		return "", noProject("this folder or above it")
	}
	return filepath.Join(p.Dir, "assets", "dagster.yaml"), nil
}

// overrides reads the file that is given, or else that of the project.
func (c graphImportDagsterCommand) overrides(p *project.Project) (assets.Overrides, diag.List) {
	if c.Overrides == "" && p != nil && p.Config.Dagster.Overrides != "" {
		c.Overrides = p.Path(p.Config.Dagster.Overrides)
	}
	if c.Overrides == "" {
		return assets.Overrides{}, nil
	}
	text, err := os.ReadFile(c.Overrides)
	if err != nil {
		var list diag.List
		list.Addf(diag.ProjectFile, source.Span{}, "Make it readable, or correct its name.", "The overrides cannot be read: %v.", err)
		return assets.Overrides{}, list
	}
	return assets.ReadOverrides(source.New(filepath.ToSlash(c.Overrides), string(text)))
}

// read asks the deployment.
func (c graphImportDagsterCommand) read(s system, p *project.Project) (*deployment.Deployment, error) {
	var at project.Dagster
	if p != nil {
		at = p.Config.Dagster
	}
	if c.URL != "" {
		at.URL = c.URL
	}
	if at.URL == "" {
		return nil, diag.Diagnostic{Code: diag.DagsterFailed, Message: "It is not said which Dagster to import.", Help: "Name the address of its webserver, or write it as `url` under `dagster` in the project file."}
	}
	servers := codeserver.Servers{Addresses: map[string]string{}, Timeout: at.Timeout}
	for _, addresses := range []map[string]string{at.GRPC, c.GRPC} {
		for location, address := range addresses {
			servers.Addresses[location] = address
		}
	}
	client, err := c.client(s, p, at.URL)
	if err != nil {
		return nil, err
	}
	d, err := deployment.Read(s.ctx, client, servers)
	if err != nil {
		return nil, diag.Diagnostic{Code: diag.DagsterFailed, Message: asSentence(err.Error())}
	}
	return d, located(d, servers.Addresses)
}

// client gives a client of the project's deployment, or of another address that is given: that
// one gets none of the project's tokens.
func (c graphImportDagsterCommand) client(s system, p *project.Project, address string) (*gql.Client, error) {
	if c.URL == "" || p != nil && p.Config.Dagster.URL != "" && gql.Address(c.URL) == gql.Address(p.Config.Dagster.URL) {
		if unset := p.NeedEnv(p.Config.Dagster.EnvNames()); len(unset) > 0 {
			return nil, findingList(unset)
		}
		return dagster.Client(p, s.clock)
	}
	return gql.New(gql.Options{URL: address, Timeout: time.Minute, Clock: s.clock}), nil
}

// asSentence gives a text with a capital and an end. What begins with an address, a name of
// a file or code begins as it is.
func asSentence(text string) string {
	word, _, _ := strings.Cut(text, " ")
	_, size := utf8.DecodeRuneInString(text)
	if !strings.ContainsFunc(strings.TrimRight(word, ",.:;?!"), func(r rune) bool { return !unicode.IsLower(r) && !strings.ContainsRune("'’-", r) }) {
		text = strings.ToUpper(text[:size]) + text[size:]
	}
	if strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?") || strings.HasSuffix(text, "!") {
		return text
	}
	return text + "."
}

// located finds a workspace that has nothing, and addresses of locations that there are
// not.
func located(d *deployment.Deployment, addresses map[string]string) error {
	if len(d.Locations) == 0 {
		return diag.Diagnostic{Code: diag.DagsterFailed, Message: "The workspace of this Dagster has no code location.", Help: "Start the webserver with a workspace, or name another address."}
	}
	var names []string
	for _, l := range d.Locations {
		names = append(names, l.Name)
	}
	for _, location := range slices.Sorted(maps.Keys(addresses)) {
		if !slices.Contains(names, location) {
			return diag.Diagnostic{Code: diag.DagsterFailed, Message: fmt.Sprintf("A code server is named for the location `%s`, and Dagster has none of that name.", location), Help: "It has `" + strings.Join(names, "`, `") + "`."}
		}
	}
	return nil
}

// elsewhere tells in which file of its own the project defines a job. A file outside of the
// project has all jobs, and what was imported into another file is no file of one's own.
func elsewhere(p *project.Project, target string) func(job string) string {
	if p == nil || target == toStdout || !p.HasAssets(target) {
		return nil
	}
	return func(job string) string {
		own := slices.IndexFunc(p.JobsNamed[job], func(file string) bool {
			return !sameFile(filepath.Join(p.Dir, filepath.FromSlash(file)), target) && !assets.Imports(p.Texts[file])
		})
		if own < 0 {
			return ""
		}
		return p.JobsNamed[job][own]
	}
}
