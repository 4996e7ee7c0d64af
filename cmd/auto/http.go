package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"auto/lang/diag"
	"auto/runtime"
	"auto/runtime/api"
	"auto/runtime/dagster/pull"
	"auto/runtime/launch"
	"auto/runtime/project"
	"auto/runtime/tracing"
	"auto/runtime/web"
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
	page, link, err := s.operations(p, d, listener.Addr().String())
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	calls := api.ForProject(p, d.Current, api.Options{
		Automation: d.Service(), Params: d.Service(), Pull: asked(d.Launcher), Files: s.jobFiles(p.Dir), Now: s.clock.Now, Version: version, Log: d.Log, Metrics: d.Metrics, Tracer: d.Tracer,
	})
	server := api.NewServer(routed(calls, page), d.Log)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	d.Log.Info("listening", "address", listener.Addr().String(), "operations_page", link)
	return func() error { return shutdown(server, served) }, nil
}

// asked gives what answers the sensor in Dagster, nil where the launcher is not pull.
func asked(l launch.Launcher) func(context.Context, pull.Asked) (pull.Offer, error) {
	if p, ok := l.(*pull.Launcher); ok {
		return p.Next
	}
	return nil
}

// operations makes the Operations page, and gives the link to it: one that signs in where
// the project has no tokens, with a token that is made for this start.
func (s system) operations(p *project.Project, d *runtime.Daemon, address string) (page *web.Page, link string, err error) {
	tokens := p.Tokens()
	link = "http://" + address + web.Root
	if len(tokens) == 0 {
		token := make([]byte, 24)
		if _, err := rand.Read(token); err != nil {
			return nil, "", fmt.Errorf("no random bytes: %w", err)
		}
		tokens = []string{hex.EncodeToString(token)}
		link = web.LoginLink(address, tokens[0])
	}
	return web.New(web.Options{
		Params: d.Service(), Deciders: d.Trials, Tokens: tokens, Now: s.clock.Now, Random: rand.Reader, Version: version, Log: d.Log,
	}), link, nil
}

// routed lets the page answer below its root, and the API everything else.
func routed(calls, page http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, web.Root):
			page.ServeHTTP(w, r)
		case r.Method == http.MethodGet && r.URL.Path == "/":
			http.Redirect(w, r, web.Root, http.StatusSeeOther)
		default:
			calls.ServeHTTP(w, r)
		}
	})
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
		headers[name] = p.Expand(value)
	}
	t, err := tracing.New(s.ctx, tracing.Options{Endpoint: p.Config.Tracing.Endpoint, Headers: headers, Version: version, Getenv: s.getenv, Log: o.Log})
	if err != nil {
		return nil, fmt.Errorf("traces cannot be sent: %w", err)
	}
	return t, nil
}
