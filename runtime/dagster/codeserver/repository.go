package codeserver

import (
	"encoding/json"
	"fmt"
	"strings"

	"auto/runtime/dagster/deployment"
	"auto/runtime/dagster/serdes"
)

// assetKey is a serialized AssetKey.
type assetKey struct {
	Path []string `json:"path"`
}

func (k assetKey) String() string { return strings.Join(k.Path, "/") }

// repository is what is needed of a serialized RepositorySnap, or of the
// RepositoryErrorSnap that comes in its place.
type repository struct {
	Class  string `json:"__class__"`
	Assets []struct {
		Key          assetKey        `json:"asset_key"`
		Partitions   json.RawMessage `json:"partitions_def_data"`
		Dependencies []struct {
			Upstream assetKey        `json:"upstream_asset_key"`
			Mapping  json.RawMessage `json:"partition_mapping"`
		} `json:"dependencies"`
	} `json:"external_asset_graph_data"`
	Error struct {
		Message string `json:"message"`
	} `json:"error"`
}

// read gives the definitions of an answer.
func read(text []byte, address string) (map[string]deployment.Definition, error) {
	var r repository
	err := json.Unmarshal(text, &r)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the answer of the code server at %s cannot be read: %w", address, err)
	case r.Class == "ExternalRepositoryErrorData":
		line, _, _ := strings.Cut(strings.TrimSpace(r.Error.Message), "\n")
		return nil, fmt.Errorf("the code server at %s answers: %s", address, strings.TrimSuffix(line, "."))
	case r.Class != "ExternalRepositoryData":
		return nil, fmt.Errorf("the code server at %s answers with `%s`, which auto does not know", address, r.Class)
	}
	out := map[string]deployment.Definition{}
	for _, a := range r.Assets {
		var d deployment.Definition
		d.Partitions, d.PartitionsDoubt = serdes.Partitions(a.Partitions)
		for _, dep := range a.Dependencies {
			mapping, doubt := serdes.Mapping(dep.Mapping)
			d.Deps = append(d.Deps, deployment.Dep{Key: dep.Upstream.String(), Mapping: mapping, Doubt: doubt})
		}
		out[a.Key.String()] = d
	}
	return out, nil
}
