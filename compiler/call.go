package compiler

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"auto/internal/spell"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/lang/types"
	"auto/stdlib"
	"auto/vm/cron"
	"auto/vm/graph"
	"auto/vm/match"
)

func (c *checker) call(s *scope, vars map[string]value, e *ast.Call) value {
	if e.Func.Name == "secret" {
		c.find(diag.SecretMisused, e.Span, "Write it as a whole value in `params` or `config`.", "A secret is passed on unread, and cannot stand here.")
		return unknownValue(e.Span)
	}
	if _, ok := vars[e.Func.Name]; ok {
		c.find(diag.WrongType, e.Func.Span, "Write it without parentheses.", "The parameter `%s` is no function.", e.Func.Name)
		return unknownValue(e.Span)
	}
	if b, ok := s.lookup(c, e.Func.Name); ok {
		return c.callOwn(s, vars, e, b)
	}
	entry, ok := stdlib.Function(e.Func.Name)
	if !ok {
		c.unknown(s, vars, e.Func)
		for _, a := range e.Args {
			c.expr(s, vars, a.Value)
		}
		return unknownValue(e.Span)
	}
	args := c.arguments(s, vars, entry.Usage(), entry.Params, e.Func.Span, e.Args)
	return c.standardCall(entry, args, e)
}

// callOwn expands a def of the project.
func (c *checker) callOwn(s *scope, vars map[string]value, e *ast.Call, b *binding) value {
	if b.def == nil {
		c.find(diag.WrongType, e.Func.Span, "Write it without parentheses.", "`%s` is a `let`, and no function.", e.Func.Name)
		return unknownValue(e.Span)
	}
	params := make([]types.Param, len(b.def.Params))
	names := make([]string, len(params))
	for i, p := range b.def.Params {
		params[i] = types.Param{Name: p.Name.Name, Types: []types.Type{types.Any}}
		if p.Type.Name != "" {
			params[i].Types[0] = types.Type(p.Type.Name)
		}
		if p.Default != nil {
			params[i].Default = p.Default.Place().Text()
		}
		names[i] = p.Name.Name
	}
	args := c.arguments(s, vars, b.name.Name+"("+strings.Join(names, ", ")+")", params, e.Func.Span, e.Args)
	bound := map[string]value{}
	for i, p := range b.def.Params {
		v, given := args.of(p.Name.Name)
		if !given && b.def.Params[i].Default != nil {
			v = c.expr(b.scope, nil, p.Default)
		} else if !given {
			v = unknownValue(e.Span)
		}
		bound[p.Name.Name] = v
	}
	v := c.expand(b, bound, e.Span)
	v.at = e.Span
	return v
}

// arguments are the values of a call by parameter, and those of a rest parameter.
type arguments struct {
	named map[string]value
	rest  []value
}

func (a arguments) of(name string) (value, bool) {
	v, ok := a.named[name]
	return v, ok
}

