package rules_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"auto/runtime/request"
	"auto/runtime/rules"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// pattern is one as policies write it, and as the regular expression that it means. Its
// captures are r, a text, and d, a date in digits.
type pattern struct{ text, expr string }

var namePatterns = []pattern{
	{`"*.csv"`, `[^/]*\.csv`},
	{`"a?.csv"`, `a[^/]\.csv`},
	{`"[ab]*"`, `[ab][^/]*`},
	{`"{r}.csv"`, `(?P<r>[^/]+)\.csv`},
	{`"{r}_{d:%Y%m%d}.{csv,gz}"`, `(?P<r>[^/]+?)_(?P<d>\d{8})\.(?:csv|gz)`},
	{`"{r}_*"`, `(?P<r>[^/]+?)_[^/]*`},
	{`/(?P<r>[ab]+).*/`, `(?P<r>[ab]+).*`},
	{`/(?i)A.*/`, `(?i)a.*`},
	{`"a.csv"`, `a\.csv`},
}

var folderPatterns = []pattern{
	{``, `.*`},
	{`""`, ``},
	{`"**"`, `.*`},
	{`"x"`, `x`},
	{`"x/**"`, `x(?:/.*)?`},
	{`"**/x"`, `(?:.*/)?x`},
	{`"*"`, `[^/]*`},
	{`"{f}"`, `(?P<f>[^/]+)`},
}

// block is a files block that is drawn.
type block struct {
	prefix, otherwise, runKey string
	first                     bool
	always                    []string
	rules                     []rule
}

type rule struct {
	name, folder pattern
	targets      []string // templates, with [r] where the partition is the capture r
	tag, config  string   // templates; "" for none
}

// binds reports whether a rule captures a name.
func (r rule) binds(name string) bool {
	return strings.Contains(r.name.expr+r.folder.expr, "(?P<"+name+">")
}

func drawBlock(t *rapid.T) block {
	b := block{
		prefix:    rapid.SampledFrom([]string{"", "in/"}).Draw(t, "prefix"),
		otherwise: rapid.SampledFrom([]string{"ignore", "error", `quarantine "bad/{folder_path}/"`}).Draw(t, "otherwise"),
		runKey:    rapid.SampledFrom([]string{"{bucket}/{key}@{etag}", "{folder_path}/{name}#{size}@{last_modified}", "{key}@{tick}{folder}"}).Draw(t, "run key"),
		first:     rapid.Bool().Draw(t, "first"),
		always:    rapid.SampledFrom([][]string{{"base"}, {"base", "other"}, nil}).Draw(t, "always"),
	}
	for range rapid.IntRange(0, 5).Draw(t, "rules") {
		b.rules = append(b.rules, drawRule(t))
	}
	if b.rules == nil && b.always == nil {
		b.always = []string{"base"}
	}
	return b
}

func drawRule(t *rapid.T) rule {
	r := rule{name: rapid.SampledFrom(namePatterns).Draw(t, "name"), folder: rapid.SampledFrom(folderPatterns).Draw(t, "folder")}
	targets, templates := []string{"base", "other", "x", "y"}, []string{"", "{name}", "{size}-{last_modified}"}
	if r.binds("r") {
		targets, templates = append(targets, "t_{r}", "x[r]", "y[r]"), append(templates, "{r}{r}")
	}
	if r.binds("d") {
		templates = append(templates, "{d:%d.%m.%y}", "{d}")
	}
	r.targets = rapid.SliceOfN(rapid.SampledFrom(targets), 1, 3).Draw(t, "targets")
	r.tag, r.config = rapid.SampledFrom(templates).Draw(t, "tag"), rapid.SampledFrom(templates).Draw(t, "config")
	if r.config != "" {
		r.targets = append(r.targets, "base") // config is for what is requested
	}
	return r
}

