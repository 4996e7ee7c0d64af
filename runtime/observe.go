package runtime

import (
	"context"
	"errors"
	"time"

	"auto/runtime/control"
	"auto/runtime/events"
	"auto/runtime/launch"
	"auto/runtime/request"
)

// observed is the launcher with its attempts counted and traced.
type observed struct {
	launch.Launcher
	daemon *Daemon
}

// Launch implements launch.Launcher.
func (o observed) Launch(ctx context.Context, r request.Request) error {
	began := o.daemon.Clock.Now()
	ctx, span := o.daemon.Tracer.Start(ctx, "launch")
	err := o.Launcher.Launch(ctx, r)
	span.Text("auto.request", r.ID).Number("auto.attempt", int64(r.Attempt)).End(err)
	if !errors.Is(err, launch.ErrStopped) {
		o.daemon.Metrics.Delivered(outcomeOf(err), o.daemon.Clock.Now().Sub(began))
	}
	return err
}

// outcomeOf names how a delivery ended.
func outcomeOf(err error) string {
	var failure *launch.Failure
	switch {
	case err == nil:
		return "acknowledged"
	case errors.As(err, &failure) && failure.Kind == launch.Refused:
		return "refused"
	}
	return "failed"
}

// observeTick counts and traces a tick of a sensor.
func (d *Daemon) observeTick(ctx context.Context, sensor string, tick func(context.Context) error) error {
	began := d.Clock.Now()
	ctx, span := d.Tracer.Start(ctx, "tick")
	err := tick(ctx)
	span.Text("auto.sensor", sensor).End(err)
	d.Metrics.Ticked(sensor, max(d.Clock.Now().Sub(began), time.Duration(0)))
	return err
}

// Events implements control.Automation, and counts.
func (s service) Events(ctx context.Context, list []events.Event) (control.EventsTaken, error) {
	ctx, span := s.daemon.Tracer.Start(ctx, "take events")
	taken, err := s.Runner.Events(ctx, list)
	span.Number("auto.events", int64(len(list))).End(err)
	if err != nil {
		return taken, err
	}
	for i := range list {
		s.daemon.Metrics.Event(string(list[i].Type))
	}
	s.daemon.Metrics.Duplicate(taken.Duplicates)
	return taken, nil
}
