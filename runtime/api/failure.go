package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"auto/lang/diag"
	"auto/runtime/events"
)

// failure is an answer that is no success.
type failure struct {
	code          int
	message, help string
}

// Error gives the message.
func (f *failure) Error() string { return f.message }

// problems is the body of every answer that is no success.
type problems struct {
	Problems []problem `json:"problems"`
}

// problem is one thing that is wrong with a call.
type problem struct {
	// Event is the place of the event in the body, from 0, where it is about one.
	Event   *int   `json:"event,omitempty"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
	Help    string `json:"help,omitempty"`
}

// gone is the status of a call that its client gave up; no one sees it.
const gone = 499

// failure sets the code of an answer for an error, and gives its body.
func (a *API) failure(c *call, w http.ResponseWriter, err error) problems {
	var f *failure
	var found diag.List
	var wrong events.Problems
	switch {
	case errors.As(err, &f):
		c.code = f.code
		if f.code == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Bearer realm="auto"`)
		}
		return problems{[]problem{{Message: f.message, Help: f.help}}}
	case errors.As(err, &wrong):
		c.code = http.StatusBadRequest
		return ofEvents(wrong)
	case errors.As(err, &found):
		c.code = http.StatusBadRequest
		return ofFindings(found)
	case errors.Is(err, context.Canceled):
		c.code = gone
		return problems{[]problem{{Message: "The call was given up."}}}
	}
	// What the store does not take now it may take later: callers send it again.
	c.code = http.StatusServiceUnavailable
	w.Header().Set("Retry-After", "5")
	a.Log.Error("a call failed", "method", c.Method, "path", c.URL.Path, "error", err)
	return problems{[]problem{{Message: "The call failed: " + strings.TrimSuffix(err.Error(), ".") + ".", Help: "Nothing was changed; send it again."}}}
}

func ofEvents(wrong events.Problems) problems {
	var out problems
	for _, p := range wrong {
		one := problem{Field: p.Field, Message: p.Message, Help: p.Help}
		if p.Event >= 0 {
			one.Event = &p.Event
		}
		out.Problems = append(out.Problems, one)
	}
	return out
}

func ofFindings(found diag.List) problems {
	var out problems
	for _, d := range found {
		out.Problems = append(out.Problems, problem{Message: d.Message, Help: d.Help})
	}
	return out
}

// text is an answer that no JSON is made of any more.
type text struct {
	kind string
	body []byte
	code int
}

// ServeHTTP writes the text.
func (t text) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", t.kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(t.body)))
	w.WriteHeader(t.code)
	if r.Method != http.MethodHead {
		// A client that is gone cannot be told.
		_, _ = w.Write(t.body)
	}
}

// encode gives what writes an answer with a code; one that writes itself has its own.
func encode(answer any, code int) (http.Handler, error) {
	switch t := answer.(type) {
	case text:
		t.code = code
		return t, nil
	case http.Handler:
		return t, nil
	}
	var out bytes.Buffer
	lines := json.NewEncoder(&out)
	lines.SetEscapeHTML(false)
	err := lines.Encode(answer)
	return text{"application/json", out.Bytes(), code}, err
}
