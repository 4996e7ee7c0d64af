package main

import (
	"fmt"
	"text/tabwriter"

	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/explain"
	"auto/runtime/play"
	"auto/runtime/scenario"
)

type evalCommand struct {
	Expr     string `arg:"" help:"A condition, such as 'missing() & ~in_progress()'."`
	Scenario string `required:"" placeholder:"FILE" help:"The scenario file whose assets and events it is evaluated over."`
	tickFlag
	Asset   string `placeholder:"KEY" help:"The asset or check whose condition it stands for, from the first tick on; by default every asset, one after the other."`
	Verbose bool   `short:"v" help:"Show what is below labels, too."`
	JSON    bool   `name:"json" help:"One JSON object a line."`
}

// Run evaluates the expression as though it were an asset's condition.
func (c evalCommand) Run(s system) error {
	sc, err := readScenario(c.Scenario)
	if err == nil {
		err = onAssets(sc, c.Scenario)
	}
	if err != nil {
		return err
	}
	ticks, err := c.of(sc)
	if err != nil {
		return err
	}
	src := source.New("EXPR", c.Expr)
	e, found := parse.Expr(src)
	if found.HasErrors() {
		return findingList(found)
	}
	condition := &scenario.Condition{Text: c.Expr, Span: source.Span{File: src, End: len(src.Text)}, Expr: e}
	keys, err := c.keys(sc)
	if err != nil {
		return err
	}
	var stories []explain.Story
	for _, key := range keys {
		m := &play.Machine{Keep: func(k string) bool { return k == key }, Instead: map[string]*scenario.Condition{key: condition}}
		if _, err := m.Until(sc, ticks); err != nil {
			return refusal(err)
		}
		stories = append(stories, m.Story(key))
	}
	return c.show(s, keys, stories)
}

// keys gives the assets that the expression is evaluated for.
func (c evalCommand) keys(sc *scenario.Scenario) ([]string, error) {
	g, err := scenarioGraph(sc)
	if err != nil {
		return nil, err
	}
	if c.Asset == "" {
		return g.Keys(), nil
	}
	if _, ok := g.Asset(c.Asset); ok || isCheckOf(g, c.Asset) {
		return []string{c.Asset}, nil
	}
	return nil, known(g, c.Asset, g.Keys())
}

func (c evalCommand) show(s system, keys []string, stories []explain.Story) error {
	if c.JSON {
		for i, story := range stories {
			if err := s.line(map[string]any{"asset": keys[i], "at": story.Last().At, "evaluation": story.Record(explain.View{Partition: explain.Whole})}); err != nil {
				return err
			}
		}
		return nil
	}
	if len(keys) == 1 {
		return stories[0].Render(s.stdout, explain.View{Partition: explain.Whole, Unfolded: c.Verbose})
	}
	table := tabwriter.NewWriter(s.stdout, 0, 8, 2, ' ', 0)
	for i, key := range keys {
		fmt.Fprintf(table, "%s\t%s\n", key, stories[i].Subset())
	}
	return table.Flush()
}
