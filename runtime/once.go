package runtime

import (
	"context"
	"errors"
	"fmt"
)

// Once ticks every block and sensor once and delivers what is due, each request once. It
// gives an error where a source or the store failed, a delivery stays due, or one was refused.
func (d *Daemon) Once(ctx context.Context) error {
	if d.World != nil {
		if err := d.see(ctx, d.Project); err != nil {
			return err
		}
	}
	d.renew(ctx)
	failures := []error{d.conditions.Once(ctx)}
	for _, program := range d.Project.Policies.Files {
		s, err := d.sensor(ctx, d.Project, program)
		if err == nil {
			err = d.tick(ctx, s)
		}
		if err != nil {
			failures = append(failures, err)
		}
	}
	failed, refused, err := d.outbox.Drain(ctx)
	if failed > 0 {
		failures = append(failures, fmt.Errorf("%s not delivered, and due again later; `auto requests ls` lists them", were(failed)))
	}
	if refused > 0 {
		failures = append(failures, fmt.Errorf("%s refused and parked; `auto requests ls` says why", were(refused)))
	}
	return errors.Join(append(failures, err)...)
}

func were(requests int) string {
	if requests == 1 {
		return "1 request was"
	}
	return fmt.Sprintf("%d requests were", requests)
}
