package metrics

import (
	"net/http"

	"auto/runtime/control"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
)

// Scrape is what one scrape gets: the families of metrics by name.
type Scrape []*dto.MetricFamily

// Scrape gives the counts of the daemon together with what a status of it says. For a nil
// Daemon it is what the status says.
func (d *Daemon) Scrape(s control.Status) (Scrape, error) {
	said := prometheus.NewRegistry()
	if err := said.Register(status{s}); err != nil {
		return nil, err
	}
	from := prometheus.Gatherers{said}
	if d != nil {
		from = append(from, d.registry)
	}
	return from.Gather()
}

// Gather implements prometheus.Gatherer.
func (s Scrape) Gather() ([]*dto.MetricFamily, error) { return s, nil }

// ServeHTTP answers in the format and encoding that the caller asks for; Prometheus' text
// where it does not say.
func (s Scrape) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	promhttp.HandlerFor(s, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}
