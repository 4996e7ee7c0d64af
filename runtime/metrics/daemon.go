package metrics

import (
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Daemon counts what happens and no status says. It is safe for concurrent use; a nil
// Daemon counts nothing.
type Daemon struct {
	mu        sync.Mutex
	counts    map[*Metric]map[key]float64
	ticks     map[string]*histogram
	delivered histogram
}

// key has the values of up to two labels.
type key [2]string

// NewDaemon gives counts that are 0.
func NewDaemon() *Daemon {
	return &Daemon{counts: map[*Metric]map[key]float64{}, ticks: map[string]*histogram{}}
}

func (d *Daemon) count(m *Metric, n int, labels key) {
	if d == nil || n == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.counts[m] == nil {
		d.counts[m] = map[key]float64{}
	}
	d.counts[m][labels] += float64(n)
}

// Ticked counts a tick of a sensor and the time that it took.
func (d *Daemon) Ticked(sensor string, took time.Duration) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.ticks[sensor] == nil {
		d.ticks[sensor] = &histogram{}
	}
	d.ticks[sensor].observe(took.Seconds())
}

// Delivered counts an attempt to deliver a request: its outcome is "acknowledged",
// "failed" or "refused".
func (d *Daemon) Delivered(outcome string, took time.Duration) {
	if d == nil {
		return
	}
	d.count(Deliveries, 1, key{outcome})
	d.mu.Lock()
	defer d.mu.Unlock()
	d.delivered.observe(took.Seconds())
}

// Event counts an event that arrived, by its type.
func (d *Daemon) Event(kind string) { d.count(Events, 1, key{kind}) }

// Duplicate counts events that were known by their IDs.
func (d *Daemon) Duplicate(n int) { d.count(Duplicates, n, key{}) }

// Refuse counts a body of events that was refused.
func (d *Daemon) Refuse() { d.count(Refused, 1, key{}) }

// Lineage counts outputs of OpenLineage events that no asset or partition was found for.
func (d *Daemon) Lineage(unmapped, unplaced int) {
	d.count(LineageUnmapped, unmapped, key{})
	d.count(LineageUnplaced, unplaced, key{})
}

// Answered counts an answer over HTTP.
func (d *Daemon) Answered(route string, code int) {
	d.count(Answers, 1, key{route, strconv.Itoa(code)})
}

// AddTo adds the counts to a page. Those without labels are there from the start, so that
// their growth can be asked for.
func (d *Daemon) AddTo(p *Page) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range All {
		if m.Kind == Counter && len(m.Labels) == 0 {
			p.Add(m, d.counts[m][key{}])
			continue
		}
		values := d.counts[m]
		for _, labels := range slices.SortedFunc(maps.Keys(values), compareKeys) {
			p.Add(m, values[labels], labels[:]...)
		}
	}
	for _, sensor := range slices.Sorted(maps.Keys(d.ticks)) {
		p.addHistogram(TickSeconds, d.ticks[sensor], sensor)
	}
	if d.delivered.counts != nil {
		p.addHistogram(DeliverySeconds, &d.delivered)
	}
}

func compareKeys(a, b key) int { return slices.Compare(a[:], b[:]) }