func (a arguments) texts() []string {
	var texts []string
	for _, v := range a.rest {
		if text, ok := v.constant.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

func (a arguments) text(name string) string {
	text, _ := a.named[name].constant.(string)
	return text
}

func (a arguments) is(name string) bool {
	set, _ := a.named[name].constant.(bool)
	return set
}

// arguments binds the arguments of a call to parameters, and checks their types and
// constants.
func (c *checker) arguments(s *scope, vars map[string]value, usage string, params []types.Param, at source.Span, given []ast.Arg) arguments {
	args := arguments{named: map[string]value{}}
	position, misnamed := 0, false
	for _, a := range given {
		v := c.expr(s, vars, a.Value)
		p, ok := c.parameter(usage, params, &position, a)
		if !ok {
			misnamed = true
			continue
		}
		if !c.fit(v, p.Types, "`"+p.Name+"` of `"+usage+"`") {
			v = unknownValue(v.at)
		}
		c.checkConstant(p.Types, v)
		if p.Rest {
			args.rest = append(args.rest, v)
			continue
		}
		if _, twice := args.named[p.Name]; twice {
			c.find(diag.WrongArguments, a.Span, "Remove one of them.", "`%s` is given twice.", p.Name)
		}
		args.named[p.Name] = v
	}
	for _, p := range params {
		_, ok := args.named[p.Name]
		if p.Default == "" && !ok && !misnamed && !(p.Rest && len(args.rest) > 0) {
			c.find(diag.WrongArguments, at, "Write `"+usage+"`.", "`%s` is missing.", p.Name)
		}
	}
	return args
}

// parameter gives the parameter that an argument is for.
func (c *checker) parameter(usage string, params []types.Param, position *int, a ast.Arg) (types.Param, bool) {
	if a.Name.Name == "" {
		if *position >= len(params) || *position > 0 && params[*position-1].Rest {
			c.find(diag.WrongArguments, a.Span, "Write `"+usage+"`.", "This argument is one too many.")
			return types.Param{}, false
		}
		p := params[*position]
		if !p.Rest {
			*position++
		}
		return p, true
	}
	names := make([]string, len(params))
	for i, p := range params {
		if names[i] = p.Name; p.Name == a.Name.Name && !p.Rest {
			return p, true
		}
	}
	help := "Write `" + usage + "`."
	if near, ok := spell.Nearest(a.Name.Name, names); ok && near != a.Name.Name {
		help = "Did you mean `" + near + "`?"
	}
	c.find(diag.WrongArguments, a.Name.Span, help, "No parameter of `%s` is called `%s`.", usage, a.Name.Name)
	return types.Param{}, false
}

// checkConstant reads schedules, zones and patterns.
func (c *checker) checkConstant(want []types.Type, v value) {
	text, ok := v.constant.(string)
	if !ok {
		return
	}
	switch want[0] {
	case types.Cron:
		var wrong *cron.Error
		if _, err := cron.Parse(text, time.UTC); errors.As(err, &wrong) {
			c.find(diag.BadConstant, within(v.at, text, wrong.Offset, wrong.Length), wrong.Help, "%s", wrong.Message)
		}
	case types.Zone:
		if _, err := time.LoadLocation(text); err != nil || text == "" || text == "Local" {
			c.find(diag.BadConstant, v.at, "Write a name of the IANA database, such as `\"Europe/Paris\"`.", "No time zone is called `%s`.", text)
		}
	case types.Pattern:
		if v.typ == types.Pattern {
			var wrong *match.Error
			if _, err := match.Regex(text); errors.As(err, &wrong) {
				c.find(diag.BadConstant, v.at, wrong.Help, "%s", wrong.Message)
			}
		}
	}
}

// within gives the place of a part of a string, where the string is written as it is.
func within(at source.Span, text string, offset, length int) source.Span {
	if at.IsValid() && at.Text() == `"`+text+`"` {
		return at.Sub(1+offset, length)
	}
	return at
}

// standardCall gives the value of a call of the vocabulary.
func (c *checker) standardCall(entry stdlib.Entry, args arguments, e *ast.Call) value {
	v := value{typ: entry.Result, scope: entry.Scope, at: e.Span}
	switch entry.Kind {
	case stdlib.Selector:
		v.scope = types.OnBoth
		v.selection = selectionOf(entry.Name, args)
		c.checkKeys(entry.Name, args)
	case stdlib.Operator:
		c.checkInner(entry.Name, args)
	case stdlib.Value:
		if n, ok := args.named["n"].constant.(int64); ok {
			v.constant = time.Duration(n) * map[string]time.Duration{"days": 24 * time.Hour, "hours": time.Hour, "minutes": time.Minute}[entry.Name]
		}
	case stdlib.Origin:
		c.find(diag.WrongType, e.Span, "Write it after `from` of a files block.", "A source cannot stand here.")
		return unknownValue(e.Span)
	}
	return v
}

// checkInner holds the scope of an operator's condition against what it asks about.
func (c *checker) checkInner(operator string, args arguments) {
	want := types.OnAsset
	if strings.Contains(operator, "checks_match") {
		want = types.OnCheck
	}
	if operator == "asset_matches" {
		c.checkAsset(args.named["key"])
	}
	inner, ok := args.of("condition")
	if ok && inner.typ == types.Condition && inner.scope&want == 0 {
		c.find(diag.WrongScope, inner.at, "Ask about an asset's checks with `any_checks_match(…)`.", "`%s` asks about %s, and this condition is about %s.", operator, scopeName(want), scopeName(inner.scope))
	}
}

// checkKeys finds keys of assets and checks that the graph does not have.
func (c *checker) checkKeys(name string, args arguments) {
	if c.Graph == nil {
		return
	}
	switch name {
	case "assets", "checks_for_assets":
		for _, v := range args.rest {
			c.checkAsset(v)
		}
	case "checks":
		for _, v := range args.rest {
			c.checkCheck(v)
		}
	}
}

func (c *checker) checkAsset(v value) {
	key, ok := v.constant.(string)
	if c.Graph == nil || !ok {
		return
	}
	if _, exists := c.Graph.Asset(key); exists {
		return
	}
	help := "Define it in an asset file."
	if near, ok := c.Graph.Nearest(key); ok {
		help = "Did you mean `" + near + "`?"
	}
	c.find(diag.UnknownAsset, v.at, help, "No asset is called `%s`.", key)
}

func (c *checker) checkCheck(v value) {
	text, ok := v.constant.(string)
	if !ok {
		return
	}
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		c.find(diag.BadConstant, v.at, "Write `\"asset:check\"`.", "`%s` names no check.", text)
		return
	}
	if _, exists := c.Graph.Asset(text[:i]); !exists {
		c.checkAsset(value{constant: text[:i], at: v.at})
		return
	}
	if _, exists := c.Graph.Check(text[:i], text[i+1:]); !exists {
		c.find(diag.UnknownAsset, v.at, "Define it with the asset.", "The asset `%s` has no check `%s`.", text[:i], text[i+1:])
	}
}

// selectionOf gives the selection that a call stands for.
func selectionOf(name string, args arguments) graph.Selection {
	external := args.is("include_external")
	switch name {
	case "all":
		return graph.All(external)
	case "assets":
		return graph.Assets(args.texts()...)
	case "groups":
		return graph.Groups(external, args.texts()...)
	case "tag":
		return graph.Tag(external, args.text("name"), args.text("value"))
	case "kind":
		return graph.Kind(external, args.text("kind"))
	case "owner":
		return graph.Owner(args.text("owner"))
	case "key_prefixes":
		return graph.KeyPrefixes(external, args.texts()...)
	case "checks":
		return graph.Checks(args.texts()...)
	case "checks_for_assets":
		return graph.ChecksFor(args.texts()...)
	}
	return graph.AllChecks()
}

func (c *checker) method(s *scope, vars map[string]value, e *ast.Method) value {
	if name, ok := e.Receiver.(*ast.Name); ok && name.Name == "env" && !e.Called {
		return c.env(e)
	}
	receiver := c.expr(s, vars, e.Receiver)
	entry, ok := stdlib.FindMethod(e.Func.Name)
	if !ok || receiver.typ != types.Any && receiver.typ != entry.On && !(receiver.typ == types.Checks && entry.On == types.Selection) {
		c.wrongMethod(receiver, e, ok)
		return unknownValue(e.Span)
	}
	if !e.Called {
		c.find(diag.NotCalled, e.Func.Span, "Write `."+entry.Usage()+"`.", "`%s` is called.", e.Func.Name)
		return unknownValue(e.Span)
	}
	args := c.arguments(s, vars, entry.Usage(), entry.Params, e.Func.Span, e.Args)
	v := value{typ: entry.Result, scope: receiver.scope, at: e.Span}
	if entry.On == types.Selection {
		v.selection = spread(entry.Name, receiver.selection, args)
	}
	return v
}

func spread(method string, of graph.Selection, args arguments) graph.Selection {
	depth := -1
	if n, ok := args.named["depth"].constant.(int64); ok {
		depth = int(n)
	}
	switch method {
	case "upstream":
		return of.Upstream(depth)
	case "downstream":
		return of.Downstream(depth)
	case "roots":
		return of.Roots()
	case "sinks":
		return of.Sinks()
	}
	return of.Materializable()
}

func (c *checker) wrongMethod(receiver value, e *ast.Method, known bool) {
	var names []string
	for _, entry := range stdlib.Table() {
		if entry.Kind == stdlib.Method && (entry.On == receiver.typ || receiver.typ == types.Any) {
			names = append(names, entry.Name)
		}
	}
	help := fmt.Sprintf("A %s has no methods.", receiver.typ)
	if len(names) > 0 {
		help = fmt.Sprintf("A %s has `%s`.", receiver.typ, strings.Join(names, "`, `"))
	}
	if near, ok := spell.Nearest(e.Func.Name, names); ok && !known {
		help = "Did you mean `" + near + "`?"
	}
	c.find(diag.UnknownMethod, e.Func.Span, help, "A %s has no method `%s`.", receiver.typ, e.Func.Name)
}

// env gives the value of `env.NAME`.
func (c *checker) env(e *ast.Method) value {
	text, ok := c.getenv(e.Func.Name)
	if !ok {
		c.find(diag.EnvNotAllowed, e.Func.Span, "Add it to `env` of the project file.", "The project does not allow the environment name `%s`.", e.Func.Name)
		return unknownValue(e.Span)
	}
	return value{typ: types.String, constant: text, at: e.Span}
}
