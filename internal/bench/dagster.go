package bench

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"io"
)

// Dagster is what testdata/measure.py measured of a workload with Dagster 1.13.27.
type Dagster struct {
	Workload string `json:"workload"`
	// Ticks are the measured ones by name.
	Ticks map[string]DagsterTick `json:"ticks"`
	// PeakRSS is the greatest size of the process in MiB.
	PeakRSS int `json:"peak_rss_mb"`
}

// DagsterTick is one evaluation: the least of up to three.
type DagsterTick struct {
	// Wall and CPU are seconds.
	Wall float64 `json:"wall_s"`
	CPU  float64 `json:"cpu_s"`
	// Requested is the number of requested (asset, partition) pairs.
	Requested int `json:"requested"`
}

//go:embed testdata/dagster.jsonl
var measured []byte

// Measured gives Dagster's measurements by workload.
func Measured() (map[string]Dagster, error) {
	out := map[string]Dagster{}
	for lines := json.NewDecoder(bytes.NewReader(measured)); ; {
		var d Dagster
		if err := lines.Decode(&d); err == io.EOF {
			return out, nil
		} else if err != nil {
			return nil, err
		}
		out[d.Workload] = d
	}
}
