package equal_test

import (
	"slices"

	"auto/lang/ast"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/scenario"
	"auto/vm/graph"
)

// shrink takes out of a scenario what is not needed for it to fail.
func shrink(s *scenario.Scenario, fails func(*scenario.Scenario) bool) *scenario.Scenario {
	for smaller := true; smaller; {
		smaller = false
		for n := 0; ; n++ {
			step := &step{left: n}
			next := read(scenario.Write(step.apply(s)))
			if step.left >= 0 {
				break // there are no more
			}
			if next != nil && fails(next) {
				s, smaller, n = next, true, n-1
			}
		}
	}
	return s
}

// step is one change that makes a scenario smaller: the one after that many others.
type step struct{ left int }

// now reports whether it is this change's turn.
func (st *step) now() bool {
	st.left--
	return st.left == -1
}

// apply gives a copy with the change made.
func (st *step) apply(from *scenario.Scenario) *scenario.Scenario {
	s := *from
	s.Ticks = without(st, s.Ticks)
	s.Assets = without(st, s.Assets)
	for i, t := range s.Ticks {
		own := *t
		own.Expect = nil
		own.Events = without(st, own.Events)
		for j, e := range own.Events {
			own.Events[j] = st.event(e)
		}
		s.Ticks[i] = &own
	}
	for i := range s.Assets {
		s.Assets[i] = st.asset(s.Assets[i])
	}
	s.Partitions = without(st, s.Partitions)
	return &s
}

// without copies a list; one item may be taken out.
func without[T any](st *step, items []T) []T {
	out := slices.Clone(items)
	for i := range items {
		if st.now() {
			return slices.Delete(out, i, i+1)
		}
	}
	return out
}

func (st *step) asset(from *scenario.Asset) *scenario.Asset {
	doc, a := *from.Asset, *from
	a.Asset = &doc
	for i := range a.Deps {
		if st.now() {
			a.Deps = slices.Delete(slices.Clone(a.Deps), i, i+1)
			break
		}
		if a.Deps[i].Mapping != nil && st.now() {
			a.Deps = slices.Clone(a.Deps)
			a.Deps[i].Mapping = nil
		}
	}
	for i := range a.Checks {
		if st.now() {
			a.Checks = slices.Delete(slices.Clone(a.Checks), i, i+1)
			a.CheckConditions = slices.Delete(slices.Clone(a.CheckConditions), i, i+1)
			break
		}
		if plain := (graph.Check{Name: a.Checks[i].Name, Partitioned: a.Checks[i].Partitioned, Condition: a.Checks[i].Condition}); len(a.Checks[i].Deps) > 0 || a.Checks[i].Blocking || a.Checks[i].Embedded {
			if st.now() {
				a.Checks = slices.Clone(a.Checks)
				a.Checks[i] = plain
			}
		}
		a.CheckConditions = slices.Clone(a.CheckConditions)
		a.CheckConditions[i] = st.condition(a.CheckConditions[i])
	}
	st.fields(&a)
	a.Condition = st.condition(a.Condition)
	return &a
}

// fields empties a field of an asset.
func (st *step) fields(a *scenario.Asset) {
	for _, field := range []*string{&a.Group, &a.CodeVersion, &a.ExecutionSet, &a.Repository} {
		if *field != "" && st.now() {
			*field = ""
		}
	}
	for _, field := range []*bool{&a.Freshness, &a.External, &a.Observable} {
		if *field && st.now() {
			*field = false
		}
	}
	if a.Tags != nil && st.now() {
		a.Tags = nil
	}
	if a.Kinds != nil && st.now() {
		a.Kinds, a.Owners = nil, nil
	}
	if a.Definition != nil && st.now() {
		a.Definition, a.Partitions = nil, nil
	}
}

func (st *step) event(from *scenario.Event) *scenario.Event {
	e := *from
	switch w := e.What.(type) {
	case scenario.EditCondition:
		if w.To = st.condition(w.To); w.To != nil {
			e.What = w
		}
	case scenario.Materialize:
		w.Partitions = without(st, w.Partitions)
		if w.Run != "" && st.now() {
			w.Run = ""
		}
		if w.DataVersion != "" && st.now() {
			w.DataVersion = ""
		}
		e.What = w
	}
	return &e
}

// condition gives one of the parts of a condition in its place, or none.
func (st *step) condition(c *scenario.Condition) *scenario.Condition {
	if c == nil {
		return nil
	}
	if st.now() {
		return nil
	}
	for _, text := range smaller(c.Text) {
		if st.now() {
			return &scenario.Condition{Text: text}
		}
	}
	return c
}

// smaller gives the texts that come of a condition where one of its parts stands for the
// whole around it.
func smaller(text string) (out []string) {
	e, findings := parse.Expr(source.New("condition", text))
	if findings.HasErrors() {
		return nil
	}
	var walk func(e ast.Expr)
	walk = func(e ast.Expr) {
		for _, part := range parts(e) {
			out = append(out, text[:e.Place().Start]+part.Place().Text()+text[e.Place().End:])
		}
		for _, part := range parts(e) {
			walk(part)
		}
	}
	walk(e)
	return out
}

// parts gives the conditions that a condition is made of.
func parts(e ast.Expr) (out []ast.Expr) {
	args := func(args []ast.Arg) {
		for _, a := range args {
			switch a.Value.(type) {
			case *ast.Binary, *ast.Unary, *ast.Paren, *ast.Call, *ast.Method:
				out = append(out, a.Value)
			}
		}
	}
	switch e := e.(type) {
	case *ast.Binary:
		return e.Operands
	case *ast.Unary:
		return []ast.Expr{e.Operand}
	case *ast.Paren:
		return []ast.Expr{e.Inner}
	case *ast.Call:
		args(e.Args)
	case *ast.Method:
		out = append(out, e.Receiver)
		args(e.Args)
	}
	return out
}
