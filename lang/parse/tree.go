package parse

import (
	"strconv"
	"strings"
	"time"

	"auto/lang/ast"
	"auto/lang/source"

	"github.com/alecthomas/participle/v2/lexer"
)

// span gives the place of a node from its first token and the token after its last.
func (p *parser) span(from, after lexer.Position) source.Span {
	return p.between(from.Line, after.Line)
}

// between gives the place of the tokens [start, end).
func (p *parser) between(start, end int) source.Span {
	return source.Span{File: p.src, Start: p.all[start].start, End: p.all[end-1].end}
}

func (p *parser) decl(g *gDecl) ast.Decl {
	span := p.span(g.Pos, g.EndPos)
	switch {
	case g.Let != nil:
		return &ast.Let{Span: span, Export: g.Export, Name: p.ident(g.Let.Name), Value: p.expr(g.Let.Expr)}
	case g.Def != nil:
		return &ast.Def{Span: span, Export: g.Export, Name: p.ident(g.Def.Name), Params: p.params(g.Def.Params), Body: p.expr(g.Def.Expr)}
	case g.Policy != nil:
		return &ast.Policy{Span: span, Name: p.ident(g.Policy.Name), For: p.expr(g.Policy.For), Body: p.block(g.Policy.Block)}
	case g.Sensor != nil:
		return &ast.Sensor{Span: span, Name: p.ident(g.Sensor.Name), For: p.expr(g.Sensor.For), Every: p.duration(g.Sensor.Every), Body: p.block(g.Sensor.Block)}
	case g.Files != nil:
		return &ast.Files{Span: span, Name: p.ident(g.Files.Name), From: p.expr(g.Files.From), Every: p.duration(g.Files.Every), Body: p.block(g.Files.Block)}
	}
	return &ast.Defaults{Span: span, Body: p.block(g.Defaults.Block)}
}

// ident gives a name; of a nil node the empty one.
func (p *parser) ident(g *gWord) ast.Ident {
	if g == nil {
		return ast.Ident{}
	}
	return ast.Ident{Span: p.span(g.Pos, g.EndPos), Name: g.Name}
}

func (p *parser) params(list []*gParam) []ast.Param {
	params := make([]ast.Param, len(list))
	for i, g := range list {
		params[i] = ast.Param{Span: p.span(g.Pos, g.EndPos), Name: p.ident(g.Name), Type: p.ident(g.Type), Default: p.optional(g.Default)}
	}
	return params
}

// optional gives the expression of a node that may be nil.
func (p *parser) optional(g *gExpr) ast.Expr {
	if g == nil {
		return nil
	}
	return p.expr(g)
}

func (p *parser) block(g *gBlock) *ast.Block {
	if g == nil {
		return nil
	}
	b := &ast.Block{Span: p.span(g.Pos, g.EndPos), Clauses: make([]ast.Clause, len(g.Clauses))}
	for i, c := range g.Clauses {
		b.Clauses[i] = p.clause(c)
	}
	return b
}

func (p *parser) clause(g *gClause) ast.Clause {
	head := ast.Head{Span: p.span(g.Pos, g.EndPos), Name: p.all[g.Pos.Line].text}
	switch {
	case g.When != nil:
		return &ast.When{Head: head, Condition: p.expr(g.When)}
	case g.Match != nil:
		return p.match(head, g.Match)
	case g.Tags != nil:
		return &ast.Entries{Head: head, Map: p.mapping(g.Tags)}
	case g.Params != nil:
		return &ast.Entries{Head: head, Map: p.mapping(g.Params)}
	case g.Config != nil:
		return &ast.Config{Head: head, Asset: p.key(g.Config.Asset), Map: p.mapping(g.Config.Map)}
	case g.Job != nil:
		return &ast.Job{Head: head, Key: p.key(g.Job)}
	case g.Priority != nil:
		return &ast.Priority{Head: head, Number: p.number(g.Priority)}
	case g.Always != nil:
		return &ast.Always{Head: head, Keys: p.keys(g.Always)}
	case g.RunKey != nil:
		return &ast.RunKey{Head: head, Template: p.str(g.RunKey)}
	case g.Pause != nil:
		return &ast.Pause{Head: head, Until: p.str(g.Pause.Until), Because: p.str(g.Pause.Because)}
	case g.Redeliver != nil:
		return p.redeliver(head, g.Redeliver)
	case g.Existing != nil:
		return &ast.Choice{Head: head, Value: ast.Ident{Span: p.span(g.Existing.Pos, g.Existing.EndPos), Name: g.Existing.Name}}
	case g.Otherwise != nil:
		return p.otherwise(head, g.Otherwise)
	}
	return p.small(head, g)
}

