package assets_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"auto/runtime/dagster/deployment"
	"auto/vm/cron"
	"auto/vm/graph"

	"github.com/Khan/genqlient/graphql"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"
)

// object is a JSON object.
type object map[string]any

// fake answers as a Dagster would that has some assets, all exported by auto_dagster.
type fake struct {
	assets []graph.Asset
	// jobs have the keys of their assets.
	jobs map[string][]string
	// edit changes the answer about definitions before it is given; nil for nothing.
	edit func(answer object)
}

// home is the code location and repository of assets that name none.
const home = "core/__repository__"

func read(t rapid.TB, f fake) *deployment.Deployment {
	t.Helper()
	d, err := deployment.Read(context.Background(), f, nil)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func (f fake) MakeRequest(_ context.Context, ask *graphql.Request, answer *graphql.Response) error {
	data := object{"locationStatusesOrError": object{"__typename": "WorkspaceLocationStatusEntries", "entries": []object{}}}
	switch ask.OpName {
	case "Definitions":
		f.definitions(data)
		if f.edit != nil {
			f.edit(data)
		}
	case "RequiredKeys":
		f.required(ask.Variables.(map[string]any), data)
	default:
		return fmt.Errorf("%s is not expected", ask.OpName)
	}
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, answer.Data)
}

func (f fake) definitions(data object) {
	var entries, nodes []object
	for _, place := range f.places() {
		location, repository, _ := strings.Cut(place, "/")
		jobs := []object{{"name": "__ASSET_JOB", "isAssetJob": true}}
		if place == home {
			for name := range f.jobs {
				jobs = append(jobs, object{"name": name, "isAssetJob": true})
			}
		}
		entries = append(entries, object{"name": location, "loadStatus": "LOADED", "versionKey": "1", "locationOrLoadError": object{
			"__typename": "RepositoryLocation", "repositories": []object{{"name": repository, "jobs": jobs, "automation": []object{{"id": "s1", "name": "automation", "sensorType": "AUTOMATION", "sensorState": object{"status": "RUNNING"}}},
				"automated": []object{{"id": "s1", "assetSelection": f.selection()}}}}}})
	}
	for _, a := range f.assets {
		nodes = append(nodes, f.node(a))
	}
	data["version"], data["assetNodes"] = "1.13.27", nodes
	data["workspaceOrError"] = object{"__typename": "Workspace", "locationEntries": entries}
}

// selection selects all assets.
func (f fake) selection() object {
	keys := []object{}
	for _, a := range f.assets {
		keys = append(keys, path(a.Key))
	}
	return object{"assetKeys": keys, "assetChecks": []object{}}
}

func (f fake) places() []string {
	out := []string{home}
	for _, a := range f.assets {
		if a.Repository != "" && !slices.Contains(out, a.Repository) {
			out = append(out, a.Repository)
		}
	}
	return out
}

func path(key string) object { return object{"path": strings.Split(key, "/")} }

func orHome(repository string) string {
	if repository == "" {
		return home
	}
	return repository
}

