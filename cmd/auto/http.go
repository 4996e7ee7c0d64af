package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"auto/lang/diag"
	"auto/runtime"
	"auto/runtime/api"
	"auto/runtime/project"
	"auto/runtime/tracing"
)

// listen answers the HTTP API where the project says so, until the function that it gives
// is called.
func (s system) listen(p *project.Project, d *runtime.Daemon) (end func() error, err error) {
	listener, err := api.Listen(p)
	if err != nil {
		return nil, diag.Diagnostic{Code: diag.ListenFailed, Span: p.Config.HTTP.At, Message: "The address of `http` cannot be opened: " + err.Error() + ".", Help: "Write another address, or stop what listens there."}
	}
	if listener == nil {
		return func() error { return nil }, nil
	}
	server := api.NewServer(api.ForProject(p, d.Current, api.Options{
		Automation: d.Service(), Params: d.Service(), Files: s.jobFiles(p.Dir), Now: s.clock.Now, Version: version, Log: d.Log, Metrics: d.Metrics, Tracer: d.Tracer,
	}), d.Log)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	d.Log.Info("listening", "address", listener.Addr().String())
	return func() error { return shutdown(server, served) }, nil
}

// shutdown waits for the calls that are being answered, not for long.
func shutdown(server *http.Server, served <-chan error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	return err
}

// endTracer sends the spans that are left; that they cannot be sent is no failure.
func (s system) endTracer(o runtime.Options) {
	if err := o.Tracer.Close(s.ctx); err != nil {
		o.Log.Warn("the last spans cannot be sent", "error", err)
	}
}

// tracer gives what spans go to, nil for nothing.
func (s system) tracer(p *project.Project, o runtime.Options) (*tracing.Tracer, error) {
	headers := map[string]string{}
	for name, value := range p.Config.Tracing.Headers {
		headers[name] = expandEnv(value, p.Env)
	}
	t, err := tracing.New(s.ctx, tracing.Options{Endpoint: p.Config.Tracing.Endpoint, Headers: headers, Version: version, Getenv: s.getenv, Log: o.Log})
	if err != nil {
		return nil, fmt.Errorf("traces cannot be sent: %w", err)
	}
	return t, nil
}
