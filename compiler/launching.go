package compiler

import (
	"auto/compiler/files"
	"auto/lang/ast"
	"auto/stdlib"
)

// launching finds out how a policy launches: by the clauses of its block, for those that
// it does not write by the file's defaults, and else by the language's.
func (c *checker) launching(s *scope, p *Policy) {
	p.Clauses.Missed = MissedLast
	written := p.Clauses.read(p.Decl.Body, nil)
	own, far := c.maps(s, p.Decl.Body, stdlib.PolicyFields), files.Maps{}
	if p.Defaults != nil {
		p.Clauses.read(p.Defaults, written)
		far = c.maps(s, p.Defaults, stdlib.PolicyFields)
	}
	p.ownTags, p.farTags = own.Tags, far.Tags
	p.Clauses.Tags, p.Clauses.Params = files.Nearer(far.Tags, own.Tags), files.Nearer(far.Params, own.Params)
	p.Clauses.Config = own.Config
}

// TagsIn gives the tags of the policy's runs that a sensor asks for, by the sensor's name:
// those of Clauses, with the sensor's own between the policy's and the defaults.
func (p *Policy) TagsIn(sensor string) []files.Entry {
	if tags, ok := p.sensorTags[sensor]; ok {
		return tags
	}
	return p.Clauses.Tags
}

// tagIn puts the tags of a sensor between those of the policy and those of the defaults.
func (p *Policy) tagIn(s *Sensor) {
	if _, done := p.sensorTags[s.Name]; done || len(s.Tags) == 0 {
		return
	}
	if p.sensorTags == nil {
		p.sensorTags = map[string][]files.Entry{}
	}
	p.sensorTags[s.Name] = files.Nearer(files.Nearer(p.farTags, s.Tags), p.ownTags)
}

// read takes over those clauses of a block whose words are not written already, and gives
// the words of all.
func (l *Clauses) read(b *ast.Block, written map[string]bool) map[string]bool {
	words := map[string]bool{}
	for _, clause := range b.Clauses {
		words[clause.Word()] = true
		if !written[clause.Word()] {
			l.clause(clause)
		}
	}
	return words
}

func (l *Clauses) clause(clause ast.Clause) {
	switch k := clause.(type) {
	case *ast.Rate:
		l.rate(k)
	case *ast.Choice:
		l.choice(k)
	case *ast.Wait:
		if k.Word() == "quiet" {
			l.Quiet = k.For.Value
		}
	case *ast.Retry:
		l.Retry = Retry{Times: int(k.Count.Value), After: k.After.Value}
		if k.UpTo != nil {
			l.Retry.UpTo = k.UpTo.Value
		}
	case *ast.Halt:
		l.HaltAbove = int(k.Count.Value)
	case *ast.Pause:
		l.PausedUntil, _ = files.PauseUntil(k.Until.Value) // its form is checked with the clause
		l.PauseReason = k.Because.Value
	case *ast.Priority:
		l.Priority = int(k.Number.Value)
	case *ast.Max:
		l.MaxPerRun = int(k.Count.Value)
	}
}

// rate reads `limit` and `at most`, which may be given more than once: all of them hold.
func (l *Clauses) rate(k *ast.Rate) {
	n := int(k.Count.Value)
	switch {
	case k.Word() == "at most":
		l.AtMost = append(l.AtMost, files.Limit{Count: n, Per: k.Per.Value})
	case k.Per != nil:
		l.Limits = append(l.Limits, files.Limit{Count: n, Per: k.Per.Value})
	case l.PerTick == 0 || n < l.PerTick:
		l.PerTick = n
	}
}

func (l *Clauses) choice(k *ast.Choice) {
	switch k.Word() {
	case "missed":
		l.Missed = Missed(k.Value.Name)
	case "order":
		l.NewestFirst = k.Value.Name == "newest"
	case "group by":
		l.Group = Group(k.Value.Name)
	}
}