// text gives the block as policies write it.
func (b block) text() string {
	var out strings.Builder
	fmt.Fprintf(&out, "files f from s3(\"bucket\", prefix=\"%s\") {\n tags { of: \"block\", key: key }\n run_key \"%s\"\n", b.prefix, b.runKey)
	if b.always != nil {
		fmt.Fprintf(&out, " always %s\n", strings.Join(b.always, ", "))
	}
	if b.first {
		out.WriteString(" take first\n")
	}
	for i, r := range b.rules {
		fmt.Fprintf(&out, " match r%d: %s", i, r.name.text)
		if r.folder.text != "" {
			out.WriteString(" in " + r.folder.text)
		}
		out.WriteString(" -> ")
		for j, target := range r.targets {
			if j > 0 {
				out.WriteString(", ")
			}
			key, partitioned := strings.CutSuffix(target, "[r]")
			fmt.Fprintf(&out, "%q", key)
			if partitioned {
				out.WriteString("[r]")
			}
		}
		out.WriteString(" {\n")
		if r.tag != "" {
			fmt.Fprintf(&out, "  tags { of: %q }\n", r.tag)
		}
		if r.config != "" {
			fmt.Fprintf(&out, "  config base { of: %q, size: size }\n", r.config)
		}
		out.WriteString(" }\n")
	}
	return out.String() + " otherwise " + b.otherwise + "\n}\n"
}

// outcome is a decision as far as the slow definition goes.
type outcome struct {
	Kind      rules.Kind
	Rules     []string
	Selection []string
	Captures  map[string]string
	Partition string
	RunKey    string
	Tags      map[string]string
	Config    map[string]any
	MoveTo    string
}

// slow decides by trying each rule in turn with a regular expression of its own.
func (b block) slow(f request.File) outcome {
	rest, inside := strings.CutPrefix(f.Key, b.prefix)
	quarantine := strings.HasPrefix(b.otherwise, "quarantine")
	if !inside || rest == "" || strings.HasSuffix(rest, "/") && f.Size == 0 || quarantine && strings.HasPrefix(f.Key, "bad/") {
		return outcome{Kind: rules.OutOfScope}
	}
	folder, name := "", rest
	if i := strings.LastIndex(rest, "/"); i >= 0 {
		folder, name = rest[:i], rest[i+1:]
	}
	fields := map[string]string{
		"bucket": f.Bucket, "key": f.Key, "name": name, "folder_path": folder, "folder": folder[strings.LastIndex(folder, "/")+1:],
		"size": fmt.Sprint(f.Size), "etag": f.ETag, "last_modified": f.LastModified.Format(time.RFC3339Nano), "tick": now.Format(time.RFC3339Nano),
	}
	out := outcome{Kind: rules.Requested, Captures: map[string]string{}, Tags: map[string]string{"of": "block", "key": f.Key}, RunKey: fill(b.runKey, fields)}
	add := func(key string) {
		if !slices.Contains(out.Selection, key) {
			out.Selection = append(out.Selection, key)
		}
	}
	for _, key := range b.always {
		add(key)
	}
	tag, config, partition, parked := "", "", []string{}, false
	for i, r := range b.rules {
		captures, ok := r.match(name, folder)
		if !ok || b.first && len(out.Rules) > 0 {
			continue
		}
		out.Rules = append(out.Rules, fmt.Sprintf("r%d", i))
		own := map[string]string{}
		for k, v := range fields {
			own[k] = v
		}
		for k, v := range captures {
			own[k] = v
			if _, taken := out.Captures[k]; !taken {
				out.Captures[k] = v
			}
		}
		for _, target := range r.targets {
			key, partitioned := strings.CutSuffix(target, "[r]")
			add(fill(key, own))
			if partitioned {
				partition = append(partition, own["r"])
				parked = parked || partition[0] != own["r"]
			}
		}
		if tag == "" && r.tag != "" {
			tag = "set"
			out.Tags["of"] = fill(r.tag, own)
		}
		if config == "" && r.config != "" {
			config = "set"
			out.Config = map[string]any{"of": fill(r.config, own), "size": f.Size}
		}
	}
	switch {
	case len(b.rules) > 0 && out.Rules == nil && quarantine:
		if folder != "" {
			folder += "/"
		}
		return outcome{Kind: rules.Quarantined, MoveTo: "bad/" + folder + name}
	case len(b.rules) > 0 && out.Rules == nil && b.otherwise == "error", parked:
		return outcome{Kind: rules.Parked}
	case len(b.rules) > 0 && out.Rules == nil:
		return outcome{Kind: rules.Unmatched}
	case len(partition) > 0:
		out.Partition = partition[0]
	}
	if !slices.Contains(out.Selection, "base") {
		out.Config = nil
	}
	return out
}

