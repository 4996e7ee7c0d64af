package compiler

import (
	"fmt"
	"slices"
	"strings"

	"auto/compiler/condition"
	"auto/compiler/files"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
)

// review finds what sensors and policies of a set without errors surely do not mean
// together.
func (c *checker) review(out *Policies) {
	if c.Graph == nil || c.values.Findings.HasErrors() {
		return
	}
	of := map[string]*Policy{}
	for _, p := range out.Policies {
		for _, key := range p.Keys {
			of[key] = p
		}
	}
	for _, s := range out.Sensors {
		c.reviewSensor(s, of)
	}
	for _, p := range out.Policies {
		c.crossings(out, p, of)
		c.limits(out, p)
		c.paces(out, p)
	}
	c.units(out, of)
}

// reviewSensor finds a sensor that has nothing to evaluate.
func (c *checker) reviewSensor(s *Sensor, of map[string]*Policy) {
	if s.Decl != nil && len(s.Keys) > 0 && !slices.ContainsFunc(s.Keys, func(key string) bool { return of[key] != nil }) {
		c.find(diag.NoEffect, s.Decl.Name.Span, "Write a policy for some of them, or remove the sensor.", "The sensor `%s` evaluates nothing: no policy is for what it selects.", s.Name)
	}
}

// crossings finds the dependencies that a policy's condition asks about in vain, because
// another sensor evaluates them: the first one, and how many more.
func (c *checker) crossings(out *Policies, p *Policy, of map[string]*Policy) {
	if p.When == nil || len(out.Sensors) < 2 {
		return
	}
	asks := condition.Asks(p.When, c.Graph)
	if asks == nil {
		return
	}
	var asset, dep string
	more := 0
	for _, key := range p.Keys {
		for _, d := range asks(key) {
			switch {
			case of[d] == nil || of[d].When == nil || out.SensorOf(d) == out.SensorOf(key):
			case asset == "":
				asset, dep = key, d
			default:
				more++
			}
		}
	}
	if asset == "" {
		return
	}
	own, other := out.SensorOf(asset), out.SensorOf(dep)
	c.values.Findings.Add(diag.Diagnostic{Code: diag.SensorsCross, Span: p.Decl.Name.Span,
		Message: fmt.Sprintf("`%s` is in the sensor `%s`, and `%s`, whose condition asks whether `%s` is requested on the same tick, in `%s`%s.", dep, other.Name, asset, dep, own.Name, andMore(more)),
		Help:    "Put both into one sensor, so that they can share a run.",
		Related: related(other, of[dep])})
}

// related points at a sensor, or for a default one at the policy of what it evaluates.
func related(s *Sensor, p *Policy) []diag.Related {
	if s.Decl != nil {
		return []diag.Related{{Span: s.Decl.Name.Span, Message: "The other sensor is here."}}
	}
	return []diag.Related{{Span: p.Decl.Name.Span, Message: "The policy of the dependency, which is in no sensor, is here."}}
}

func andMore(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "; and so for one more dependency"
	}
	return fmt.Sprintf("; and so for %d more dependencies", n)
}

// limits finds a limit of a policy whose assets several sensors evaluate.
func (c *checker) limits(out *Policies, p *Policy) {
	clause := firstOf(p, "limit")
	if clause == nil {
		return
	}
	var names []string
	for _, key := range p.Keys {
		if name := out.SensorOf(key).Name; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) < 2 {
		return
	}
	slices.Sort(names)
	c.find(diag.LimitPerSensor, clause.Place(), "Write a policy for each sensor, or put the assets into one sensor.",
		"The assets of `%s` are in the sensors `%s`, and a limit counts in each of them alone.", p.Name, strings.Join(names, "`, `"))
}

// firstOf gives the first clause with a word that a policy or its defaults have, nil for
// none.
func firstOf(p *Policy, word string) ast.Clause {
	for _, b := range []*ast.Block{p.Decl.Body, p.Defaults} {
		if b == nil {
			continue
		}
		if i := slices.IndexFunc(b.Clauses, func(k ast.Clause) bool { return k.Word() == word }); i >= 0 {
			return b.Clauses[i]
		}
	}
	return nil
}

// paces finds rates of a policy's own block that hold nothing back, because no sensor of
// its assets ticks twice in their time.
func (c *checker) paces(out *Policies, p *Policy) {
	for _, clause := range p.Decl.Body.Clauses {
		k, ok := clause.(*ast.Rate)
		if !ok || k.Per == nil || len(p.Keys) == 0 || slices.ContainsFunc(p.Keys, func(key string) bool { return out.SensorOf(key).Every < k.Per.Value }) {
			continue
		}
		s := out.SensorOf(p.Keys[0])
		help := "Remove the clause, or write a longer time."
		if k.Word() == "limit" {
			help = fmt.Sprintf("Write `limit %d per tick`, or a longer time.", k.Count.Value)
		}
		c.find(diag.NoEffect, k.Per.Span, help, "The sensor `%s` ticks every %s, so no two ticks are within %s.", s.Name, files.DurationText(s.Every), k.Per.Text)
	}
}

// unit is the assets of one execution set in one repository.
type unit struct{ name, repository string }

// member is an asset of a unit with its policy.
type member struct {
	key string
	of  *Policy
}

// units finds execution sets whose assets different sensors evaluate, or different policies
// launch, and those that are more than `max per run`. Each is found once.
func (c *checker) units(out *Policies, of map[string]*Policy) {
	members, order := map[unit][]member{}, []unit{}
	for _, key := range c.Graph.Keys() {
		a, _ := c.Graph.Asset(key)
		if a.ExecutionSet == "" || of[key] == nil {
			continue
		}
		u := unit{a.ExecutionSet, a.Repository}
		if members[u] == nil {
			order = append(order, u)
		}
		members[u] = append(members[u], member{key, of[key]})
	}
	for _, u := range order {
		c.unit(out, u, members[u])
	}
}

func (c *checker) unit(out *Policies, u unit, members []member) {
	first := members[0]
	for _, m := range members[1:] {
		var split, at, other = "", m.of.Decl.Name.Span, first.of.Decl.Name.Span
		switch s, t := out.SensorOf(first.key), out.SensorOf(m.key); {
		case s != t:
			split = fmt.Sprintf("the sensors `%s` and `%s` evaluate", s.Name, t.Name)
			at, other = sensorAt(t, at), sensorAt(s, other)
		case m.of != first.of:
			split = fmt.Sprintf("the policies `%s` and `%s` launch", first.of.Name, m.of.Name)
		default:
			continue
		}
		c.values.Findings.Add(diag.Diagnostic{Code: diag.UnitSplit, Span: at,
			Message: fmt.Sprintf("The assets `%s` and `%s` of the execution set `%s` run together, but %s them.", first.key, m.key, u.name, split),
			Help:    "Put the whole set under one policy and into one sensor.",
			Related: []diag.Related{{Span: other, Message: "The other one is here."}}})
		return
	}
	if limit := first.of.Clauses.MaxPerRun; limit > 0 && limit < len(members) {
		c.find(diag.UnitSplit, firstOf(first.of, "max").Place(), fmt.Sprintf("Write `max %d per run`, or more.", len(members)),
			"The execution set `%s` has %d assets, which are always in one run.", u.name, len(members))
	}
}

// sensorAt gives the place of a sensor's name, that of a policy for one that has none.
func sensorAt(s *Sensor, policy source.Span) source.Span {
	if s.Decl == nil {
		return policy
	}
	return s.Decl.Name.Span
}
