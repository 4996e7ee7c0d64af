package condition

import (
	"auto/internal/spell"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/lang/types"
)

// arguments are the values of a call by parameter, and those of a rest parameter.
type arguments struct {
	named map[string]Value
	rest  []Value
	// wrong: there is a finding about them.
	wrong bool
}

func (a arguments) texts() []string {
	var texts []string
	for _, v := range a.rest {
		if text, ok := v.Constant.(string); ok {
			texts = append(texts, text)
		}
	}
	return texts
}

// known reports whether there is no finding about the arguments, and each has a value.
func (a arguments) known() bool {
	known := !a.wrong
	for _, v := range a.named {
		known = known && v.Constant != nil
	}
	for _, v := range a.rest {
		known = known && v.Constant != nil
	}
	return known
}

func (a arguments) text(name string) string {
	text, _ := a.named[name].Constant.(string)
	return text
}

func (a arguments) is(name string) bool {
	set, _ := a.named[name].Constant.(bool)
	return set
}

// arguments binds the arguments of a call to parameters, and checks their types and
// constants.
func (c *Checker) arguments(s Scope, vars map[string]Value, usage string, params []types.Param, at source.Span, given []ast.Arg) (args arguments) {
	args.named = map[string]Value{}
	found := len(c.Findings)
	defer func() { args.wrong = c.Findings[found:].HasErrors() }()
	position, misnamed := 0, false
	for _, a := range given {
		v := c.expr(s, vars, a.Value)
		p, ok := c.parameter(usage, params, &position, a)
		if !ok {
			misnamed = true
			continue
		}
		if !c.Fit(v, p.Types, "`"+p.Name+"` of `"+usage+"`") || !c.checkConstant(p.Types, v) {
			v = unknownValue(v.At)
		}
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
func (c *Checker) parameter(usage string, params []types.Param, position *int, a ast.Arg) (types.Param, bool) {
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
