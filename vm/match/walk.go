package match

import "slices"

const (
	// maxSize bounds the bytes of one walk's states.
	maxSize = 16 << 20
	// minSize is what one dfa may take at least.
	minSize = 64 << 10
	// pieces is how many a dfa is divided into that is heavy.
	pieces = 4
)

// walk matches whole texts against an automaton's expressions, in one goroutine. Usually
// all expressions share one dfa, and a text costs one step a byte. Expressions whose
// states multiply, so that new ones are needed all the time, are divided among more
// dfas; one that does so alone is left to be tried alone.
type walk struct {
	dfas []*dfa
	// alone are the expressions that the walk does not match.
	alone []int32
	// size is what all dfas together may take, but for minSize that each may.
	size  int
	heavy bool // some dfa is
	hits  []int32
}

func (a *automaton) walk(size int) *walk {
	w := &walk{size: size}
	if len(a.start) == 0 {
		return w
	}
	all := make([]int32, len(a.start))
	for i := range all {
		all[i] = int32(i)
	}
	w.dfas = append(w.dfas, newDFA(newBuilder(a), all, max(minSize, size)))
	return w
}

// match gives the expressions that the whole text matches, in no order, but for those
// that are alone; they are valid until the next call, as is what is alone.
func (w *walk) match(text string) []int32 {
	if w.heavy {
		w.divide()
	}
	w.hits = w.hits[:0]
	for _, d := range w.dfas {
		w.hits = append(w.hits, d.match(text)...)
		w.heavy = w.heavy || d.heavy
	}
	return w.hits
}

// divide makes several of each heavy dfa. All share what there is of size alike.
func (w *walk) divide() {
	var dfas []*dfa
	for _, d := range w.dfas {
		switch {
		case !d.heavy:
			dfas = append(dfas, d)
		case len(d.exprs) == 1:
			w.alone = append(w.alone, d.exprs...)
		default:
			for exprs := range slices.Chunk(d.exprs, (len(d.exprs)+pieces-1)/pieces) {
				dfas = append(dfas, newDFA(d.builder, exprs, 0))
			}
		}
	}
	for _, d := range dfas {
		d.limit = max(minSize, w.size/len(dfas))
	}
	w.dfas, w.heavy = dfas, false
}
