// Package compiler turns the trees of policy files into checked, resolved policies. It
// is the bridge between the language and the machine: names are resolved over all files,
// functions expanded, every call and clause checked, selections resolved to assets.
package compiler

import (
	"maps"
	"slices"
	"time"

	"auto/compiler/condition"
	"auto/compiler/files"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/lang/types"
	"auto/stdlib"
	"auto/vm/graph"
)

// Input is everything that a set of policies is checked against.
type Input struct {
	// Files are the policy files of one project.
	Files []*ast.File
	// Graph holds its assets and jobs; nil where none is given, and then keys, jobs and
	// partitions are not checked.
	Graph *graph.Graph
	// Env are the environment names that policies may use, with their values; nil where
	// there is no project, and then every name is allowed and stands for itself.
	Env map[string]string
	// Sources are the named sources of the project; nil where there is no project.
	Sources map[string]files.SourceDecl
	// Now is the instant that `pause until` is compared with; zero for no comparison.
	Now time.Time
}

// Policies is a checked set of policies.
type Policies struct {
	Policies []*Policy
	Sensors  []*Sensor
	Files    []*files.Program
	// Env are the environment names whose values they read, sorted.
	Env []string
	// Notes say of policies which lossless form they could have.
	Notes diag.List
	// sensorOf has the sensor of every asset and check that is in one.
	sensorOf map[string]*Sensor
}

// Policy is a checked policy.
type Policy struct {
	Name string
	Decl *ast.Policy
	// Defaults is the block that stands for clauses it does not write, nil for none.
	Defaults *ast.Block
	// Keys are the assets, or checks as asset:check, that it is for; empty without a
	// graph.
	Keys []string
	Job  string
	// When is its condition, nil where it has none that can be evaluated.
	When *condition.Node
	// Clauses are how it launches.
	Clauses Clauses
	// ownTags are those of its block, farTags those of the defaults; sensorTags has, by
	// their names, those of the sensors that have some.
	ownTags, farTags []files.Entry
	// onAssets: it is for assets, and not for checks.
	onAssets   bool
	sensorTags map[string][]files.Entry
}

// Sensor is a checked sensor, or the default one.
type Sensor struct {
	Name string
	// Decl is nil for a default sensor that no file declares.
	Decl *ast.Sensor
	// Keys are the assets and checks that it is for, sorted: those that it selects, the
	// checks of its assets that no other sensor selects, and of the default sensor those
	// with a policy that are in no other.
	Keys  []string
	Every time.Duration
	// Budget is what one tick may take before it is reported.
	Budget time.Duration
	// Tags are its own.
	Tags []files.Entry
}

// Compile checks a set of policy files. What has findings is left out of the result, so
// that the result of a set with errors is only good for showing.
func Compile(in Input) (*Policies, diag.List) {
	c := newChecker(in)
	c.resolve()
	c.checkBindings()
	out := &Policies{}
	for _, s := range c.scopes {
		c.declarations(s, out)
	}
	for _, p := range out.Policies {
		if p.When != nil && p.onAssets {
			out.Notes = append(out.Notes, condition.Losses(p.When)...)
		}
	}
	c.checkClaims(out)
	c.sensors(out)
	c.review(out)
	out.Env = slices.Sorted(maps.Keys(c.read))
	c.values.Findings.Sort()
	return out, c.values.Findings
}

// checker holds the names of one set.
type checker struct {
	Input
	// values gives the values of expressions, and holds all findings.
	values   *condition.Checker
	scopes   []*scope
	exported map[string]*condition.Binding
	// read are the environment names that were asked for and are allowed.
	read map[string]bool
}

func newChecker(in Input) *checker {
	c := &checker{Input: in, exported: map[string]*condition.Binding{}, read: map[string]bool{}}
	c.values = &condition.Checker{Graph: in.Graph, Getenv: c.getenv}
	return c
}

func (c *checker) find(code diag.Code, at source.Span, help, format string, args ...any) {
	c.values.Findings.Addf(code, at, help, format, args...)
}

// checkBindings checks every let, and every def that can be checked without a use: its
// body with parameters of their written types.
func (c *checker) checkBindings() {
	for _, s := range c.scopes {
		for _, b := range s.order {
			if b.Let != nil {
				c.values.Let(b)
				continue
			}
			c.values.Def(b)
		}
	}
}

// declarations checks the policies, sensors and files blocks of one file.
func (c *checker) declarations(s *scope, out *Policies) {
	if s.defaults != nil {
		c.block(s, "defaults", s.defaults.Body)
		c.reserved(s.defaults.Body)
		c.maps(s, s.defaults.Body, slices.Concat(stdlib.FileFields, stdlib.PolicyFields))
	}
	for _, decl := range s.file.Decls {
		switch d := decl.(type) {
		case *ast.Policy:
			out.Policies = append(out.Policies, c.policy(s, d))
		case *ast.Sensor:
			out.Sensors = append(out.Sensors, c.sensor(s, d))
		case *ast.Files:
			c.block(s, "files", d.Body)
			program, findings := files.Compile(d, s.defaultsBlock(), c.fileEnv(s))
			c.values.Findings = append(c.values.Findings, findings...)
			if program != nil {
				out.Files = append(out.Files, program)
			}
		}
	}
}

// fileEnv gives what a files block of a scope can refer to.
func (c *checker) fileEnv(s *scope) files.Env {
	return files.Env{
		Graph: c.Graph, Sources: c.Sources, Now: c.Now,
		Declared: func(name string) bool { _, ok := s.Lookup(name); return ok },
		Getenv:   c.getenv,
		Evaluate: func(e ast.Expr) (any, bool) {
			v := c.values.Expr(s, e)
			return v.Constant, v.Constant != nil || v.Type == types.Any
		},
	}
}

// getenv gives the value of an environment name, and false where it is not allowed.
func (c *checker) getenv(name string) (string, bool) {
	if c.Env == nil {
		return "{env." + name + "}", true
	}
	value, ok := c.Env[name]
	if ok {
		c.read[name] = true
	}
	return value, ok
}

// Selection checks an expression that has to be a selection of assets, such as that of a
// job. Without a graph keys are not checked.
func Selection(e ast.Expr, g *graph.Graph) (graph.Selection, diag.List) {
	values := &condition.Checker{Graph: g}
	v := values.Expr(&scope{}, e)
	values.Fit(v, []types.Type{types.Selection}, "`selection`")
	values.Findings.Sort()
	if v.Selection == nil {
		return graph.Selection{}, values.Findings
	}
	return v.Selection.Selection, values.Findings
}
