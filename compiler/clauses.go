package compiler

import (
	"slices"
	"strings"

	"auto/compiler/files"
	"auto/lang/ast"
	"auto/lang/diag"
)

// placement says in which blocks a clause may stand: P policy, F files, R the block of
// a rule, S sensor, D defaults; and with * that it may stand there more than once
// (docs/language.md, Clauses).
var placement = map[string]string{
	"when": "P", "limit": "PFD*", "at most": "PD*", "quiet": "PD", "retry": "PFD", "missed": "PD", "order": "PFD", "halt": "PFD",
	"pause": "PF", "job": "PF", "tags": "PFRSD*", "params": "PFRD*", "config": "PFR*", "priority": "PFD", "group by": "PD", "max": "PD",
	"budget": "S", "settled": "F", "existing": "F", "redeliver": "F", "always": "F", "match": "F*", "take": "F", "otherwise": "F", "run_key": "F",
}

var blockLetters = map[string]string{"policy": "P", "files": "F", "rule": "R", "sensor": "S", "defaults": "D"}

var blockNames = map[rune]string{'P': "policy", 'F': "files", 'R': "rule", 'S': "sensor", 'D': "defaults"}

// block checks which clauses stand in a block and how often, and the ranges of their
// numbers and times.
func (c *checker) block(s *scope, what string, b *ast.Block) {
	if b == nil {
		return
	}
	first := map[string]ast.Clause{}
	for _, clause := range b.Clauses {
		word := clause.Word()
		places := placement[word]
		if !strings.Contains(places, blockLetters[what]) {
			c.misplaced(clause, what, places)
		}
		if once, twice := first[word]; twice && !strings.HasSuffix(places, "*") {
			c.values.Findings.Add(diag.Diagnostic{Code: diag.ClauseTwice, Span: clause.Place(), Message: "The clause `" + word + "` is given twice.",
				Help: "Remove one of them.", Related: []diag.Related{{Span: once.Place(), Message: "The first one is here."}}})
		} else {
			first[word] = clause
		}
		c.checkRange(clause)
		if m, ok := clause.(*ast.Match); ok {
			c.block(s, "rule", m.Body)
		}
	}
}

func (c *checker) misplaced(clause ast.Clause, what, places string) {
	var homes []string
	for _, letter := range places {
		if name, ok := blockNames[letter]; ok {
			homes = append(homes, "`"+name+"`")
		}
	}
	help := "It belongs to blocks of " + strings.Join(homes, ", ") + "."
	c.find(diag.MisplacedClause, clause.Place(), help, "The clause `%s` has no meaning in a %s block.", clause.Word(), what)
}

// checkRange checks the numbers, durations and times of a clause.
func (c *checker) checkRange(clause ast.Clause) {
	switch k := clause.(type) {
	case *ast.Rate:
		c.positive(k.Count)
		c.lasting(k.Per)
	case *ast.Max:
		c.positive(k.Count)
	case *ast.Halt:
		c.positive(k.Count)
	case *ast.Retry:
		c.checkRetry(k)
	case *ast.Priority:
		if k.Number.Value > 1_000_000 || k.Number.Value < -1_000_000 {
			c.find(diag.OutOfRange, k.Number.Span, "Write a number from -1000000 to 1000000.", "A priority cannot be %d.", k.Number.Value)
		}
	case *ast.Pause:
		c.checkPause(k)
	case *ast.Wait:
		if k.Word() != "settled" && k.Word() != "quiet" {
			c.lasting(k.For)
		}
	}
}

func (c *checker) positive(n *ast.Int) {
	if n.Value < 1 || n.Value > 1_000_000_000 {
		c.find(diag.OutOfRange, n.Span, "Write a number from 1 to 1000000000.", "The number cannot be %d.", n.Value)
	}
}

func (c *checker) lasting(d *ast.Duration) {
	if d != nil && d.Value <= 0 {
		c.find(diag.OutOfRange, d.Span, "Write such as `10s`.", "The duration is zero.")
	}
}

func (c *checker) checkRetry(k *ast.Retry) {
	c.positive(k.Count)
	if k.UpTo != nil && k.UpTo.Value < k.After.Value {
		c.find(diag.OutOfRange, k.UpTo.Span, "Write a longer one, or leave `up to` out.", "The wait grows up to %s, which is shorter than its beginning, %s.", k.UpTo.Text, k.After.Text)
	}
}

// checkPause reads the time of a pause.
func (c *checker) checkPause(k *ast.Pause) {
	until, ok := files.PauseUntil(k.Until.Value)
	switch {
	case !ok:
		c.find(diag.OutOfRange, k.Until.Span, "Write such as `\"2026-12-01T06:00:00+01:00\"`, or a date, which is in UTC.", "`%s` is no time.", k.Until.Value)
	case !c.Now.IsZero() && !until.After(c.Now):
		c.find(diag.PausePast, k.Until.Span, "Remove the clause.", "The pause ended at %s.", k.Until.Value)
	case strings.TrimSpace(k.Because.Value) == "":
		c.find(diag.OutOfRange, k.Because.Span, "Write the reason for those who wonder.", "The reason is empty.")
	}
}

// clauseOf gives the first clause of a block with a word, nil for none.
func clauseOf[T ast.Clause](b *ast.Block, word string) T {
	var none T
	if b == nil {
		return none
	}
	i := slices.IndexFunc(b.Clauses, func(k ast.Clause) bool { return k.Word() == word })
	if i < 0 {
		return none
	}
	found, ok := b.Clauses[i].(T)
	if !ok {
		return none
	}
	return found
}
