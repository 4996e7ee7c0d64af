package repl

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"auto/compiler/condition"
	"auto/lang/ast"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/lang/types"
	"auto/runtime/explain"
	"auto/runtime/play"
	"auto/runtime/scenario"
)

// maxAssets is for how many assets an expression is evaluated one after the other.
const maxAssets = 200

// vocabulary is a scope without declarations.
type vocabulary struct{}

func (vocabulary) Lookup(string) (*condition.Binding, bool) { return nil, false }
func (vocabulary) Names() []string                          { return nil }

// read reads an expression as it stands in a scenario: without the names of a project.
func (r *REPL) read(text source.Span) (*scenario.Condition, error) {
	e, found := parse.ExprAt(text)
	if err := failed(found); err != nil {
		return nil, err
	}
	if r.Project != nil {
		w := writer{scope: r.Project.exported, getenv: r.Project.getenv}
		if out := w.write(e).text; w.replaced {
			text = whole(source.New(text.File.Name, out))
			e, found = parse.ExprAt(text)
		}
	}
	return &scenario.Condition{Text: text.Text(), Span: text, Expr: e}, failed(found)
}

func whole(f *source.File) source.Span { return source.Span{File: f, End: len(f.Text)} }

// expression prints what an expression stands for: its type and value; of a condition
// what it is true for, and its tree.
func (r *REPL) expression(text source.Span) error {
	c, err := r.read(text)
	if err != nil {
		return err
	}
	now, err := r.now()
	if err != nil {
		return err
	}
	v, err := r.check(c.Expr, now)
	switch {
	case err != nil:
		return err
	case v.Type == types.Condition:
		return r.evaluate(now, c, v)
	case v.Selection != nil:
		r.printf("%s\n", strings.Join(append([]string{string(v.Type)}, v.Selection.Resolve(now.graph)...), "\n"))
		return nil
	}
	value, err := constantText(v.Constant)
	if err == nil {
		r.printf("%s\n%s\n", v.Type, value)
	}
	return err
}

// check gives the value of an expression, and writes warnings about it.
func (r *REPL) check(e ast.Expr, now *shown) (condition.Value, error) {
	c := condition.Checker{Graph: now.graph, Lenient: true}
	v := c.Expr(vocabulary{}, e)
	c.Findings.Sort()
	if err := failed(c.Findings); err != nil {
		return v, err
	}
	r.warn(c.Findings)
	return v, nil
}

// constantText gives a value as JSON has it, a duration as the language does.
func constantText(value any) (string, error) {
	if d, ok := value.(time.Duration); ok {
		text := d.String()
		for _, unit := range []string{"m0s", "h0m"} {
			if strings.HasSuffix(text, unit) {
				text = text[:len(text)-2]
			}
		}
		return text, nil
	}
	text, err := json.Marshal(value)
	return string(text), err
}

// evaluate prints what a condition is true for: for what was chosen with its tree,
// otherwise a line for each asset.
func (r *REPL) evaluate(now *shown, c *scenario.Condition, v condition.Value) error {
	keys := []string{r.on}
	if r.on == "" {
		keys = now.graph.Keys()
	}
	switch {
	case r.on == "" && v.Scope&types.OnAsset == 0:
		return wrong(c.Span, "Choose one: `:on ASSET:CHECK`.", "The condition is for checks.")
	case len(keys) == 0:
		r.printf("%s\nthere are no assets; add one: `:asset {key: orders, deps: [raw], condition: eager()}`\n", v.Type)
		return nil
	case len(keys) > maxAssets:
		return wrong(c.Span, "Choose one: `:on ASSET`.", "There are %d assets, too many to evaluate it for each.", len(keys))
	}
	var stories []explain.Story
	for _, key := range keys {
		story, err := r.story(key, c)
		if err != nil {
			return err
		}
		stories = append(stories, story)
	}
	r.printf("%s\n", v.Type)
	return r.values(keys, stories)
}

func (r *REPL) values(keys []string, stories []explain.Story) error {
	if len(keys) == 1 {
		r.printf("%s: %s\n", keys[0], stories[0].Subset())
		return stories[0].Render(r.Out, explain.View{Partition: explain.Whole, Unfolded: true})
	}
	table := r.table()
	for i, key := range keys {
		fmt.Fprintf(table, "%s\t%s\n", key, stories[i].Subset())
	}
	return table.Flush()
}

// story plays the conversation and gives the trees of one asset or check, with a condition
// in the place of its own where one is given; nil where it has none.
func (r *REPL) story(key string, instead *scenario.Condition) (explain.Story, error) {
	m := &play.Machine{Keep: func(k string) bool { return k == key }}
	if instead != nil {
		m.Instead = map[string]*scenario.Condition{key: instead}
	}
	_, _, err := r.play(r.state.current(), m)
	return m.Story(key), err
}

// table aligns columns that tabs part.
func (r *REPL) table() *tabwriter.Writer { return tabwriter.NewWriter(r.Out, 0, 8, 2, ' ', 0) }
