package runtime

import (
	"context"

	"auto/runtime/automation"
	"auto/runtime/control"
	"auto/runtime/dagster/pull"
	"auto/runtime/outbox"
)

// Service gives what commands ask of the daemon, once it is open.
func (d *Daemon) Service() interface {
	control.Service
	control.Automation
	control.Params
} {
	local := control.Local{Store: d.Store, Now: d.Clock.Now, Renew: d.parameters.Renew}
	return service{local, d.conditions, asked{d.parameters}, d.outbox, d}
}

// asked leaves out what of the parameters commands do not ask.
type asked struct{ control.Params }

// service wakes the outbox when a command makes something due.
type service struct {
	control.Local
	*automation.Runner
	asked
	outbox *outbox.Outbox
	daemon *Daemon
}

// Retry implements control.Service.
func (s service) Retry(ctx context.Context, ids []string) (int, error) {
	n, err := s.Local.Retry(ctx, ids)
	s.outbox.Notify()
	return n, err
}

// Status implements control.Automation.
func (s service) Status(ctx context.Context) (control.Status, error) {
	out := control.Status{Running: true, Now: s.daemon.Clock.Now()}
	s.Describe(&out)
	out.Pending, out.Waiting = s.daemon.pending.get(), s.daemon.waiting.get()
	var err error
	if out.Blocks, err = control.Blocks(ctx, s.Local.Store, s.daemon.current.Load()); err != nil {
		return out, err
	}
	if w := s.daemon.World; w != nil {
		status := w.Status()
		out.Dagster = &status
	}
	if p, ok := s.daemon.Launcher.(*pull.Launcher); ok {
		out.Pull = pulled(p.Status())
	}
	err = control.Outbox(ctx, s.Local.Store, &out)
	return out, err
}

// pulled gives who pulls as a status has it.
func pulled(s pull.Status) *control.PullStatus {
	out := &control.PullStatus{Waiting: s.Waiting, Sensors: []control.PullSensor{}}
	for _, n := range s.Sensors {
		out.Sensors = append(out.Sensors, control.PullSensor{Name: n.Name, Location: n.Location, LastCall: n.LastCall, Lapsed: n.Lapsed})
	}
	return out
}
