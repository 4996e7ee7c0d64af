package deployment

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"auto/runtime/dagster/gql"

	"github.com/Khan/genqlient/graphql"
)

// reads bounds how often a deployment is read anew because a location was reloaded
// between two of its answers.
const reads = 3

// Read asks for everything, in one to three calls whatever the number of assets. Assets
// of locations that are not loaded are missing, and the location says so. With `exact` a
// reader of code servers it asks these for what GraphQL loses; what neither they nor the
// metadata of auto_dagster tell stays in doubt.
func Read(ctx context.Context, c graphql.Client, exact Exact) (*Deployment, error) {
	for range reads {
		r := &reading{ctx: ctx, client: c, exact: exact}
		err := r.read()
		if !errors.Is(err, errMoved) {
			return r.d, err
		}
	}
	return nil, errors.New("code locations are loaded again and again, so that their definitions cannot be read together; try again later")
}

// errMoved: a location was loaded anew since the first answer.
var errMoved = errors.New("a code location was loaded anew")

// reading is one attempt to read a deployment.
type reading struct {
	ctx    context.Context
	client graphql.Client
	exact  Exact
	d      *Deployment
	nodes  []node
	// versions are those of the first answer.
	versions map[string]string
}

func (r *reading) read() error {
	answer, err := Definitions(r.ctx, r.client)
	if err != nil {
		return r.explain(err)
	}
	d := &Deployment{Version: answer.Version, Assets: map[string]*Asset{}}
	if r.versions, err = versions(&answer.Versions); err != nil {
		return err
	}
	workspace, ok := answer.WorkspaceOrError.(*workspace)
	if !ok {
		return refused("its workspace", answer.WorkspaceOrError)
	}
	driven := readLocations(d, workspace)
	r.nodes, d.Slashed = withoutSlashes(answer.AssetNodes)
	definitions := r.definitions(d)
	for i := range r.nodes {
		a := readAsset(&r.nodes[i], driven)
		d.Assets[a.Key] = a
	}
	if err := r.settle(d, definitions); err != nil {
		return err
	}
	if err := r.sets(d); err != nil {
		return err
	}
	d.versions, r.d = r.versions, d
	return nil
}

// withoutSlashes leaves out the assets whose keys cannot be written as texts.
func withoutSlashes(nodes []node) (kept []node, slashed []string) {
	for _, n := range nodes {
		if slices.ContainsFunc(n.AssetKey.Path, func(component string) bool { return strings.Contains(component, "/") }) {
			slashed = append(slashed, key(n.AssetKey.Path))
			continue
		}
		kept = append(kept, n)
	}
	slices.Sort(slashed)
	return kept, slashed
}

// explain adds what to do where a webserver does not know what is asked for.
func (r *reading) explain(err error) error {
	if gql.KindOf(err) != gql.Failed || !strings.Contains(err.Error(), "Cannot query field") && !strings.Contains(err.Error(), "Unknown type") {
		return err
	}
	var answer struct {
		Version string `json:"version"`
	}
	version := "this Dagster"
	ask := &graphql.Request{OpName: "Version", Query: "query Version { version }"}
	if r.client.MakeRequest(r.ctx, ask, &graphql.Response{Data: &answer}) == nil {
		version = "Dagster " + answer.Version
	}
	return fmt.Errorf("%s does not know what auto asks for, and 1.13 or newer is needed: %w", version, err)
}

// refused makes an error of an answer that is none of the expected types.
func refused(what string, answer interface{ GetTypename() *string }) error {
	reason := "it answers without a type"
	if answer != nil && answer.GetTypename() != nil {
		reason = "it answers " + *answer.GetTypename()
	}
	if e, ok := answer.(interface{ GetMessage() string }); ok {
		reason = firstLine(e.GetMessage())
	}
	return fmt.Errorf("no answer about %s: %s", what, strings.TrimSuffix(reason, "."))
}

// firstLine gives the first line of a message of Python that says something.
func firstLine(message string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(message), "\n")
	return strings.TrimSpace(line)
}

// versions gives the version of each location, by name.
func versions(v *Versions) (map[string]string, error) {
	list, ok := v.LocationStatusesOrError.(*VersionsLocationStatusesOrErrorWorkspaceLocationStatusEntries)
	if !ok {
		return nil, refused("the states of its code locations", v.LocationStatusesOrError)
	}
	out := map[string]string{}
	for _, e := range list.Entries {
		out[e.Name] = fmt.Sprintf("%s %s", e.LoadStatus, e.VersionKey)
	}
	return out, nil
}

// same gives errMoved where the versions of a later answer are others.
func (r *reading) same(v *Versions) error {
	now, err := versions(v)
	if err == nil && !maps.Equal(now, r.versions) {
		err = errMoved
	}
	return err
}

// definitions asks the exact way for the definitions of each location that is loaded.
// Where it fails the location says so.
func (r *reading) definitions(d *Deployment) map[string]Definition {
	out := map[string]Definition{}
	if r.exact == nil {
		return out
	}
	// All at once: a server that does not answer holds back nobody else.
	found := make([]map[string]Definition, len(d.Locations))
	var all sync.WaitGroup
	for i := range d.Locations {
		all.Go(func() { found[i] = r.definitionsOf(&d.Locations[i]) })
	}
	all.Wait()
	for _, of := range found {
		maps.Copy(out, of)
	}
	return out
}

// definitionsOf asks for those of one location.
func (r *reading) definitionsOf(l *Location) map[string]Definition {
	out := map[string]Definition{}
	for _, repository := range l.Repositories {
		list, err := r.exact.Definitions(r.ctx, l.Name, repository)
		if err != nil {
			l.Inexact = err.Error()
		}
		for key, definition := range list {
			// An asset of two locations is the one's that GraphQL names.
			out[place(l.Name, repository)+key] = definition
		}
	}
	return out
}

// place is the prefix of a repository's assets in a map.
func place(location, repository string) string { return location + "\x00" + repository + "\x00" }

// readLocations takes in locations and jobs, and gives what sensors drive.
func readLocations(d *Deployment, w *workspace) targets {
	driven := targets{}
	for _, e := range w.LocationEntries {
		l := Location{Name: e.Name, VersionKey: e.VersionKey}
		switch at := e.LocationOrLoadError.(type) {
		case *loadedLocation:
			l.Loaded = true
			for _, repository := range at.Repositories {
				l.Repositories = append(l.Repositories, repository.Name)
				driven.add(place(l.Name, repository.Name), &repository)
				for _, job := range repository.Jobs {
					if !implicit(job.Name) {
						d.Jobs = append(d.Jobs, Job{job.Name, l.Name, repository.Name})
					}
				}
			}
		case *locationError:
			l.Problem = firstLine(at.Message)
		}
		d.Locations = append(d.Locations, l)
	}
	slices.SortFunc(d.Locations, func(a, b Location) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(d.Jobs, func(a, b Job) int {
		return strings.Compare(a.Name+"\x00"+place(a.Location, a.Repository), b.Name+"\x00"+place(b.Location, b.Repository))
	})
	return driven
}

// implicit reports whether a job is one that Dagster makes for assets.
func implicit(job string) bool { return strings.HasPrefix(job, "__ASSET_JOB") }
