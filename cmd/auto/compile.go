package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"auto/compiler"
	"auto/compiler/condition"
	"auto/compiler/files"
	"auto/compiler/plan"
	"auto/lang/ast"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/vm/code"
	"auto/vm/graph"
)

type compileCommand struct {
	Path      string `arg:"" optional:"" help:"A project, a policy file, or a scenario file; the project here by default."`
	Name      string `arg:"" optional:"" help:"Only this policy or files block; of a scenario, the asset whose condition it is."`
	Condition string `placeholder:"EXPR" help:"Compile this condition; PATH then gives the assets, if any."`
	Stage     string `help:"What to show: ${enum}." enum:"ast,typed,plan,code,clauses" default:"code"`
	Plain     bool   `help:"Leave the plan as it was made: nothing is optimised."`
	Output    string `short:"o" placeholder:"FILE" help:"Write the one program as a file for \"auto disasm\"."`
}

// unit is something that becomes one program: a condition, or a files block.
type unit struct {
	name string
	tree ast.Node
	// condition and graph are those of a condition, files that of a files block; policy is
	// nil where the condition is of none.
	condition *condition.Node
	policy    *compiler.Policy
	graph     *graph.Graph
	files     *files.Program
}

// Run compiles, and shows or writes the result.
func (c compileCommand) Run(s system) error {
	units, err := c.units(s)
	if err != nil {
		return err
	}
	if units, err = c.named(units); err != nil {
		return err
	}
	if c.Output != "" {
		return c.write(units)
	}
	for i, u := range units {
		if len(units) > 1 {
			fmt.Fprintf(s.stdout, "%s# %s\n", strings.Repeat("\n", min(i, 1)), u.name)
		}
		text, err := c.show(u)
		if err != nil {
			return fmt.Errorf("%s: %w", u.name, err)
		}
		fmt.Fprint(s.stdout, text)
	}
	return nil
}

// named keeps the unit that the command line names.
func (c compileCommand) named(units []unit) ([]unit, error) {
	if len(units) == 0 {
		return nil, fmt.Errorf("`%s` has no condition and no files block", c.Path)
	}
	if c.Name == "" {
		return units, nil
	}
	var names []string
	for _, u := range units {
		if u.name == c.Name {
			return []unit{u}, nil
		}
		names = append(names, "`"+u.name+"`")
	}
	return nil, fmt.Errorf("`%s` has nothing named `%s`; it has %s", c.Path, c.Name, strings.Join(names, ", "))
}

// show gives a unit at the stage that is asked for.
func (c compileCommand) show(u unit) (string, error) {
	if c.Stage == "ast" {
		var b strings.Builder
		dump(&b, u.tree)
		return b.String(), nil
	}
	if c.Stage == "code" {
		p, err := c.program(u)
		if err != nil {
			return "", err
		}
		return p.Text(), nil
	}
	switch {
	case c.Stage == "clauses" && u.policy != nil:
		return u.policy.Text(), nil
	case c.Stage == "clauses":
		return "", errNoClauses
	case u.files != nil:
		return "", fmt.Errorf("a files block has no %s stage; `--stage ast` and `--stage code` show it", c.Stage)
	case c.Stage == "typed":
		var b strings.Builder
		dumpCondition(&b, u.condition, 0)
		return b.String(), nil
	}
	p, err := plan.Lower(u.condition, u.graph)
	if err != nil {
		return "", err
	}
	if !c.Plain {
		p.Optimise()
	}
	return p.Text(), nil
}

var errNoClauses = errors.New("only a policy has a clauses stage")

func (c compileCommand) program(u unit) (*code.Program, error) {
	if u.files != nil {
		return u.files.Code, nil
	}
	return plan.Compile(u.condition, u.graph, plan.Options{Plain: c.Plain})
}

func (c compileCommand) write(units []unit) error {
	if len(units) > 1 {
		return fmt.Errorf("`-o` takes one program, and `%s` has %d; name one after it", c.Path, len(units))
	}
	p, err := c.program(units[0])
	if err != nil {
		return err
	}
	return os.WriteFile(c.Output, code.Encode(p), 0o666)
}

// units gives what the command line is about.
func (c compileCommand) units(s system) ([]unit, error) {
	if c.Condition != "" {
		return c.expression(s)
	}
	if c.Path == "" {
		c.Path = "."
	}
	if isScenario(c.Path) {
		return scenarioUnits(c.Path)
	}
	p, found, err := loadPolicies(s, c.Path)
	if err != nil {
		return nil, err
	}
	if found.HasErrors() {
		return nil, findingList(found)
	}
	return policyUnits(p.Policies, p.Graph), nil
}

// expression compiles the condition of the command line, over the assets of a path.
func (c compileCommand) expression(s system) ([]unit, error) {
	g, err := graphOf(s, c.Path)
	if err != nil {
		return nil, err
	}
	e, found := parse.Expr(source.New("--condition", c.Condition))
	if found.HasErrors() {
		return nil, findingList(found)
	}
	n, found := condition.Build(e, condition.Env{Graph: g})
	if found.HasErrors() {
		return nil, findingList(found)
	}
	return []unit{{name: "condition", tree: e, condition: n, graph: g}}, nil
}

// graphOf gives the assets of a project or scenario, none for no path.
func graphOf(s system, path string) (*graph.Graph, error) {
	if path == "" {
		g, _ := graph.New(nil, nil)
		return g, nil
	}
	if isScenario(path) {
		sc, err := readScenario(path)
		if err != nil {
			return nil, err
		}
		return scenarioGraph(sc)
	}
	p, found, err := loadPolicies(s, path)
	if err != nil {
		return nil, err
	}
	if found.HasErrors() {
		return nil, findingList(found)
	}
	if p.Graph == nil {
		return nil, fmt.Errorf("`%s` belongs to no project, so it has no assets", path)
	}
	return p.Graph, nil
}

func isScenario(path string) bool {
	ext := filepath.Ext(path)
	return ext == ".yaml" || ext == ".yml"
}

// policyUnits gives the policies and files blocks of a set.
func policyUnits(p *compiler.Policies, g *graph.Graph) []unit {
	if g == nil {
		g, _ = graph.New(nil, nil)
	}
	var units []unit
	for _, policy := range p.Policies {
		units = append(units, unit{name: policy.Name, tree: policy.Decl, policy: policy, condition: expanded(p, policy, g), graph: g})
	}
	for _, program := range p.Files {
		units = append(units, unit{name: program.Name, tree: filesTree(program), files: program})
	}
	return units
}

// expanded gives the condition of a policy as it is evaluated on the first of its assets;
// nil where it uses words without an evaluation.
func expanded(p *compiler.Policies, policy *compiler.Policy, g *graph.Graph) *condition.Node {
	if policy.When == nil || len(policy.Keys) == 0 {
		return policy.When
	}
	return condition.Expand(policy.When, policy.Keys[0], g, func(asset string) *condition.Node {
		for _, other := range p.Policies {
			if slices.Contains(other.Keys, asset) {
				return other.When
			}
		}
		return nil
	})
}

// filesTree reads the tree of a files block again: programs do not keep it.
func filesTree(p *files.Program) ast.Node {
	trees, _ := parse.Files([]*source.File{p.At.File})
	i := slices.IndexFunc(trees[0].Decls, func(d ast.Decl) bool {
		f, ok := d.(*ast.Files)
		return ok && f.Name.Name == p.Name
	})
	if i < 0 {
		return nil
	}
	return trees[0].Decls[i]
}
