package metrics

import (
	gometrics "runtime/metrics"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Daemon counts what happens and no status says. It is safe for concurrent use; a nil
// Daemon counts nothing.
type Daemon struct {
	registry *prometheus.Registry

	events, deliveries, answers             *prometheus.CounterVec
	duplicates, refused, unmapped, unplaced prometheus.Counter
	ticks                                   *prometheus.HistogramVec
	deliverySeconds                         prometheus.Observer
}

// NewDaemon gives counts that are 0, for a daemon of a version. Those without labels are
// there from the start, so that their growth can be asked for.
func NewDaemon(version string) *Daemon {
	r := prometheus.NewRegistry()
	r.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: Memory.Name, Help: Memory.Help}, memory),
	)
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: Build.Name, Help: Build.Help}, Build.Labels)
	build.WithLabelValues(valid([]string{version})...).Set(1)
	r.MustRegister(build)
	return &Daemon{
		registry: r,
		events:   Events.counters(r), deliveries: Deliveries.counters(r), answers: Answers.counters(r),
		duplicates: Duplicates.counters(r).WithLabelValues(), refused: Refused.counters(r).WithLabelValues(),
		unmapped: LineageUnmapped.counters(r).WithLabelValues(), unplaced: LineageUnplaced.counters(r).WithLabelValues(),
		ticks: TickSeconds.histograms(r), deliverySeconds: DeliverySeconds.histograms(r).WithLabelValues(),
	}
}

// memory gives the bytes that the process has from the system, but those given back.
func memory() float64 {
	samples := []gometrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	gometrics.Read(samples)
	return float64(samples[0].Value.Uint64() - samples[1].Value.Uint64())
}

// Ticked takes the time that a tick of a sensor took.
func (d *Daemon) Ticked(sensor string, took time.Duration) {
	if d != nil {
		d.ticks.WithLabelValues(valid([]string{sensor})...).Observe(took.Seconds())
	}
}

// Delivered counts an attempt to deliver a request: its outcome is "acknowledged",
// "failed" or "refused".
func (d *Daemon) Delivered(outcome string, took time.Duration) {
	if d != nil {
		d.deliveries.WithLabelValues(outcome).Inc()
		d.deliverySeconds.Observe(took.Seconds())
	}
}

// Event counts an event that arrived, by its type.
func (d *Daemon) Event(kind string) {
	if d != nil {
		d.events.WithLabelValues(kind).Inc()
	}
}

// Duplicate counts events that were known by their IDs.
func (d *Daemon) Duplicate(n int) {
	if d != nil {
		d.duplicates.Add(float64(n))
	}
}

// Refuse counts a body of events that was refused.
func (d *Daemon) Refuse() {
	if d != nil {
		d.refused.Inc()
	}
}

// Lineage counts outputs of OpenLineage events that no asset or partition was found for.
func (d *Daemon) Lineage(unmapped, unplaced int) {
	if d != nil {
		d.unmapped.Add(float64(unmapped))
		d.unplaced.Add(float64(unplaced))
	}
}

// Answered counts an answer over HTTP. Route is one of the API's own, as each makes a time
// series.
func (d *Daemon) Answered(route string, code int) {
	if d != nil {
		d.answers.WithLabelValues(route, strconv.Itoa(code)).Inc()
	}
}
