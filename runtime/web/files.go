package web

import (
	"context"
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
	data := filesPage{Key: strings.TrimSpace(r.URL.Query().Get("key"))}
	var deciders []*rules.Decider
	if p.Deciders != nil {
		deciders = p.Deciders()
	}
	data.Count = len(deciders)
	if data.Key != "" {
		var err error
		if data.Blocks, err = p.try(r.Context(), deciders, data.Key); err != nil {
			return err
		}
	}
	p.show(w, http.StatusOK, "files", page{Title: "Try a file key", Session: s, Tab: "files", Data: data})
	return nil
}

// try lets the blocks decide about a key: those that it is in the scope of, or where it is
// in none, all.
func (p *Page) try(ctx context.Context, deciders []*rules.Decider, key string) ([]blockPart, error) {
	var in, out []blockPart
	for _, d := range deciders {
		decision := d.Decide(p.input(d, key))
		part, err := p.blockPart(ctx, d, key, decision)
		if err != nil {
			return nil, err
		}
		if decision.Kind == rules.OutOfScope {
			out = append(out, part)
		} else {
			in = append(in, part)
		}
	}
	if in == nil {
		return out, nil
	}
	return in, nil
}

// input is a key that is only tried out: nothing else is known of the file.
func (p *Page) input(d *rules.Decider, key string) rules.Input {
	file := request.File{Bucket: d.Program.Source.Bucket, Key: key}
	if !strings.HasSuffix(key, "/") {
		file.Size = 1 // a key that is only tried out is no folder marker
	}
	return rules.Input{File: file, Tick: p.Now(), Known: func(field string) bool { return field == "bucket" && file.Bucket != "" }}
}

// blockPart gives a decision for people.
func (p *Page) blockPart(ctx context.Context, d *rules.Decider, key string, decision rules.Decision) (blockPart, error) {
	b := blockPart{Block: d.Program.Name, Outcome: p.conceal(decision.Reason), Rules: decision.Rules, Tried: decision.Tried, Matched: decision.Kind == rules.Requested}
	for _, c := range decision.Captures {
		b.Captures = append(b.Captures, capture{c.Name, c.Text})
	}
	switch decision.Kind {
	case rules.Quarantined:
		b.Outcome = "No rule matches; the file is moved to " + p.conceal(decision.Request.MoveTo) + "."
	case rules.Requested:
		b.Outcome = "A run is requested."
		found, err := p.ofFile(ctx, decision.Request, key)
		b.Result = &found
		return b, err
	}
	return b, nil
}

// ofFile gives what the run of a file would be told: with the parameters of its job, where
// it has one.
func (p *Page) ofFile(ctx context.Context, asked request.Request, key string) (result, error) {
	if asked.Job == "" {
		return p.resultOf(asked)
	}
	return p.requested(ctx, asked.Job, asked.Selection, key)
}
