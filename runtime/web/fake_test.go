package web_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"auto/runtime/control"
	"auto/runtime/params"
	"auto/runtime/request"
	"auto/vm/graph"
)

// stored is a [control.Params] in memory.
type stored struct {
	mu      sync.Mutex
	now     func() time.Time
	jobs    []*params.Job
	of      map[string]params.Stored
	history map[string][]control.ParamsVersion
	// before is called before a patch is made, once.
	before func()
	err    error
}

func newStored(now func() time.Time, jobs ...*params.Job) *stored {
	return &stored{now: now, jobs: jobs, of: map[string]params.Stored{}, history: map[string][]control.ParamsVersion{}}
}

func (s *stored) Jobs(context.Context) ([]*params.Job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []*params.Job
	for _, j := range s.jobs {
		all = append(all, j.With(s.of[j.Name]))
	}
	return all, s.err
}

func (s *stored) Stored(_ context.Context, job string) (params.Stored, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.of[job], nil
}

func (s *stored) Patch(_ context.Context, job string, version int64, e params.Edit, author string) (params.Stored, error) {
	if f := s.before; f != nil {
		s.before = nil
		f()
	}
	return s.change(job, author, -1, func(j *params.Job, now params.Stored) (params.Stored, []params.Change, error) {
		return j.Patch(now, version, e)
	})
}

func (s *stored) Restore(_ context.Context, job string, version, to int64, author string) (params.Stored, error) {
	return s.change(job, author, to, func(j *params.Job, now params.Stored) (params.Stored, []params.Change, error) {
		values := now.Values.Clone()
		for _, v := range s.history[job] {
			if v.Version <= to {
				break
			}
			for _, c := range v.Changes {
				if c.Old == nil {
					values.Unset(c.Name)
				} else {
					values.Set(c.Name, c.Old)
				}
			}
		}
		return j.Restore(now, version, values)
	})
}

func (s *stored) change(job, author string, restored int64, f func(*params.Job, params.Stored) (params.Stored, []params.Change, error)) (params.Stored, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j, ok := params.Find(s.jobs, job)
	if !ok {
		return params.Stored{}, &control.UnknownJob{Job: job}
	}
	after, changes, err := f(j, s.of[job])
	if err != nil {
		return params.Stored{}, err
	}
	if len(changes) > 0 {
		v := control.ParamsVersion{Version: after.Version, Author: author, At: s.now(), Changes: changes, Restored: restored}
		s.history[job] = slices.Insert(s.history[job], 0, v)
	}
	s.of[job] = after
	return after, nil
}

func (s *stored) History(_ context.Context, job string) ([]control.ParamsVersion, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.history[job]), nil
}

func (s *stored) Preview(_ context.Context, job string, assets []string, key string) (request.Request, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	j, ok := params.Find(s.jobs, job)
	if !ok {
		return request.Request{}, &control.UnknownJob{Job: job}
	}
	if assets == nil {
		assets = j.Assets
	}
	layers := params.Layers{Operations: s.of[job].Values}
	run := params.Run{Selection: assets, Asset: func(key string) (*graph.Asset, bool) {
		return &graph.Asset{Key: key, Op: graph.OpName(key), Config: maps.Clone(configs[key])}, true
	}}
	r := request.Request{Job: job, Selection: assets, Tags: map[string]string{"file": key}}
	config, err := j.With(s.of[job]).Launch(layers, run)
	if err != nil {
		r.Refused = &request.Refused{Reason: err.Error()}
	}
	r.RunConfig = config
	return r, nil
}

// configs are the config of assets.
var configs = map[string]map[string]any{"shop/orders": {"table": "orders", "retries": "{{ params.retries }}"}}
