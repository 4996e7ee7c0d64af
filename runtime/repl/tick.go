package repl

import (
	"slices"
	"strings"
	"time"

	"auto/lang/parse"
	"auto/lang/source"
	"auto/runtime/play"
	"auto/runtime/scenario"
)

// tick lets time pass and evaluates.
func (r *REPL) tick(args source.Span) error {
	at, err := r.moment(args)
	if err != nil {
		return err
	}
	next := state{scenario: r.state.with(at), start: r.state.start}
	_, out, err := r.play(next.scenario, &play.Machine{})
	if err != nil {
		return err
	}
	r.become(next)
	r.printf("%s\n", r.state.describe())
	r.requested(out)
	return nil
}

// moment reads when a tick is: an instant, or how long after the last one.
func (r *REPL) moment(word source.Span) (time.Time, error) {
	const help = "Write such as `2026-01-02T06:00:00Z`, or `+1h` for an hour later."
	text := word.Text()
	if text == "" {
		return r.state.next(), nil
	}
	last, begun := r.state.last()
	if rest, ok := strings.CutPrefix(text, "+"); ok {
		d, err := parse.Duration(rest)
		if err != nil {
			return time.Time{}, wrong(word, help, "`%s` is no duration.", rest)
		}
		return last.Add(d), nil
	}
	at, ok := scenario.ParseTime(text)
	switch {
	case !ok:
		return time.Time{}, wrong(word, help, "`%s` is no instant.", text)
	case begun && !at.After(last):
		return time.Time{}, wrong(word, "Write a later one.", "The last tick was at %s, and this is not after it.", timeText(last))
	}
	return at, nil
}

// last is the instant of the last tick, or where there was none that of the first one to
// come, and false.
func (s state) last() (time.Time, bool) {
	if n := len(s.scenario.Ticks); n > 0 {
		return s.scenario.Ticks[n-1].At, true
	}
	return s.start, false
}

// requested prints what a tick requested.
func (r *REPL) requested(out scenario.TickOutput) {
	if len(out.Requested) == 0 {
		r.printf("nothing is requested\n")
	}
	for _, run := range out.Runs {
		r.printf("run %s\n", runText(run))
	}
}

func runText(run scenario.RunRequest) string {
	text := strings.Join(slices.Concat(run.Assets, run.Checks), ", ")
	if len(run.Partitions) > 0 {
		text += " [" + strings.Join(run.Partitions, ", ") + "]"
	}
	return text
}

// edit changes a condition before the next tick.
func (r *REPL) edit(args source.Span) error {
	key, text := cut(args)
	if key.Text() == "" {
		return wrong(args, "Write `:condition ASSET EXPR`.", "The asset is not named.")
	}
	now, err := r.now()
	if err != nil {
		return err
	}
	if err := known(now.graph, key); err != nil {
		return err
	}
	change := scenario.EditCondition{Key: key.Text()}
	if text.Text() != "" {
		if change.To, err = r.read(text); err != nil {
			return err
		}
		if _, err := play.Conditions(now.graph, map[string]*scenario.Condition{change.Key: change.To}); err != nil {
			return err
		}
	}
	return r.happen(&scenario.Event{What: change, Place: key})
}

// happen adds an event before the next tick, if it is accepted there.
func (r *REPL) happen(e *scenario.Event) error {
	next := r.state
	next.pending = append(slices.Clone(next.pending), e)
	if _, err := look(next.current()); err != nil {
		return err
	}
	r.become(next)
	r.printf("%s\n", e)
	return nil
}

// asset adds an asset to the scenario.
func (r *REPL) asset(text source.Span) error {
	if text.Text() == "" {
		return wrong(text, "Write such as `:asset {key: orders, deps: [raw], condition: eager()}`.", "The asset is not written.")
	}
	s, src := *r.state.scenario, alone(text)
	a, found := s.ReadAsset(src)
	if err := failed(relocated(found, inPlace(text))); err != nil {
		return err
	}
	if slices.ContainsFunc(s.Assets, func(b *scenario.Asset) bool { return a.Key == b.Key }) {
		return wrong(text, "Change its condition with `:condition`, all else with `:event`.", "There is an asset `%s` already.", a.Key)
	}
	s.Assets = append(slices.Clone(s.Assets), a)
	next := r.state
	next.scenario = &s
	if _, _, err := r.play(next.current(), &play.Machine{}); err != nil {
		return within(err, src, inPlace(text))
	}
	r.become(next)
	return nil
}