func (f fake) node(a graph.Asset) object {
	location, repository, _ := strings.Cut(orHome(a.Repository), "/")
	group, op := a.Group, a.Op
	if group == "" {
		group = "default"
	}
	if op == "" {
		op = graph.OpName(a.Key)
	}
	if a.ExecutionSet != "" {
		op = a.ExecutionSet
	}
	jobs := []string{"__ASSET_JOB"}
	for name, keys := range f.jobs {
		if slices.Contains(keys, a.Key) {
			jobs = append(jobs, name)
		}
	}
	tags, owners, checks, deps := []object{}, []object{}, []object{}, []object{}
	for _, kind := range a.Kinds {
		tags = append(tags, object{"key": "dagster/kind/" + kind, "value": ""})
	}
	for name, value := range a.Tags {
		tags = append(tags, object{"key": name, "value": value})
	}
	for _, owner := range a.Owners {
		if team, ok := strings.CutPrefix(owner, "team:"); ok {
			owners = append(owners, object{"__typename": "TeamAssetOwner", "team": team})
		} else {
			owners = append(owners, object{"__typename": "UserAssetOwner", "email": owner})
		}
	}
	for _, c := range a.Checks {
		checks = append(checks, checkObject(c))
	}
	exported := object{"code_version": a.CodeVersion, "partitions": serialized(a.Partitions), "deps": object{}}
	for _, dep := range a.Deps {
		deps = append(deps, object{"asset": object{"assetKey": path(dep.Key)}, "partitionMapping": nil})
		exported["deps"].(object)[dep.Key] = serializedMapping(dep.Mapping)
	}
	metadata, err := json.Marshal(exported)
	if err != nil {
		panic(err)
	}
	out := object{
		"assetKey": path(a.Key), "groupName": group, "kinds": append([]string{}, a.Kinds...), "description": a.Description, "opVersion": a.CodeVersion, "graphName": nil, "opNames": []string{op}, "jobNames": jobs,
		"tags": tags, "owners": owners, "isMaterializable": !a.External && !a.Observable, "isObservable": a.Observable, "isAutoCreatedStub": false,
		"repository":   object{"name": repository, "location": object{"name": location}},
		"dependencies": deps, "metadataEntries": []object{{"__typename": "TextMetadataEntry", "label": "text"}, {"__typename": "JsonMetadataEntry", "label": deployment.Label, "jsonString": string(metadata)}},
		"assetChecksOrError": object{"__typename": "AssetChecks", "checks": checks},
	}
	if a.Freshness {
		out["internalFreshnessPolicy"] = object{"__typename": "TimeWindowFreshnessPolicy"}
	}
	if a.Condition != "" {
		out["automationCondition"] = object{"label": a.Condition, "expandedLabel": []string{}}
	}
	return out
}

// merged gives an object with some fields replaced.
func merged(o, fields object) object {
	out := maps.Clone(o)
	maps.Copy(out, fields)
	return out
}

func checkObject(c graph.Check) object {
	alone := "CAN_EXECUTE"
	if c.Embedded {
		alone = "REQUIRES_MATERIALIZATION"
	}
	out := object{"name": c.Name, "blocking": c.Blocking, "canExecuteIndividually": alone, "additionalAssetKeys": []object{}}
	for _, dep := range c.Deps {
		out["additionalAssetKeys"] = append(out["additionalAssetKeys"].([]object), path(dep))
	}
	if c.Partitioned {
		out["partitionDefinition"] = object{"type": "STATIC"}
	}
	return out
}

// required answers which others run together with an asset.
func (f fake) required(variables map[string]any, data object) {
	for name, keys := range variables {
		key := strings.Join(keys.([]deployment.AssetKeyInput)[0].Path, "/")
		at := slices.IndexFunc(f.assets, func(a graph.Asset) bool { return a.Key == key })
		others := []object{}
		for _, a := range f.assets {
			if a.Key != key && a.ExecutionSet != "" && a.ExecutionSet == f.assets[at].ExecutionSet {
				others = append(others, path(a.Key))
			}
		}
		data[name] = others
	}
}

// serialized writes a definition as Dagster does.
func serialized(p *graph.Partitions) any {
	switch {
	case p == nil:
		return nil
	case p.Type == graph.Static:
		return object{"__class__": "ExternalStaticPartitionsDefinitionData", "partition_keys": p.Keys}
	case p.Type == graph.Dynamic:
		return object{"__class__": "ExternalDynamicPartitionsDefinitionData", "name": p.Name}
	case p.Type == graph.Multi:
		var dimensions []object
		for _, name := range p.DimensionNames() {
			dimensions = append(dimensions, object{"__class__": "ExternalPartitionDimensionDefinition", "name": name, "external_partitions_def_data": serialized(p.Dimensions[name])})
		}
		return object{"__class__": "ExternalMultiPartitionsDefinitionData", "external_partition_dimension_definitions": dimensions}
	}
	out := object{"__class__": "ExternalTimeWindowPartitionsDefinitionData", "start": float64(p.Begin()), "end": nil, "timezone": zoneName(p), "fmt": format(p), "end_offset": p.EndOffset, "cron_schedule": schedule(p), "exclusions": nil}
	if p.End != "" {
		out["end"] = float64(instant(p, p.End))
	}
	return out
}

