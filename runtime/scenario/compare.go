package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Difference is one thing that came out otherwise than expected.
type Difference struct {
	// Tick counts from 1; At is its instant.
	Tick int       `json:"tick"`
	At   time.Time `json:"at"`
	// Part of the block: error, requested, runs, evaluations, launched, owed, dropped or halted.
	Part string `json:"part"`
	// Key is that of the asset or check, "" for errors and runs.
	Key string `json:"key,omitzero"`
	// Node is the way to the node of an evaluation, from the root.
	Node []string `json:"node,omitzero"`
	// Wanted and Got are YAML on one line, "" for nothing.
	Wanted string `json:"wanted"`
	Got    string `json:"got"`
}

// Diff writes differences for people: a line for where, then with "-" what was expected
// and with "+" what came.
func Diff(differences []Difference) string {
	var b strings.Builder
	for i, d := range differences {
		if head := d.head(); i == 0 || head != differences[i-1].head() {
			b.WriteString(head + "\n")
		}
		for _, side := range []struct{ sign, text string }{{"-", d.Wanted}, {"+", d.Got}} {
			if side.text != "" {
				fmt.Fprintf(&b, "  %s %s\n", side.sign, d.label()+d.shown(side.text))
			}
		}
	}
	return b.String()
}

// longestError is how much is shown of the text of a refusal, whose findings have it whole.
const longestError = 300

func (d Difference) shown(text string) string {
	if d.Part == "error" && len(text) > longestError {
		return strings.ToValidUTF8(text[:longestError], "") + "…"
	}
	return text
}

func (d Difference) head() string {
	head := fmt.Sprintf("tick %d at %s: %s", d.Tick, d.At.Format(time.RFC3339Nano), d.Part)
	if len(d.Node) > 0 {
		head += " of " + d.Key + ", node " + strings.Join(d.Node, " > ")
	}
	return head
}

func (d Difference) label() string {
	if d.Key == "" || len(d.Node) > 0 {
		return ""
	}
	return quote(d.Key, false) + ": "
}

// comparison compares one tick.
type comparison struct {
	*Session
	number int
	tick   *Tick
	strict bool
	found  []Difference
}

func (c *comparison) differ(part, key string, node []string, wanted, got string) {
	c.found = append(c.found, Difference{Tick: c.number, At: c.tick.At, Part: part, Key: key, Node: slices.Clone(node), Wanted: wanted, Got: got})
}

// compare finds what came out otherwise than the tick expects.
func (c *comparison) compare(out TickOutput) {
	want := c.tick.Expect
	switch {
	case want == nil && errors.Is(out.Err, ErrEarlier):
	case out.Err != nil && (want == nil || want.Error == ""):
		c.differ("error", "", nil, "", out.Err.Error())
	case out.Err == nil && want != nil && want.Error != "":
		c.differ("error", "", nil, want.Error, "")
	case out.Err == nil && want != nil:
		c.requested(want, out)
		c.runRequests(want, out)
		c.evaluations(want, out)
		c.daemonParts(want, out)
	}
}

func (c *comparison) requested(want *Expect, out TickOutput) {
	if want.Requested == nil && !c.strict {
		return
	}
	for _, key := range union(want.Requested, out.Requested) {
		wanted, got := want.Requested[key], out.Requested[key]
		if !c.equal(key, wanted, got) {
			c.differ("requested", key, nil, subsetText(wanted), subsetText(got))
		}
	}
}

func union[V any](a, b map[string]V) []string {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(keys)
	return slices.Compact(keys)
}

func subsetText(s Subset) string {
	if s.IsEmpty() {
		return ""
	}
	return flowText(s.text)
}

// equal reports whether two subsets of an asset or check are the same partitions, whatever
// the order and however ranges are written.
func (c *comparison) equal(key string, a, b Subset) bool {
	return a.True == b.True && (slices.Equal(a.Keys, b.Keys) || slices.Equal(c.expanded(key, a.Keys), c.expanded(key, b.Keys)))
}

// expanded gives the keys of a list one by one, sorted; the list itself where its ranges
// say nothing.
func (c *comparison) expanded(key string, list []string) []string {
	if slices.ContainsFunc(list, isRange) {
		if all, ok := c.Keys(key, c.tick.At); ok {
			if keys, err := all.Expand(list); err == nil {
				list = keys
			}
		}
	}
	list = slices.Sorted(slices.Values(list))
	return slices.Compact(list)
}

// runRequests compares runs as sets of single runs.
func (c *comparison) runRequests(want *Expect, out TickOutput) {
	if want.Runs == nil && (out.Launched != nil || !c.strict && (want.Requested == nil || len(want.Requested) > 0)) {
		return
	}
	wanted, got := c.merged(want.Runs), c.merged(out.Runs)
	for _, id := range union(wanted, got) {
		w, g := wanted[id], got[id]
		if w == nil || g == nil || !slices.Equal(c.expanded(w.key(), w.Partitions), c.expanded(g.key(), g.Partitions)) {
			c.differ("runs", "", nil, w.line(), g.line())
		}
	}
}

