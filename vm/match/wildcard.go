package match

import (
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"
)

// wildcard is an expression of the form that most globs have: texts and single
// characters with runs of any characters between, `feed_*_??.csv`. Comparing is several
// times faster than running the expression, and what it finds is the same.
type wildcard struct {
	elements []element
	// first and last are the places of the first and last run in elements, -1 for none:
	// what stands before the first begins the text, what stands after the last ends it,
	// those between are found from the left, each as early as it is there.
	first, last int32
	// noSlash: the runs hold no `/`.
	noSlash bool
}

// element is a text, a character of a set, or where it has neither a run.
type element struct {
	text string
	set  *syntax.Regexp // OpCharClass, OpAnyChar or OpAnyCharNotNL
}

func (e *element) isRun() bool { return e.set == nil && e.text == "" }

// newWildcard gives the wildcard that an expression is, nil where it is none.
func newWildcard(tree *syntax.Regexp) *wildcard {
	r := &wildcardReader{wildcard{first: -1, last: -1}}
	if !r.read(tree) || !r.sound() {
		return nil
	}
	return &r.wildcard
}

type wildcardReader struct{ wildcard }

// read takes an expression to the end of the wildcard, and reports whether it fits.
func (r *wildcardReader) read(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpEmptyMatch:
	case syntax.OpLiteral:
		text := string(re.Rune)
		if re.Flags&syntax.FoldCase != 0 || strings.ContainsRune(text, utf8.RuneError) {
			return false
		}
		r.literal(text)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		r.add(element{set: re})
	case syntax.OpStar:
		return r.run(re.Sub[0])
	case syntax.OpPlus:
		return r.one(re.Sub[0]) && r.run(re.Sub[0])
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range re.Sub {
			if !r.read(sub) {
				return false
			}
		}
	default:
		return false
	}
	return true
}

func (r *wildcardReader) add(e element) { r.elements = append(r.elements, e) }

// literal adds a text, to the one before it where there is one.
func (r *wildcardReader) literal(text string) {
	if n := len(r.elements); n > 0 && r.elements[n-1].text != "" {
		r.elements[n-1].text += text
		return
	}
	r.add(element{text: text})
}

// one takes a character of a set that runs can be of.
func (r *wildcardReader) one(set *syntax.Regexp) bool {
	if set.Op != syntax.OpAnyChar && !isNoSlash(set) {
		return false
	}
	r.add(element{set: set})
	return true
}

// run takes a run of a set. All runs of a wildcard are of one kind.
func (r *wildcardReader) run(set *syntax.Regexp) bool {
	noSlash := isNoSlash(set)
	if set.Op != syntax.OpAnyChar && !noSlash || r.first >= 0 && noSlash != r.noSlash {
		return false
	}
	r.noSlash, r.last = noSlash, int32(len(r.elements))
	if r.first < 0 {
		r.first = r.last
	}
	r.add(element{})
	return true
}

// isNoSlash reports whether a set is every character but `/`.
func isNoSlash(set *syntax.Regexp) bool {
	r := set.Rune
	return set.Op == syntax.OpCharClass && len(r) == 4 && r[0] == 0 && r[1] == '/'-1 && r[2] == '/'+1 && r[3] == unicode.MaxRune
}

// sound reports whether looking from the left finds every match: it does where a run may
// hold whatever stands between two runs.
func (r *wildcardReader) sound() bool {
	if !r.noSlash {
		return true
	}
	for _, e := range r.elements[r.first:r.last] {
		if strings.Contains(e.text, "/") || e.set != nil && e.holds('/') {
			return false
		}
	}
	return true
}

// holds reports whether a character is in the element's set.
func (e *element) holds(c rune) bool {
	switch e.set.Op {
	case syntax.OpAnyChar:
		return true
	case syntax.OpAnyCharNotNL:
		return c != '\n'
	}
	ranges := e.set.Rune
	if len(ranges) > 16 {
		inst := syntax.Inst{Op: syntax.InstRune, Rune: ranges}
		return inst.MatchRune(c)
	}
	for i := 0; i < len(ranges); i += 2 {
		if c <= ranges[i+1] {
			return c >= ranges[i]
		}
	}
	return false
}

