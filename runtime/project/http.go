package project

import (
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/yamldoc"
)

// HTTP says where the daemon listens (docs/http.md).
type HTTP struct {
	// Listen is host:port, "" where nothing listens.
	Listen string
	// Tokens are what callers may show, each as `{env.NAME}`. Without any only this
	// machine is listened to.
	Tokens []string
	// BodyLimit is how many bytes a body may have, inflated.
	BodyLimit int64
	// At is where the tokens are written, or else the address.
	At source.Span
}

// OpenLineage says what the datasets of OpenLineage events are.
type OpenLineage struct {
	Datasets []Dataset
	// Namespaces are those whose datasets are found by their names, nil for all.
	Namespaces []string
	// Facet and Field name the facet that has the partition key.
	Facet, Field string
}

// Dataset says which asset a dataset is: Namespace "" stands for any, Asset "" for none.
type Dataset struct{ Namespace, Name, Asset string }

// Tracing says where traces go, by the OpenTelemetry protocol over HTTP.
type Tracing struct {
	// Endpoint is an address such as http://collector.example:4318, "" for the one of the
	// environment, OTEL_EXPORTER_OTLP_ENDPOINT, if any.
	Endpoint string
	Headers  map[string]string
}

// The bounds of a body limit, in bytes, and the shortest token.
const (
	defaultBodyLimit           = 8 << 20
	minBodyLimit, maxBodyLimit = 1 << 10, 256 << 20
	minToken                   = 16
)

func parseHTTP(m *yamldoc.Map, env map[string]*string) HTTP {
	n := m.Node("http")
	if n == nil {
		return HTTP{}
	}
	inner := m.Map(n, "`http`")
	defer inner.Close()
	h := HTTP{BodyLimit: defaultBodyLimit, Tokens: inner.Texts("tokens"), At: inner.At("tokens")}
	if inner.Node("tokens") == nil {
		h.At = inner.At("listen")
	}
	if inner.Require("listen", `"127.0.0.1:7777"`) {
		h.Listen = inner.Text("listen")
		h.check(inner)
	}
	for _, token := range h.Tokens {
		checkToken(inner, token, env)
	}
	if inner.Node("body_limit") != nil {
		h.BodyLimit = parseBytes(inner, "body_limit")
	}
	return h
}

// check finds an address that is none, or that needs tokens.
func (h HTTP) check(m *yamldoc.Map) {
	host, port, err := net.SplitHostPort(h.Listen)
	if number, e := strconv.Atoi(port); err != nil || e != nil || number < 0 || number > 65535 || !isHost(host) {
		m.Addf(diag.YAMLValue, m.At("listen"), "Write such as `127.0.0.1:7777`.", "`listen` is an IP address and a port, and this is %q.", h.Listen)
		return
	}
	if len(h.Tokens) == 0 && !isLoopback(host) {
		m.Addf(diag.YAMLMissing, m.At("listen"), "Write `tokens: [\"{env.AUTO_TOKEN}\"]`, or listen at `127.0.0.1:"+port+"`.", "Others can reach `%s`, and there are no tokens.", h.Listen)
	}
}

func isHost(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil || host == "" || host == "localhost"
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.Unmap().IsLoopback()
}

var envAlone = regexp.MustCompile(`^\{env\.([A-Za-z_][A-Za-z0-9_]*)\}$`)

// checkToken finds a token that is written down, or that is of no allowed name.
func checkToken(m *yamldoc.Map, token string, env map[string]*string) {
	name := envAlone.FindStringSubmatch(token)
	if name == nil {
		m.Addf(diag.YAMLValue, m.At("tokens"), "Write `\"{env.AUTO_TOKEN}\"`, and `env: [AUTO_TOKEN]`.", "A token does not stand in the project file.")
		return
	}
	if _, ok := env[name[1]]; !ok {
		m.Addf(diag.YAMLValue, m.At("tokens"), "Write `env: ["+name[1]+"]`.", "The environment name `%s` is not allowed.", name[1])
	}
}

