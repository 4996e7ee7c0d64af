// Package parameters is the parameters of a project's jobs at work: edits that people make
// are stored and journaled, and requests that lacked parameters go out once they are there.
package parameters

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"auto/runtime/control"
	"auto/runtime/journal"
	"auto/runtime/params"
	"auto/runtime/project"
	"auto/runtime/store"
)

// Service answers for the parameters of a project. It is safe for concurrent use where its
// funcs are.
type Service struct {
	// Store has the edits; nil where nothing was ever stored, and then nothing can be.
	Store store.Store
	// Project gives the project in force.
	Project func() *project.Project
	// Now gives the present instant.
	Now func() time.Time
	// Write calls put with the instant of an edit, which stores it and gives the number of
	// its record, for whoever has to know of all records; nil where no one does.
	Write func(ctx context.Context, put func(at time.Time) (int64, error)) error
	// Due is called when a request that was parked goes out; nil for no one.
	Due func()
	Log *slog.Logger
}

var _ control.Params = (*Service)(nil)

// InForce gives all that decides which parameters a run is told.
func (s *Service) InForce(ctx context.Context) (params.InForce, error) {
	out := params.InForce{Jobs: s.Project().Params}
	if s.Store == nil {
		return out, nil
	}
	var err error
	out.Stored, err = Stored(ctx, s.Store)
	return out, err
}

// Stored gives the edits that are in force, by job.
func Stored(ctx context.Context, from store.ParamsReader) (map[string]params.Stored, error) {
	out := map[string]params.Stored{}
	err := from.ParamsInForce(ctx, func(e store.ParamsEdit) error {
		edit, err := read(e)
		out[e.Job] = edit.Stored
		return err
	})
	return out, err
}

// read reads an edit as it is stored.
func read(e store.ParamsEdit) (edit journal.Params, err error) {
	if err := json.Unmarshal(e.Body, &edit); err != nil {
		return edit, errors.New("an edit of the parameters of `" + e.Job + "` cannot be read: " + err.Error())
	}
	return edit, nil
}

// Jobs implements control.Params.
func (s *Service) Jobs(ctx context.Context) ([]*params.Job, error) {
	force, err := s.InForce(ctx)
	if err != nil {
		return nil, err
	}
	jobs := make([]*params.Job, len(force.Jobs))
	for i, j := range force.Jobs {
		jobs[i] = j.With(force.Stored[j.Name])
	}
	return jobs, nil
}

// job gives a job as its file has it.
func (s *Service) job(name string) (*params.Job, error) {
	jobs := s.Project().Params
	if j, ok := params.Find(jobs, name); ok {
		return j, nil
	}
	return nil, control.NoJob(name, jobs)
}

// Stored implements control.Params.
func (s *Service) Stored(ctx context.Context, job string) (params.Stored, error) {
	if _, err := s.job(job); err != nil {
		return params.Stored{}, err
	}
	return s.newest(ctx, job)
}

func (s *Service) newest(ctx context.Context, job string) (params.Stored, error) {
	if s.Store == nil {
		return params.Stored{}, nil
	}
	e, found, err := s.Store.Params(ctx, job, 0)
	if err != nil || !found {
		return params.Stored{}, err
	}
	edit, err := read(e)
	return edit.Stored, err
}

// Patch implements control.Params.
func (s *Service) Patch(ctx context.Context, job string, version int64, e params.Edit, author string) (params.Stored, error) {
	return s.edit(ctx, job, journal.Params{Author: author}, func(j *params.Job, from params.Stored) (params.Stored, []params.Change, error) {
		return j.Patch(from, version, e)
	})
}

// Restore implements control.Params.
func (s *Service) Restore(ctx context.Context, job string, version, to int64, author string) (params.Stored, error) {
	if _, err := s.job(job); err != nil {
		return params.Stored{}, err
	}
	earlier, err := s.version(ctx, job, to)
	if err != nil {
		return params.Stored{}, err
	}
	return s.edit(ctx, job, journal.Params{Author: author, Restored: &to}, func(j *params.Job, from params.Stored) (params.Stored, []params.Change, error) {
		return j.Restore(from, version, earlier.Values)
	})
}

