package repl

import (
	"fmt"
	"path"
	"strings"

	"auto/internal/spell"
	"auto/lang/source"
	"auto/runtime/play"
	"auto/runtime/scenario"
)

// command is something that is typed behind a colon.
type command struct {
	name, args, doc string
	run             func(r *REPL, args source.Span) error
	complete        completer // nil for nothing to complete
}

// commands gives all of them, in the order of the help.
func commands() []command {
	return []command{
		{"tick", "[AT|+1h]", "evaluate all conditions, by default a minute after the last tick", (*REPL).tick, nil},
		{"event", "KIND KEY [WORD…] [field=VALUE…]", "let something happen before the next tick, such as `materialize raw/orders 2026-01-01`; or `{…}` as in a scenario", (*REPL).event, completeEvent},
		{"on", "[ASSET]", "evaluate expressions for one asset or check; without one, for every asset", (*REPL).choose, completeKey},
		{"condition", "ASSET [EXPR]", "change a condition before the next tick; without EXPR, remove it", (*REPL).edit, completeKeyAndExpression},
		{"asset", "{key: KEY, …}", "add an asset, as a scenario writes it; it counts as there from the beginning", (*REPL).asset, nil},
		{"explain", "[ASSET[PARTITION]]", "why it is requested, or why not", (*REPL).explain, completeSubject},
		{"why-not", "[ASSET[PARTITION]]", "which facts would have to change for it to be requested", (*REPL).whyNot, completeSubject},
		{"code", "[EXPR]", "the program of an expression, or of the chosen condition", (*REPL).code, completeExpression},
		{"plan", "[EXPR]", "the plan that the program is made from", (*REPL).plan, completeExpression},
		{"assets", "", "the assets and checks with their conditions", (*REPL).assets, nil},
		{"state", "", "what is known of each asset and check, and what happened since the last tick", (*REPL).show, nil},
		{"undo", "", "take back the last command that changed something", (*REPL).undo, nil},
		{"save", "FILE", "write everything as a scenario that expects what was requested", (*REPL).save, nil},
		{"help", "", "this list", (*REPL).help, nil},
		{"quit", "", "leave", func(*REPL, source.Span) error { return ErrQuit }, nil},
	}
}

func (r *REPL) command(text source.Span) error {
	word, args := cut(text)
	var names []string
	for _, c := range commands() {
		if c.name == word.Text() {
			return r.carryOut(c, args)
		}
		names = append(names, c.name)
	}
	help := "`:help` lists them."
	if near, ok := spell.Nearest(word.Text(), names); ok {
		help = "Did you mean `:" + near + "`?"
	}
	return wrong(word, help, "There is no command `:%s`.", word.Text())
}

func (r *REPL) carryOut(c command, args source.Span) error {
	if c.args == "" && args.Text() != "" {
		return wrong(args, "Write `:"+c.name+"` alone.", "`:%s` takes nothing more.", c.name)
	}
	return c.run(r, args)
}

func (r *REPL) help(source.Span) error {
	for _, c := range commands() {
		r.printf("%s\n    %s\n", strings.TrimSpace(":"+c.name+" "+c.args), c.doc)
	}
	r.printf("EXPR\n    its type; of a condition, what it is true for and its tree\n")
	return nil
}

// choose sets what expressions are evaluated for.
func (r *REPL) choose(key source.Span) error {
	if key.Text() != "" {
		now, err := r.now()
		if err != nil {
			return err
		}
		if err := known(now.graph, key); err != nil {
			return err
		}
	}
	r.on = key.Text()
	return nil
}

func (r *REPL) assets(source.Span) error {
	now, err := r.now()
	if err != nil {
		return err
	}
	table := r.table()
	for _, key := range now.entities() {
		text := ""
		if c := now.conditions[key]; c != nil {
			text = "\t" + strings.Join(strings.Fields(c.Text), " ")
		}
		fmt.Fprintf(table, "%s%s\n", key, text)
	}
	return table.Flush()
}

func (r *REPL) undo(at source.Span) error {
	n := len(r.before)
	if n == 0 {
		return wrong(at, "Only what was typed here can be taken back.", "There is nothing to undo.")
	}
	r.state, r.before, r.shown = r.before[n-1], r.before[:n-1], nil
	if now, err := r.now(); err == nil && !has(now.graph, r.on) {
		r.on = ""
	}
	r.printf("%s\n", r.state.summary())
	return nil
}

// summary says how far the conversation is.
func (s state) summary() string {
	ticks := plural(len(s.scenario.Ticks), "tick")
	if n := len(s.scenario.Ticks); n > 0 {
		ticks += ", the last at " + timeText(s.scenario.Ticks[n-1].At)
	}
	return ticks + "; " + plural(len(s.pending), "event") + " since"
}

func plural(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// save writes the scenario with what every tick requested as its expectation. What happened
// since the last tick comes with one that follows.
func (r *REPL) save(file source.Span) error {
	name := file.Text()
	switch {
	case name == "":
		return wrong(file, "Write `:save FILE`, such as `:save scenario.yaml`.", "The file is not named.")
	case r.Save == nil:
		return wrong(file, "Copy what was typed.", "Files cannot be written here.")
	case len(r.state.scenario.Assets) == 0:
		return wrong(file, "Add one: `:asset {key: orders, condition: eager()}`.", "There is no asset, so there is nothing to save.")
	}
	s, err := expecting(r.state.current())
	if err != nil {
		return err
	}
	if s.Name == "" {
		s.Name = strings.TrimSuffix(path.Base(name), path.Ext(name))
	}
	if err := r.Save(name, scenario.Write(s)); err != nil {
		return err
	}
	r.printf("%s has %s\n", name, plural(len(s.Ticks), "tick"))
	return nil
}

// expecting gives the scenario with what it comes to as what is expected.
func expecting(s *scenario.Scenario) (*scenario.Scenario, error) {
	result, err := scenario.Run(s, scenario.Options{Evaluator: &play.Machine{}})
	if err != nil {
		return nil, err
	}
	out := *s
	out.Ticks = nil
	for i, t := range s.Ticks {
		if err := result.Ticks[i].Err; err != nil {
			return nil, err
		}
		tick := *t
		tick.Expect = result.Ticks[i].Got(t.Expect != nil && t.Expect.Evaluations != nil)
		out.Ticks = append(out.Ticks, &tick)
	}
	return &out, nil
}