// isHolding reports whether the wildcard is every text that holds a word.
func (w *wildcard) isHolding(word string) bool {
	return len(w.elements) == 3 && w.first == 0 && w.last == 2 && !w.noSlash && w.elements[1].text == word
}

// match reports whether the whole text is of the wildcard.
func (w *wildcard) match(text string) bool {
	if w.first < 0 {
		n, ok := begins(text, w.elements)
		return ok && n == len(text)
	}
	n, ok := begins(text, w.elements[:w.first])
	if !ok {
		return false
	}
	text = text[n:]
	n, ok = ends(text, w.elements[w.last+1:])
	if !ok {
		return false
	}
	text = text[:len(text)-n]
	return (!w.noSlash || strings.IndexByte(text, '/') < 0) && holds(text, w.elements[w.first:w.last])
}

// holds reports whether a text holds the parts between runs, one after the other.
func holds(text string, elements []element) bool {
	for len(elements) > 0 {
		elements = elements[1:] // the run before the part
		n := 0
		for n < len(elements) && !elements[n].isRun() {
			n++
		}
		var ok bool
		if text, ok = after(text, elements[:n]); !ok {
			return false
		}
		elements = elements[n:]
	}
	return true
}

// begins gives the bytes of a text's beginning that elements match.
func begins(text string, elements []element) (n int, ok bool) {
	for i := range elements {
		e := &elements[i]
		if e.set == nil {
			if !strings.HasPrefix(text[n:], e.text) {
				return 0, false
			}
			n += len(e.text)
			continue
		}
		c, size := utf8.DecodeRuneInString(text[n:])
		if size == 0 || !e.holds(c) {
			return 0, false
		}
		n += size
	}
	return n, true
}

// ends gives the bytes of a text's end that elements match. UTF-8 read backwards has the
// same characters, also where bytes are none.
func ends(text string, elements []element) (n int, ok bool) {
	for i := len(elements) - 1; i >= 0; i-- {
		e, rest := &elements[i], text[:len(text)-n]
		if e.set == nil {
			if !strings.HasSuffix(rest, e.text) {
				return 0, false
			}
			n += len(e.text)
			continue
		}
		c, size := utf8.DecodeLastRuneInString(rest)
		if size == 0 || !e.holds(c) {
			return 0, false
		}
		n += size
	}
	return n, true
}

// after gives what follows the first place of a text where elements match.
func after(text string, elements []element) (rest string, ok bool) {
	if len(elements) == 1 && elements[0].set == nil {
		_, rest, ok = strings.Cut(text, elements[0].text)
		return rest, ok
	}
	for {
		if n, ok := begins(text, elements); ok {
			return text[n:], true
		}
		_, size := utf8.DecodeRuneInString(text)
		if size == 0 {
			return "", false
		}
		text = text[size:]
	}
}

// packing copies wildcards into memory that they share.
type packing struct {
	elements []element
	texts    strings.Builder
	sizes    struct{ elements, texts int }
}

// measure takes a wildcard into account that is going to be copied; nil for none.
func (p *packing) measure(w *wildcard) {
	if w == nil {
		return
	}
	p.sizes.elements += len(w.elements)
	for _, e := range w.elements {
		p.sizes.texts += len(e.text)
	}
}

// open makes the room for what has been measured.
func (p *packing) open() {
	p.elements = make([]element, 0, p.sizes.elements)
	p.texts.Grow(p.sizes.texts)
}

// copy gives a wildcard that lies behind the last.
func (p *packing) copy(w *wildcard) wildcard {
	start := len(p.elements)
	for _, e := range w.elements {
		at := p.texts.Len()
		p.texts.WriteString(e.text)
		p.elements = append(p.elements, element{p.texts.String()[at:], e.set})
	}
	packed := *w
	packed.elements = p.elements[start:len(p.elements):len(p.elements)]
	return packed
}