// version gives what was stored at a version.
func (s *Service) version(ctx context.Context, job string, version int64) (params.Stored, error) {
	if version == 0 {
		return params.Stored{}, nil // before the first edit
	}
	e, found, err := s.Store.Params(ctx, job, max(version, 0))
	if err == nil && (!found || version < 0) {
		err = &control.UnknownVersion{Job: job, Version: version}
	}
	if err != nil {
		return params.Stored{}, err
	}
	edit, err := read(e)
	return edit.Stored, err
}

// edit makes an edit of what is stored and keeps it. Where another editor was faster, it is
// made again of what that one left.
func (s *Service) edit(ctx context.Context, job string, edit journal.Params, make func(*params.Job, params.Stored) (params.Stored, []params.Change, error)) (params.Stored, error) {
	j, err := s.job(job)
	if err != nil {
		return params.Stored{}, err
	}
	for {
		from, err := s.newest(ctx, job)
		if err != nil {
			return params.Stored{}, err
		}
		to, changes, err := make(j, from)
		if err != nil {
			return params.Stored{}, err
		}
		if len(changes) == 0 {
			return from, nil
		}
		edit.Job, edit.Author, edit.Stored, edit.Changes = job, cmp.Or(Author(edit.Author), "unknown"), to, changes
		err = s.put(ctx, edit)
		if errors.Is(err, store.ErrConflict) {
			continue
		}
		if err != nil {
			return params.Stored{}, err
		}
		s.edited(ctx, job)
		return to, nil
	}
}

// authorLimit is how many characters a name in the history has.
const authorLimit = 60

// Author gives a name as the history has it: one line, not long, "" where nothing is left.
func Author(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(c rune) bool { return unicode.IsSpace(c) || !unicode.IsPrint(c) }), " ")
	if runes := []rune(text); len(runes) > authorLimit {
		text = strings.TrimSpace(string(runes[:authorLimit]))
	}
	return text
}

// put keeps an edit.
func (s *Service) put(ctx context.Context, edit journal.Params) error {
	body, err := json.Marshal(edit)
	if err != nil {
		return err
	}
	put := func(at time.Time) (int64, error) {
		return s.Store.PutParams(ctx, journal.KindParams, store.ParamsEdit{Job: edit.Job, Version: edit.Stored.Version, At: at, Body: body})
	}
	if s.Write != nil {
		return s.Write(ctx, put)
	}
	_, err = put(s.Now())
	return err
}

// edited does what follows an edit that is stored.
func (s *Service) edited(ctx context.Context, job string) {
	if _, err := s.Retry(ctx, job); err != nil {
		s.Log.Error("requests that lacked parameters could not be written anew; `auto requests retry` does", "job", job, "error", err)
	}
}

// History implements control.Params.
func (s *Service) History(ctx context.Context, job string) ([]control.ParamsVersion, error) {
	j, err := s.job(job)
	if err != nil {
		return nil, err
	}
	list := []control.ParamsVersion{}
	if s.Store == nil {
		return list, nil
	}
	err = s.Store.ParamsHistory(ctx, job, func(e store.ParamsEdit) error {
		edit, err := read(e)
		if err != nil {
			return err
		}
		v := control.ParamsVersion{Version: e.Version, Author: edit.Author, At: e.At, Changes: hide(j, edit.Changes), Restored: -1}
		if edit.Restored != nil {
			v.Restored = *edit.Restored
		}
		list = append(list, v)
		return nil
	})
	return list, err
}

// hidden stands for the value of what has become a secret since.
const hidden = "(hidden)"

// hide leaves only references of secrets.
func hide(j *params.Job, changes []params.Change) []params.Change {
	out := make([]params.Change, len(changes))
	for i, c := range changes {
		c.Old, c.New = hideOne(j, c.Name, c.Old), hideOne(j, c.Name, c.New)
		out[i] = c
	}
	return out
}

func hideOne(j *params.Job, n params.Name, value any) any {
	if _, reference := params.ReferenceOf(value); value != nil && !reference && j.Hidden(n, value) {
		return hidden
	}
	return value
}

// Hide gives stored values as they may be shown: of secrets only references are left.
func Hide(j *params.Job, values params.Values) params.Values {
	shown := values.Clone()
	for _, n := range values.Names() {
		value, _ := values.Get(n)
		shown.Set(n, hideOne(j, n, value))
	}
	return shown
}