// match gives what a rule captures, and false where it does not match.
func (r rule) match(name, folder string) (map[string]string, bool) {
	captures := map[string]string{}
	for _, side := range [][2]string{{r.name.expr, name}, {r.folder.expr, folder}} {
		expr := regexp.MustCompile(`(?s)^(?:` + side[0] + `)$`)
		groups := expr.FindStringSubmatch(side[1])
		if groups == nil {
			return nil, false
		}
		for i, group := range expr.SubexpNames() {
			if group != "" {
				captures[group] = groups[i]
			}
		}
	}
	if d, ok := captures["d"]; ok {
		if _, err := time.Parse("20060102", d); err != nil {
			return nil, false
		}
	}
	return captures, true
}

// fill replaces the fields of a template.
func fill(text string, fields map[string]string) string {
	pairs := []string{}
	for name, value := range fields {
		pairs = append(pairs, "{"+name+"}", value)
	}
	if d, ok := fields["d"]; ok {
		pairs = append(pairs, "{d:%d.%m.%y}", d[6:]+"."+d[4:6]+"."+d[2:4])
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// TestSlowDefinition holds Decide against the slow definition, on blocks and keys that
// are drawn.
func TestSlowDefinition(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		b := drawBlock(r)
		programs, found := compileText(b.text(), nil)
		if len(programs) != 1 {
			r.Fatalf("%v\n%s", found, b.text())
		}
		d := &rules.Decider{Program: programs[0]}
		for range 10 {
			f := request.File{Bucket: "bucket", Key: drawKey(r), Size: rapid.Int64Range(0, 2).Draw(r, "size"), ETag: "e", LastModified: now.Add(-time.Hour)}
			got := d.Decide(rules.Input{File: f, Tick: now})
			if diff := cmp.Diff(b.slow(f), shorten(got)); diff != "" {
				r.Fatalf("%q: %s%s\n%s", f.Key, diff, got.Reason, b.text())
			}
		}
	})
}

func drawKey(t *rapid.T) string {
	name := rapid.OneOf(
		rapid.SampledFrom([]string{"a.csv", "ab.csv", "A.CSV", "b_20240229.csv", "b_20230229.gz", "a_b_20240101.csv", "", "a\nb.csv", "é_.csv", "a.csv.bak"}),
		rapid.StringMatching(`[ab_.]{1,4}(\.csv)?`),
	).Draw(t, "name")
	return rapid.SampledFrom([]string{"", "in/", "in/x/", "in/x/y/", "in/y/x/", "x/", "in//", "in//x/", "bad/", "bad/x/", "in/X/"}).Draw(t, "folder") + name
}

// shorten gives a decision as far as the slow definition goes.
func shorten(d rules.Decision) outcome {
	out := outcome{Kind: d.Kind}
	switch d.Kind {
	case rules.Quarantined:
		out.MoveTo = d.Request.MoveTo
	case rules.Requested:
		out.Captures = map[string]string{}
		for _, v := range d.Captures {
			out.Captures[v.Name] = v.Text
		}
		if len(d.Rules) > 0 {
			out.Rules = d.Rules
		}
		r := d.Request
		out.Selection, out.Partition, out.RunKey, out.Tags = r.Selection, r.Partition, r.RunKey, r.Tags
		if ops := r.RunConfig["ops"].(map[string]any); len(ops) > 0 {
			out.Config = ops["base"].(map[string]any)["config"].(map[string]any)
		}
	}
	return out
}
