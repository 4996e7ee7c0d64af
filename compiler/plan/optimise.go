package plan

// Optimise rewrites the plan. It never changes an answer, nor what explain can show:
// every node keeps a value that holds its subset.
func (p *Plan) Optimise() {
	for _, b := range p.Blocks {
		p.shareValues(b)
	}
	for _, b := range p.Blocks {
		p.dropNarrowing(b)
	}
	for _, b := range p.Blocks {
		skips(b)
	}
}

// replace puts other values in the place of some, everywhere in a block.
func (p *Plan) replace(b *Block, by map[*Value]*Value) {
	if len(by) == 0 {
		return
	}
	final := func(v *Value) *Value {
		for by[v] != nil {
			v = by[v]
		}
		return v
	}
	kept := b.Values[:0]
	for _, v := range b.Values {
		if by[v] != nil {
			continue
		}
		for i, a := range v.Args {
			v.Args[i] = final(a)
		}
		kept = append(kept, v)
	}
	b.Values, b.Result = kept, final(b.Result)
	for i := range p.nodes {
		if n := &p.nodes[i]; n.block == b {
			n.result, n.candidates = final(n.result), final(n.candidates)
		}
	}
	for i := range p.states {
		for _, t := range []*timing{p.states[i].trigger, p.states[i].reset} {
			for ; t != nil; t = t.inner {
				if t.block == b {
					t.value = final(t.value)
				}
			}
		}
	}
}
