package main

import (
	"errors"
	"fmt"
	"slices"

	"auto/runtime/explain"
	"auto/runtime/play"
	"auto/runtime/scenario"
)

// question is what `explain` is asked, and `why-not` of a scenario.
type question struct {
	Scenario string `arg:"" help:"A scenario file."`
	Subject  string `arg:"" name:"asset[partition]" help:"An asset, or a check as asset:check; with a partition in brackets where it has some."`
	tickFlag
	JSON bool `name:"json" help:"One JSON object."`
}

// played is a scenario up to the tick that is asked about.
type played struct {
	*play.Machine
	scenario *scenario.Scenario
	subject
	story explain.Story
	// number is that of the partition, explain.Whole where none is named.
	number int
	ticks  int
}

// play plays the scenario up to the tick.
func (q question) play() (*played, error) {
	sc, err := readScenario(q.Scenario)
	if err == nil {
		err = onAssets(sc, q.Scenario)
	}
	if err != nil {
		return nil, err
	}
	p := &played{scenario: sc, subject: parseSubject(q.Subject), number: explain.Whole}
	if p.ticks, err = q.of(sc); err != nil {
		return nil, err
	}
	p.Machine = &play.Machine{Keep: func(key string) bool { return key == p.key }}
	session, err := p.Until(sc, p.ticks)
	if err != nil {
		return nil, refusal(err)
	}
	if p.story = p.Story(p.key); p.story == nil {
		g, _, err := session.Graph()
		if err != nil {
			return nil, refusal(err)
		}
		return nil, known(g, p.key, conditioned(p.Last().Input.Conditions))
	}
	tree := p.story.Last()
	if p.partition != "" || !tree.Partitioned() {
		p.number, err = tree.Find(p.partition)
	}
	return p, err
}

// conditioned gives the keys of what has a condition, sorted.
func conditioned[T any](conditions map[string]T) []string {
	var keys []string
	for key := range conditions {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// heading says which tick it is.
func (p *played) heading(s system) {
	fmt.Fprintf(s.stdout, "%s, tick %d of %d, %s\n", p.scenario.Name, p.ticks, len(p.scenario.Ticks), show(p.story.Last().At))
}

type explainCommand struct {
	question
	Verbose bool `short:"v" help:"Show what is below labels, too, and partitions without an end."`
}

// Run says why an asset was requested on a tick, or why not.
func (c explainCommand) Run(s system) error {
	p, err := c.play()
	if err != nil {
		return err
	}
	v := explain.View{Partition: p.number, Unfolded: c.Verbose}
	about := p.number
	if about == explain.Whole {
		about = p.story.Last().Representative()
	}
	sentence := p.story.Sentence(about)
	if c.JSON {
		return s.line(map[string]any{
			"asset": p.key, "partition": p.partition, "tick": p.ticks, "at": p.story.Last().At, "requested": p.story.Last().Value(v),
			"sentence": sentence, "evaluation": p.story.Record(v),
		})
	}
	p.heading(s)
	fmt.Fprintf(s.stdout, "%s\n\n", sentence)
	return p.story.Render(s.stdout, v)
}

type whyNotCommand struct {
	First   string `arg:"" name:"asset[partition] or scenario" help:"Of the project: an asset, or a check as asset:check, with a partition in brackets where it has some. Or a scenario file."`
	Subject string `arg:"" optional:"" name:"asset[partition] of the scenario" help:"An asset or check of the scenario file."`
	tickFlag
	liveQuestion
	JSON bool `name:"json" help:"One JSON object."`
}

// Run says which facts would have to change for a partition to be requested, on a tick of
// a scenario or of the project's sensor.
func (c whyNotCommand) Run(s system) error {
	if c.Subject == "" {
		return c.live(s)
	}
	if c.At != "" || c.Project != "" {
		return errors.New("`--at` and `--project` are about a project; a scenario has ticks, and `--tick N`")
	}
	p, err := question{Scenario: c.First, Subject: c.Subject, tickFlag: c.tickFlag}.play()
	if err != nil {
		return err
	}
	if p.number == explain.Whole {
		return nameOne(p.key, p.story)
	}
	last := p.Last()
	answer, err := explain.Search{Input: last.Input, Cursor: last.Cursor, Key: p.key, Partition: p.partition}.WhyNot()
	if err != nil {
		return err
	}
	if c.JSON {
		return s.line(whyNotLine(p.subject, p.story, answer, "tick", p.ticks))
	}
	p.heading(s)
	return answer.Write(s.stdout, p.story, p.number)
}

// live answers about the last tick of a project's sensor.
func (c whyNotCommand) live(s system) error {
	if c.Tick != 0 {
		return errors.New("`--tick` is about a scenario; a project has `--at TIME`")
	}
	return c.ask(s, c.First, func(t told) error {
		if t.Number == explain.Whole {
			return nameOne(t.Key, t.Story)
		}
		answer, err := t.Search.WhyNot()
		if err != nil {
			return err
		}
		if c.JSON {
			return s.line(whyNotLine(subject{t.Key, t.Partition}, t.Story, answer, "sensor", t.Sensor))
		}
		fmt.Fprintln(s.stdout, t.heading())
		return answer.Write(s.stdout, t.Story, t.Number)
	})
}

// nameOne asks for a partition.
func nameOne(key string, story explain.Story) error {
	tree := story.Last()
	return fmt.Errorf("`%s` has partitions; name one, such as `%s`", key, tree.Name(tree.Representative()))
}

// whyNotLine is an answer as `--json` prints it; name and value say which tick it is about.
func whyNotLine(about subject, story explain.Story, a *explain.Answer, name string, value any) map[string]any {
	sets := make([][]map[string]any, len(a.Sets))
	for i, set := range a.Sets {
		for _, c := range set {
			change := map[string]any{"fact": c.Name, "asset": c.Entity, "to": c.To, "text": c.Text()}
			if c.Partition != "" {
				change["partition"] = c.Partition
			}
			sets[i] = append(sets[i], change)
		}
	}
	return map[string]any{
		"asset": about.key, "partition": about.partition, name: value, "at": story.Last().At, "requested": a.Requested,
		"sets": sets, "other": append([]string{}, a.Others...), "evaluations": a.Evaluations, "complete": !a.GaveUp,
	}
}
