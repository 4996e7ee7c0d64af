package plan

import (
	"fmt"
	"strings"

	"auto/vm/code"
)

// shareValues computes what is written several times once: values of one operation and
// equal arguments, as far as they have no state and call nothing.
func (p *Plan) shareValues(b *Block) {
	seen, by := map[string]*Value{}, map[*Value]*Value{}
	for _, v := range b.Values {
		if hasState(v) || v.Op.Calls() {
			continue
		}
		key := valueKey(v, by)
		if first, ok := seen[key]; ok {
			by[v] = first
		} else {
			seen[key] = v
		}
	}
	p.replace(b, by)
}

func valueKey(v *Value, by map[*Value]*Value) string {
	var key strings.Builder
	fmt.Fprintf(&key, "%d %d %d", v.Op, v.Fact, v.Cron)
	for _, a := range v.Args {
		if by[a] != nil {
			a = by[a]
		}
		fmt.Fprintf(&key, " %p", a)
	}
	return key.String()
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

func hasStates(b *Block) bool {
	for _, v := range b.Values {
		if hasState(v) {
			return true
		}
	}
	return false
}
