// Package metrics is what the daemon counts, in the text format of Prometheus. It keeps
// what no one else counts (Daemon), and writes that together with what a status says.
package metrics

import (
	"bytes"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
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

// Metric is a metric with its labels.
type Metric struct {
	Name, Help string
	Kind       Kind
	Labels     []string
}

// Page is one answer to a scrape. Its zero value is empty.
type Page struct {
	samples map[*Metric][]sample
}

// sample is one value of a metric: suffix is added to its name.
type sample struct {
	suffix string
	labels []label
	value  float64
}

type label struct{ name, value string }

// Add adds a value of a metric with the values of its labels, in their order.
func (p *Page) Add(m *Metric, value float64, labels ...string) {
	p.add(m, sample{value: value, labels: labelled(m, labels)})
}

func (p *Page) add(m *Metric, s sample) {
	if p.samples == nil {
		p.samples = map[*Metric][]sample{}
	}
	p.samples[m] = append(p.samples[m], s)
}

// labelled puts names to values; a value that is not given is empty.
func labelled(m *Metric, values []string) []label {
	out := make([]label, len(m.Labels))
	for i, name := range m.Labels {
		out[i].name = name
		if i < len(values) {
			out[i].value = values[i]
		}
	}
	return out
}

// ContentType is that of a page.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// WriteTo writes the page: metrics in the order of All, values in that of their addition.
func (p *Page) WriteTo(w io.Writer) (int64, error) {
	var out bytes.Buffer
	for _, m := range All {
		samples := p.samples[m]
		if len(samples) == 0 {
			continue
		}
		out.WriteString("# HELP " + m.Name + " " + helpText.Replace(m.Help) + "\n# TYPE " + m.Name + " " + string(m.Kind) + "\n")
		for _, s := range samples {
			s.write(&out, m.Name)
		}
	}
	return out.WriteTo(w)
}

var (
	helpText  = strings.NewReplacer("\\", `\\`, "\n", `\n`)
	labelText = strings.NewReplacer("\\", `\\`, "\n", `\n`, `"`, `\"`)
)

func (s sample) write(out *bytes.Buffer, name string) {
	out.WriteString(name + s.suffix)
	for i, l := range s.labels {
		out.WriteByte("{,"[min(i, 1)])
		out.WriteString(l.name + `="` + labelText.Replace(strings.ToValidUTF8(l.value, "�")) + `"`)
	}
	if len(s.labels) > 0 {
		out.WriteByte('}')
	}
	out.WriteString(" " + number(s.value) + "\n")
}

func number(value float64) string {
	if math.IsInf(value, 1) {
		return "+Inf"
	}
	return strconv.FormatFloat(value, 'g', -1, 64)
}

// histogram counts values by upper bound.
type histogram struct {
	counts []uint64 // one more than there are bounds
	sum    float64
}

// bounds are the upper bounds of all histograms, in seconds.
var bounds = []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}

func (h *histogram) observe(value float64) {
	if h.counts == nil {
		h.counts = make([]uint64, len(bounds)+1)
	}
	at, _ := slices.BinarySearch(bounds, value)
	h.counts[at]++
	h.sum += value
}

// addHistogram adds the counts of a histogram, each with all that are lower.
func (p *Page) addHistogram(m *Metric, h *histogram, labels ...string) {
	var total uint64
	for i, count := range h.counts {
		total += count
		bound := "+Inf"
		if i < len(bounds) {
			bound = number(bounds[i])
		}
		p.add(m, sample{"_bucket", append(labelled(m, labels), label{"le", bound}), float64(total)})
	}
	p.add(m, sample{"_sum", labelled(m, labels), h.sum})
	p.add(m, sample{"_count", labelled(m, labels), float64(total)})
}
