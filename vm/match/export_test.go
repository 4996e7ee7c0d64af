package match

import "regexp"

// Expr gives the expression that a pattern is for regexp, which what the package finds
// is held against.
func (p *Pattern) Expr() *regexp.Regexp { return p.expr }