func zoneName(p *graph.Partitions) string {
	if p.Timezone == "" {
		return "UTC"
	}
	return p.Timezone
}

func instant(p *graph.Partitions, text string) int64 {
	zone, err := time.LoadLocation(zoneName(p))
	if err != nil {
		panic(err)
	}
	for _, layout := range []string{time.DateOnly, "2006-01-02 15:04", "2006-01-02-15:04", "2006-01-02T15:04"} {
		if at, err := time.Parse(layout, text); err == nil {
			return cron.Instant(at, zone).Unix()
		}
	}
	panic(text)
}

func schedule(p *graph.Partitions) string {
	switch p.Type {
	case graph.Hourly:
		return fmt.Sprintf("%d * * * *", p.Minute)
	case graph.Daily:
		return fmt.Sprintf("%d %d * * *", p.Minute, p.Hour)
	case graph.Weekly:
		return fmt.Sprintf("%d %d * * %d", p.Minute, p.Hour, p.Day)
	case graph.Monthly:
		return fmt.Sprintf("%d %d %d * *", p.Minute, p.Hour, max(p.Day, 1))
	}
	return p.Cron
}

func format(p *graph.Partitions) string {
	switch {
	case p.Format != "":
		return p.Format
	case p.Type == graph.Hourly || p.Type == graph.Cron:
		return "%Y-%m-%d-%H:%M"
	}
	return "%Y-%m-%d"
}

// serializedMapping writes a mapping as Dagster does.
func serializedMapping(m *graph.Mapping) any {
	if m == nil {
		return nil
	}
	switch m.Kind {
	case graph.MapAll:
		return object{"__class__": "AllPartitionMapping"}
	case graph.MapLast:
		return object{"__class__": "LastPartitionMapping"}
	case graph.MapIdentity:
		return object{"__class__": "IdentityPartitionMapping"}
	case graph.MapTimeWindow:
		return object{"__class__": "TimeWindowPartitionMapping", "start_offset": m.StartOffset, "end_offset": m.EndOffset, "allow_nonexistent_upstream_partitions": m.AllowNonexistent}
	case graph.MapStatic:
		return object{"__class__": "StaticPartitionMapping", "downstream_partition_keys_by_upstream_partition_key": m.Static}
	case graph.MapSpecific:
		return object{"__class__": "SpecificPartitionsPartitionMapping", "partition_keys": m.Keys}
	case graph.MapMultiToSingle:
		return object{"__class__": "MultiToSingleDimensionPartitionMapping", "partition_dimension_name": m.Dimension}
	}
	dimensions := object{}
	for up, d := range m.Dimensions {
		inner := d.Mapping
		if inner == nil {
			inner = &graph.Mapping{Kind: graph.MapIdentity}
		}
		dimensions[up] = object{"__class__": "DimensionPartitionMapping", "dimension_name": d.Dimension, "partition_mapping": serializedMapping(inner)}
	}
	return object{"__class__": "MultiPartitionMapping", "downstream_mappings_by_upstream_dimension": dimensions}
}

// definitionNames gives the names of the definitions of a file.
func definitionNames(t rapid.TB, text string) []string {
	t.Helper()
	var file struct {
		Partitions map[string]any `yaml:"partitions"`
	}
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	var out []string
	for name := range file.Partitions {
		out = append(out, name)
	}
	return out
}
