package dagster

import "testing"

// Tick is an evaluation by a sensor of Dagster.
type Tick struct {
	ID string `json:"id"`
	// Status is STARTED, SUCCESS, SKIPPED or FAILURE.
	Status string
	// Timestamp is in seconds since 1970.
	Timestamp  float64
	SkipReason string
	// Runs are IDs of runs, and of 8 letters those of backfills.
	Runs []string `json:"runIds"`
	// Requested are the partitions asked for by asset; an empty list is an asset without
	// partitions.
	Requested []Requested `json:"requestedMaterializationsForAssets"`
	Error     *struct{ Message string }
}

// Requested are partitions of an asset.
type Requested struct {
	AssetKey      struct{ Path []string }
	PartitionKeys []string
}

// Key is the key of the asset.
func (r Requested) Key() string { return join(r.AssetKey.Path) }

// AutomationSensor is the sensor that Dagster makes for assets that have conditions.
const AutomationSensor = "default_automation_condition_sensor"

// Ticks gives the last ticks of a sensor, the newest first.
func (d *Deployment) Ticks(t testing.TB, location, sensor string, last int) []Tick {
	t.Helper()
	var answer struct {
		Did struct {
			SensorState struct{ Ticks []Tick }
		}
	}
	d.Query(t, `query($s: SensorSelector!, $n: Int) { did: sensorOrError(sensorSelector: $s) { ... on Sensor { sensorState { ticks(limit: $n) {
	  id status timestamp skipReason runIds requestedMaterializationsForAssets { assetKey { path } partitionKeys } error { message } } } } } }`,
		Vars{"s": sensorSelector(location, sensor), "n": last}, &answer)
	return answer.Did.SensorState.Ticks
}

// StartSensor starts a sensor.
func (d *Deployment) StartSensor(t testing.TB, location, sensor string) {
	t.Helper()
	d.act(t, "Sensor", `mutation($s: SensorSelector!) { did: startSensor(sensorSelector: $s) {
	  __typename ... on SensorNotFoundError { message } ... on UnauthorizedError { message } ... on PythonError { message } } }`,
		Vars{"s": sensorSelector(location, sensor)}, nil)
}

// StopSensor stops a sensor.
func (d *Deployment) StopSensor(t testing.TB, location, sensor string) {
	t.Helper()
	var found struct{ Did struct{ ID string } }
	d.Query(t, `query($s: SensorSelector!) { did: sensorOrError(sensorSelector: $s) { ... on Sensor { id } } }`,
		Vars{"s": sensorSelector(location, sensor)}, &found)
	d.act(t, "StopSensorMutationResult", `mutation($id: String!) { did: stopSensor(id: $id) {
	  __typename ... on UnauthorizedError { message } ... on PythonError { message } } }`, Vars{"id": found.Did.ID}, nil)
}

func sensorSelector(location, sensor string) Vars {
	s := selector(location)
	s["sensorName"] = sensor
	return s
}
