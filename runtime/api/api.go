// Package api is the daemon over HTTP: events in, what is owed and how it is out, pauses,
// health and metrics. openapi.yaml describes it; docs/http.md says how it is used.
package api

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"auto/runtime/control"
	"auto/runtime/dagster/pull"
	"auto/runtime/metrics"
	"auto/runtime/openlineage"
	"auto/runtime/parameters"
	"auto/runtime/tracing"
)

// DefaultBodyLimit is how many bytes a body may have where Options do not say.
const DefaultBodyLimit = 8 << 20

// Options say what the API answers from.
type Options struct {
	Automation control.Automation
	Params     control.Params
	// Files writes the files of jobs.
	Files parameters.Files
	// Pull answers the sensor in Dagster; nil where the project's launcher is not pull.
	Pull func(context.Context, pull.Asked) (pull.Offer, error)
	// Lineage gives what translates OpenLineage events over the graph in force.
	Lineage func() *openlineage.Translator
	// Now gives the present instant.
	Now func() time.Time
	// Tokens are what callers may show. Without any everyone may call who reaches the
	// listener, which is then to be on this machine; calls for another host are refused,
	// so that no page in a browser can call it under a name of its own.
	Tokens []string
	// BodyLimit is how many bytes a body may have, inflated; 0 for DefaultBodyLimit.
	BodyLimit int64
	// Version is that of the daemon.
	Version string
	Log     *slog.Logger
	// Metrics and Tracer may be nil.
	Metrics *metrics.Daemon
	Tracer  *tracing.Tracer
}

// API answers calls. It is an http.Handler, safe for concurrent use.
type API struct {
	Options
	tokens [][32]byte
	routes map[string]map[string]route
	// bodies bounds how many bodies are read at once.
	bodies chan struct{}
	// writing is held while files of jobs are written.
	writing sync.Mutex
}

// route is what answers a method at a path.
type route struct {
	answer func(*call) (any, error)
	// open: no token is asked for.
	open bool
	// body: the call has a body in JSON.
	body bool
}

// maxBodies is how many bodies are read and stored at once; others wait.
const maxBodies = 16

// New gives the API.
func New(o Options) *API {
	if o.BodyLimit == 0 {
		o.BodyLimit = DefaultBodyLimit
	}
	a := &API{Options: o, tokens: hashed(o.Tokens), bodies: make(chan struct{}, maxBodies)}
	a.routes = map[string]map[string]route{
		"/v1/events":      {http.MethodPost: {answer: a.events, body: true}},
		"/api/v1/lineage": {http.MethodPost: {answer: a.lineage, body: true}},
		"/v1/status":      {http.MethodGet: {answer: a.status}},
		"/v1/backlog":     {http.MethodGet: {answer: a.backlog}},
		"/v1/pauses":      {http.MethodPost: {answer: a.pause, body: true}, http.MethodDelete: {answer: a.resume}},
		"/v1/jobs":        {http.MethodGet: {answer: a.jobs}, http.MethodPost: {answer: a.createJob, body: true}},
		"/v1/jobs/{job}":  {http.MethodPut: {answer: a.updateJob, body: true}},

		"/v1/jobs/{job}/params":         {http.MethodGet: {answer: a.jobParams}, http.MethodPatch: {answer: a.patchParams, body: true}},
		"/v1/jobs/{job}/params/history": {http.MethodGet: {answer: a.paramsHistory}},
		"/v1/jobs/{job}/params/restore": {http.MethodPost: {answer: a.restoreParams, body: true}},
		"/v1/jobs/{job}/params/preview": {http.MethodGet: {answer: a.preview}},

		"/v1/pull": {http.MethodPost: {answer: a.pull, body: true}},

		"/healthz":      {http.MethodGet: {answer: a.health, open: true}},
		"/readyz":       {http.MethodGet: {answer: a.ready, open: true}},
		"/metrics":      {http.MethodGet: {answer: a.metrics}},
		"/openapi.yaml": {http.MethodGet: {answer: a.describe, open: true}},
	}
	return a
}

// call is a call that is being answered.
type call struct {
	*http.Request
	body []byte
	// parts are what stands in the path for its names in braces.
	parts map[string]string
	// header is that of the answer.
	header http.Header
	// code is the status of the answer, 200 unless a route sets another.
	code int
}

// ServeHTTP implements http.Handler.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := a.Now()
	path, parts := a.find(r.URL.EscapedPath())
	methods, known := a.routes[path]
	if !known {
		path = "other"
	}
	ctx, span := a.Tracer.Start(a.Tracer.Receive(r.Context(), r.Header), r.Method+" "+path)
	c := &call{Request: r.WithContext(ctx), parts: parts, header: w.Header(), code: http.StatusOK}
	body := a.answered(c, w, methods)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	body.ServeHTTP(w, r)
	a.Metrics.Answered(path, c.code)
	span.Number("http.response.status_code", int64(c.code)).End(nil)
	a.Log.Debug("answered", "method", r.Method, "path", r.URL.Path, "code", c.code, "from", r.RemoteAddr, "took", a.Now().Sub(began).String())
}

// answered gives what writes the answer, whatever happens.
func (a *API) answered(c *call, w http.ResponseWriter, methods map[string]route) http.Handler {
	answer, err := a.answer(c, w, methods)
	if err == nil {
		var body http.Handler
		if body, err = encode(answer, c.code); err == nil {
			return body
		}
	}
	told := a.failure(c, w, err)
	body, _ := encode(told, c.code) // texts alone, which always have a form
	return body
}

// answer finds the route of a call, checks what every route asks for, and answers.
func (a *API) answer(c *call, w http.ResponseWriter, methods map[string]route) (any, error) {
	if methods == nil {
		return nil, &failure{code: http.StatusNotFound, message: "Nothing is at this path.", help: "See `/openapi.yaml` for what there is."}
	}
	method := c.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	found, ok := methods[method]
	if !ok {
		allowed := strings.Join(slices.Sorted(maps.Keys(methods)), ", ")
		w.Header().Set("Allow", allowed)
		return nil, &failure{code: http.StatusMethodNotAllowed, message: "The path does not know the method " + c.Method + ".", help: "Use " + allowed + "."}
	}
	if !found.open {
		if err := a.authorize(c.Request); err != nil {
			return nil, err
		}
	}
	if found.body {
		release, err := a.read(c, w)
		if err != nil {
			return nil, err
		}
		defer release()
	}
	return found.answer(c)
}
