package plan

import (
	"slices"

	"auto/vm/code"
)

// shareValues computes what is written several times once: values of one operation and
// equal arguments, as far as they have no state and call nothing.
func (p *Plan) shareValues(b *Block) {
	seen, by := map[sharedKey]*Value{}, map[*Value]*Value{}
	for _, v := range b.Values {
		if hasState(v) || v.Op.Calls() || v.Op == code.Asking { // requests come in during an evaluation
			continue
		}
		key := keyOf(v, by)
		if first, ok := seen[key]; ok {
			by[v] = first
		} else {
			seen[key] = v
		}
	}
	p.replace(b, by)
}

// sharedKey is all that a value without state depends on.
type sharedKey struct {
	op                 code.Op
	fact, cron, filter int
	args               [2]*Value
}

// keyOf gives the key of a value, its arguments replaced by those that they are shared with.
func keyOf(v *Value, by map[*Value]*Value) sharedKey {
	key := sharedKey{op: v.Op, fact: v.Fact, cron: v.Cron, filter: v.Filter}
	for i, a := range v.Args {
		if by[a] != nil {
			a = by[a]
		}
		key.args[i] = a
	}
	return key
}

// hasState reports whether a value keeps something from tick to tick; a call does where
// its block does.
func hasState(v *Value) bool {
	switch v.Op {
	case code.Since, code.Newly, code.Version:
		return true
	}
	return v.Block != nil && hasStates(v.Block)
}

// hasStates reports whether anything in a block keeps something.
func hasStates(b *Block) bool { return slices.ContainsFunc(b.Values, hasState) }
