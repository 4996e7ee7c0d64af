package oracle_test

import (
	"testing"

	"auto/internal/oracle"
	"auto/lang/parse"
	"auto/lang/source"
)

func build(t *testing.T, text string) *oracle.Condition {
	t.Helper()
	e, found := parse.Expr(source.New("<condition>", text))
	if len(found) > 0 {
		t.Fatal(found)
	}
	c, err := oracle.Build(e)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestBuild(t *testing.T) {
	if c := build(t, "eager()"); c.Label != "eager" || len(c.Children) != 5 {
		t.Errorf("%+v", c)
	}
}
