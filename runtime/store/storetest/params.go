package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"auto/runtime/request"
	"auto/runtime/store"

	"github.com/google/go-cmp/cmp"
)

// parameters are the tests of what is kept of the parameters of jobs.
var parameters = map[string]func(*testing.T, store.Store, func() store.Store){
	"Params": editParams, "ParamsTogether": paramsTogether, "ParamsStay": paramsStay, "Revise": revise,
}

func paramsEdit(job string, version int64) store.ParamsEdit {
	return store.ParamsEdit{Job: job, Version: version, At: start.Add(time.Duration(version)), Body: fmt.Appendf(nil, `{"job":%q,"version":%d}`, job, version)}
}

// paramsHistory gives all edits of a job, newest first.
func paramsHistory(t *testing.T, s store.Store, job string) []store.ParamsEdit {
	t.Helper()
	var list []store.ParamsEdit
	if err := s.ParamsHistory(t.Context(), job, func(e store.ParamsEdit) error { list = append(list, e); return nil }); err != nil {
		t.Fatal(err)
	}
	return list
}

// editParams: versions follow each other job by job; an edit is in the journal too, and all
// of it is there after a restart.
func editParams(t *testing.T, s store.Store, reopen func() store.Store) {
	if _, found, err := s.Params(t.Context(), "a", 0); found || err != nil {
		t.Error(found, err)
	}
	for i, e := range []store.ParamsEdit{paramsEdit("a", 1), paramsEdit("b", 1), paramsEdit("a", 2)} {
		if seq, err := s.PutParams(t.Context(), "params", e); err != nil || seq != int64(i+1) {
			t.Error(seq, err)
		}
	}
	for _, version := range []int64{-1, 0, 1, 2, 4} {
		if _, err := s.PutParams(t.Context(), "params", paramsEdit("a", version)); !errors.Is(err, store.ErrConflict) {
			t.Errorf("version %d: %v", version, err)
		}
	}
	s = reopen()
	if diff := cmp.Diff([]store.ParamsEdit{paramsEdit("a", 2), paramsEdit("a", 1)}, paramsHistory(t, s, "a")); diff != "" {
		t.Error(diff)
	}
	for version, want := range map[int64]int64{0: 2, 1: 1, 2: 2} {
		if e, found, err := s.Params(t.Context(), "a", version); !found || err != nil || e.Version != want {
			t.Errorf("%+v %v %v", e, found, err)
		}
	}
	if _, found, err := s.Params(t.Context(), "a", 3); found || err != nil {
		t.Error(found, err)
	}
	var force []store.ParamsEdit
	if err := s.ParamsInForce(t.Context(), func(e store.ParamsEdit) error { force = append(force, e); return nil }); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]store.ParamsEdit{paramsEdit("a", 2), paramsEdit("b", 1)}, force); diff != "" {
		t.Error(diff)
	}
	want := "params {\"job\":\"a\",\"version\":1}\nparams {\"job\":\"b\",\"version\":1}\nparams {\"job\":\"a\",\"version\":2}"
	if diff := cmp.Diff(want, records(t, s, "params")); diff != "" {
		t.Error(diff)
	}
	if e, found, err := s.Params(t.Context(), "b", 0); !found || err != nil || e.Version != 1 {
		t.Errorf("%+v %v %v", e, found, err)
	}
}

// paramsTogether: of editors who write the same version one wins, and each version is there
// once.
func paramsTogether(t *testing.T, s store.Store, _ func() store.Store) {
	const editors, edits = 4, 10
	var all sync.WaitGroup
	for range editors {
		all.Go(func() {
			for done := 0; done < edits; {
				e, _, err := s.Params(t.Context(), "a", 0)
				if err == nil {
					_, err = s.PutParams(t.Context(), "params", paramsEdit("a", e.Version+1))
				}
				switch {
				case err == nil:
					done++
				case !errors.Is(err, store.ErrConflict):
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	history := paramsHistory(t, s, "a")
	if len(history) != editors*edits {
		t.Errorf("%d versions", len(history))
	}
	for i, e := range history {
		if e.Version != int64(len(history)-i) {
			t.Errorf("version %d at %d", e.Version, i)
		}
	}
}

// paramsStay: what makes an edit's record go leaves the edit.
func paramsStay(t *testing.T, s store.Store, _ func() store.Store) {
	if _, err := s.PutParams(t.Context(), "params", paramsEdit("a", 1)); err != nil {
		t.Fatal(err)
	}
	if err := s.PutSnapshot(t.Context(), store.Snapshot{Seq: 1, At: start, Body: []byte("{}")}); err != nil {
		t.Fatal(err)
	}
	if n, err := s.PruneConditions(t.Context(), start.Add(time.Hour)); n != 1 || err != nil {
		t.Error(n, err)
	}
	if len(paramsHistory(t, s, "a")) != 1 || records(t, s) != "" {
		t.Error("the edit is gone, or its record stays")
	}
}

// revise: a parked request is due in its new form, with its attempts; any other stays.
func revise(t *testing.T, s store.Store, reopen func() store.Store) {
	parked := request.Request{ID: request.ID("", file("a", "1", 1), start), Selection: []string{"a"}, RunConfig: map[string]any{}, DecidedAt: start,
		Refused: &request.Refused{Reason: "no"}}
	if _, err := s.Decide(t.Context(), store.Record{At: start, Kind: "tick", Body: []byte("{}")}, []store.Entry{store.Decided(parked, start)}); err != nil {
		t.Fatal(err)
	}
	if due, err := s.Due(t.Context(), start, 10); len(due) != 0 || err != nil {
		t.Error(due, err)
	}
	told := parked
	told.Refused, told.RunConfig = nil, map[string]any{"resources": map[string]any{}}
	at := start.Add(time.Minute)
	for _, want := range []bool{true, false} {
		if changed, err := s.Revise(t.Context(), told, at); changed != want || err != nil {
			t.Error(changed, err)
		}
	}
	s = reopen()
	got := entries(t, s, store.EntryFilter{})
	want := []store.Entry{{Request: told, Delivery: store.Due, NextAt: at, ReleasedAt: at}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	unknown := told
	unknown.ID = request.ID("", file("b", "1", 1), start)
	if _, err := s.Revise(context.Background(), unknown, at); !errors.Is(err, store.ErrNotFound) {
		t.Error(err)
	}
}
