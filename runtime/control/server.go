package control

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"auto/lang/diag"
	"auto/runtime/params"
	"auto/runtime/request"
	"auto/runtime/store"
)

// Handler answers the questions of clients: about files and requests from a Service,
// about conditions from an Automation, about parameters from Params.
func Handler(s Service, a Automation, p Params) http.Handler {
	mux := http.NewServeMux()
	handleService(mux, s)
	handleAutomation(mux, a)
	handleParams(mux, p)
	return mux
}

func handleService(mux *http.ServeMux, s Service) {
	mux.Handle("POST /files", answer(func(ctx context.Context, q call, w *writer) error {
		return s.Files(ctx, q.Files, func(v store.Version) error { return w.item(v) })
	}))
	mux.Handle("POST /requests", answer(func(ctx context.Context, q call, w *writer) error {
		return s.Requests(ctx, q.Requests, func(e store.Entry) error { return w.item(e) })
	}))
	mux.Handle("POST /request", answer(func(ctx context.Context, q call, w *writer) error {
		if len(q.IDs) != 1 {
			return errors.New("one request has to be named")
		}
		entry, err := s.Request(ctx, q.IDs[0])
		if err != nil {
			return &UnknownRequest{ID: q.IDs[0], Err: err}
		}
		return w.item(entry)
	}))
	mux.Handle("POST /forget", answer(func(ctx context.Context, q call, w *writer) (err error) {
		w.count, err = s.Forget(ctx, q.Block, q.Glob)
		return err
	}))
	mux.Handle("POST /retry", answer(func(ctx context.Context, q call, w *writer) (err error) {
		w.count, err = s.Retry(ctx, q.IDs)
		return err
	}))
}

func handleAutomation(mux *http.ServeMux, a Automation) {
	mux.Handle("POST /events", answer(func(ctx context.Context, q call, w *writer) error {
		taken, err := a.Events(ctx, q.Events)
		return items(w, []EventsTaken{taken}, err)
	}))
	mux.Handle("POST /pause", answer(func(ctx context.Context, q call, w *writer) error {
		keys, err := a.Pause(ctx, q.Selection, q.Until, q.Reason)
		return items(w, keys, err)
	}))
	mux.Handle("POST /resume", answer(func(ctx context.Context, q call, w *writer) error {
		keys, err := a.Resume(ctx, q.Selection, q.Missed)
		return items(w, keys, err)
	}))
	mux.Handle("POST /status", answer(func(ctx context.Context, _ call, w *writer) error {
		status, err := a.Status(ctx)
		return items(w, []Status{status}, err)
	}))
	mux.Handle("POST /backlog", answer(func(ctx context.Context, _ call, w *writer) error {
		owed, err := a.Backlog(ctx)
		return items(w, owed, err)
	}))
}

func handleParams(mux *http.ServeMux, p Params) {
	mux.Handle("POST /params/jobs", answer(func(ctx context.Context, _ call, w *writer) error {
		jobs, err := p.Jobs(ctx)
		return items(w, jobs, err)
	}))
	mux.Handle("POST /params/stored", answer(func(ctx context.Context, q call, w *writer) error {
		stored, err := p.Stored(ctx, q.Job)
		return items(w, []params.Stored{stored}, err)
	}))
	mux.Handle("POST /params/patch", answer(func(ctx context.Context, q call, w *writer) error {
		stored, err := p.Patch(ctx, q.Job, q.Version, q.Edit, q.Author)
		return items(w, []params.Stored{stored}, err)
	}))
	mux.Handle("POST /params/restore", answer(func(ctx context.Context, q call, w *writer) error {
		stored, err := p.Restore(ctx, q.Job, q.Version, q.To, q.Author)
		return items(w, []params.Stored{stored}, err)
	}))
	mux.Handle("POST /params/history", answer(func(ctx context.Context, q call, w *writer) error {
		list, err := p.History(ctx, q.Job)
		return items(w, list, err)
	}))
	mux.Handle("POST /params/preview", answer(func(ctx context.Context, q call, w *writer) error {
		r, err := p.Preview(ctx, q.Job, q.IDs, q.Key)
		return items(w, []request.Request{r}, err)
	}))
}

// items writes a list, unless there is an error.
func items[T any](w *writer, list []T, err error) error {
	for _, item := range list {
		if err == nil {
			err = w.item(item)
		}
	}
	return err
}

// writer writes the lines of one answer.
type writer struct {
	lines *json.Encoder
	count int
}

func (w *writer) item(value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return w.lines.Encode(message{Item: text})
}

// maxQuestion bounds the bytes of a question, the largest of which has events.
const maxQuestion = 64 << 20

// answer reads the question, lets reply write the items, and closes with how it ended.
func answer(reply func(context.Context, call, *writer) error) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		w := &writer{lines: json.NewEncoder(out)}
		var question call
		err := json.NewDecoder(http.MaxBytesReader(out, in.Body, maxQuestion)).Decode(&question)
		if err == nil {
			err = reply(in.Context(), question, w)
		}
		// A client that is gone cannot be told; its own end reports the break.
		_ = w.lines.Encode(ending(w.count, err))
	})
}

func ending(count int, err error) message {
	end := message{End: true, Count: count}
	var unknown *UnknownRequest
	var found diag.List
	var wrong params.Problems
	var job *UnknownJob
	switch {
	case errors.As(err, &wrong):
		end.Problems = wrong
	case errors.As(err, &job):
		end.Job, end.Near = job.Job, job.Near
	case errors.As(err, &found):
		end.Findings = pack(found)
	case errors.As(err, &unknown) && errors.Is(err, store.ErrNotFound):
		end.NotFound = unknown.ID
	case err != nil:
		end.Error = err.Error()
	}
	return end
}
