package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"auto/lang/diag"
	"auto/runtime/control"
	"auto/runtime/events"
	"auto/runtime/paramdoc"
	"auto/runtime/parameters"
	"auto/runtime/params"
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
	// Changed are the edits that came since the version of a call.
	Changed []control.ParamsVersion `json:"changed,omitempty"`
}

// problem is one thing that is wrong with a call.
type problem struct {
	// Event is the place of the event in the body, from 0, where it is about one.
	Event *int   `json:"event,omitempty"`
	Field string `json:"field,omitempty"`
	// At is the place in a file that it is about, as file:line:column.
	At      string `json:"at,omitempty"`
	Message string `json:"message"`
	Help    string `json:"help,omitempty"`
}

// gone is the status of a call that its client gave up; no one sees it.
const gone = 499

// failure sets the code of an answer for an error, and gives its body.
func (a *API) failure(c *call, w http.ResponseWriter, err error) problems {
	var f *failure
	var found diag.List
	var unsound parameters.Unsound
	var unwritable *paramdoc.Unwritable
	var unwritten *parameters.Unwritten
	var wrong events.Problems
	if body, ok := ofParams(c, err); ok {
		return body
	}
	switch {
	case errors.As(err, &f):
		c.code = f.code
		if f.code == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Bearer realm="auto"`)
		}
		return problems{Problems: []problem{{Message: f.message, Help: f.help}}}
	case errors.As(err, &wrong):
		c.code = http.StatusBadRequest
		return ofEvents(wrong)
	case errors.As(err, &found):
		c.code = http.StatusBadRequest
		if errors.As(err, &unsound) || errors.As(err, &unwritable) {
			c.code = http.StatusConflict // the call is right
		}
		return ofFindings(found)
	case errors.As(err, &unwritten):
		c.code = http.StatusInternalServerError
		a.Log.Error("a file cannot be written", "method", c.Method, "path", c.URL.Path, "error", err)
		return problems{Problems: []problem{{Message: sentence(err), Help: "Nothing was changed. Let the user that runs auto write the file, and send it again then."}}}
	case errors.Is(err, context.Canceled):
		c.code = gone
		return problems{Problems: []problem{{Message: "The call was given up."}}}
	}
	// What the store does not take now it may take later: callers send it again.
	c.code = http.StatusServiceUnavailable
	w.Header().Set("Retry-After", "5")
	a.Log.Error("a call failed", "method", c.Method, "path", c.URL.Path, "error", err)
	return problems{Problems: []problem{{Message: "The call failed: " + sentence(err), Help: "Nothing was changed; send it again."}}}
}

func sentence(err error) string { return strings.TrimSuffix(err.Error(), ".") + "." }

// ofParams sets the code of an answer for an error about parameters and gives its body;
// false for any other error.
func ofParams(c *call, err error) (problems, bool) {
	var job *control.UnknownJob
	var version *control.UnknownVersion
	var none *control.NoMatch
	var changed *conflict
	var all params.Problems
	var one params.Problem
	switch {
	case errors.As(err, &job), errors.As(err, &version), errors.As(err, &none):
		c.code = http.StatusNotFound
		message, help, _ := strings.Cut(err.Error(), ". ")
		return problems{Problems: []problem{{Message: strings.TrimSuffix(message, ".") + ".", Help: help}}}, true
	case errors.Is(err, parameters.ErrJobTwice):
		c.code = http.StatusConflict
		return problems{Problems: []problem{{Field: "name", Message: "There is a job of this name already.", Help: "Send `params` with PUT to `/v1/jobs/{job}`."}}}, true
	case errors.As(err, &changed):
		c.code = http.StatusConflict
		return problems{Problems: listOf(changed.Problems), Changed: changed.Changed}, true
	case errors.As(err, &all):
	case errors.As(err, &one):
		all = params.Problems{one}
	default:
		return problems{}, false
	}
	c.code = http.StatusBadRequest
	return problems{Problems: listOf(all)}, true
}

func listOf(all params.Problems) []problem {
	out := make([]problem, len(all))
	for i, p := range all {
		out[i] = problem{Field: p.Name.String(), Message: p.Message, Help: p.Help}
	}
	return out
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
		p := problem{Message: d.Message, Help: d.Help}
		if d.Span.IsValid() {
			from := d.Span.From()
			p.At = fmt.Sprintf("%s:%d:%d", d.Span.File.Name, from.Line, from.Column)
		}
		out.Problems = append(out.Problems, p)
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
