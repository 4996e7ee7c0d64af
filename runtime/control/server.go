package control

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"auto/runtime/store"
)

// Handler answers the questions of clients from a Service.
func Handler(s Service) http.Handler {
	mux := http.NewServeMux()
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
	return mux
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

// answer reads the question, lets reply write the items, and closes with how it ended.
func answer(reply func(context.Context, call, *writer) error) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		w := &writer{lines: json.NewEncoder(out)}
		var question call
		err := json.NewDecoder(http.MaxBytesReader(out, in.Body, 1<<20)).Decode(&question)
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
	switch {
	case errors.As(err, &unknown) && errors.Is(err, store.ErrNotFound):
		end.NotFound = unknown.ID
	case err != nil:
		end.Error = err.Error()
	}
	return end
}
