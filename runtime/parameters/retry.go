package parameters

import (
	"context"

	"auto/runtime/control"
	"auto/runtime/params"
	"auto/runtime/request"
	"auto/runtime/store"
	"auto/vm/graph"
)

// Retry writes the parked requests of a job anew that lacked parameters, of all jobs for
// "", makes those due that lack none any more, and gives their number.
func (s *Service) Retry(ctx context.Context, job string) (int, error) {
	var parked []request.Request
	err := s.Store.Entries(ctx, store.EntryFilter{Delivery: store.Refused}, func(e store.Entry) error {
		if e.Request.Refused != nil && (job == "" || e.Request.Job == job || e.Request.Job == "") {
			parked = append(parked, e.Request)
		}
		return nil
	})
	if err != nil || len(parked) == 0 {
		return 0, err
	}
	force, err := s.InForce(ctx)
	if err != nil {
		return 0, err
	}
	count := 0
	for _, r := range parked {
		changed, err := s.revise(ctx, force, r)
		if err != nil {
			return count, err
		}
		if changed {
			count++
		}
	}
	return count, nil
}

// Renew writes one parked request anew that lacked parameters, and makes it due. The error
// says what it still lacks.
func (s *Service) Renew(ctx context.Context, r request.Request) (bool, error) {
	force, err := s.InForce(ctx)
	if err != nil {
		return false, err
	}
	changed, err := s.revise(ctx, force, r)
	if err == nil && !changed {
		s.tell(force, &r)
		if r.Refused != nil {
			return false, &control.StillRefused{ID: r.ID, Reason: r.Refused.Reason}
		}
	}
	return changed, err
}

// revise writes a request anew, and gives false where it still lacks parameters or is no
// longer parked.
func (s *Service) revise(ctx context.Context, force params.InForce, r request.Request) (bool, error) {
	s.tell(force, &r)
	if r.Refused != nil {
		return false, nil
	}
	r.Attempt, r.Gone = 0, false // the store has them
	changed, err := s.Store.Revise(ctx, r, s.Now())
	if changed && s.Due != nil {
		s.Due()
	}
	return changed, err
}

// tell writes anew what the run of a request is told. One whose job is gone is refused
// still: it would go out without parameters.
func (s *Service) tell(force params.InForce, r *request.Request) {
	config := map[string]map[string]any(nil)
	if r.Refused != nil {
		config = r.Refused.Config
		if _, known := force.Job(r.Job); r.Job != "" && !known {
			r.Refused = &request.Refused{Reason: (&control.UnknownJob{Job: r.Job}).Error(), Config: config}
			return
		}
	}
	force.Tell(r, s.asset, config)
}

// asset gives an asset of the project by its key.
func (s *Service) asset(key string) (*graph.Asset, bool) {
	if g := s.Project().Graph; g != nil {
		return g.Asset(key)
	}
	return nil, false
}
