package plan

import "auto/vm/code"

// dropNarrowing leaves out an And with candidates where its other side was asked about
// the same candidates and answers within them: `a & missing()` needs no second cut.
func (p *Plan) dropNarrowing(b *Block) {
	by := map[*Value]*Value{}
	for _, v := range b.Values {
		if v.Op != code.And {
			continue
		}
		candidates, answer := v.Args[0], v.Args[1]
		if at := within(answer); at != nil && at == candidates {
			by[v] = answer
		}
	}
	p.replace(b, by)
}

// within gives the candidates that a value never goes beyond, nil where it may.
func within(v *Value) *Value {
	switch v.Op {
	case code.Within, code.First, code.CronPassed, code.Version, code.Root, code.Lacking, code.Coming, code.AnyDeps, code.AllDeps, code.AnyChecks, code.AllChecks:
		return v.Args[0]
	case code.Newly:
		return v.Args[1]
	case code.Sub:
		return v.Args[0]
	}
	return nil
}
