package scenario

import (
	"encoding/json"
	"errors"
	"time"
)

// Options say how a scenario is run.
type Options struct {
	// Evaluator evaluates conditions that stand on assets; Driver plays a scenario with
	// policies. The one that the scenario does not need may be nil.
	Evaluator Evaluator
	Driver    Driver
	// Trees asks for the evaluations of every tick, not only of those that expect some.
	Trees bool
	// Strict: what an `expect` block leaves out is compared too, as empty. Otherwise only
	// what it states counts.
	Strict bool
}

// Result is what a scenario gave.
type Result struct {
	Name  string
	Ticks []TickResult
}

// TickResult is what a tick gave, and how that differs from what was expected.
type TickResult struct {
	At time.Time
	TickOutput
	Differences []Difference
}

// Passed reports whether every tick gave what was expected.
func (r *Result) Passed() bool { return len(r.Differences()) == 0 }

// Differences gives those of all ticks.
func (r *Result) Differences() []Difference {
	var all []Difference
	for _, t := range r.Ticks {
		all = append(all, t.Differences...)
	}
	return all
}

// errNoDriver: nothing was given that could play the scenario.
var errNoDriver = errors.New("the scenario has policies, and only conditions on assets can be evaluated here")

// Run runs a scenario from its beginning, with an evaluator or driver that has evaluated
// nothing yet. Differences are in the result; the error is the evaluator's own.
func Run(s *Scenario, o Options) (*Result, error) {
	result, session := &Result{Name: s.Name}, NewSession(s, o.Evaluator)
	if s.HasPolicies() {
		if o.Driver == nil {
			return result, errNoDriver
		}
		session = NewDaemonSession(s, o.Driver)
	}
	stated := true // whether the refusal that ended the scenario was expected
	for i, t := range s.Ticks {
		out, err := session.Tick(t, o.Trees || t.Expect != nil && t.Expect.Evaluations != nil)
		if err != nil {
			return result, err
		}
		c := comparison{Session: session, number: i + 1, tick: t, strict: o.Strict}
		if stated || !errors.Is(out.Err, ErrEarlier) {
			c.compare(out)
		}
		stated = stated && len(c.found) == 0
		result.Ticks = append(result.Ticks, TickResult{At: t.At, TickOutput: out, Differences: c.found})
	}
	return result, nil
}

// MarshalJSON gives the line of `auto test --json`.
func (r *Result) MarshalJSON() ([]byte, error) {
	type tick struct {
		At        time.Time         `json:"at"`
		Micros    float64           `json:"evaluation_us"`
		Requested map[string]Subset `json:"requested"`
		Runs      []RunRequest      `json:"runs,omitempty"`
		Launched  []Launch          `json:"launched,omitzero"`
		Owed      []Work            `json:"owed,omitzero"`
		Dropped   []Work            `json:"dropped,omitzero"`
		Halted    []string          `json:"halted,omitzero"`
		Error     string            `json:"error,omitempty"`
	}
	ticks := []tick{}
	for _, t := range r.Ticks {
		out := tick{At: t.At, Micros: float64(t.EvaluationTime.Nanoseconds()) / 1000, Requested: t.Requested, Runs: sortedRuns(t.Runs), Launched: t.Launched, Owed: t.Owed, Dropped: t.Dropped, Halted: t.Halted}
		if t.Launched != nil {
			out.Runs = nil // they are what was launched
		}
		if out.Requested == nil {
			out.Requested = map[string]Subset{}
		}
		if t.Err != nil {
			out.Error = t.Err.Error()
		}
		ticks = append(ticks, out)
	}
	return json.Marshal(struct {
		Name        string       `json:"name"`
		Passed      bool         `json:"passed"`
		Ticks       []tick       `json:"ticks"`
		Differences []Difference `json:"differences"`
	}{r.Name, r.Passed(), ticks, append([]Difference{}, r.Differences()...)})
}

// Got gives the output as a block that expects it: with trees where they are asked for.
func (o TickOutput) Got(trees bool) *Expect {
	if o.Err != nil {
		return &Expect{Error: errorName(o.Err)}
	}
	e := &Expect{Requested: o.Requested, Runs: sortedRuns(o.Runs), Launched: o.Launched, Owed: o.Owed, Dropped: o.Dropped, Halted: o.Halted}
	if e.Requested == nil {
		e.Requested = map[string]Subset{}
	}
	if trees {
		e.Evaluations = o.Evaluations
		if e.Evaluations == nil {
			e.Evaluations = map[string]*Evaluation{}
		}
	}
	return e
}

// errorName is what an `expect` block says about a refusal: the code of the finding. Like
// Dagster's names of exceptions it needs no match.
func errorName(err error) string {
	var refused *Refused
	if errors.As(err, &refused) {
		return string(refused.Findings[0].Code)
	}
	return err.Error()
}
