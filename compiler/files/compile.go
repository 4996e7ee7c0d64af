package files

import (
	"time"

	"auto/lang/ast"
	"auto/lang/diag"
	"auto/lang/source"
	"auto/vm/match"
)

// Compile checks a files block and gives its program, with the clauses of the file's
// defaults (nil for none) where the block does not write them. Which clauses may stand
// in it is checked before. The program is nil where there are errors, and where a part of
// the block could not be read.
func Compile(decl *ast.Files, defaults *ast.Block, env Env) (*Program, diag.List) {
	c := &compiler{env: env, decl: decl, unsure: decl.Body.Partial}
	c.program = &Program{Name: decl.Name.Name, At: decl.Name.Span, Every: defaultEvery, Redeliver: Redeliver{Mode: "on new etag"}, Otherwise: Otherwise{Action: "ignore"}}
	c.source()
	c.written = c.clauses(decl.Body)
	if defaults != nil {
		c.clauses(defaults)
	}
	c.rules()
	c.targets()
	c.job()
	c.fits()
	c.templates(defaults)
	c.runKey()
	c.otherwise()
	if c.findings.HasErrors() || decl.Body.Partial {
		return nil, c.findings
	}
	if err := c.emit(c.patterns); err != nil {
		c.find(diag.TooManyRules, decl.Name.Span, "Split the block into several.", "The block is too large: %s.", err)
		return nil, c.findings
	}
	c.program.used = usedFields(c.program)
	return c.program, append(c.findings, c.warnings...)
}

// compiler compiles one block.
type compiler struct {
	env      Env
	decl     *ast.Files
	program  *Program
	findings diag.List
	// written are the words of clauses that the block writes itself; nil while it is read.
	written map[string]bool
	matches []*ast.Match
	// patterns are those of the rules, nil where some cannot be read.
	patterns []match.Rule
	always   []ast.Key
	jobKey   *ast.Key
	// unsure: some rule could not be read, so that not all captures are known.
	unsure bool
	// fixed are the assets that the block requests by their keys, base assets first.
	fixed []requested
	// templated are the targets by template.
	templated []templated
	// warnings are findings of little weight while there are errors.
	warnings diag.List
}

func (c *compiler) find(code diag.Code, at source.Span, help, format string, args ...any) {
	c.findings.Addf(code, at, help, format, args...)
}

// clauses reads those clauses of a block that need no others and are not written
// already, and gives the words of all.
func (c *compiler) clauses(b *ast.Block) map[string]bool {
	words := map[string]bool{}
	for _, clause := range b.Clauses {
		words[clause.Word()] = true
		if !c.written[clause.Word()] {
			c.clause(clause)
		}
	}
	return words
}

func (c *compiler) clause(clause ast.Clause) {
	p := c.program
	switch k := clause.(type) {
	case *ast.Match:
		c.matches = append(c.matches, k)
	case *ast.Always:
		c.always = k.Keys
	case *ast.Job:
		c.jobKey = &k.Key
	case *ast.Wait:
		c.wait(k)
	case *ast.Choice:
		c.choice(k)
	case *ast.Rate:
		c.limit(k)
	case *ast.Halt:
		p.HaltAbove = int(k.Count.Value)
	case *ast.Priority:
		p.Priority = int(k.Number.Value)
	case *ast.Retry:
		p.Retry = Retry{Times: int(k.Count.Value), After: k.After.Value, At: k.Span}
		if k.UpTo != nil {
			p.Retry.UpTo = k.UpTo.Value
		}
	case *ast.Pause:
		p.PausedUntil, _ = PauseUntil(k.Until.Value) // its form is checked with the clause
		p.PauseReason = k.Because.Value
	}
}

func (c *compiler) wait(k *ast.Wait) {
	switch k.Word() {
	case "settled":
		c.program.Settled = k.For.Value
	case "redeliver":
		c.program.Redeliver = Redeliver{"after", k.For.Value}
	}
}

func (c *compiler) choice(k *ast.Choice) {
	switch k.Word() {
	case "existing":
		c.program.Existing = k.Value.Name
	case "redeliver":
		c.program.Redeliver = Redeliver{Mode: k.Value.Name}
	case "take":
		c.program.TakeFirst = k.Value.Name == "first"
	case "order":
		c.program.NewestFirst = k.Value.Name == "newest"
	}
}

// limit reads `limit`, which may be given more than once: all of them hold.
func (c *compiler) limit(k *ast.Rate) {
	p, n := c.program, int(k.Count.Value)
	switch {
	case k.Word() != "limit":
	case k.Per != nil:
		p.Limits = append(p.Limits, Limit{n, k.Per.Value})
	case p.PerTick == 0 || n < p.PerTick:
		p.PerTick = n
	}
}

// PauseUntil reads the time of `pause until`: RFC 3339, or a date in UTC; and gives false
// for any other text.
func PauseUntil(text string) (time.Time, bool) {
	for _, form := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// clauseOf gives the first clause of a type in a block, nil for none.
func clauseOf[T ast.Clause](b *ast.Block) T {
	var none T
	for _, k := range b.Clauses {
		if found, ok := k.(T); ok {
			return found
		}
	}
	return none
}
