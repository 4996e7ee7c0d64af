package format

import (
	"auto/lang/ast"
	"auto/lang/source"
)

func (f *formatter) clause(c ast.Clause) doc {
	word := text(c.Word() + " ")
	switch c := c.(type) {
	case *ast.When:
		return concat{word, group{nest{f.expr(c.Condition)}}}
	case *ast.Match:
		return f.match(c)
	case *ast.Entries:
		return concat{word, f.clauseMap(c.Map)}
	case *ast.Config:
		return concat{word, f.written(c.Asset.Span), text(" "), f.clauseMap(c.Map)}
	case *ast.Job:
		return concat{word, f.written(c.Key.Span)}
	case *ast.Priority:
		return concat{word, f.number(c.Number)}
	case *ast.Rate:
		per := doc(text("tick"))
		if c.Per != nil {
			per = f.written(c.Per.Span)
		}
		return concat{word, f.written(c.Count.Span), text(" per "), per}
	case *ast.Max:
		return concat{word, f.written(c.Count.Span), text(" per run")}
	case *ast.Halt:
		return concat{text("halt above "), f.written(c.Count.Span), text(" per tick")}
	case *ast.Retry:
		return f.retry(word, c)
	case *ast.Choice:
		return f.choice(word, c)
	case *ast.Wait:
		if c.Word() == "redeliver" {
			word = "redeliver after "
		}
		return concat{word, f.written(c.For.Span)}
	case *ast.Pause:
		return concat{text("pause until "), f.written(c.Until.Span), text(" because "), f.written(c.Because.Span)}
	case *ast.RunKey:
		return concat{word, f.written(c.Template.Span)}
	case *ast.Always:
		return concat{word, f.list(spansOf(c.Keys))}
	case *ast.Otherwise:
		if c.To != nil {
			return concat{word, f.written(c.Action.Span), text(" "), f.written(c.To.Span)}
		}
		return concat{word, f.written(c.Action.Span)}
	}
	return f.written(c.Place())
}

func (f *formatter) retry(word text, c *ast.Retry) doc {
	d := concat{word, f.written(c.Count.Span), text(" after "), f.written(c.After.Span)}
	if c.UpTo != nil {
		d = append(d, text(" up to "), f.written(c.UpTo.Span))
	}
	return d
}

// choice gives a clause of words; `on new etag` may be written over several blanks.
func (f *formatter) choice(word text, c *ast.Choice) doc {
	d := concat{word, f.lead(c.Value.Start), text(c.Value.Name)}
	if c.Word() == "order" {
		d = append(d, text(" first"))
	}
	return d
}

func spansOf(keys []ast.Key) []source.Span {
	spans := make([]source.Span, len(keys))
	for i, k := range keys {
		spans[i] = k.Span
	}
	return spans
}

// list gives keys with commas between them; it breaks after commas.
func (f *formatter) list(spans []source.Span) doc {
	d := concat{}
	for i, s := range spans {
		if i > 0 {
			d = append(d, text(","), line{})
		}
		d = append(d, f.written(s))
	}
	return group{nest{d}}
}

// match gives a rule, which breaks before its arrow.
func (f *formatter) match(c *ast.Match) doc {
	head := concat{text("match ")}
	if c.Name.Name != "" {
		head = append(head, f.written(c.Name.Span), text(": "))
	}
	head = append(head, f.written(c.Pattern.Span))
	if c.Folder != nil {
		head = append(head, text(" in "), f.written(c.Folder.Span))
	}
	arrow := concat{line{}, f.lead(c.Targets[0].Start), text("-> ")}
	targets := concat{}
	for i, t := range c.Targets {
		if i > 0 {
			targets = append(targets, text(","), line{})
		}
		targets = append(targets, f.target(t))
	}
	rule := group{concat{head, nest{append(arrow, group{nest{targets}})}}}
	if c.Body == nil {
		return rule
	}
	return concat{rule, f.block(c.Body)}
}

func (f *formatter) target(t ast.Target) doc {
	key := f.written(t.Key.Span)
	if len(t.Parts) == 0 {
		return key
	}
	var items []doc
	for _, p := range t.Parts {
		item := concat{}
		if p.Dimension.Name != "" {
			item = append(item, f.written(p.Dimension.Span), text(": "))
		}
		item = append(item, f.written(p.Capture.Span))
		if p.As != nil {
			item = append(item, text(" as "), f.written(p.As.Span))
		}
		items = append(items, item)
	}
	return concat{key, brackets("[", items, f.lead(t.End-1), "]", soft{})}
}

// clauseMap gives the map of a clause, which has blanks inside its braces.
func (f *formatter) clauseMap(m *ast.Map) doc { return f.mapping(m, line{}) }

func (f *formatter) mapping(m *ast.Map, edge doc) doc {
	var items []doc
	for _, e := range m.Entries {
		items = append(items, concat{f.written(e.Key.Span), text(": "), f.expr(e.Value)})
	}
	return brackets("{", items, f.lead(m.End-1), "}", edge)
}

func (f *formatter) number(n *ast.Int) doc {
	if n.Value < 0 || len(n.Text()) > 0 && n.Text()[0] == '-' {
		return concat{f.lead(n.Start), text("-" + digits(n.Text()))}
	}
	return f.written(n.Span)
}
