package condition

import (
	"slices"
	"strconv"
	"strings"

	"auto/vm/graph"
)

// Selection is a selection of dependencies or checks.
type Selection struct {
	graph.Selection
	// Text is Dagster's notation of it where it has one, and else the language's.
	Text string
	// form is what Dagster compares: the fields, and not what kind of selection they
	// belong to.
	form string
	// compound: the notation needs parentheses as an operand.
	compound bool
	// parts are the operands where this is an `&` or `|` of selections, by their join.
	parts []*Selection
	join  string
	// checks: assets stand for their checks.
	checks bool
	// flawed: there is a finding about a key of it.
	flawed bool
}

// Resolve gives the keys that a graph has of the selection, sorted; of a check operator
// those of checks, as asset:check.
func (s *Selection) Resolve(g *graph.Graph) []string {
	keys := s.Selection.Resolve(g)
	if !s.checks {
		return keys
	}
	var checks []string
	for _, key := range keys {
		a, ok := g.Asset(key)
		if !ok {
			checks = append(checks, key)
			continue
		}
		for _, c := range a.Checks {
			checks = append(checks, key+":"+c.Name)
		}
	}
	slices.Sort(checks)
	return slices.Compact(checks)
}

// forChecks gives the selection with assets standing for their checks.
func (s *Selection) forChecks() *Selection {
	c := *s
	c.checks = true
	return &c
}

// union gives the selection joined with one that may be nil, in Dagster's order.
func (s *Selection) union(o *Selection) *Selection {
	if o == nil {
		return s
	}
	u := combine("or", s, o)
	u.checks = s.checks
	return u
}

func (s *Selection) equal(o *Selection) bool {
	if s == nil || o == nil {
		return s == o
	}
	return s.form == o.form
}

// combine joins two selections by "and" or "or". Those that are joined alike are taken
// apart.
func combine(word string, a, b *Selection) *Selection {
	s := &Selection{join: word, compound: true, flawed: a.flawed || b.flawed}
	if word == "or" {
		s.Selection = a.Or(b.Selection)
	} else {
		s.Selection = a.And(b.Selection)
	}
	for _, p := range []*Selection{a, b} {
		if p.join == word {
			s.parts = append(s.parts, p.parts...)
		} else {
			s.parts = append(s.parts, p)
		}
	}
	texts, forms := make([]string, len(s.parts)), make([]string, len(s.parts))
	for i, p := range s.parts {
		texts[i], forms[i] = p.operand(), p.form
	}
	s.Text, s.form = strings.Join(texts, " "+word+" "), tuple(tuple(forms...))
	return s
}

// minus takes one selection out of another.
func minus(a, b *Selection) *Selection {
	s := &Selection{Selection: a.Minus(b.Selection), form: tuple(a.form, b.form), compound: true, flawed: a.flawed || b.flawed}
	s.Text = a.operand() + " and not " + b.operand()
	if a.Text == "*" {
		s.Text = "not " + b.Text
	}
	return s
}

// operand is the notation within another.
func (s *Selection) operand() string {
	if s.compound {
		return "(" + s.Text + ")"
	}
	return s.Text
}

// tuple is the form of fields.
func tuple(fields ...string) string { return "(" + strings.Join(fields, ",") + ")" }

// quoteAll quotes texts, for a form.
func quoteAll(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = strconv.Quote(t)
	}
	return tuple(quoted...)
}

// either is a notation of alternatives: `key:"a" or key:"b"`.
func either(field string, texts []string) string {
	parts := make([]string, len(texts))
	for i, t := range texts {
		parts[i] = field + `:"` + t + `"`
	}
	return strings.Join(parts, " or ")
}

// selectionOf gives the selection that a call of the vocabulary stands for.
func selectionOf(name string, args arguments) *Selection {
	external := args.is("include_external")
	ext := strconv.FormatBool(external)
	texts := args.texts()
	s := &Selection{compound: len(texts) > 1}
	switch name {
	case "all":
		s.Selection, s.Text, s.form = graph.All(external), "*", tuple(ext)
	case "assets":
		s.Selection, s.Text, s.form = graph.Assets(texts...), either("key", texts), tuple(quoteAll(texts))
	case "groups":
		s.Selection, s.Text, s.form = graph.Groups(external, texts...), either("group", texts), tuple(quoteAll(texts), ext)
	case "tag":
		name, value := args.text("name"), args.text("value")
		s.Selection, s.Text, s.form = graph.Tag(external, name, value), tagText(name, value), tuple(strconv.Quote(name), strconv.Quote(value), ext)
	case "kind":
		kind := args.text("kind")
		s.Selection, s.Text, s.form = graph.Kind(external, kind), either("kind", []string{kind}), tuple(ext, strconv.Quote(kind))
	case "owner":
		owner := args.text("owner")
		s.Selection, s.Text, s.form = graph.Owner(owner), either("owner", []string{owner}), tuple(strconv.Quote(owner))
	case "key_prefixes":
		s.Selection, s.Text, s.form = graph.KeyPrefixes(external, texts...), "key_prefixes"+quoteAll(texts), tuple(tuple(quoteAll(texts)), ext)
	case "checks":
		s.Selection, s.Text, s.form = graph.Checks(texts...), "checks"+quoteAll(texts), tuple("checks", quoteAll(texts))
	case "checks_for_assets":
		s.Selection, s.Text, s.form = graph.ChecksFor(texts...), "checks_for_assets"+quoteAll(texts), tuple(quoteAll(texts))
	case "all_checks":
		s.Selection, s.Text, s.form = graph.AllChecks(), "all_checks()", tuple()
	}
	return s
}

func tagText(name, value string) string {
	if value == "" {
		return either("tag", []string{name})
	}
	return `tag:"` + name + `"="` + value + `"`
}

// spread gives the selection that a method makes of another.
func spread(method string, of *Selection, args arguments) *Selection {
	depth, limited := args.named["depth"].Constant.(int64)
	switch method {
	case "roots":
		return chained(of, of.Roots(), "roots("+of.Text+")")
	case "sinks":
		return chained(of, of.Sinks(), "sinks("+of.Text+")")
	case "materializable":
		return chained(of, of.Materializable(), of.operand()+".materializable()")
	}
	steps, text := -1, ""
	if limited {
		steps, text = int(min(depth, 1<<30)), strconv.FormatInt(depth, 10)
	}
	s := &Selection{Text: of.operand(), form: tuple(of.form, strconv.Itoa(steps)), flawed: of.flawed}
	if method == "downstream" {
		s.Selection, text = of.Downstream(steps), of.operand()+"+"+text
	} else {
		s.Selection, text = of.Upstream(steps), text+"+"+of.operand()
	}
	if steps != 0 {
		s.Text = text
	}
	return s
}

// chained is a selection made of another by a method without arguments.
func chained(of *Selection, s graph.Selection, text string) *Selection {
	return &Selection{Selection: s, Text: text, form: tuple(of.form), flawed: of.flawed}
}
