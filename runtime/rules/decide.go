// Package rules decides what one file means: a pure function of a files block's
// program, a version of a file, the instant of the tick, and the graph.
package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"auto/compiler/files"
	"auto/lang/template"
	"auto/runtime/request"
	"auto/vm/graph"
	"auto/vm/match"
)

// Kind is what a file comes to.
type Kind int

const (
	// OutOfScope: the file is none of the block's.
	OutOfScope Kind = iota
	// Unmatched: no rule matched, and nothing is done about it.
	Unmatched
	// Parked: it cannot be decided; the reason says why.
	Parked
	// Quarantined: no rule matched, and the file is to be moved.
	Quarantined
	// Requested: a run is requested.
	Requested
)

// Decision is what one file comes to.
type Decision struct {
	Kind Kind
	// Reason says in a sentence why a file is out of scope, unmatched or parked.
	Reason string
	// Tried has for an unmatched file each rule and why it did not match.
	Tried []Trial
	// Rules are the names of the rules that matched, in order.
	Rules []string
	// Captures are what these rules captured; of two with one name the first rule's.
	Captures []match.Value
	// Request is the run of a Requested file, or the move of a Quarantined one, without
	// ID and Attempt.
	Request request.Request
}

// Trial is a rule that did not match a file.
type Trial struct {
	Rule, Why string
}

// Input is one file on one tick.
type Input struct {
	File request.File
	// Tick is the instant of the tick.
	Tick time.Time
	// Known tells which fields of the file are known: of a key that is only tried out,
	// others stay in templates as they are written. A nil func knows all.
	Known func(field string) bool
}

// Decider decides about files by one program.
type Decider struct {
	Program *files.Program
	// Graph holds the assets; nil where none is given, and then a partition is the text
	// that was captured.
	Graph *graph.Graph
	// Exists reports whether a dynamic definition has a key; a nil func has none.
	Exists func(definition, key string) bool
	// Getenv gives the value of an environment name that templates use.
	Getenv func(name string) (string, bool)
}

// Scope gives the part of a key below the block's prefix, and false with the reason
// where the file is none of the block's: outside the prefix, a folder marker, or
// quarantined.
func (d *Decider) Scope(key string, size int64) (below string, ok bool, reason string) {
	p := d.Program
	below, inside := strings.CutPrefix(key, p.Source.Prefix)
	switch {
	case !inside:
		return "", false, fmt.Sprintf("The key is outside the prefix `%s`.", p.Source.Prefix)
	case below == "" || strings.HasSuffix(key, "/") && size == 0:
		return "", false, "The key marks a folder."
	case p.Otherwise.Head != "" && strings.HasPrefix(key, p.Otherwise.Head):
		return "", false, fmt.Sprintf("The key lies in the quarantine `%s`.", p.Otherwise.Head)
	}
	return below, true, ""
}

// Decide gives what a file comes to.
func (d *Decider) Decide(in Input) Decision {
	below, ok, reason := d.Scope(in.File.Key, in.File.Size)
	if !ok {
		return Decision{Kind: OutOfScope, Reason: reason}
	}
	if !utf8.ValidString(in.File.Key) {
		return Decision{Kind: Parked, Reason: "The key is not UTF-8, so no request could name it."}
	}
	folder, name := "", below
	if i := strings.LastIndexByte(below, '/'); i >= 0 {
		folder, name = below[:i], below[i+1:]
	}
	hits := d.hits(name, folder)
	if len(hits) == 0 && len(d.Program.Rules) > 0 {
		return d.unmatched(in, name, folder)
	}
	return d.matched(in, name, folder, hits)
}

// hits gives the indexes of the rules that contribute.
func (d *Decider) hits(name, folder string) []int32 {
	hits := d.Program.Set.Match(name, folder, nil)
	if d.Program.TakeFirst && len(hits) > 1 {
		hits = hits[:1]
	}
	return hits
}

// unmatched decides about a file that no rule matches.
func (d *Decider) unmatched(in Input, name, folder string) Decision {
	out := Decision{Kind: Unmatched, Reason: "No rule matches.", Tried: d.Tried(name, folder)}
	switch o := d.Program.Otherwise; o.Action {
	case "error":
		out.Kind, out.Reason = Parked, "No rule matches, and the block says `otherwise error`."
	case "quarantine":
		out.Kind = Quarantined
		f := d.fields(in, name, folder, nil)
		to := o.To.Expand(f.text)
		if strings.HasSuffix(to, "/") {
			to += name
		}
		out.Request = d.request(in, f)
		out.Request.MoveTo = to
	}
	return out
}

// Tried says of each rule why it does not match a name and folder.
func (d *Decider) Tried(name, folder string) []Trial {
	var tried []Trial
	for _, r := range d.Program.Rules {
		switch {
		case !r.Pattern.Matches(name):
			tried = append(tried, Trial{r.Name, fmt.Sprintf("the name `%s` does not match %s", name, shown(r.Pattern))})
		case r.Folder != nil && !r.Folder.Matches(folder):
			tried = append(tried, Trial{r.Name, fmt.Sprintf("the folder `%s` does not match %s", folder, shown(r.Folder))})
		case d.Program.TakeFirst:
			tried = append(tried, Trial{r.Name, "an earlier rule took the file"})
		}
	}
	return tried
}

