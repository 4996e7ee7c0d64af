package scenario

import (
	"strconv"
	"time"

	"auto/runtime/yamldoc"
)

// Launch is what is expected of launched requests: one for each listed partition, or one.
// What is nil or empty is not compared. As what came out it is one request, with all fields.
type Launch struct {
	Assets     []string `json:"assets"`
	Checks     []string `json:"checks,omitzero"`
	Partitions []string `json:"partitions,omitzero"`
	// Policies are those whose conditions decided.
	Policies []string `json:"policies,omitzero"`
	// Tags that are given have to be among those of the request.
	Tags     map[string]string `json:"tags,omitzero"`
	Priority *int              `json:"priority,omitzero"`
	// Retry counts the launches of the decision before this one.
	Retry *int `json:"retry,omitzero"`
}

// Work is what is expected of work that is owed or was dropped: one pair for each listed
// partition, or one. What is empty is not compared.
type Work struct {
	// Asset may be a check, as asset:check.
	Asset      string   `json:"asset"`
	Partitions []string `json:"partitions,omitzero"`
	Policy     string   `json:"policy,omitzero"`
	// Why is a part of the sentence that says why.
	Why string `json:"why,omitzero"`
	// Until is when the wait ends by itself.
	Until time.Time `json:"until,omitzero"`
}

// lists are the parts of a block that list launches and work.
func (e *Expect) lists() []part {
	return []part{
		{"launched", e.Launched != nil, eachText(e.Launched)},
		{"owed", e.Owed != nil, eachText(e.Owed)},
		{"dropped", e.Dropped != nil, eachText(e.Dropped)},
	}
}

// part is a part of a block that is a list: its name, whether it is there, its items.
type part struct {
	name  string
	there bool
	items []func(*flow)
}

// written is what writes itself on one line.
type written interface{ text(f *flow) }

func eachText[T written](items []T) []func(*flow) {
	out := make([]func(*flow), len(items))
	for i, item := range items {
		out[i] = item.text
	}
	return out
}

func (l Launch) text(f *flow) {
	f.mapping(present(
		textsEntry("assets", l.Assets), textsEntry("checks", l.Checks), textsEntry("partitions", l.Partitions),
		when(l.Policies != nil, "policy", func(f *flow) { f.scalarOrList(l.Policies) }),
		numberEntry("priority", l.Priority), numberEntry("retry", l.Retry), mapEntry("tags", l.Tags, oneText),
	))
}

func numberEntry(name string, n *int) entry {
	return when(n != nil, name, func(f *flow) { f.WriteString(strconv.Itoa(*n)) })
}

func (w Work) text(f *flow) {
	f.mapping(present(
		textEntry("asset", w.Asset), textsEntry("partitions", w.Partitions), textEntry("policy", w.Policy), textEntry("why", w.Why), timeEntry("until", w.Until),
	))
}

// launchParts reads the parts of a block that are about a daemon.
func (e *Expect) launchParts(m *yamldoc.Map) {
	if m.Node("launched") != nil {
		e.Launched = []Launch{}
	}
	for _, n := range m.Items("launched") {
		e.Launched = append(e.Launched, launch(m.Map(n, "a launch")))
	}
	e.Owed, e.Dropped = work(m, "owed"), work(m, "dropped")
	e.Halted = keys(m, "halted")
}

// daemonParts are the names of those parts.
var daemonParts = []string{"launched", "owed", "dropped", "halted"}

func launch(m *yamldoc.Map) Launch {
	defer m.Close()
	return Launch{
		Assets: keys(m, "assets"), Checks: keys(m, "checks"), Partitions: keys(m, "partitions"), Policies: m.Texts("policy"),
		Tags: m.TextMap("tags"), Priority: number(m, "priority"), Retry: number(m, "retry"),
	}
}

func number(m *yamldoc.Map, field string) *int {
	n, ok := m.Int(field)
	if !ok {
		return nil
	}
	return &n
}

// work reads a list of owed or dropped work, nil where it is not given.
func work(m *yamldoc.Map, field string) []Work {
	if m.Node(field) == nil {
		return nil
	}
	out := []Work{}
	for _, n := range m.Items(field) {
		w := m.Map(n, "an item of `"+field+"`")
		w.Require("asset", "orders")
		item := Work{Asset: w.Text("asset"), Partitions: keys(w, "partitions"), Policy: w.Text("policy"), Why: w.Text("why")}
		if field == "owed" {
			item.Until = instant(w, "until")
		}
		w.Close()
		out = append(out, item)
	}
	return out
}
