package api

import (
	_ "embed"
	"fmt"
	"net/http"
	"strings"
	"time"

	"auto/runtime/control"
)

// health is an answer about the process.
type health struct {
	Version string `json:"version"`
}

// health says that the process lives.
func (a *API) health(*call) (any, error) { return health{a.Version}, nil }

// readiness is an answer about the work.
type readiness struct {
	Ready bool `json:"ready"`
	// Reasons say what is wrong, one sentence each.
	Reasons []string `json:"reasons,omitempty"`
}

// ready says whether the store answers and the sensors tick.
func (a *API) ready(c *call) (any, error) {
	status, err := a.Automation.Status(c.Context())
	var reasons []string
	if err != nil {
		reasons = []string{"The store does not answer: " + strings.TrimSuffix(err.Error(), ".") + "."}
	} else {
		reasons = stuck(status)
	}
	if len(reasons) > 0 {
		c.code = http.StatusServiceUnavailable
	}
	return readiness{len(reasons) == 0, reasons}, nil
}

// failsOften is how many ticks of a sensor fail in a row before it counts as stuck.
const failsOften = 3

// stuck finds sensors whose tick should have come long ago, or that do nothing but fail.
func stuck(s control.Status) (reasons []string) {
	for _, sensor := range s.Sensors {
		if sensor.Late(s.Now) {
			reasons = append(reasons, fmt.Sprintf("The sensor `%s` has not ticked since %s.", sensor.Name, sensor.LastTick.UTC().Format(time.RFC3339)))
		}
		if sensor.Failures >= failsOften {
			reasons = append(reasons, fmt.Sprintf("The sensor `%s` has failed %d times: %s.", sensor.Name, sensor.Failures, strings.TrimSuffix(sensor.Error, ".")))
		}
	}
	return reasons
}

// metrics gives what a status says and what was counted.
func (a *API) metrics(c *call) (any, error) {
	status, err := a.Automation.Status(c.Context())
	if err != nil {
		return nil, err
	}
	return a.Metrics.Scrape(status)
}

// Description is the API in OpenAPI 3.1.
//
//go:embed openapi.yaml
var Description []byte

// describe gives the description.
func (a *API) describe(*call) (any, error) {
	return text{kind: "application/yaml", body: Description}, nil
}