// tokens finds tokens that are too short to be secret.
func (l *loader) tokens(p *Project) {
	for _, token := range p.Config.HTTP.Tokens {
		name := envAlone.FindStringSubmatch(token)
		if name == nil {
			continue // found before
		}
		if value, ok := p.Env[name[1]]; ok && value != token && len(value) < minToken {
			l.list.Addf(diag.YAMLValue, p.Config.HTTP.At, "Set it to a long random text.", "The token in `%s` has less than %d characters.", name[1], minToken)
		}
	}
}

// Tokens gives what callers of the HTTP API may show.
func (p *Project) Tokens() []string {
	tokens := make([]string, 0, len(p.Config.HTTP.Tokens))
	for _, token := range p.Config.HTTP.Tokens {
		if name := envAlone.FindStringSubmatch(token); name != nil {
			tokens = append(tokens, p.Env[name[1]])
		}
	}
	return tokens
}

// parseBytes reads a number of bytes, such as `512KiB` or `8MiB`, within the bounds.
func parseBytes(m *yamldoc.Map, field string) int64 {
	text, unit := m.Text(field), int64(1)
	for suffix, size := range map[string]int64{"KiB": 1 << 10, "MiB": 1 << 20} {
		if rest, ok := strings.CutSuffix(text, suffix); ok {
			text, unit = strings.TrimSpace(rest), size
		}
	}
	number, err := strconv.ParseInt(text, 10, 64)
	if err != nil || number < 0 || number > maxBodyLimit || number*unit < minBodyLimit || number*unit > maxBodyLimit {
		m.Addf(diag.YAMLValue, m.At(field), "Write a size from `1KiB` to `256MiB`.", "`%s` cannot be %q.", field, m.Text(field))
		return defaultBodyLimit
	}
	return number * unit
}

func parseOpenLineage(m *yamldoc.Map) OpenLineage {
	o := OpenLineage{Facet: "partition", Field: "key"}
	n := m.Node("openlineage")
	if n == nil {
		return o
	}
	inner := m.Map(n, "`openlineage`")
	defer inner.Close()
	for _, item := range inner.Items("datasets") {
		o.Datasets = append(o.Datasets, parseDataset(inner.Map(item, "a dataset")))
	}
	if inner.Node("namespaces") != nil {
		o.Namespaces = append([]string{}, inner.Texts("namespaces")...)
	}
	if text := inner.Text("partition"); text != "" {
		facet, field, ok := strings.Cut(text, ".")
		if !ok || facet == "" || field == "" {
			inner.Addf(diag.YAMLValue, inner.At("partition"), "Write such as `partition.key`.", "`partition` names a facet and a field of it, and this is %q.", text)
		}
		o.Facet, o.Field = facet, field
	}
	return o
}

func parseDataset(m *yamldoc.Map) Dataset {
	defer m.Close()
	m.Require("name", "shop.public.orders")
	d := Dataset{Namespace: m.Text("namespace"), Name: m.Text("name")}
	if ignore := m.Node("ignore") != nil && m.Bool("ignore"); ignore {
		if m.Node("asset") != nil {
			m.Addf(diag.YAMLValue, m.KeyAt("ignore"), "Write one of them.", "A dataset has `asset` or `ignore`, not both.")
		}
		return d
	}
	m.Require("asset", "sales/orders")
	d.Asset = m.Text("asset")
	if key := d.Asset; strings.HasPrefix(key, "/") || strings.HasSuffix(key, "/") || strings.Contains(key, "//") {
		m.Addf(diag.YAMLValue, m.At("asset"), "Write components joined by `/`, such as `sales/orders`.", "%q is no asset key.", key)
	}
	return d
}

func parseTracing(m *yamldoc.Map) Tracing {
	n := m.Node("tracing")
	if n == nil {
		return Tracing{}
	}
	inner := m.Map(n, "`tracing`")
	defer inner.Close()
	t := Tracing{Headers: parseHeaderMap(inner)}
	if inner.Require("endpoint", "http://127.0.0.1:4318") {
		t.Endpoint = checkURL(inner, "endpoint", inner.Text("endpoint"))
	}
	return t
}
