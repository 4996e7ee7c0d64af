package code

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// kindOf reads one of some words.
func kindOf[K comparable](p *parser, what string, kinds map[K]string) K {
	t := p.next()
	for kind, word := range kinds {
		if t.kind == wordToken && word == t.text {
			return kind
		}
	}
	var words []string
	for _, word := range kinds {
		words = append(words, word)
	}
	slices.Sort(words)
	p.fail(t, "%s is no kind of %s. Write one of %s.", t, what, strings.Join(words, ", "))
	var none K
	return none
}

var factKinds = func() map[FactKind]string {
	kinds := map[FactKind]string{}
	for k := Missing; int(k) < len(factNames); k++ {
		kinds[k] = k.String()
	}
	return kinds
}()

func (p *parser) fact() {
	f := Fact{Kind: kindOf(p, "fact", factKinds)}
	if p.acceptWord("lookback") {
		f.Lookback = p.duration()
	}
	if p.acceptWord("keys") {
		f.TagKeys = bracketed(p, func() string { return p.text("a key") })
	}
	if p.acceptWord("values") {
		f.TagValues = map[string]string{}
		bracketed(p, func() any { p.tag(f.TagValues); return nil })
	}
	p.program.Facts = append(p.program.Facts, f)
}

func (p *parser) duration() time.Duration {
	t := p.peek()
	d, err := time.ParseDuration(p.text("a duration"))
	if err != nil {
		p.fail(t, "%s is not a duration. Write such as \"36h0m0s\".", t)
	}
	return d
}

func (p *parser) tag(into map[string]string) {
	t := p.peek()
	key := p.text("the key of a tag")
	if _, ok := into[key]; ok {
		p.fail(t, "The tag %s is there twice. Leave one out.", t)
	}
	p.expect(':')
	into[key] = p.text("the value of a tag")
}

func (p *parser) cron() {
	c := Cron{Schedule: p.text("a schedule"), Zone: p.text("a time zone")}
	p.program.Crons = append(p.program.Crons, c)
}

func (p *parser) filter() {
	f := Filter{Text: p.text("the text of a filter")}
	if p.acceptWord("allow") {
		f.Allow = p.keys()
	}
	if p.acceptWord("ignore") {
		f.Ignore = orNil(p.keys())
	}
	f.Blocking = p.acceptWord("blocking")
	p.program.Filters = append(p.program.Filters, f)
}

func (p *parser) keys() []string {
	return bracketed(p, func() string { return p.text("a key") })
}

func (p *parser) key() {
	p.program.Keys = append(p.program.Keys, p.text("a key"))
}

func (p *parser) state() {
	s := State{Kind: kindOf(p, "state", stateKinds)}
	if s.Kind == VersionState {
		s.Path = orNil(bracketed(p, p.step))
	} else {
		s.Parts = orNil(bracketed(p, p.part))
	}
	if p.acceptWord("trigger") {
		s.Trigger = p.plusOne("time")
	}
	if p.acceptWord("reset") {
		s.Reset = p.plusOne("time")
	}
	p.program.States = append(p.program.States, s)
}

func (p *parser) part() Part {
	if p.peek().kind == wordToken {
		return Part{State: p.plusOne("state")}
	}
	return Part{Name: p.text("the name of a part")}
}

func (p *parser) step() Step {
	t := p.peek()
	if strings.HasPrefix(t.text, "state") && t.kind == wordToken {
		return p.stateStep()
	}
	s := Step{Index: -1}
	if !p.acceptWord("-") {
		n := p.number("a position among siblings")
		if n > math.MaxInt16 {
			p.fail(t, "%s is too large. Write at most %d.", t, math.MaxInt16)
		}
		s.Index = int16(n)
	}
	if p.peek().kind == textToken {
		s.Name = p.text("a name")
	} else {
		s.Depth = p.plusOne("entity")
	}
	return s
}

func (p *parser) stateStep() Step {
	s := Step{Index: -1, State: p.plusOne("state")}
	p.keyword("at")
	s.At = p.reference("entity")
	return s
}

