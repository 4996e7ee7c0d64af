package code

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Parse reads assembler text as Text writes it. A line is an entry of a table, the head of
// a block, an instruction of the block above it, or empty; the entries of each table are
// numbered in order. The position before an instruction may be left out. The program is
// not verified. The error is a *SyntaxError.
func Parse(text string) (*Program, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens, program: &Program{}}
	for p.err == nil && p.peek().kind != endToken {
		if !p.accept(lineToken) {
			p.line()
		}
	}
	if p.err != nil {
		return nil, p.err
	}
	return p.program, nil
}

// parser reads tokens. After the first error it sees nothing but the end of the text.
type parser struct {
	tokens  []token
	program *Program
	err     error
}

func (p *parser) peek() token {
	if p.err != nil {
		return token{}
	}
	return p.tokens[0]
}

func (p *parser) next() token {
	t := p.peek()
	if t.kind != endToken {
		p.tokens = p.tokens[1:]
	}
	return t
}

// fail keeps the first error: what is wrong at a token, and what to write.
func (p *parser) fail(t token, format string, args ...any) {
	if p.err == nil {
		p.err = &SyntaxError{t.line, t.column, fmt.Sprintf(format, args...)}
	}
}

func (p *parser) accept(kind rune) bool {
	if p.peek().kind != kind || p.err != nil {
		return false
	}
	p.next()
	return true
}

// acceptWord accepts a certain word.
func (p *parser) acceptWord(word string) bool {
	if t := p.peek(); t.kind != wordToken || t.text != word {
		return false
	}
	p.next()
	return true
}

func (p *parser) expect(kind rune) {
	if t := p.next(); t.kind != kind {
		p.fail(t, "%s stands where `%c` has to. Write `%c` before it.", t, kind, kind)
	}
}

func (p *parser) text(what string) string {
	t := p.next()
	if t.kind != textToken {
		p.fail(t, "%s is not %s. Write it in double quotes.", t, what)
	}
	return t.text
}

// number reads a number from 0 on.
func (p *parser) number(what string) uint16 {
	t := p.next()
	return p.toNumber(t, t.text, what, "3")
}

func (p *parser) toNumber(t token, digits, what, example string) uint16 {
	n, err := strconv.ParseUint(digits, 10, 16)
	if t.kind != wordToken || err != nil {
		p.fail(t, "%s is not %s. Write such as `%s`, at most %d.", t, what, example, math.MaxUint16)
	}
	return uint16(n)
}

// reference reads the name of an entry: a table and a number.
func (p *parser) reference(table string) uint16 {
	t := p.next()
	digits, ok := strings.CutPrefix(t.text, table)
	if !ok {
		digits = ""
	}
	return p.toNumber(t, digits, "a "+nouns[table], table+"3")
}

var nouns = map[string]string{
	"r": "register", "fact": "fact", "cron": "schedule", "filter": "filter", "key": "key", "state": "state", "time": "time",
	"block": "block", "node": "node", "target": "target", "entity": "entity",
}

// plusOne reads a reference that is kept plus one.
func (p *parser) plusOne(table string) uint16 {
	t := p.peek()
	n := p.reference(table)
	if n == math.MaxUint16 {
		p.fail(t, "%s is too large. Write at most %s%d.", t, table, math.MaxUint16-1)
	}
	return n + 1
}

// bracketed reads what stands in brackets; it is not nil.
func bracketed[T any](p *parser, each func() T) []T {
	items := []T{}
	p.expect('[')
	for p.err == nil && p.peek().kind != ']' {
		items = append(items, each())
		if p.peek().kind != ']' {
			p.expect(',')
		}
	}
	p.expect(']')
	return items
}

// orNil is a list of which an empty one is kept as nil.
func orNil[T any](items []T) []T {
	if len(items) == 0 {
		return nil
	}
	return items
}

// line reads an entry or a block.
func (p *parser) line() {
	first := p.next()
	table := strings.TrimRight(first.text, "0123456789")
	read, ok := tables[table]
	if first.kind != wordToken || !ok || table == first.text {
		p.fail(first, "%s begins no line. Write an entry such as `fact0 = missing`, or a block such as `block0 registers 2 node0:` with its instructions below.", first)
		return
	}
	if have := p.toNumber(first, first.text[len(table):], "a number", "3"); int(have) != read.size(p.program) {
		p.fail(first, "The entries of a table are numbered in order. Write `%s` here.", name(table, read.size(p.program)))
	}
	if table == "block" { // has lines below it
		p.block()
		return
	}
	p.expect('=')
	read.entry(p)
	p.end()
}

func (p *parser) end() {
	if t := p.peek(); t.kind != endToken && !p.accept(lineToken) {
		p.fail(t, "%s stands behind the end of what the line says. Take it away or begin a new line.", t)
	}
}

// tableReader reads the entries of a table.
type tableReader struct {
	size  func(*Program) int
	entry func(*parser)
}

var tables = map[string]tableReader{
	"fact":   {func(p *Program) int { return len(p.Facts) }, (*parser).fact},
	"cron":   {func(p *Program) int { return len(p.Crons) }, (*parser).cron},
	"filter": {func(p *Program) int { return len(p.Filters) }, (*parser).filter},
	"key":    {func(p *Program) int { return len(p.Keys) }, (*parser).key},
	"state":  {func(p *Program) int { return len(p.States) }, (*parser).state},
	"time":   {func(p *Program) int { return len(p.Times) }, (*parser).time},
	"rule":   {func(p *Program) int { return len(p.Rules) }, (*parser).rule},
	"target": {func(p *Program) int { return len(p.Targets) }, (*parser).target},
	"block":  {func(p *Program) int { return len(p.Blocks) }, (*parser).block},
	"node":   {func(p *Program) int { return len(p.Nodes) }, (*parser).node},
}