// small reads the clauses of a number, a duration or a word.
func (p *parser) small(head ast.Head, g *gClause) ast.Clause {
	switch {
	case g.Limit != nil:
		return &ast.Rate{Head: head, Count: p.int(g.Limit.Count), Per: p.duration(g.Limit.Per)}
	case g.AtMost != nil:
		return &ast.Rate{Head: head, Count: p.int(g.AtMost.Count), Per: p.duration(g.AtMost.Per)}
	case g.Retry != nil:
		return &ast.Retry{Head: head, Count: p.int(g.Retry.Count), After: p.duration(g.Retry.After), UpTo: p.duration(g.Retry.UpTo)}
	case g.Halt != nil:
		return &ast.Halt{Head: head, Count: p.int(g.Halt)}
	case g.Max != nil:
		return &ast.Max{Head: head, Count: p.int(g.Max)}
	}
	for _, d := range []*gDuration{g.Quiet, g.Budget, g.Settled} {
		if d != nil {
			return &ast.Wait{Head: head, For: p.duration(d)}
		}
	}
	for _, w := range []*gWord{g.Missed, g.Order, g.GroupBy, g.Take} {
		if w != nil {
			return &ast.Choice{Head: head, Value: p.ident(w)}
		}
	}
	return nil
}

func (p *parser) redeliver(head ast.Head, g *gRedeliver) ast.Clause {
	if g.After != nil {
		return &ast.Wait{Head: head, For: p.duration(g.After)}
	}
	word := g.Word
	if g.NewEtag {
		word = "on new etag"
	}
	return &ast.Choice{Head: head, Value: ast.Ident{Span: p.span(g.Pos, g.EndPos), Name: word}}
}

func (p *parser) otherwise(head ast.Head, g *gOtherwise) ast.Clause {
	if g.Move != nil {
		return &ast.Otherwise{Head: head, Action: p.ident(g.Move), To: p.str(g.To)}
	}
	return &ast.Otherwise{Head: head, Action: p.ident(g.Action)}
}

func (p *parser) match(head ast.Head, g *gMatch) ast.Clause {
	m := &ast.Match{Head: head, Name: p.ident(g.Name), Pattern: p.pattern(g.Pattern), Folder: p.pattern(g.Folder), Body: p.block(g.Block)}
	for _, t := range g.Targets {
		m.Targets = append(m.Targets, p.target(t))
	}
	return m
}

func (p *parser) pattern(g *gPattern) *ast.Pattern {
	switch {
	case g == nil:
		return nil
	case g.Regex != "":
		return &ast.Pattern{Span: p.span(g.Pos, g.EndPos), Regex: true, Text: unslash(g.Regex)}
	}
	return &ast.Pattern{Span: p.span(g.Pos, g.EndPos), Text: unquote(g.Glob)}
}

func (p *parser) target(g *gTarget) ast.Target {
	t := ast.Target{Span: p.span(g.Pos, g.EndPos), Key: p.key(g.Key)}
	for _, part := range g.Parts {
		made := ast.Part{Span: p.span(part.Pos, part.EndPos), Capture: p.ident(part.First)}
		if part.Of != nil {
			made.Dimension, made.Capture = made.Capture, p.ident(part.Of)
		}
		if part.As != nil {
			made.As = p.str(part.As)
		}
		t.Parts = append(t.Parts, made)
	}
	return t
}

func (p *parser) keys(list []*gKey) []ast.Key {
	keys := make([]ast.Key, len(list))
	for i, g := range list {
		keys[i] = p.key(g)
	}
	return keys
}

func (p *parser) key(g *gKey) ast.Key {
	if g.Quoted != "" {
		return ast.Key{Span: p.span(g.Pos, g.EndPos), Text: unquote(g.Quoted), Quoted: true}
	}
	return ast.Key{Span: p.span(g.Pos, g.EndPos), Text: g.Bare}
}

func (p *parser) str(g *gString) *ast.String {
	return &ast.String{Span: p.span(g.Pos, g.EndPos), Value: unquote(g.Text)}
}

// duration gives a duration; of a nil node nil.
func (p *parser) duration(g *gDuration) *ast.Duration {
	if g == nil {
		return nil
	}
	return &ast.Duration{Span: p.span(g.Pos, g.EndPos), Text: g.Text, Value: durationOf(g.Text)}
}

// durationOf reads a text that the scanner found to be a duration.
func durationOf(text string) time.Duration {
	d, err := readDuration(text)
	if err != nil {
		return time.Second
	}
	return d
}

func (p *parser) int(g *gInt) *ast.Int {
	return &ast.Int{Span: p.span(g.Pos, g.EndPos), Value: intOf(g.Text)}
}

func (p *parser) number(g *gNumber) *ast.Int {
	value := intOf(g.Text)
	if g.Minus {
		value = -value
	}
	return &ast.Int{Span: p.span(g.Pos, g.EndPos), Value: value}
}

