package parse_test

import (
	"fmt"
	"hash/crc32"
	"os"
	"strings"
	"testing"

	"auto/lang/ast"
	"auto/lang/parse"
	"auto/lang/source"
)

// TestConditions reads every condition of the conformance scenarios; each tree is that of
// Python, whose operators and precedence the language shares.
func TestConditions(t *testing.T) {
	text, err := os.ReadFile("testdata/conditions.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		sum, condition, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if sum == "#" || !ok {
			continue
		}
		n++
		e, found := parse.Expr(source.New("<condition>", condition))
		if len(found) > 0 {
			t.Errorf("%s: %v", condition, found)
			continue
		}
		if got := fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(expr(paired(e))))); got != sum {
			t.Errorf("%s: %s has %s, want %s", condition, expr(paired(e)), got, sum)
		}
	}
	if n < 1200 {
		t.Errorf("%d conditions", n)
	}
}

// paired gives an expression as Python has it: operators join two operands, and there are
// no parentheses.
func paired(e ast.Expr) ast.Expr {
	switch e := e.(type) {
	case *ast.Paren:
		return paired(e.Inner)
	case *ast.Unary:
		return &ast.Unary{Operand: paired(e.Operand)}
	case *ast.Binary:
		left := paired(e.Operands[0])
		for _, o := range e.Operands[1:] {
			left = &ast.Binary{Op: e.Op, Operands: []ast.Expr{left, paired(o)}}
		}
		return left
	case *ast.Call:
		return &ast.Call{Func: e.Func, Args: pairedArgs(e.Args)}
	case *ast.Method:
		return &ast.Method{Receiver: paired(e.Receiver), Func: e.Func, Called: e.Called, Args: pairedArgs(e.Args)}
	}
	return e
}

func pairedArgs(args []ast.Arg) []ast.Arg {
	out := make([]ast.Arg, len(args))
	for i, a := range args {
		out[i] = ast.Arg{Name: a.Name, Value: paired(a.Value)}
	}
	return out
}