// merged puts runs of the same assets and checks together, by those.
func (c *comparison) merged(runs []RunRequest) map[string]*RunRequest {
	out := map[string]*RunRequest{}
	for _, r := range sortedRuns(runs) {
		id := fmt.Sprintf("%q %t %q %t", r.Assets, r.Checks != nil, r.Checks, r.Partitions != nil)
		if same := out[id]; same != nil {
			same.Partitions = append(same.Partitions, r.Partitions...)
			continue
		}
		r.Partitions = slices.Clone(r.Partitions)
		out[id] = &r
	}
	return out
}

// key is an asset or check of the run; all have the same partitions.
func (r *RunRequest) key() string {
	for _, key := range slices.Concat(r.Assets, r.Checks) {
		return key
	}
	return ""
}

func (r *RunRequest) line() string {
	if r == nil {
		return ""
	}
	return flowText(r.text)
}

// sortedRuns puts runs into the order of the format: by the JSON text of assets, checks
// and partitions. Keys within a run are sorted.
func sortedRuns(runs []RunRequest) []RunRequest {
	out := make([]RunRequest, len(runs))
	for i, r := range runs {
		out[i] = RunRequest{Assets: append([]string{}, sorted(r.Assets)...), Checks: sorted(r.Checks), Partitions: r.Partitions}
	}
	slices.SortStableFunc(out, func(a, b RunRequest) int { return strings.Compare(a.sortText(), b.sortText()) })
	return out
}

// sorted gives a sorted copy; nil stays nil.
func sorted(keys []string) []string {
	keys = slices.Clone(keys)
	slices.Sort(keys)
	return keys
}

// sortText is the JSON text as Python writes it, with blanks after commas.
func (r RunRequest) sortText() string {
	var parts []string
	for _, list := range [][]string{append([]string{}, r.Assets...), r.Checks, r.Partitions} {
		if list == nil {
			parts = append(parts, "null")
			continue
		}
		items := make([]string, len(list))
		for i, key := range list {
			text, _ := json.Marshal(key) // a string always has a JSON text
			items[i] = string(text)
		}
		parts = append(parts, "["+strings.Join(items, ", ")+"]")
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func (c *comparison) evaluations(want *Expect, out TickOutput) {
	if want.Evaluations == nil {
		return
	}
	keys := slices.Sorted(maps.Keys(want.Evaluations))
	if c.strict {
		keys = union(want.Evaluations, out.Evaluations)
	}
	for _, key := range keys {
		wanted, got := want.Evaluations[key], out.Evaluations[key]
		if wanted == nil || got == nil {
			c.differ("evaluations", key, nil, wanted.summary(), got.summary())
			continue
		}
		c.tree(key, key, nil, wanted, got)
	}
}

// tree compares two nodes; on is the asset or check on which they are evaluated.
func (c *comparison) tree(key, on string, path []string, wanted, got *Evaluation) {
	path = append(path, wanted.title())
	if _, known := c.Keys(wanted.Node, c.tick.At); known {
		on = wanted.Node
	}
	same := nodeName(wanted.Node) == nodeName(got.Node) && wanted.Label == got.Label
	if !same || !c.equal(on, wanted.Subset, got.Subset) || len(wanted.Children) != len(got.Children) {
		c.differ("evaluations", key, path, wanted.summary(), got.summary())
	}
	if !same || len(wanted.Children) != len(got.Children) {
		return
	}
	for i := range wanted.Children {
		c.tree(key, on, path, wanted.Children[i], got.Children[i])
	}
}

// title is the label of a node, or its name.
func (e *Evaluation) title() string {
	if e.Label != "" {
		return e.Label
	}
	return e.Node
}

// summary is the node without what is below its children.
func (e *Evaluation) summary() string {
	if e == nil {
		return ""
	}
	short := Evaluation{Node: e.Node, Label: e.Label, Subset: e.Subset}
	for _, child := range e.Children {
		short.Children = append(short.Children, &Evaluation{Node: child.Node, Label: child.Label})
	}
	return flowText(short.text)
}

var filtered = regexp.MustCompile(`^((?:ANY|ALL)_(?:DEPS|CHECKS)_MATCH)\((blocking_only=True)?.*\)$`)

// nodeName is a name without its selections, of which only remains that they are there.
func nodeName(name string) string {
	parts := filtered.FindStringSubmatch(name)
	if parts == nil {
		return name
	}
	short := parts[1] + "(" + parts[2]
	for _, selection := range []string{"allow_selection=", "ignore_selection="} {
		if strings.Contains(name, selection) {
			short += "," + selection
		}
	}
	return short
}
