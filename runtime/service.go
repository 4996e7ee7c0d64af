package runtime

import (
	"context"

	"auto/runtime/automation"
	"auto/runtime/control"
	"auto/runtime/outbox"
	"auto/runtime/store"
)

// Service gives what commands ask of the daemon, once it is open.
func (d *Daemon) Service() interface {
	control.Service
	control.Automation
} {
	return service{control.Local{Store: d.Store, Now: d.Clock.Now}, d.conditions, d.outbox, d}
}

// service wakes the outbox when a command makes something due.
type service struct {
	control.Local
	*automation.Runner
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
	for _, program := range s.daemon.current.Load().Policies.Files {
		block, err := s.Local.Store.Block(ctx, program.Name)
		if err != nil {
			return out, err
		}
		out.Blocks = append(out.Blocks, control.BlockStatus{Name: program.Name, Every: program.Every, LastTick: block.LastTick, Held: block.Held, HaltedAt: block.HaltedAt})
	}
	for delivery, count := range map[store.Delivery]*int{store.Due: &out.Due, store.Refused: &out.Parked} {
		err := s.Local.Requests(ctx, store.EntryFilter{Delivery: delivery}, func(store.Entry) error { *count++; return nil })
		if err != nil {
			return out, err
		}
	}
	return out, nil
}
