package project

import (
	"regexp"
	"strings"
	"time"

	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/yamldoc"

	"gopkg.in/yaml.v3"
)

// Launcher says where requests go.
type Launcher struct {
	// Kind is "stdout", "webhook", "command", "dagster" or "pull".
	Kind string
	// URL is a webhook's address.
	URL string
	// Command is the program and its arguments of a command.
	Command []string
	// Timeout bounds one delivery.
	Timeout time.Duration
	// Headers of a webhook; `{env.NAME}` stands for an allowed environment name.
	Headers map[string]string
	// Sign is the environment name whose value signs the deliveries of a webhook, "" for
	// none; SignAt is where it is written.
	Sign   string
	SignAt source.Span
	// Workers is how many deliveries may be under way at once; of a pull, how many requests
	// are offered.
	Workers int
	// Settle is how long a run whose launch was not answered is looked for before it is
	// launched again.
	Settle time.Duration
	// At is where it is written.
	At source.Span
}

// parseLauncher reads where requests go; c has the rest of the project file.
func parseLauncher(m *yamldoc.Map, c Config) Launcher {
	n := m.Node("launcher")
	if n == nil {
		return c.Launcher
	}
	inner := m.Map(n, "the launcher")
	l := Launcher{Kind: inner.OneOf("type", "stdout", "webhook", "command", "dagster", "pull"), Workers: 1, At: inner.Place()}
	if !inner.Require("type", "webhook") || l.Kind == "" {
		return l
	}
	defer inner.Close()
	switch l.Kind {
	case "webhook":
		parseWebhook(inner, &l, c.Env)
	case "command":
		parseCommand(inner, &l)
	case "dagster":
		parseLaunches(inner, &l, c)
	case "pull":
		parsePull(inner, &l, c)
	}
	return l
}

func parseWebhook(m *yamldoc.Map, l *Launcher, env map[string]*string) {
	l.Workers, l.Timeout = 8, 10*time.Second
	if m.Require("url", "https://host.example/runs") {
		l.URL = checkURL(m, "url", m.Text("url"))
	}
	parseDelivery(m, l)
	l.Headers = parseHeaders(m, env)
	l.Sign, l.SignAt = parseSecret(m, env, "sign"), m.At("sign")
}

func parseCommand(m *yamldoc.Map, l *Launcher) {
	l.Workers, l.Timeout = 4, time.Minute
	if m.Require("command", "[./launch.sh, --now]") {
		l.Command = parseArgv(m, "command")
	}
	parseDelivery(m, l)
}

// parseLaunches reads how runs are launched in the project's Dagster.
func parseLaunches(m *yamldoc.Map, l *Launcher, c Config) {
	l.Workers, l.Settle = 4, time.Minute
	parseWorkers(m, "workers", &l.Workers)
	l.Settle = atLeast(m, "settle", l.Settle, 5*time.Second)
	if !c.Dagster.At.IsValid() {
		m.Addf(diag.YAMLMissing, m.At("type"), "Write `dagster: {url: \"https://dagster.example\"}`.", "The launcher `dagster` needs the address of the deployment.")
	}
}

// parsePull reads how many requests are offered to a sensor of Dagster.
func parsePull(m *yamldoc.Map, l *Launcher, c Config) {
	l.Workers = 100
	parseWorkers(m, "offer", &l.Workers)
	if c.HTTP.Listen == "" {
		m.Addf(diag.YAMLMissing, m.At("type"), "Write `http: {listen: \"127.0.0.1:7777\"}`.", "The launcher `pull` needs an address where the sensor asks.")
	}
}

// parseWorkers reads a number of deliveries.
func parseWorkers(m *yamldoc.Map, field string, into *int) {
	workers, ok := m.Int(field)
	if !ok {
		return
	}
	*into = workers
	if workers < 1 || workers > 256 {
		m.Addf(diag.YAMLValue, m.At(field), "Write a number from 1 to 256.", "`%s` cannot be %d.", field, workers)
	}
}

// parseDelivery reads what bounds the deliveries of a launcher.
func parseDelivery(m *yamldoc.Map, l *Launcher) {
	if timeout, ok := m.Duration("timeout"); ok {
		l.Timeout = timeout
		if timeout <= 0 {
			m.Addf(diag.YAMLValue, m.At("timeout"), "Write such as `30s`.", "`timeout` cannot be nothing.")
		}
	}
	parseWorkers(m, "workers", &l.Workers)
}

// parseArgv reads a program and its arguments. A single text would need a shell to take
// it apart, and there is none.
func parseArgv(m *yamldoc.Map, name string) []string {
	n := m.Node(name)
	if n.Kind == yaml.ScalarNode {
		m.Addf(diag.YAMLKind, m.At(name), "Write `"+name+": ["+strings.Join(strings.Fields(n.Value), ", ")+"]`; for a shell, `[sh, -c, \"…\"]`.",
			"`%s` is a list of the program and its arguments, as no shell reads it.", name)
		return nil
	}
	argv := m.Texts(name)
	for _, arg := range argv {
		if strings.ContainsRune(arg, 0) {
			m.Addf(diag.YAMLValue, m.At(name), "Remove it.", "An argument cannot hold a NUL character.")
			return nil
		}
	}
	if n.Kind == yaml.SequenceNode && (len(argv) == 0 || argv[0] == "") {
		m.Addf(diag.YAMLValue, m.At(name), "Write such as `["+"./launch.sh, --now]`.", "`%s` names no program.", name)
		return nil
	}
	return argv
}

// EnvField is what stands for an allowed environment name in a text, {env.NAME}; its
// group is the name.
var EnvField = regexp.MustCompile(`\{env\.([A-Za-z_][A-Za-z0-9_]*)\}`)

// allowed finds an environment name that `env` does not have.
func allowed(m *yamldoc.Map, env map[string]*string, name, field string) {
	if _, ok := env[name]; !ok {
		m.Addf(diag.EnvNotAllowed, m.At(field), "Add it to `env`.", "The project does not allow the environment name `%s`.", name)
	}
}

// parseSecret reads a text that is one environment name, and gives the name: a secret
// never stands in a file itself.
func parseSecret(m *yamldoc.Map, env map[string]*string, field string) string {
	text := m.Text(field)
	if text == "" {
		return ""
	}
	parts := EnvField.FindStringSubmatch(text)
	if parts == nil || parts[0] != text {
		m.Addf(diag.YAMLValue, m.At(field), "Write `"+field+": \"{env.NAME}\"`, and the name in `env`.", "`%s` is a secret, which does not stand in the project file.", field)
		return ""
	}
	allowed(m, env, parts[1], field)
	return parts[1]
}

// Expand puts the values of allowed environment names into a text.
func (p *Project) Expand(text string) string {
	return EnvField.ReplaceAllStringFunc(text, func(field string) string {
		return p.Env[EnvField.FindStringSubmatch(field)[1]]
	})
}
