package dagster

import (
	"strings"
	"testing"
)

// Report reports a materialization that no run of Dagster made, of partitions or, without
// any, of the asset.
func (d *Deployment) Report(t testing.TB, key string, partitions ...string) {
	t.Helper()
	d.report(t, "ASSET_MATERIALIZATION", key, partitions)
}

// ReportObservation is Report of an observation.
func (d *Deployment) ReportObservation(t testing.TB, key string, partitions ...string) {
	t.Helper()
	d.report(t, "ASSET_OBSERVATION", key, partitions)
}

func (d *Deployment) report(t testing.TB, kind, key string, partitions []string) {
	t.Helper()
	p := Vars{"eventType": kind, "assetKey": path(key)}
	if len(partitions) > 0 {
		p["partitionKeys"] = partitions
	}
	d.act(t, "ReportRunlessAssetEventsSuccess", `mutation($p: ReportRunlessAssetEventsParams!) { did: reportRunlessAssetEvents(eventParams: $p) {
	  __typename ... on UnauthorizedError { message } ... on PythonError { message } } }`, Vars{"p": p}, nil)
}

// Wipe wipes all materializations of an asset.
func (d *Deployment) Wipe(t testing.TB, key string) {
	t.Helper()
	d.act(t, "AssetWipeSuccess", `mutation($r: [PartitionsByAssetSelector!]!) { did: wipeAssets(assetPartitionRanges: $r) {
	  __typename ... on UnsupportedOperationError { message } ... on AssetNotFoundError { message } ... on UnauthorizedError { message } ... on PythonError { message } } }`,
		Vars{"r": []Vars{{"assetKey": path(key)}}}, nil)
}

// AddPartition adds a key to a dynamic definition of a location.
func (d *Deployment) AddPartition(t testing.TB, location, definition, key string) {
	t.Helper()
	d.act(t, "AddDynamicPartitionSuccess", `mutation($r: RepositorySelector!, $d: String!, $k: String!) {
	  did: addDynamicPartition(repositorySelector: $r, partitionsDefName: $d, partitionKey: $k) {
	    __typename ... on UnauthorizedError { message } ... on PythonError { message } } }`,
		Vars{"r": selector(location), "d": definition, "k": key}, nil)
}

// DeletePartition deletes a key of a dynamic definition. Its materializations stay.
func (d *Deployment) DeletePartition(t testing.TB, location, definition, key string) {
	t.Helper()
	d.act(t, "DeleteDynamicPartitionsSuccess", `mutation($r: RepositorySelector!, $d: String!, $k: String!) {
	  did: deleteDynamicPartitions(repositorySelector: $r, partitionsDefName: $d, partitionKeys: [$k]) {
	    __typename ... on UnsupportedOperationError { message } ... on UnauthorizedError { message } ... on PythonError { message } } }`,
		Vars{"r": selector(location), "d": definition, "k": key}, nil)
}

func selector(location string) Vars {
	return Vars{"repositoryLocationName": location, "repositoryName": repository}
}

// Materialization is a materialization of an asset.
type Materialization struct {
	// Run is its run, "" for one that was reported; Partition is "" for none.
	Run       string `json:"runId"`
	Partition string
	// Timestamp is in milliseconds since 1970.
	Timestamp string
	// Metadata has the text or JSON of each entry by its label, "" for other kinds.
	Metadata map[string]string `json:"-"`
}

// Materializations gives the materializations of an asset, the newest first.
func (d *Deployment) Materializations(t testing.TB, key string) []Materialization {
	t.Helper()
	var answer struct {
		AssetOrError struct {
			AssetMaterializations []struct {
				Materialization
				MetadataEntries []struct{ Label, Text, JsonString string }
			}
		}
	}
	d.Query(t, `query($k: AssetKeyInput!) { assetOrError(assetKey: $k) { ... on Asset { assetMaterializations { runId partition timestamp
	  metadataEntries { label ... on TextMetadataEntry { text } ... on JsonMetadataEntry { jsonString } } } } } }`, Vars{"k": path(key)}, &answer)
	list := []Materialization{}
	for _, m := range answer.AssetOrError.AssetMaterializations {
		m.Metadata = map[string]string{}
		for _, e := range m.MetadataEntries {
			m.Metadata[e.Label] = e.Text + e.JsonString
		}
		list = append(list, m.Materialization)
	}
	return list
}

// Partitions gives the partition keys of an asset, as the webserver has them now.
func (d *Deployment) Partitions(t testing.TB, key string) []string {
	t.Helper()
	var answer struct {
		AssetNodeOrError struct{ PartitionKeys []string }
	}
	d.Query(t, `query($k: AssetKeyInput!) { assetNodeOrError(assetKey: $k) { ... on AssetNode { partitionKeys } } }`, Vars{"k": path(key)}, &answer)
	return answer.AssetNodeOrError.PartitionKeys
}

func join(path []string) string { return strings.Join(path, "/") }
