package sidebyside

import (
	"net/url"
	"strings"
	"testing"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// line is a bad line to a server: toxiproxy delays and breaks what goes over it.
type line struct{ *toxiproxy.Proxy }

func newLine(t *testing.T, to string) line {
	t.Helper()
	address, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	l := line{toxiproxy.NewProxy(server, "dagster", "127.0.0.1:0", address.Host)}
	if err := l.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Stop)
	return l
}

// url is where the line begins.
func (l line) url() string { return "http://" + l.Listen }

// toxics are what can be wrong with the line, one at a time.
var toxics = []string{
	`{"name": "now", "type": "latency", "stream": "downstream", "attributes": {"latency": 100, "jitter": 300}}`,
	`{"name": "now", "type": "latency", "stream": "upstream", "attributes": {"latency": 100, "jitter": 300}}`,
	`{"name": "now", "type": "reset_peer", "stream": "downstream", "toxicity": 0.3, "attributes": {"timeout": 100}}`,
	`{"name": "now", "type": "limit_data", "stream": "downstream", "toxicity": 0.3, "attributes": {"bytes": 2000}}`,
	`{"name": "now", "type": "slicer", "stream": "downstream", "attributes": {"average_size": 100, "size_variation": 50, "delay": 100}}`,
	`{"name": "now", "type": "timeout", "stream": "downstream", "toxicity": 0.2, "attributes": {"timeout": 1000}}`,
}

// become lets one thing be wrong with the line, -1 for none.
func (l line) become(t *testing.T, which int) {
	t.Helper()
	l.Toxics.ResetToxics(t.Context())
	if which < 0 {
		return
	}
	if _, err := l.Toxics.AddToxicJson(strings.NewReader(toxics[which])); err != nil {
		t.Fatal(err)
	}
}
