package web

import (
	"net/http"
	"strings"

	"auto/runtime/request"
	"auto/runtime/rules"
)

// filesPage is what files blocks make of a key.
type filesPage struct {
	Key    string
	Blocks []blockPart
	// Count is how many files blocks the project has.
	Count int
}

// blockPart is what one block makes of a key.
type blockPart struct {
	Block, Outcome string
	Matched        bool
	Rules          []string
	Tried          []rules.Trial
	Captures       []capture
	Result         *result
}

// capture is a part of a key that a rule took out of it.
type capture struct{ Name, Text string }

// files shows what the files blocks make of a key.
func (p *Page) files(w http.ResponseWriter, r *http.Request, s session) error {
	deciders, err := p.Deciders(r.Context())
	if err != nil {
		return err
	}
	data := filesPage{Key: strings.TrimSpace(r.URL.Query().Get("key")), Count: len(deciders)}
	if data.Key != "" {
		data.Blocks = p.try(deciders, data.Key)
	}
	p.show(w, http.StatusOK, "files", page{Title: "Try a file key", Session: s, Tab: "files", Data: data})
	return nil
}

// try lets the blocks decide about a key: those that it is in the scope of, or where it is
// in none, all.
func (p *Page) try(deciders []*rules.Decider, key string) []blockPart {
	var in, out []blockPart
	for _, d := range deciders {
		decision := d.Decide(p.input(d, key))
		part := partOf(d.Program.Name, decision)
		if decision.Kind == rules.OutOfScope {
			out = append(out, part)
			continue
		}
		part.Tried = triedOf(d, key)
		in = append(in, part)
	}
	if in == nil {
		return out
	}
	return in
}

// triedOf says of each rule that does not match a key why.
func triedOf(d *rules.Decider, key string) []rules.Trial {
	name := strings.TrimPrefix(key, d.Program.Source.Prefix)
	folder := ""
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		folder, name = name[:i], name[i+1:]
	}
	return d.Tried(name, folder)
}

// input is a key that is only tried out: nothing else is known of the file.
func (p *Page) input(d *rules.Decider, key string) rules.Input {
	file := request.File{Bucket: d.Program.Source.Bucket, Key: key}
	if !strings.HasSuffix(key, "/") {
		file.Size = 1 // a key that is only tried out is no folder marker
	}
	return rules.Input{File: file, Tick: p.Now(), Known: func(field string) bool { return field == "bucket" && file.Bucket != "" }}
}

// partOf gives a decision for people.
func partOf(block string, decision rules.Decision) blockPart {
	b := blockPart{Block: block, Outcome: decision.Reason, Rules: decision.Rules, Matched: decision.Kind == rules.Requested}
	for _, c := range decision.Captures {
		b.Captures = append(b.Captures, capture{c.Name, c.Text})
	}
	switch decision.Kind {
	case rules.Quarantined:
		b.Outcome = "No rule matches; the file is moved to " + decision.Request.MoveTo + "."
	case rules.Requested:
		b.Outcome = "A run is requested."
		found := resultOf(decision.Request)
		b.Result = &found
	}
	return b
}
