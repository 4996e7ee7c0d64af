package repl

import (
	"fmt"
	"strings"

	"auto/compiler/condition"
	"auto/compiler/plan"
	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/explain"
	"auto/runtime/play"
	"auto/runtime/scenario"
)

// subject is an asset or check with a condition, as it was on the tick to look at.
type subject struct {
	*play.Machine
	key, partition source.Span
	story          explain.Story
	// number is that of the partition, explain.Whole where none is named and there are some.
	number int
}

// subject reads ASSET[PARTITION], by default what was chosen, and plays up to it.
func (r *REPL) subject(text source.Span) (*subject, error) {
	s := &subject{key: text, partition: text.Sub(len(text.Text()), 0), number: explain.Whole}
	if rest, ok := strings.CutSuffix(text.Text(), "]"); ok {
		if i := strings.IndexByte(rest, '['); i >= 0 {
			s.key, s.partition = text.Sub(0, i), text.Sub(i+1, len(rest)-i-1)
		}
	}
	if s.key.Text() == "" {
		if r.on == "" {
			return nil, wrong(text, "Write it behind the command, or choose one with `:on`.", "The asset is not named.")
		}
		s.key = whole(source.New(text.File.Name, r.on))
	}
	now, err := r.now()
	if err != nil {
		return nil, err
	}
	if err := known(now.graph, s.key); err != nil {
		return nil, err
	}
	return s, r.tell(s)
}

// tell plays the conversation for the story of a subject.
func (r *REPL) tell(s *subject) error {
	key := s.key.Text()
	s.Machine = &play.Machine{Keep: func(k string) bool { return k == key }}
	if _, _, err := r.play(r.state.current(), s.Machine); err != nil {
		return err
	}
	if s.story = s.Story(key); s.story == nil {
		return wrong(s.key, "Give it one: `:condition "+key+" eager()`.", "`%s` has no condition.", key)
	}
	tree, partition := s.story.Last(), s.partition.Text()
	if partition == "" && tree.Partitioned() {
		return nil
	}
	var err error
	if s.number, err = tree.Find(partition); err != nil {
		return wrong(s.partition, "Write such as `"+tree.Name(tree.Representative())+"`.", "%s.", sentence(err))
	}
	return nil
}

// sentence gives an error without what it says to write instead.
func sentence(err error) string {
	text, _, _ := strings.Cut(err.Error(), ";")
	return strings.ToUpper(text[:1]) + text[1:]
}

func (r *REPL) explain(args source.Span) error {
	s, err := r.subject(args)
	if err != nil {
		return err
	}
	about := s.number
	if about == explain.Whole {
		about = s.story.Last().Representative()
	}
	r.printf("%s\n%s\n\n", r.state.describe(), s.story.Sentence(about))
	return s.story.Render(r.Out, explain.View{Partition: s.number})
}

func (r *REPL) whyNot(args source.Span) error {
	s, err := r.subject(args)
	if err != nil {
		return err
	}
	if tree := s.story.Last(); s.number == explain.Whole {
		return wrong(args, "Name one: `:why-not "+tree.Name(tree.Representative())+"`.", "`%s` has partitions.", s.key.Text())
	}
	answer, err := explain.Search{Input: s.Last().Input, Cursor: s.Last().Cursor, Key: s.key.Text(), Partition: s.partition.Text()}.WhyNot()
	if err != nil {
		return err
	}
	r.printf("%s\n", r.state.describe())
	return answer.Write(r.Out, s.story, s.number)
}

// code prints the program of a condition.
func (r *REPL) code(text source.Span) error {
	now, n, err := r.tree(text)
	if err != nil {
		return err
	}
	p, err := plan.Compile(n, now.graph, plan.Options{})
	if err != nil {
		return wrong(text, "Write a smaller one.", "%s.", sentence(err))
	}
	r.printf("%s", p.Text())
	return nil
}

// plan prints the plan of a condition.
func (r *REPL) plan(text source.Span) error {
	now, n, err := r.tree(text)
	if err != nil {
		return err
	}
	p, err := plan.Lower(n, now.graph)
	if err != nil {
		return err
	}
	p.Optimise()
	r.printf("%s", p.Text())
	return nil
}

// tree gives a condition as it is evaluated for what was chosen: one that is written, or
// its own.
func (r *REPL) tree(text source.Span) (*shown, *condition.Node, error) {
	now, err := r.now()
	if err != nil {
		return nil, nil, err
	}
	key, conditions := r.on, now.conditions
	switch {
	case text.Text() != "":
		c, err := r.read(text)
		if err != nil {
			return nil, nil, err
		}
		conditions = with(conditions, key, c)
	case key == "":
		return nil, nil, wrong(text, "Write an expression, or choose an asset with `:on`.", "There is no condition to show.")
	case conditions[key] == nil:
		return nil, nil, wrong(text, "Give it one: `:condition "+key+" eager()`.", "`%s` has no condition.", key)
	}
	nodes, err := play.Conditions(now.graph, conditions)
	if err != nil {
		return nil, nil, err
	}
	if key == "" {
		return now, nodes[key], nil
	}
	return now, play.Expand(nodes, key, now.graph), nil
}

func with(conditions map[string]*scenario.Condition, key string, c *scenario.Condition) map[string]*scenario.Condition {
	out := map[string]*scenario.Condition{key: c}
	for k, other := range conditions {
		if k != key {
			out[k] = other
		}
	}
	return out
}

// columns are what show says of assets and of checks, as one condition each.
var columns = []struct{ title, asset, check string }{
	{"missing", "missing()", ""},
	{"in progress", "in_progress()", "in_progress()"},
	{"failed", "execution_failed()", "check_failed()"},
	{"passed", "", "check_passed()"},
}

// show prints what is known of each asset and check, and what happened since the last tick.
func (r *REPL) show(at source.Span) error {
	now, err := r.now()
	if err != nil {
		return err
	}
	r.printf("%s\n", r.state.summary())
	for _, e := range r.state.pending {
		r.printf("  %s\n", e)
	}
	keys := now.entities()
	if len(keys) > maxAssets {
		return wrong(at, "Evaluate such as `missing()` for one that you choose with `:on`.", "There are %d assets and checks, too many to list.", len(keys))
	}
	table := r.table()
	for _, key := range keys {
		text, err := r.known(key)
		if err != nil {
			return err
		}
		if text != "" {
			text = "\t" + text
		}
		fmt.Fprintf(table, "%s%s\n", key, text)
	}
	return table.Flush()
}

// known says what is known of an asset or check: the columns that are true for some of it.
func (r *REPL) known(key string) (string, error) {
	var parts, titles []string
	for _, c := range columns {
		text := c.asset
		if scenario.IsCheck(key) {
			text = c.check
		}
		if text != "" {
			parts, titles = append(parts, text), append(titles, c.title)
		}
	}
	src := source.New("state", strings.Join(parts, " | "))
	e, found := parse.Expr(src)
	if err := failed(found); err != nil {
		return "", err
	}
	story, err := r.story(key, &scenario.Condition{Text: src.Text, Span: whole(src), Expr: e})
	if err != nil {
		return "", err
	}
	tree := story.Last()
	var out []string
	for i, child := range tree.Root.Children {
		switch s := play.Subset(tree.Space, child.Entity, child.Subset); {
		case s.True:
			out = append(out, titles[i])
		case !s.IsEmpty():
			out = append(out, titles[i]+" ["+strings.Join(s.Keys, ", ")+"]")
		}
	}
	return strings.Join(out, "; "), nil
}
