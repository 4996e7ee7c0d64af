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
// is strict, constants of another type, and secrets that are anything but references, in
// config too: their values would stand in requests.
func (l *loader) given(p *Project) {
	for _, policy := range p.Policies.Policies {
		if j, ok := p.Job(policy.Job); ok {
			g := giver{&l.list, j, map[string]source.Span{}}
			g.block(policy.Decl.Body)
			g.block(policy.Defaults)
			g.check(policy.Clauses.Params)
			g.secrets(policy.Clauses.Config)
		}
	}
	for _, program := range p.Policies.Files {
		if j, ok := p.Job(program.Job); ok {
			g := giver{&l.list, j, map[string]source.Span{}}
			for _, tree := range p.Trees {
				g.files(tree, program)
			}
			g.check(program.Params)
			g.secrets(program.Config)
			for _, r := range program.Rules {
				g.check(r.Params)
				g.secrets(r.Config)
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
			if c.Word() == "params" {
				g.entries(c.Map, "")
			}
		case *ast.Config:
			g.entries(c.Map, c.Asset.Text)
		case *ast.Match:
			g.block(c.Body)
		}
	}
}

// entries notes where names are written, of an asset where it is config.
func (g giver) entries(m *ast.Map, asset string) {
	for _, e := range m.Entries {
		key := placed(asset, e.Key.Text)
		if _, known := g.at[key]; !known {
			g.at[key] = e.Key.Span
		}
	}
}

// placed gives the key of a place: that of config begins with its asset and a blank, which
// no name has.
func placed(asset, key string) string {
	if asset == "" {
		return key
	}
	return asset + " " + key
}

func (g giver) check(entries []files.Entry) {
	for _, e := range entries {
		if p, wrong := g.entry(e).(params.Problem); wrong {
			g.list.Add(p.At(g.at[e.Key]))
		}
	}
}

// secrets checks the config of assets for parameters that are secrets.
func (g giver) secrets(config []files.Config) {
	for _, c := range config {
		for _, e := range c.Entries {
			n := params.Name{Asset: c.Asset, Param: e.Key}
			if !g.job.Hidden(n, nil) {
				continue
			}
			if p, wrong := g.accept(n, e.Value).(params.Problem); wrong {
				g.list.Add(p.At(g.at[placed(c.Asset, e.Key)]))
			}
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
	return g.accept(n, e.Value)
}

// accept finds a value that a name does not take, whatever fields stand for.
func (g giver) accept(n params.Name, v files.Value) (err error) {
	switch {
	case v.Secret != "":
		_, err = g.job.Accept(n, params.Reference{Env: v.Secret}.Value())
	case v.Template != nil && v.Template.IsLiteral():
		_, err = g.job.Accept(n, v.Template.Head())
	case v.Const != nil:
		_, err = g.job.Accept(n, v.Const)
	case (v.Template != nil || v.Field != "") && g.job.Hidden(n, nil):
		_, err = g.job.Accept(n, "") // a text is no reference
	}
	return err
}
