package runtime

import (
	"context"

	"auto/runtime/parameters"
	"auto/runtime/rules"
)

// Trials gives what decides for each files block of the project in force, with the
// parameters in force, for a key that somebody tries out. Environment names stay in what
// they decide as they are written, so that no value of one is shown.
func (d *Daemon) Trials(ctx context.Context) ([]*rules.Decider, error) {
	force, err := d.parameters.InForce(ctx)
	if err != nil {
		return nil, err
	}
	p := d.Current()
	var all []*rules.Decider
	for _, program := range p.Policies.Files {
		trial := parameters.Decider(p, program)
		trial.Params, trial.Getenv = force, nil
		all = append(all, trial)
	}
	return all, nil
}