// keyword expects a certain word.
func (p *parser) keyword(word string) {
	if t := p.peek(); !p.acceptWord(word) {
		p.fail(t, "%s stands where `%s` has to. Write `%s` before it.", t, word, word)
	}
}

func (p *parser) time() {
	x := Time{Kind: kindOf(p, "time", timeKinds), Block: p.reference("block"), Register: p.reference("r")}
	switch x.Kind {
	case CronTime:
		x.Cron = p.reference("cron")
	case CallTime:
		p.keyword("at")
		x.Call = p.number("a position")
	}
	if p.acceptWord("from") {
		x.Inner = p.plusOne("time")
	}
	p.program.Times = append(p.program.Times, x)
}

func (p *parser) rule() {
	r := FileRule{Name: p.text("the name of a rule")}
	p.keyword("pattern")
	r.Pattern = p.text("a pattern")
	if p.acceptWord("folder") {
		r.Folder = p.text("a folder pattern")
	}
	p.keyword("targets")
	r.Targets = orNil(bracketed(p, func() uint16 { return p.reference("target") }))
	p.program.Rules = append(p.program.Rules, r)
}

func (p *parser) target() {
	p.program.Targets = append(p.program.Targets, FileTarget{Text: p.text("a target")})
}

func (p *parser) block() {
	p.keyword("registers")
	b := Block{Registers: int(p.number("a number of registers"))}
	if p.peek().kind != ':' {
		b.Node = int(p.reference("node"))
	}
	p.expect(':')
	p.end()
	for p.instruction(&b) {
	}
	p.program.Blocks = append(p.program.Blocks, b)
}

// instruction reads the next instruction of a block, and reports false where the block
// ends. Empty lines may stand between them.
func (p *parser) instruction(b *Block) bool {
	for p.accept(lineToken) {
	}
	t := p.peek()
	if t.kind != wordToken {
		return false
	}
	if n := len(b.Code); isDigit(t.text[0]) {
		if p.number("a position"); t.text != strconv.Itoa(n) {
			p.fail(t, "The next position is %d. Write it, or leave the position out.", n)
		}
	} else if isDigit(t.text[len(t.text)-1]) { // an entry: no operation ends with a digit
		return false
	}
	b.Code = append(b.Code, p.operation())
	return p.err == nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func (p *parser) operation() Instr {
	t := p.next()
	i := slices.IndexFunc(Table, func(s Spec) bool { return t.kind == wordToken && s.Name == t.text })
	if i < 0 {
		var names []string
		for _, s := range Table {
			names = append(names, s.Name)
		}
		p.fail(t, "%s is no operation. Write one of %s.", t, strings.Join(names, ", "))
		return Instr{}
	}
	in := Instr{Op: Table[i].Op}
	for j, arg := range Table[i].Args {
		if j > 0 {
			p.expect(',')
		}
		in.Args[j] = p.argument(arg)
	}
	p.end()
	return in
}

func (p *parser) argument(arg Arg) uint16 {
	switch arg {
	case TargetArg, CountArg:
		return p.number("a " + arg.String())
	case OutcomeArg:
		kinds := map[uint16]string{}
		for i, word := range Outcomes {
			kinds[uint16(i)] = word
		}
		return kindOf(p, "outcome", kinds)
	}
	return p.reference(arg.String())
}

func (p *parser) node() {
	n := Node{Name: p.text("a name")}
	if p.acceptWord("label") {
		n.Label = p.text("a label")
	}
	p.keyword("in")
	n.Block, n.Result = p.reference("block"), p.reference("r")
	p.keyword("of")
	n.Candidates = p.reference("r")
	if p.acceptWord("children") {
		n.Children = orNil(bracketed(p, func() uint16 { return p.reference("node") }))
	}
	if p.acceptWord("call") {
		t := p.peek()
		if n.Call = p.number("a position") + 1; n.Call == 0 {
			p.fail(t, "%s is too large. Write at most %d.", t, math.MaxUint16-1)
		}
	}
	n.Matches = p.acceptWord("matches")
	if strings.HasPrefix(p.peek().text, "state") && p.peek().kind == wordToken {
		n.State = p.plusOne("state")
	}
	p.program.Nodes = append(p.program.Nodes, n)
}
