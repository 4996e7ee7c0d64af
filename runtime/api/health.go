package api

import (
	"bytes"
	_ "embed"
	"fmt"
	"net/http"
	"runtime/metrics"
	"strings"
	"time"

	"auto/runtime/control"
	page "auto/runtime/metrics"
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

// metrics writes what a status says and what was counted.
func (a *API) metrics(c *call) (any, error) {
	status, err := a.Automation.Status(c.Context())
	if err != nil {
		return nil, err
	}
	var p page.Page
	p.Add(page.Build, 1, a.Version)
	p.Add(page.Memory, memory())
	addStatus(&p, status)
	a.Metrics.AddTo(&p)
	var out bytes.Buffer
	if _, err := p.WriteTo(&out); err != nil {
		return nil, err
	}
	return text{page.ContentType, out.Bytes()}, nil
}

// memory gives the bytes that the process has from the system, but those given back.
func memory() float64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return float64(samples[0].Value.Uint64() - samples[1].Value.Uint64())
}

func addStatus(p *page.Page, s control.Status) {
	p.Add(page.Started, seconds(s.Started))
	for i := range s.Sensors {
		addSensor(p, &s.Sensors[i], s.Now)
	}
	paused := 0
	for _, one := range s.Pauses {
		paused += one.Keys
	}
	p.Add(page.Paused, float64(paused))
	p.Add(page.Due, float64(s.Due))
	p.Add(page.Parked, float64(s.Parked))
	p.Add(page.ReloadFailed, truth(len(s.Broken) > 0))
	for _, b := range s.Blocks {
		p.Add(page.FileBlockHeld, float64(b.Held), b.Name)
		p.Add(page.FileBlockHalted, truth(!b.HaltedAt.IsZero()), b.Name)
		p.Add(page.FileBlockLastTick, seconds(b.LastTick), b.Name)
	}
}

func addSensor(p *page.Page, s *control.SensorStatus, now time.Time) {
	p.Add(page.Ticks, float64(s.Ticks), s.Name)
	p.Add(page.LastTick, seconds(s.LastTick), s.Name)
	p.Add(page.Requested, float64(s.Requested), s.Name)
	p.Add(page.Launched, float64(s.Launched), s.Name)
	p.Add(page.Overruns, float64(s.Overruns), s.Name)
	p.Add(page.SensorFailures, float64(s.Failures), s.Name)
	p.Add(page.Halted, float64(len(s.Halted)), s.Name)
	p.Add(page.Owed, float64(s.Owed), s.Name)
	age := 0.0
	if !s.OldestOwed.IsZero() {
		age = now.Sub(s.OldestOwed).Seconds()
	}
	p.Add(page.OldestOwed, age, s.Name)
}

// seconds gives an instant in seconds since 1970, 0 for none.
func seconds(at time.Time) float64 {
	if at.IsZero() {
		return 0
	}
	return float64(at.UnixMicro()) / 1e6
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// Description is the API in OpenAPI 3.1.
//
//go:embed openapi.yaml
var Description []byte

// describe gives the description.
func (a *API) describe(*call) (any, error) { return text{"application/yaml", Description}, nil }
