package project

import (
	"maps"
	"net"
	"slices"
	"strings"
	"time"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/yamldoc"

	"golang.org/x/net/http/httpguts"
)

// Dagster says how the project's Dagster deployment is reached, and how it is read
// (docs/dagster.md).
type Dagster struct {
	// URL is the address of the webserver, or of its /graphql; "" where there is none.
	URL string
	// Token is the environment name of a token of Dagster+, "" for none.
	Token string
	// Headers are sent with every call; `{env.NAME}` stands for an allowed environment name.
	Headers map[string]string
	// TLS are files, below the project's folder unless absolute.
	TLS TLS
	// Timeout bounds one call, Rate is the greatest number of calls a second, 0 for any.
	Timeout time.Duration
	Rate    int
	// Poll is how often it is asked what happened.
	Poll time.Duration
	// GRPC has the addresses of code servers by code location: host:port or unix:PATH.
	GRPC map[string]string
	// Overrides is a file that settles what an import leaves in doubt, below the project's
	// folder unless absolute; "" for none.
	Overrides string
	// At is where it is written.
	At source.Span
}

// EnvNames gives the environment names that a call needs: those of the token and headers.
func (d Dagster) EnvNames() []string {
	var names []string
	if d.Token != "" {
		names = append(names, d.Token)
	}
	for _, value := range d.Headers {
		for _, field := range EnvField.FindAllStringSubmatch(value, -1) {
			names = append(names, field[1])
		}
	}
	return names
}

// TLS names PEM files: the authorities that are trusted instead of the system's, and what
// is shown to the server.
type TLS struct{ Authorities, Certificate, Key string }

// The bounds of how a deployment is read.
const (
	defaultPoll, minPoll = 5 * time.Second, time.Second
	defaultCall          = time.Minute
)

func parseDagster(m *yamldoc.Map, env map[string]*string) Dagster {
	n := m.Node("dagster")
	if n == nil {
		return Dagster{}
	}
	inner := m.Map(n, "`dagster`")
	defer inner.Close()
	d := Dagster{Timeout: defaultCall, Poll: defaultPoll, At: inner.Place()}
	if inner.Require("url", `"https://dagster.example"`) {
		d.URL = checkURL(inner, "url", inner.Text("url"))
	}
	d.Token, d.Headers, d.TLS = parseSecret(inner, env, "token"), parseHeaders(inner, env), parseTLS(inner)
	d.Timeout, d.Poll = atLeast(inner, "timeout", d.Timeout, time.Second), atLeast(inner, "poll", d.Poll, minPoll)
	if rate, ok := inner.Int("requests_per_second"); ok {
		d.Rate = rate
		if rate < 1 {
			inner.Addf(diag.YAMLValue, inner.At("requests_per_second"), "Write a number from 1.", "`requests_per_second` cannot be %d.", rate)
		}
	}
	d.GRPC, d.Overrides = parseCodeServers(inner), inner.Text("overrides")
	return d
}

// atLeast reads a duration that has a lower bound.
func atLeast(m *yamldoc.Map, field string, other, least time.Duration) time.Duration {
	given, ok := m.Duration(field)
	if !ok {
		return other
	}
	if given < least {
		m.Addf(diag.YAMLValue, m.At(field), "Write such as `"+other.String()+"`.", "`%s` cannot be less than %v.", field, least)
	}
	return given
}

// parseHeaders reads headers, and finds environment names in them that are not allowed.
func parseHeaders(m *yamldoc.Map, env map[string]*string) map[string]string {
	headers := parseHeaderMap(m)
	for _, name := range slices.Sorted(maps.Keys(headers)) {
		for _, field := range EnvField.FindAllStringSubmatch(headers[name], -1) {
			allowed(m, env, field[1], "headers")
		}
	}
	return headers
}

// parseHeaderMap reads headers, and finds what no call could be made with.
func parseHeaderMap(m *yamldoc.Map) map[string]string {
	n := m.Node("headers")
	if n == nil {
		return nil
	}
	inner, headers := m.Map(n, "`headers`"), map[string]string{}
	for _, name := range inner.Names() {
		headers[name] = inner.Text(name)
		if !httpguts.ValidHeaderFieldName(name) {
			inner.Addf(diag.YAMLValue, inner.KeyAt(name), "Write such as `X-Token`: letters, digits and `-`.", "%q is no name of a header.", name)
		}
		if !httpguts.ValidHeaderFieldValue(headers[name]) {
			inner.Addf(diag.YAMLValue, inner.At(name), "Write it on one line.", "The header `%s` holds a control character.", name)
		}
	}
	return headers
}

func parseTLS(m *yamldoc.Map) TLS {
	n := m.Node("tls")
	if n == nil {
		return TLS{}
	}
	inner := m.Map(n, "`tls`")
	defer inner.Close()
	t := TLS{inner.Text("ca"), inner.Text("certificate"), inner.Text("key")}
	if (t.Certificate == "") != (t.Key == "") {
		inner.Addf(diag.YAMLMissing, inner.Place(), "Write both, or none.", "`certificate` and `key` belong together.")
	}
	return t
}

func parseCodeServers(m *yamldoc.Map) map[string]string {
	servers := m.TextMap("grpc")
	for _, location := range slices.Sorted(maps.Keys(servers)) {
		if path, ok := strings.CutPrefix(servers[location], "unix:"); ok && path != "" {
			continue
		}
		if host, port, err := net.SplitHostPort(servers[location]); err != nil || host == "" || port == "" {
			m.Addf(diag.YAMLValue, m.At("grpc"), "Write such as `grpc: {"+location+": \"code-server:4000\"}`.", "The address of the code server of `%s` is %q.", location, servers[location])
		}
	}
	return servers
}
