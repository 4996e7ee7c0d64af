package project

import (
	"auto/compiler/files"
	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/runtime/params"
)

// given checks the parameters that policies and files blocks give against the job that they
// launch: names of assets that it does not select, names that it does not declare where it
// is strict, and constants of another type.
func (l *loader) given(p *Project) {
	for _, policy := range p.Policies.Policies {
		if j, ok := p.Job(policy.Job); ok {
			g := giver{&l.list, j, map[string]source.Span{}}
			g.block(policy.Decl.Body)
			g.block(policy.Defaults)
			g.check(policy.Clauses.Params)
		}
	}
	for _, program := range p.Policies.Files {
		if j, ok := p.Job(program.Job); ok {
			g := giver{&l.list, j, map[string]source.Span{}}
			for _, tree := range p.Trees {
				g.files(tree, program)
			}
			g.check(program.Params)
			for _, r := range program.Rules {
				g.check(r.Params)
			}
		}
	}
}

// giver checks what one policy or files block gives.
type giver struct {
	list *diag.List
	job  *params.Job
	// at has where each name is written first; the nearest block is read first.
	at map[string]source.Span
}

// files reads where a files block and the defaults of its file write names.
func (g giver) files(tree *ast.File, program *files.Program) {
	here := false
	for _, d := range tree.Decls {
		if f, ok := d.(*ast.Files); ok && f.Name.Span == program.At {
			g.block(f.Body)
			here = true
		}
	}
	for _, d := range tree.Decls {
		if f, ok := d.(*ast.Defaults); ok && here {
			g.block(f.Body)
		}
	}
}

// block notes where a block writes names, and the rules in it.
func (g giver) block(b *ast.Block) {
	if b == nil {
		return
	}
	for _, clause := range b.Clauses {
		switch c := clause.(type) {
		case *ast.Entries:
			g.entries(c)
		case *ast.Match:
			g.block(c.Body)
		}
	}
}

func (g giver) entries(c *ast.Entries) {
	if c.Word() != "params" {
		return
	}
	for _, e := range c.Map.Entries {
		if _, known := g.at[e.Key.Text]; !known {
			g.at[e.Key.Text] = e.Key.Span
		}
	}
}

func (g giver) check(entries []files.Entry) {
	for _, e := range entries {
		if p, wrong := g.entry(e).(params.Problem); wrong {
			g.list.Add(p.At(g.at[e.Key]))
		}
	}
}

// entry finds what is wrong with an entry.
func (g giver) entry(e files.Entry) error {
	n, err := g.job.ParseName(e.Key)
	if err != nil {
		return err
	}
	if err := g.job.Declared(n); err != nil {
		return err
	}
	switch {
	case e.Value.Secret != "":
		_, err = g.job.Accept(n, params.Reference{Env: e.Value.Secret}.Value())
	case e.Value.Template != nil && e.Value.Template.IsLiteral():
		_, err = g.job.Accept(n, e.Value.Template.Head())
	case e.Value.Const != nil:
		_, err = g.job.Accept(n, e.Value.Const)
	}
	return err
}