// intOf reads digits, whose number the scanner has bounded.
func intOf(text string) int64 {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return value
}

func (p *parser) mapping(g *gMap) *ast.Map {
	m := &ast.Map{Span: p.span(g.Pos, g.EndPos), Entries: make([]ast.Entry, len(g.Entries))}
	for i, e := range g.Entries {
		key := ast.Key{Span: p.span(e.Key.Pos, e.Key.EndPos), Text: e.Key.Bare}
		if e.Key.Quoted != "" {
			key.Text, key.Quoted = unquote(e.Key.Quoted), true
		}
		m.Entries[i] = ast.Entry{Span: p.span(e.Pos, e.EndPos), Key: key, Value: p.expr(e.Value)}
	}
	return m
}

// expr gives the tree of operands and operators: `-` binds strongest, then `&`, then
// `|`, each as one node of all its operands.
func (p *parser) expr(g *gExpr) ast.Expr {
	return p.level(g, 0, len(g.Rest)+1, []ast.Operator{ast.Or, ast.And, ast.Minus})
}

// level gives the tree of the operands [start, end), which are joined by the given
// operators or by stronger ones.
func (p *parser) level(g *gExpr, start, end int, ops []ast.Operator) ast.Expr {
	if end == start+1 {
		return p.unary(g.operand(start))
	}
	var operands []ast.Expr
	from := start
	for i := start; i < end; i++ {
		if i+1 == end || g.Rest[i].Op == string(ops[0]) {
			operands = append(operands, p.level(g, from, i+1, ops[1:]))
			from = i + 1
		}
	}
	if len(operands) == 1 {
		return operands[0]
	}
	return &ast.Binary{Span: operands[0].Place().Join(operands[len(operands)-1].Place()), Op: ops[0], Operands: operands}
}

func (g *gExpr) operand(i int) *gUnary {
	if i == 0 {
		return g.First
	}
	return g.Rest[i-1].Unit
}

func (p *parser) unary(g *gUnary) ast.Expr {
	start := g.Pos.Line + len(g.Not)
	e := p.primary(g, start)
	for _, m := range g.Methods {
		e = p.method(e, m)
	}
	for i := start - 1; i >= g.Pos.Line; i-- {
		e = &ast.Unary{Span: p.between(i, g.EndPos.Line), Operand: e}
	}
	return e
}

// primary gives what stands between the `~` and the methods; it begins at the token
// with index start.
func (p *parser) primary(g *gUnary, start int) ast.Expr {
	end := g.EndPos.Line
	if len(g.Methods) > 0 {
		end = g.Methods[0].Pos.Line
	}
	span := p.between(start, end)
	switch {
	case g.Paren != nil:
		return &ast.Paren{Span: span, Inner: p.expr(g.Paren)}
	case g.Name != "":
		name := ast.Ident{Span: p.between(start, start+1), Name: g.Name}
		if g.Args == nil {
			return &ast.Name{Ident: name}
		}
		return &ast.Call{Span: span, Func: name, Args: p.args(g.Args)}
	case g.Str != "":
		return &ast.String{Span: span, Value: unquote(g.Str)}
	case g.List != nil:
		return p.list(span, g.List)
	case g.Map != nil:
		return p.mapping(g.Map)
	case g.Duration != "":
		return &ast.Duration{Span: span, Text: g.Duration, Value: durationOf(g.Duration)}
	case g.Int != "":
		digits, negative := strings.CutPrefix(g.Int, "-")
		value := intOf(digits)
		if negative {
			value = -value
		}
		return &ast.Int{Span: span, Value: value}
	case g.Regex != "":
		return &ast.Regex{Span: span, Value: unslash(g.Regex)}
	}
	return &ast.Bool{Span: span, Value: g.Bool == "true"}
}

func (p *parser) list(span source.Span, g *gList) ast.Expr {
	list := &ast.List{Span: span, Items: make([]ast.Expr, len(g.Items))}
	for i, item := range g.Items {
		list.Items[i] = p.expr(item)
	}
	return list
}

func (p *parser) method(receiver ast.Expr, g *gMethod) ast.Expr {
	name := g.Pos.Line + 1 // after the `.`
	m := &ast.Method{Span: receiver.Place().Join(p.span(g.Pos, g.EndPos)), Receiver: receiver, Func: ast.Ident{Span: p.between(name, name+1), Name: g.Name}}
	if g.Args != nil {
		m.Called, m.Args = true, p.args(g.Args)
	}
	return m
}

func (p *parser) args(g *gArgs) []ast.Arg {
	args := make([]ast.Arg, len(g.Args))
	for i, a := range g.Args {
		args[i] = ast.Arg{Span: p.span(a.Pos, a.EndPos), Name: p.ident(a.Name), Value: p.expr(a.Value)}
	}
	return args
}
