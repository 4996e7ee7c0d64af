// Package deployment reads what a Dagster deployment defines: its code locations,
// assets, checks, jobs and sensors. The importer makes a graph of it, the launcher checks
// a request against it, and the reader notices by it that the graph has changed.
package deployment

import (
	"context"
	"time"

	"auto/vm/graph"

	"github.com/Khan/genqlient/graphql"
)

// Deployment is what a Dagster defines at one moment.
type Deployment struct {
	// Version is that of the webserver, such as 1.13.27.
	Version   string
	Locations []Location
	// Assets are all assets of all locations that are loaded, by key.
	Assets map[string]*Asset
	// Jobs are the jobs of all locations, without the implicit one of assets.
	Jobs []Job
}

// Location is a code location.
type Location struct {
	Name string
	// Repositories are the names of its repositories, "__repository__" for the one of a
	// Definitions object.
	Repositories []string
	// VersionKey changes whenever the location is loaded anew.
	VersionKey string
	// Loaded: its definitions are there. Otherwise Problem says why not, "" while it loads.
	Loaded  bool
	Problem string
}

// Job is a job of a repository.
type Job struct {
	Name, Location, Repository string
}

// Asset is an asset as Dagster defines it.
type Asset struct {
	// Key has its components joined by "/".
	Key string
	// Location and Repository are where its runs go.
	Location, Repository string
	Group, CodeVersion   string
	Description          string
	Kinds, Owners        []string
	Tags                 map[string]string
	// Ops are the names of its op in run config: the first is the key of its config.
	Ops []string
	// Jobs are the names of the jobs that have it, the implicit one included.
	Jobs []string
	// Materializable, Observable: what a run can do with it. External assets can neither.
	Materializable, Observable bool
	// Partitions is its definition, nil for none; PartitionsDoubt says what is not known
	// for sure about it, "" where it is exact.
	Partitions      *graph.Spec
	PartitionsDoubt string
	Deps            []Dep
	Checks          []Check
	// Set names the assets that only run together with it, itself included, sorted; nil for
	// one that runs alone.
	Set []string
	// Condition is the label of its AutomationCondition, "" for none; Sensors are the
	// sensors that evaluate it.
	Condition string
	Sensors   []Sensor
	// Freshness: it has a freshness policy.
	Freshness bool
}

// Dep is a dependency of an asset.
type Dep struct {
	Key string
	// Mapping is nil where it is Dagster's default; Doubt says what is not known for sure,
	// "" where it is exact.
	Mapping *graph.Mapping
	Doubt   string
}

// Check is an asset check.
type Check struct {
	Name        string
	Blocking    bool
	Deps        []string
	Partitioned bool
	Condition   string
}

// Sensor is a sensor that drives assets by their conditions.
type Sensor struct {
	ID, Name, Type string
	Running        bool
}

// Driven gives the running sensor by which Dagster itself launches an asset, and false
// where there is none.
func (a *Asset) Driven() (Sensor, bool) { panic("skeleton") }

// Loaded reports whether a location is there, and why not where it is not.
func (d *Deployment) Loaded(location string) (ok bool, why string) { panic("skeleton") }

// Read asks for everything. Assets of locations that are not loaded are missing, and the
// location says so. With `exact` a reader of code servers it asks these for what GraphQL
// loses; what neither they nor the metadata of auto_dagster tell stays in doubt.
func Read(ctx context.Context, c graphql.Client, exact Exact) (*Deployment, error) { panic("skeleton") }

// Exact gives the exact definitions of a location by another way than GraphQL, such as
// the gRPC of its code server; nil for none.
type Exact interface {
	// Definitions gives the partitions definitions and mappings of the location's assets by
	// key; nil where this way does not lead to the location.
	Definitions(ctx context.Context, location, repository string) (map[string]Definition, error)
}

// Definition is what GraphQL does not tell exactly about an asset.
type Definition struct {
	CodeVersion string
	Partitions  *graph.Spec
	// Deps has the mapping of each dependency, nil for Dagster's default.
	Deps map[string]*graph.Mapping
}

// Watch keeps a deployment in memory and reads it again when a location changed. It is
// safe for concurrent use.
type Watch struct {
	// Client asks; Now tells the time; Every is how old an answer may be before the
	// versions of the locations, and the state of sensors, are asked for again.
	Client graphql.Client
	Exact  Exact
	Now    func() time.Time
	Every  time.Duration
}

// Current gives the deployment, at most Every old.
func (w *Watch) Current(ctx context.Context) (*Deployment, error) { panic("skeleton") }

// Fresh gives the deployment as it is now.
func (w *Watch) Fresh(ctx context.Context) (*Deployment, error) { panic("skeleton") }
