// Package rules decides what one file means: a pure function of a files block's
// program, a version of a file, the instant of the tick, and the graph
// (docs/language.md, Clauses; Globs, captures, templates).
package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"auto/compiler/files"
	"auto/runtime/params"
	"auto/runtime/request"
	"auto/vm"
	"auto/vm/code"
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
	// Tried has for a file that no rule matched each rule, in order.
	Tried []Trial
	// Rules are the names of the rules that matched, in order.
	Rules []string
	// Captures are what these rules captured; of two with one name the first rule's.
	Captures []match.Value
	// Request is the run of a Requested file, or the move of a Quarantined one, without
	// ID and Attempt.
	Request request.Request
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

// Decider decides about files by one program. It is safe for concurrent use where its
// funcs are.
type Decider struct {
	Program *files.Program
	// Graph holds the assets; nil where none is given, and then a partition is the text
	// that was captured, and an op has its asset's name with "__" for "/".
	Graph *graph.Graph
	// Exists reports whether a dynamic definition has a key; a nil func knows none.
	Exists func(definition, key string) bool
	// Getenv gives the value of an environment name that templates use; of one that it,
	// or a nil func, does not know, the field stays as it is written.
	Getenv func(name string) (string, bool)
	// Params decides about the parameters of runs of the block's job.
	Params params.InForce
}

// Scope gives the part of a key below the block's prefix, and false with the reason
// where the file is none of the block's: outside the prefix, a folder marker, or
// quarantined. Size is in bytes.
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
	f := fields{d: d, in: in, name: below}
	if i := strings.LastIndexByte(below, '/'); i >= 0 {
		f.folder, f.name = below[:i], below[i+1:]
	}
	decided := d.Program.Machine.Run(f.name, f.folder)
	if decided.Outcome != code.Requested {
		return d.unmatched(f, decided.Outcome)
	}
	return d.matched(f, decided)
}

// unmatched decides about a file that no rule matches.
func (d *Decider) unmatched(f fields, outcome code.Outcome) Decision {
	out := Decision{Kind: Unmatched, Reason: "No rule matches."}
	if f.in.Known != nil {
		out.Tried = d.Tried(f.name, f.folder)
	} else {
		out.Tried = d.unmatchedBy(f.name, f.folder)
	}
	switch outcome {
	case code.Refused:
		out.Kind, out.Reason = Parked, "No rule matches, and the block says `otherwise error`."
	case code.Quarantined:
		out.Kind, out.Request = Quarantined, d.request(f)
		out.Request.MoveTo = d.quarantine(f)
	}
	return out
}

// quarantine gives where a file is moved; a place that ends in "/" is its new folder. A
// field that is empty between two slashes leaves one: "bad/{folder_path}/" is "bad/" for a
// file at the top.
func (d *Decider) quarantine(f fields) string {
	to, gap := "", false
	for _, p := range d.Program.Otherwise.To.Parts() {
		text := d.Program.Otherwise.To.ExpandPart(p, f.text)
		if gap {
			text = strings.TrimPrefix(text, "/")
		}
		gap = p.Field != "" && text == "" && strings.HasSuffix(to, "/")
		to += text
	}
	if strings.HasSuffix(to, "/") {
		to += f.name
	}
	return to
}

// matched decides about a file by the rules that match it.
func (d *Decider) matched(f fields, decided vm.FileDecision) Decision {
	out := Decision{Kind: Requested, Rules: []string{}}
	matched := make([]hit, len(decided.Rules))
	for i, index := range decided.Rules {
		r := &d.Program.Rules[index]
		matched[i] = hit{rule: r, fields: f.of(captures(r, f.name, f.folder))}
		if targets := d.Program.Code.Rules[index].Targets; len(targets) > 0 {
			matched[i].target = int(targets[0])
		}
		out.Rules = append(out.Rules, r.Name)
		out.Captures = addCaptures(out.Captures, matched[i].captures)
	}
	w := &writer{fields: f.of(out.Captures), config: map[string]map[string]any{}}
	w.write(matched, decided.Targets)
	out.Request = w.request
	out.Request.Rules = out.Rules
	if w.reason != "" {
		out.Kind, out.Reason = Parked, w.reason
	}
	return out
}

// hit is a rule that matches a file, with the file's fields and the rule's captures.
type hit struct {
	rule *files.Rule
	// target is the number of its first target.
	target int
	fields
}

// captures gives what a rule captures of a file that it matches.
func captures(r *files.Rule, name, folder string) []match.Value {
	values, _ := r.Pattern.Match(name, nil)
	if r.Folder != nil {
		values, _ = r.Folder.Match(folder, values)
	}
	return values
}

// addCaptures adds captures whose name is new: the first rule's value stays.
func addCaptures(all, more []match.Value) []match.Value {
	for _, v := range more {
		if !slices.ContainsFunc(all, func(other match.Value) bool { return other.Name == v.Name }) {
			all = append(all, v)
		}
	}
	return all
}

// request gives what a request about a file always has.
func (d *Decider) request(f fields) request.Request {
	p := d.Program
	return request.Request{
		Block: p.Name, Job: p.Job, Priority: p.Priority, File: f.in.File, DecidedAt: f.in.Tick.UTC(),
		RunKey: p.RunKey.Expand(f.text), Selection: []string{}, RunConfig: map[string]any{"ops": map[string]any{}},
	}
}
