// Package deployment reads what a Dagster deployment defines: its code locations,
// assets, checks, jobs and sensors. The importer makes a graph of it, the launcher checks
// a request against it, and the reader notices by it that the graph has changed.
package deployment

import (
	"context"
	"fmt"
	"slices"

	"auto/vm/graph"
)

//go:generate go tool genqlient

// Deployment is what a Dagster defines at one moment.
type Deployment struct {
	// Version is that of the webserver, such as 1.13.27.
	Version   string
	Locations []Location
	// Assets are all assets of all locations that are loaded, by key.
	Assets map[string]*Asset
	// Slashed are the keys of assets that are left out, sorted: a component of theirs has a
	// slash, so that their text is that of another key.
	Slashed []string
	// Jobs are the jobs of all locations, without the implicit one of assets.
	Jobs []Job
	// versions tell by location when it is another one.
	versions map[string]string
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
	// Inexact says why the exact way to its definitions failed, "" where it did not or
	// there is none; what GraphQL tells is taken then.
	Inexact string
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
	// Tags are without those that stand for kinds.
	Tags map[string]string
	// Ops are the names of its op in run config: the first is the key of its config.
	Ops []string
	// Jobs are the names of the jobs that have it, the implicit one included.
	Jobs []string
	// Materializable, Observable: what a run can do with it. External assets can neither.
	Materializable, Observable bool
	// Stub: no location that is loaded defines it; others depend on it.
	Stub bool
	// Partitions is its definition, nil for none; PartitionsDoubt says in sentences what is
	// not known for sure about it, "" where it is exact. With a doubt, nil is a definition
	// of which nothing is known.
	Partitions      *graph.Spec
	PartitionsDoubt string
	// PartitionsTold: the doubt is about what GraphQL leaves out, so that Partitions may well
	// be all there is.
	PartitionsTold bool
	Deps           []Dep
	Checks         []Check
	// Set names the assets that only run together with it, itself included, sorted; nil for
	// one that runs alone.
	Set []string
	// Condition is the label of its AutomationCondition, "" for none; Sensors are the
	// sensors that evaluate it.
	Condition string
	Sensors   []Sensor
	// Freshness: it has a freshness policy.
	Freshness bool
	// ChecksProblem says why Dagster does not tell its checks, "" where it does.
	ChecksProblem string
}

// Dep is a dependency of an asset.
type Dep struct {
	Key string
	// Mapping is nil where it is Dagster's default; Doubt says in sentences what is not
	// known for sure, "" where it is exact. With a doubt, nil may be another mapping.
	Mapping *graph.Mapping
	Doubt   string
	// Told: the doubt is about what GraphQL leaves out, so that Mapping may well be right.
	Told bool
}

// Check is an asset check.
type Check struct {
	Name        string
	Blocking    bool
	Deps        []string
	Partitioned bool
	// Embedded: it is executed by its asset's op, and never alone.
	Embedded bool
	// Condition and Sensors are as those of Asset.
	Condition string
	Sensors   []Sensor
}

// Sensor is a sensor that drives assets by their conditions.
type Sensor struct {
	ID, Name, Type string
	Running        bool
}

// Driven gives the running sensor by which Dagster itself launches an asset, and false
// where there is none.
func (a *Asset) Driven() (Sensor, bool) { return driven(a.Condition, a.Sensors) }

// Driven gives the running sensor by which Dagster itself launches a check, and false where
// there is none.
func (c *Check) Driven() (Sensor, bool) { return driven(c.Condition, c.Sensors) }

func driven(condition string, sensors []Sensor) (Sensor, bool) {
	i := slices.IndexFunc(sensors, func(s Sensor) bool { return s.Running })
	if condition == "" || i < 0 {
		return Sensor{}, false
	}
	return sensors[i], true
}

// Loaded reports whether a location is there, and why not where it is not.
func (d *Deployment) Loaded(location string) (ok bool, why string) {
	i := slices.IndexFunc(d.Locations, func(l Location) bool { return l.Name == location })
	switch {
	case i < 0:
		return false, fmt.Sprintf("Dagster has no code location `%s`.", location)
	case d.Locations[i].Loaded:
		return true, ""
	case d.Locations[i].Problem == "":
		return false, fmt.Sprintf("Dagster is loading the code location `%s`.", location)
	}
	return false, fmt.Sprintf("The code location `%s` is not loaded: %s", location, d.Locations[i].Problem)
}

// Complete reports whether all locations are loaded.
func (d *Deployment) Complete() bool {
	return !slices.ContainsFunc(d.Locations, func(l Location) bool { return !l.Loaded })
}

// Partitioned reports whether an asset has partitions, known or not.
func (a *Asset) Partitioned() bool { return a.Partitions != nil || a.PartitionsDoubt != "" }

// Exact gives the exact definitions of a location by another way than GraphQL, such as
// the gRPC of its code server; nil for none.
type Exact interface {
	// Definitions gives the partitions definitions and mappings of the location's assets by
	// key; nil where this way does not lead to the location. It is called for several
	// locations at once.
	Definitions(ctx context.Context, location, repository string) (map[string]Definition, error)
}

// Definition is what GraphQL does not tell exactly about an asset. Doubts are as those of
// Asset and Dep.
type Definition struct {
	Partitions      *graph.Spec
	PartitionsDoubt string
	// Deps has each dependency.
	Deps []Dep
}
