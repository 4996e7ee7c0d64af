package metrics

import (
	"time"

	"auto/runtime/control"

	"github.com/prometheus/client_golang/prometheus"
)

// status is the prometheus.Collector of what one status says.
type status struct{ control.Status }

// Describe implements prometheus.Collector.
func (s status) Describe(out chan<- *prometheus.Desc) { prometheus.DescribeByCollect(s, out) }

// Collect implements prometheus.Collector.
func (s status) Collect(out chan<- prometheus.Metric) {
	out <- Started.value(seconds(s.Started))
	for i := range s.Sensors {
		collectSensor(out, &s.Sensors[i], s.Now)
	}
	paused := 0
	for _, one := range s.Pauses {
		paused += one.Keys
	}
	out <- Paused.value(float64(paused))
	out <- Due.value(float64(s.Due))
	out <- Parked.value(float64(s.Parked))
	out <- ReloadFailed.value(truth(len(s.Broken) > 0 || s.Pending != ""))
	if s.Dagster != nil {
		collectDagster(out, s.Dagster)
	}
	for _, b := range s.Blocks {
		out <- FileBlockHeld.value(float64(b.Held), b.Name)
		out <- FileBlockHalted.value(truth(!b.HaltedAt.IsZero()), b.Name)
		out <- FileBlockLastTick.value(seconds(b.LastTick), b.Name)
	}
}

func collectDagster(out chan<- prometheus.Metric, d *control.DagsterStatus) {
	out <- DagsterPolls.value(float64(d.Polls))
	out <- DagsterEvents.value(float64(d.Read))
	out <- DagsterLastRead.value(seconds(d.LastRead))
	out <- DagsterSeconds.value(d.Took.Seconds())
	out <- DagsterCalls.value(float64(d.Calls))
	out <- DagsterFailures.value(float64(d.Failures))
	out <- DagsterDown.value(float64(len(d.Down)))
	out <- DagsterChanged.value(float64(len(d.Changed)))
}

func collectSensor(out chan<- prometheus.Metric, s *control.SensorStatus, now time.Time) {
	out <- Ticks.value(float64(s.Ticks), s.Name)
	out <- LastTick.value(seconds(s.LastTick), s.Name)
	out <- Requested.value(float64(s.Requested), s.Name)
	out <- Launched.value(float64(s.Launched), s.Name)
	out <- Overruns.value(float64(s.Overruns), s.Name)
	out <- SensorFailures.value(float64(s.Failures), s.Name)
	out <- Halted.value(float64(len(s.Halted)), s.Name)
	for _, p := range s.Policies {
		out <- Owed.value(float64(p.Owed), s.Name, p.Name)
		age := 0.0
		if !p.OldestOwed.IsZero() {
			age = now.Sub(p.OldestOwed).Seconds()
		}
		out <- OldestOwed.value(age, s.Name, p.Name)
	}
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
