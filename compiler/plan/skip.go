package plan

import "auto/vm/code"

// skips puts jumps over what cannot be true: after a value that is empty, all values up
// to one are empty too, as far as they are made from it. State is never jumped over.
func skips(b *Block) {
	var out []*Value
	for i, v := range b.Values {
		out = append(out, v)
		if v.Op != code.And && v.Op != code.Since && v.Op != code.Sub && v.Op != code.Newly {
			continue
		}
		if until := emptyWith(v, b.Values[i+1:]); until != nil {
			out = append(out, &Value{Op: code.Skip, Args: []*Value{v}, Until: until})
		}
	}
	b.Values = out
}

// minSkipped is how many values a jump is over at least: it costs about as much as one.
const minSkipped = 2

// emptyWith gives the last of the values that follow a value without a gap and are empty
// where it is, nil where a jump does not pay.
func emptyWith(v *Value, following []*Value) *Value {
	empty := map[*Value]bool{v: true}
	count := 0
	for _, f := range following {
		if hasState(f) || !strict(f, empty) {
			break
		}
		empty[f] = true
		count++
	}
	if count < minSkipped {
		return nil
	}
	return following[count-1]
}

// strict reports whether a value is empty where some others are.
func strict(v *Value, empty map[*Value]bool) bool {
	switch v.Op {
	case code.And:
		return empty[v.Args[0]] || empty[v.Args[1]]
	case code.Or:
		return empty[v.Args[0]] && empty[v.Args[1]]
	case code.All, code.None:
		return v.Op == code.None
	}
	return empty[v.Args[0]]
}