func shown(p *match.Pattern) string {
	if p.IsRegex() {
		return "`/" + p.Text() + "/`"
	}
	return "`\"" + p.Text() + "\"`"
}

// matched decides about a file by the rules that match it.
func (d *Decider) matched(in Input, name, folder string, hits []int32) Decision {
	out := Decision{Kind: Requested, Rules: []string{}}
	bindings := make([][]match.Value, len(hits))
	for i, hit := range hits {
		bindings[i] = d.captures(&d.Program.Rules[hit], name, folder)
		out.Rules = append(out.Rules, d.Program.Rules[hit].Name)
		for _, v := range bindings[i] {
			if !slices.ContainsFunc(out.Captures, func(other match.Value) bool { return other.Name == v.Name }) {
				out.Captures = append(out.Captures, v)
			}
		}
	}
	w := &writer{d: d, in: in, request: d.request(in, d.fields(in, name, folder, out.Captures)), config: map[string]map[string]any{}}
	w.request.Rules = out.Rules
	w.block(d.fields(in, name, folder, out.Captures))
	for i, hit := range hits {
		for _, t := range d.Program.Rules[hit].Targets {
			w.target(t, d.fields(in, name, folder, bindings[i]))
		}
	}
	// Values of a rule are nearer than the block's, and an earlier rule's nearer than a
	// later one's: the nearest is written last.
	for i, hit := range slices.Backward(hits) {
		w.values(&d.Program.Rules[hit], d.fields(in, name, folder, bindings[i]))
	}
	w.finish()
	out.Request = w.request
	if w.reason != "" {
		out.Kind, out.Reason = Parked, w.reason
	}
	return out
}

func (d *Decider) captures(r *files.Rule, name, folder string) []match.Value {
	values, _ := r.Pattern.Match(name, nil)
	if r.Folder != nil {
		values, _ = r.Folder.Match(folder, values)
	}
	return values
}

// request gives what a request about a file always has.
func (d *Decider) request(in Input, f fields) request.Request {
	p := d.Program
	return request.Request{
		Block: p.Name, Job: p.Job, Priority: p.Priority, File: in.File, DecidedAt: in.Tick.UTC(),
		RunKey: p.RunKey.Expand(f.text), Selection: []string{}, RunConfig: map[string]any{"ops": map[string]any{}},
	}
}

// fields are the values of a file's fields and of captures.
type fields struct {
	d            *Decider
	in           Input
	name, folder string
	captures     []match.Value
}

func (d *Decider) fields(in Input, name, folder string, captures []match.Value) fields {
	return fields{d, in, name, folder, captures}
}

// instant gives a time as templates and values show it: RFC 3339 in UTC, with a fraction
// only where there is one.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// value gives a field with its own type, and false where it is not known.
func (f fields) value(name string) (any, bool) {
	file := f.in.File
	if f.in.Known != nil && !f.in.Known(name) && slices.Contains([]string{"bucket", "size", "etag", "last_modified", "version_id", "tick"}, name) {
		return nil, false
	}
	switch name {
	case "bucket":
		return file.Bucket, true
	case "key":
		return file.Key, true
	case "name":
		return f.name, true
	case "folder":
		return f.folder[strings.LastIndexByte(f.folder, '/')+1:], true
	case "folder_path":
		return f.folder, true
	case "size":
		return file.Size, true
	case "etag":
		return file.ETag, true
	case "last_modified":
		return file.LastModified, true
	case "version_id":
		return file.VersionID, true
	case "tick":
		return f.in.Tick, true
	}
	return f.captured(name)
}

func (f fields) captured(name string) (any, bool) {
	if env, ok := strings.CutPrefix(name, "env."); ok {
		return f.d.Getenv(env)
	}
	for _, v := range f.captures {
		if v.Name == name {
			return v, true
		}
	}
	return nil, false
}

// text gives a field as templates show it.
func (f fields) text(name string) (template.Value, bool) {
	value, ok := f.value(name)
	switch v := value.(type) {
	case string:
		return template.Value{Text: v}, ok
	case int64:
		return template.Value{Text: fmt.Sprint(v)}, ok
	case time.Time:
		return template.Value{Text: instant(v), Time: v.UTC()}, ok
	case match.Value:
		return template.Value{Text: v.Text, Time: v.Time}, ok
	}
	return template.Value{}, false
}

// plain gives a field as JSON shows it; one that is not known as it is written.
func (f fields) plain(name string) any {
	value, ok := f.value(name)
	switch v := value.(type) {
	case time.Time:
		return instant(v)
	case match.Value:
		return v.Text
	}
	if !ok {
		return "{" + name + "}"
	}
	return value
}
