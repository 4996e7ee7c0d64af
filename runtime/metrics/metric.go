// Package metrics is what the daemon tells Prometheus: what it counts itself (Daemon),
// what a status says, and what the library knows of Go and of the process.
package metrics

import (
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

// Kind is what a metric does.
type Kind string

// The kinds of metrics: a counter only grows, from the start of the daemon on; a gauge is
// what is now; a histogram has counts by upper bound.
const (
	Counter   Kind = "counter"
	Gauge     Kind = "gauge"
	Histogram Kind = "histogram"
)

// Metric is a metric of the catalogue with its labels.
type Metric struct {
	Name, Help string
	Kind       Kind
	Labels     []string

	desc *prometheus.Desc
}

func newMetric(name, help string, kind Kind, labels []string) *Metric {
	return &Metric{name, help, kind, labels, prometheus.NewDesc(name, help, labels, nil)}
}

func gauge(name, help string, labels ...string) *Metric {
	return newMetric(name, help, Gauge, labels)
}

func counter(name, help string, labels ...string) *Metric {
	return newMetric(name, help, Counter, labels)
}

func histogram(name, help string, labels ...string) *Metric {
	return newMetric(name, help, Histogram, labels)
}

// value gives a value of a gauge or counter that is kept elsewhere, with the values of
// its labels in their order.
func (m *Metric) value(value float64, labels ...string) prometheus.Metric {
	kind := prometheus.GaugeValue
	if m.Kind == Counter {
		kind = prometheus.CounterValue
	}
	out, err := prometheus.NewConstMetric(m.desc, kind, value, valid(labels)...)
	if err != nil {
		return prometheus.NewInvalidMetric(m.desc, err)
	}
	return out
}

// counters makes the values of a counter.
func (m *Metric) counters(r prometheus.Registerer) *prometheus.CounterVec {
	v := prometheus.NewCounterVec(prometheus.CounterOpts{Name: m.Name, Help: m.Help}, m.Labels)
	r.MustRegister(v)
	return v
}

// bounds are the upper bounds of all histograms, in seconds.
var bounds = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

// histograms makes the values of a histogram.
func (m *Metric) histograms(r prometheus.Registerer) *prometheus.HistogramVec {
	v := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: m.Name, Help: m.Help, Buckets: bounds}, m.Labels)
	r.MustRegister(v)
	return v
}

// valid gives values of labels as Prometheus takes them, which are UTF-8.
func valid(labels []string) []string {
	labels = slices.Clone(labels)
	for i, label := range labels {
		labels[i] = strings.ToValidUTF8(label, "�")
	}
	return labels
}
